/** Each secret of a session is fresh and serves one purpose, so that revealing one opens nothing else. */
import assert from 'node:assert/strict';
import { toHex } from '../../core/encoding/canonical-bytes.ts';
import { SEALED_PACKET_BYTES } from '../../core/secagg/messages.ts';
import type { PlatformMessage } from '../../core/secagg/messages.ts';
import type { PlatformSecrets } from '../../core/secagg/platform/state.ts';
import { run } from './federation.ts';

const PLATFORMS = 5;
const TAG_BYTES = 16;
const CONTEXT_BYTES = 4;

interface Seen {
  /** The secrets of each platform by id: the objects that the sessions work with. */
  readonly secrets: ReadonlyMap<string, PlatformSecrets>;
  /** Copies of the three secrets of each platform, once its shares are dealt. */
  readonly dealt: ReadonlyMap<string, readonly Uint8Array[]>;
  /** Sealed packets by dealer. */
  readonly packets: ReadonlyMap<string, Uint8Array>;
  /** Shares by holder and dealer, once all have arrived. */
  readonly shares: ReadonlyMap<string, ReadonlyMap<number, Uint8Array>>;
}

function session(seed: string): Seen {
  const secrets = new Map<string, PlatformSecrets>();
  const dealt = new Map<string, readonly Uint8Array[]>();
  const packets = new Map<string, Uint8Array>();
  const shares = new Map<string, ReadonlyMap<number, Uint8Array>>();
  const { outcome } = run(PLATFORMS, {
    seed,
    tamper(id, state) {
      if (state.stage !== 'closed') secrets.set(id, state.session.secrets);
    },
    up(from, message: PlatformMessage) {
      const { sealKey, maskKey, selfMaskSeed, held } = secrets.get(from)!;
      if (message.kind === 'share-keys') {
        packets.set(from, message.sealed.slice());
        dealt.set(
          from,
          [sealKey, maskKey, selfMaskSeed].map((secret) => secret.slice()),
        );
      }
      if (message.kind === 'upload-request') {
        const both = [...held].map(([dealer, { maskKeyShare, selfMaskShare }]) => {
          const bytes = new Uint8Array([...maskKeyShare, ...selfMaskShare]);
          return [dealer, bytes] as const;
        });
        shares.set(from, new Map(both));
      }
      return [message];
    },
  });
  assert.equal(outcome, 'completed');
  return { secrets, dealt, packets, shares };
}

describe('the secrets of a session', () => {
  it('are drawn anew for each purpose, platform and session, and none is another or nothing', () => {
    const all = ['one', 'two'].flatMap((seed) => [...session(seed).dealt.values()].flat()).map(toHex);
    assert.equal(all.length, 2 * PLATFORMS * 3);
    assert.equal(new Set(all).size, all.length);
    assert.ok(!all.includes('00'.repeat(32)));
  });

  it('travel under keystreams of which no two are the same, not even both ways between two platforms', () => {
    const { packets, shares } = session('streams');
    const ids = [...packets.keys()].sort();
    const streams = ids.flatMap((dealer, from) =>
      ids
        .filter((holder) => holder !== dealer)
        .map((holder, at) => {
          const sealed = packets.get(dealer)!.subarray(SEALED_PACKET_BYTES * at, SEALED_PACKET_BYTES * (at + 1));
          const plain = shares.get(holder)!.get(from)!;
          return toHex(plain.map((byte, i) => byte ^ sealed[TAG_BYTES + CONTEXT_BYTES + i]));
        }),
    );
    assert.equal(streams.length, PLATFORMS * (PLATFORMS - 1));
    assert.equal(new Set(streams).size, streams.length);
  });
});
