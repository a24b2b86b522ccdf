/** A coordinator that lies, one test per lie: the platform that it lies to reveals nothing. */
import assert from 'node:assert/strict';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import type { SecaggCode } from '../../core/secagg/errors.ts';
import { SEALED_PACKET_BYTES } from '../../core/secagg/messages.ts';
import type {
  CoordinatorMessage,
  KeyEntry,
  KeyList,
  PlatformMessage,
  SharePackets,
  Survivors,
} from '../../core/secagg/messages.ts';
import { keysToSign, parametersHash } from '../../core/secagg/parameters.ts';
import { handlePlatform } from '../../core/secagg/platform.ts';
import { survivorsToSign } from '../../core/secagg/platform/unmask.ts';
import { LOW_ORDER_POINTS } from '../crypto/vectors.ts';
import { members, parametersFor, run } from './federation.ts';
import type { Options, Result } from './federation.ts';

const VICTIM = 'p00001';
const VICTIM_INDEX = 1;

/** Changes messages of one kind from the coordinator: to the victim only, or to everybody. */
function lie<Kind extends CoordinatorMessage['kind']>(
  kind: Kind,
  change: (message: Extract<CoordinatorMessage, { readonly kind: Kind }>, to: string) => CoordinatorMessage,
  everybody = false,
): Pick<Options, 'down'> {
  return {
    down: (to, message) =>
      message.kind === kind && (everybody || to === VICTIM)
        ? [change(message as Extract<CoordinatorMessage, { readonly kind: Kind }>, to)]
        : [message],
  };
}

/** The victim left with this code and revealed nothing, and it paid if its data left. */
function assertRefused(result: Result, code: SecaggCode, victim = VICTIM): void {
  assert.equal(result.aborted(victim), code);
  assert.equal(result.did(victim, 'persist-reveal'), false);
  assertPaid(result, victim);
}

/** Charged once, right before the first chunk leaves; not at all if none leaves. */
function assertPaid(result: Result, platform: string): void {
  const kinds = result.platformEffects.get(platform)!.map(({ kind }) => kind);
  const charges = kinds.filter((kind) => kind === 'charge').length;
  assert.equal(charges, kinds.includes('upload') ? 1 : 0);
  if (charges > 0) assert.equal(kinds.indexOf('charge'), kinds.indexOf('upload') - 1);
}

function entries(list: KeyList, change: (entry: KeyEntry) => KeyEntry): KeyList {
  return { ...list, entries: list.entries.map(change) };
}

/** Keys that a colluding platform signs with its real identity. */
function signedBy(platform: number, keys: Partial<KeyEntry>, entry: KeyEntry, n: number): KeyEntry {
  const people = members(n);
  const changed = { ...entry, ...keys };
  const hash = parametersHash(nodeEngine, parametersFor(people));
  return { ...changed, signature: nodeEngine.sign(keysToSign(hash, platform, changed), people[platform].secretKey) };
}

describe('a cheating coordinator, stage 0', () => {
  it('invites two platforms', () => {
    assert.throws(() => run(2), /cohort size is 2; it must be an integer from 3/);
    const two = members(2).map(({ id, identity }) => ({ id, identity }));
    assertRefused(run(5, { shown: (id) => (id === VICTIM ? { cohort: two } : {}) }), 'SECAGG_PARAMETERS');
  });

  it('lowers the least number of noise shares below the policy: both numbers are named', () => {
    const result = run(5, { parameters: { tNoise: 3 }, floor: { platforms: 3, tNoise: 4, colluders: 0 } });
    assertRefused(result, 'SECAGG_FLOOR');
    assert.equal(result.outcome, 'rejected-by-policy');
    assert.match(result.faults[0].text, /tNoise is 3 in the session and at least 4 in the policy/);
  });

  it('invites fewer platforms than the policy wants', () => {
    assertRefused(run(4, { floor: { platforms: 5, tNoise: 2, colluders: 0 } }), 'SECAGG_FLOOR');
  });

  it('guards against fewer colluders than the policy wants', () => {
    assertRefused(run(5, { floor: { platforms: 3, tNoise: 2, colluders: 1 } }), 'SECAGG_FLOOR');
  });

  it('plans with so many helpers that it could see single updates', () => {
    const over = { threshold: 4, colluders: 3, tNoise: 5 };
    assert.throws(() => run(5, { parameters: over }), /tolerate fewer than 2t - n = 3 colluders/);
    assertRefused(run(5, { shown: (id) => (id === VICTIM ? over : {}) }), 'SECAGG_HELPERS');
  });

  it('plans sums that may hold one honest platform', () => {
    const over = { colluders: 2, tNoise: 3 };
    assertRefused(run(5, { shown: (id) => (id === VICTIM ? over : {}) }), 'SECAGG_PARAMETERS');
  });

  it('begins an attempt a second time', () => {
    const result = run(5, { isEntered: (id) => id === VICTIM });
    assertRefused(result, 'SECAGG_SPENT');
    assert.equal(result.did(VICTIM, 'persist-entered'), false);
  });

  it('lists fewer keys than the threshold', () => {
    const result = run(
      5,
      lie('key-list', (list) => ({ ...list, entries: list.entries.slice(0, 3) })),
    );
    assertRefused(result, 'SECAGG_TOO_FEW');
  });

  it('lists fewer keys than the noise needs', () => {
    const few = lie('key-list', (list) => ({ ...list, entries: list.entries.slice(0, 4) }));
    assertRefused(run(5, { ...few, parameters: { tNoise: 5 } }), 'SECAGG_TOO_FEW_FOR_NOISE');
  });

  it("leaves the platform's own key out", () => {
    const without = (list: KeyList): KeyList => ({
      ...list,
      entries: list.entries.filter((entry) => entry.platform !== VICTIM_INDEX),
    });
    assertRefused(run(5, lie('key-list', without)), 'SECAGG_OWN_KEY');
  });

  it("lists the platform's own key twice", () => {
    const twice = (list: KeyList): KeyList => {
      const [own] = list.entries.filter((entry) => entry.platform === VICTIM_INDEX);
      return { ...list, entries: [...list.entries.slice(0, 2), own, ...list.entries.slice(2)] };
    };
    assertRefused(run(5, lie('key-list', twice)), 'SECAGG_NOT_ASCENDING');
  });

  it("replaces the platform's own key", () => {
    const replaced = lie('key-list', (list) =>
      entries(list, (entry) =>
        entry.platform === VICTIM_INDEX
          ? { ...entry, maskKey: nodeEngine.x25519(new Uint8Array(32)).publicKey }
          : entry,
      ),
    );
    assertRefused(run(5, replaced), 'SECAGG_OWN_KEY');
  });

  it('lists a platform outside the cohort', () => {
    const stranger = lie('key-list', (list) =>
      entries(list, (entry) => (entry.platform === 4 ? { ...entry, platform: 17 } : entry)),
    );
    assertRefused(run(5, stranger), 'SECAGG_UNKNOWN_PLATFORM');
  });

  it('gives two platforms one key', () => {
    const copied = lie('key-list', (list) =>
      entries(list, (entry) =>
        entry.platform === 4 ? signedBy(4, { maskKey: list.entries[3].maskKey }, entry, 5) : entry,
      ),
    );
    assertRefused(run(5, copied), 'SECAGG_REPEATED_KEY');
  });

  it('shortens a key', () => {
    const short = lie('key-list', (list) =>
      entries(list, (entry) => (entry.platform === 4 ? { ...entry, sealKey: entry.sealKey.subarray(1) } : entry)),
    );
    assertRefused(run(5, short), 'SECAGG_SIZE');
  });

  for (const field of ['sealKey', 'maskKey'] as const) {
    it(`slips in a ${field} of low order, signed by a colluding platform`, () => {
      const point = new Uint8Array(Buffer.from(LOW_ORDER_POINTS[2], 'hex'));
      const low = lie('key-list', (list) =>
        entries(list, (entry) => (entry.platform === 4 ? signedBy(4, { [field]: point }, entry, 5) : entry)),
      );
      assertRefused(run(5, low), 'SECAGG_LOW_ORDER');
    });

    it(`substitutes another platform's ${field} by its own`, () => {
      const substituted = lie('key-list', (list) =>
        entries(list, (entry) =>
          entry.platform === 4 ? { ...entry, [field]: nodeEngine.x25519(new Uint8Array(32)).publicKey } : entry,
        ),
      );
      assertRefused(run(5, substituted), 'SECAGG_KEY_SIGNATURE');
    });
  }

  it('replays keys that a platform signed for another round', () => {
    const earlier = run(5, { parameters: { round: 2 }, seed: 'earlier' });
    const old = earlier.transcript.find(
      ({ message }) => (message as PlatformMessage).kind === 'advertise-keys' && true,
    );
    const replayed = lie('key-list', (list) =>
      entries(list, (entry) =>
        entry.platform === 0 ? { ...(old!.message as unknown as KeyEntry), platform: 0 } : entry,
      ),
    );
    assertRefused(run(5, replayed), 'SECAGG_KEY_SIGNATURE');
  });

  const shownTo = (over: object): Options => ({ shown: (id) => (id === VICTIM ? over : {}) });
  const views: readonly (readonly [name: string, over: object])[] = [
    ['another model', { modelHash: new Uint8Array(32).fill(9) }],
    ['other privacy parameters', { configHash: new Uint8Array(32).fill(9) }],
    ['another round', { round: 4 }],
    ['another attempt', { attempt: 2 }],
    ['a lower threshold', { threshold: 3 }],
    ['fewer noise shares', { tNoise: 3 }],
    ['another cohort', { cohort: members(4).map(({ id, identity }) => ({ id, identity })) }],
  ];
  for (const [name, over] of views) {
    it(`shows one platform ${name}`, () => {
      const result = run(5, shownTo(over));
      // Its keys are refused at once, because they are signed for another session.
      assert.equal(result.faults[0].code, 'SECAGG_KEY_SIGNATURE');
      assert.equal(result.summed.includes(VICTIM), false);
      assert.equal(result.did(VICTIM, 'persist-reveal'), false);
      assert.equal(result.states.get(VICTIM)?.stage, 'closed');
    });
  }

  it('shows half of the platforms another model and forwards everybody the same keys: all abort', () => {
    // A malicious coordinator skips its own check: it collects keys as if both halves agreed.
    const half = new Set(['p00003', 'p00004']);
    const collected: KeyEntry[] = [];
    const honest = run(5);
    const keysOf = (result: Result, only: (id: string) => boolean): void => {
      for (const { way, platform, message } of result.transcript) {
        const keys = message as PlatformMessage;
        if (way === 'up' && keys.kind === 'advertise-keys' && only(platform)) {
          const { sealKey, maskKey, beaconCommitment, signature } = keys;
          collected.push({ platform: Number(platform.slice(1)), sealKey, maskKey, beaconCommitment, signature });
        }
      }
    };
    keysOf(honest, (id) => !half.has(id));
    keysOf(run(5, { parameters: { modelHash: new Uint8Array(32).fill(9) } }), (id) => half.has(id));
    const mixed = run(
      5,
      lie('key-list', () => ({ kind: 'key-list', entries: collected }), true),
    );
    for (const id of ['p00000', 'p00001', 'p00002']) assertRefused(mixed, 'SECAGG_KEY_SIGNATURE', id);
    assert.equal(mixed.sum, null);
    assert.equal(mixed.charged, false);
  });

  it('sends two different key lists', () => {
    const result = run(5, {
      down: (to, message) =>
        message.kind === 'key-list' && to === VICTIM
          ? [message, { ...message, entries: message.entries.slice(0, 4) }]
          : [message],
    });
    assertRefused(result, 'SECAGG_EQUIVOCATION');
  });
});

describe('a cheating coordinator, ring order of the sparse graph', () => {
  const sparse = { graph: { kind: 'harary', degree: 6 }, threshold: 4, tNoise: 6 } as const;

  it('changes an opening of the beacon after it has seen them all', () => {
    const changed = lie('beacon-list', (list) => {
      const nonces = list.nonces.slice();
      nonces[32 * 5] ^= 1;
      return { ...list, nonces };
    });
    assertRefused(run(10, { ...changed, parameters: sparse }), 'SECAGG_BEACON');
  });

  it('leaves an opening out', () => {
    const short = lie('beacon-list', (list) => ({ ...list, nonces: list.nonces.subarray(32) }));
    assertRefused(run(10, { ...short, parameters: sparse }), 'SECAGG_SIZE');
  });

  it('a platform withholds its opening: the attempt ends, nothing is charged', () => {
    const result = run(10, {
      parameters: sparse,
      diesBefore: (id) => (id === VICTIM ? 'beacon-reveal' : undefined),
    });
    assert.equal(result.outcome, 'too-few-platforms');
    assert.equal(result.charged, false);
    assert.equal(result.sum, null);
  });

  it('two orders of one cohort differ, whoever alone changes a nonce', () => {
    const rings = ['a', 'b'].map((seed) => {
      const result = run(10, { parameters: sparse, seed });
      const lists = result.transcript.filter(({ message }) => (message as CoordinatorMessage).kind === 'share-packets');
      return lists.map(({ message }) => (message as SharePackets).dealers.join()).join(';');
    });
    assert.notEqual(rings[0], rings[1]);
  });
});

describe('a cheating coordinator, sparse graph of a federation', () => {
  // As the plan has it for 12 platforms, of whom one colludes and one may be lost.
  const planned = { graph: { kind: 'harary', degree: 8 }, threshold: 7, tNoise: 11, colluders: 1 } as const;
  const COUNT = 12;
  const attack = (lies: Partial<Options>): Result => run(COUNT, { ...lies, parameters: planned });

  it('takes a graph of fewer neighbours, the complete one, a lower threshold or fewer contributions than the plan', () => {
    const lower = [
      { graph: { kind: 'harary', degree: 6 }, threshold: 6 },
      { graph: { kind: 'complete' }, threshold: 9 },
      { threshold: 6 },
      { tNoise: 10 },
    ] as const;
    for (const session of lower) {
      const parameters = { ...planned, ...session };
      // The victim computes the session from its own manifest, everybody else from the coordinator's.
      const result = run(COUNT, { parameters, shown: (id) => (id === VICTIM ? planned : {}) });
      // Its keys are signed over other parameters (and have a beacon where the complete graph has none), so that nobody
      // can take them for keys of that session.
      const code = 'graph' in session && session.graph.kind === 'complete' ? 'SECAGG_SIZE' : 'SECAGG_KEY_SIGNATURE';
      assert.deepEqual(
        result.faults.map((fault) => [fault.platform, fault.code]),
        [[VICTIM, code]],
      );
      assert.equal(result.did(VICTIM, 'upload'), false, JSON.stringify(session));
      assert.ok(!result.summed.includes(VICTIM));
    }
  });

  it('shrinks the ring: a list of fewer platforms than the noise needs', () => {
    const few = lie('key-list', (list) => ({ ...list, entries: list.entries.slice(0, 10) }), true);
    assertRefused(attack(few), 'SECAGG_TOO_FEW_FOR_NOISE');
  });

  it('invents a platform, or lists one twice', () => {
    const more = lie('key-list', (list) => ({
      ...list,
      entries: [...list.entries, { ...list.entries[11], platform: 12 }],
    }));
    assertRefused(attack(more), 'SECAGG_UNKNOWN_PLATFORM');
    const twice = lie('key-list', (list) => ({ ...list, entries: [...list.entries.slice(0, 11), list.entries[10]] }));
    assertRefused(attack(twice), 'SECAGG_NOT_ASCENDING');
  });

  it('forwards packets of somebody who is no neighbour, or of fewer neighbours than the threshold', () => {
    const strange = lie('share-packets', (message) => {
      const stranger = Array.from({ length: COUNT }, (_, i) => i).find(
        (i) => i !== VICTIM_INDEX && !message.dealers.includes(i),
      )!;
      const dealers = message.dealers.with(0, stranger).toSorted((a, b) => a - b);
      return { ...message, dealers };
    });
    assertRefused(attack(strange), 'SECAGG_UNKNOWN_PLATFORM');
    const few = lie('share-packets', ({ kind, dealers, sealed, commitments }) => ({
      kind,
      dealers: dealers.slice(0, 6),
      sealed: sealed.subarray(0, 6 * SEALED_PACKET_BYTES),
      commitments: commitments.subarray(0, 6 * 32),
    }));
    assertRefused(attack(few), 'SECAGG_TOO_FEW');
  });

  it('shows survivors whose neighbourhood is too small, that are too few, or whose packets it kept back', () => {
    const without = (neighbours: number, strangers: number): Result => {
      let around: readonly number[] = [];
      return attack({
        down(to, message) {
          if (to !== VICTIM) return [message];
          if (message.kind === 'share-packets') around = message.dealers;
          if (message.kind !== 'survivors') return [message];
          const others = message.platforms.filter((at) => at !== VICTIM_INDEX && !around.includes(at));
          const dead = [...around.slice(0, neighbours), ...others.slice(0, strangers)];
          return [{ ...message, platforms: message.platforms.filter((at) => !dead.includes(at)) }];
        },
      });
    };
    assertRefused(without(2, 0), 'SECAGG_TOO_FEW');
    assertRefused(without(1, 1), 'SECAGG_TOO_FEW_FOR_NOISE');
    let kept = -1;
    const withheld: Options['down'] = (to, message) => {
      if (to !== VICTIM || message.kind !== 'share-packets') return [message];
      [kept] = message.dealers;
      const sealed = message.sealed.subarray(SEALED_PACKET_BYTES);
      return [{ ...message, dealers: message.dealers.slice(1), sealed, commitments: message.commitments.subarray(32) }];
    };
    assertRefused(attack({ down: withheld }), 'SECAGG_NOT_IN_U2');
    assert.ok(kept >= 0);
  });

  it('passes signatures of neighbours on that are too few, or over other survivors', () => {
    const few = lie('consistency-signatures', ({ kind, platforms, signatures }) => ({
      kind,
      platforms: platforms.slice(0, 6),
      signatures: signatures.subarray(0, 6 * 64),
    }));
    assertRefused(attack(few), 'SECAGG_INCONSISTENT');
  });

  it('forges keys in stage 0: neighbours notice, and others do not, so nothing is claimed there', () => {
    const forged = lie(
      'key-list',
      (list) => entries(list, (entry) => (entry.platform === 5 ? { ...entry, signature: new Uint8Array(64) } : entry)),
      true,
    );
    const result = attack(forged);
    const codes = members(COUNT).map(({ id }) => result.aborted(id));
    assert.equal(codes.filter((code) => code === 'SECAGG_KEY_SIGNATURE').length, 8);
    assert.equal(result.sum, null);
  });
});

describe('a cheating coordinator, stage 1', () => {
  it('replays a share packet from another round under the same keys', () => {
    // The seeded sessions draw the same keys in both rounds, so only the session id distinguishes the packets.
    const earlier = run(5, { parameters: { round: 2 } });
    const old = earlier.transcript.find(
      ({ platform, message }) => platform === VICTIM && (message as CoordinatorMessage).kind === 'share-packets',
    )!.message as SharePackets;
    assertRefused(
      run(
        5,
        lie('share-packets', () => old),
      ),
      'SECAGG_SEALED_PACKET',
    );
  });

  it('delivers a packet as if another platform had dealt it', () => {
    const swapped = lie('share-packets', (message) => {
      const sealed = message.sealed.slice();
      sealed.copyWithin(0, SEALED_PACKET_BYTES, 2 * SEALED_PACKET_BYTES);
      return { ...message, sealed };
    });
    assertRefused(run(5, swapped), 'SECAGG_SEALED_PACKET');
  });

  it('changes a packet', () => {
    const changed = lie('share-packets', (message) => {
      const sealed = message.sealed.slice();
      sealed[50] ^= 1;
      return { ...message, sealed };
    });
    assertRefused(run(5, changed), 'SECAGG_SEALED_PACKET');
  });

  it('delivers packets of the wrong size', () => {
    const short = lie('share-packets', (message) => ({ ...message, sealed: message.sealed.subarray(1) }));
    assertRefused(run(5, short), 'SECAGG_SIZE');
  });

  it('changes a commitment to a share', () => {
    const changed = lie('share-packets', (message) => {
      const commitments = message.commitments.slice();
      commitments[0] ^= 1;
      return { ...message, commitments };
    });
    assertRefused(run(5, changed), 'SECAGG_SHARE_COMMITMENT');
  });

  it('delivers packets of too few dealers', () => {
    const few = lie('share-packets', (message) => ({
      ...message,
      dealers: message.dealers.slice(0, 2),
      sealed: message.sealed.subarray(0, 2 * SEALED_PACKET_BYTES),
      commitments: message.commitments.subarray(0, 64),
    }));
    assertRefused(run(5, few), 'SECAGG_TOO_FEW');
  });

  it('names the platform itself as a dealer', () => {
    const own = lie('share-packets', (message) => ({
      ...message,
      dealers: message.dealers.map((dealer, i) => (i === 1 ? VICTIM_INDEX : dealer)).sort((a, b) => a - b),
    }));
    assertRefused(run(5, own), 'SECAGG_UNKNOWN_PLATFORM');
  });

  it('names a dealer twice', () => {
    const twice = lie('share-packets', (message) => ({
      ...message,
      dealers: message.dealers.map((dealer, i) => (i === 1 ? message.dealers[0] : dealer)),
    }));
    assertRefused(run(5, twice), 'SECAGG_NOT_ASCENDING');
  });
});

describe('a cheating coordinator, stage 2', () => {
  it('grants chunks the update does not have', () => {
    assertRefused(
      run(
        5,
        lie('upload-grant', (grant) => ({ ...grant, limit: 99 })),
      ),
      'SECAGG_CHUNK',
    );
  });

  it('ends the session while chunks wait to be taken: none leaves without its masks', () => {
    const waiting = run(3, { diesBefore: () => 'masked-chunk' }).states.get(VICTIM)!;
    const [rewound] = handlePlatform(waiting, { kind: 'resume' });
    const [uploading, effects] = handlePlatform(rewound, { kind: 'upload-grant', next: 0, limit: 2 });
    const upload = effects.find((effect) => effect.kind === 'upload');
    handlePlatform(uploading, { kind: 'session-end', outcome: 'abandoned', text: '' });
    assert.deepEqual([...upload!.chunks], []);
  });

  it('asks for the masked update again: the same bytes come, and nothing is charged twice', () => {
    const chunks: Buffer[] = [];
    const result = run(3, {
      down: (to, message) => {
        if (to !== VICTIM || message.kind !== 'upload-grant' || message.next !== 2) return [message];
        return [message, { kind: 'upload-grant', next: 0, limit: 2 }];
      },
      up: (from, message) => {
        if (from === VICTIM && message.kind === 'masked-chunk') chunks.push(Buffer.from(message.bytes));
        return [message];
      },
    });
    assert.equal(result.outcome, 'completed');
    assertPaid(result, VICTIM);
    assert.equal(chunks.length, 4);
    assert.deepEqual(chunks.slice(2), chunks.slice(0, 2));
  });
});

describe('a cheating coordinator, stages 3 and 4', () => {
  const survivors = (platforms: (list: readonly number[]) => readonly number[]): Pick<Options, 'down'> =>
    lie('survivors', (message: Survivors) => ({ ...message, platforms: platforms(message.platforms) }));

  it('lists the platform itself as dropped', () => {
    assertRefused(
      run(
        5,
        survivors((list) => list.filter((index) => index !== VICTIM_INDEX)),
      ),
      'SECAGG_SELF_DEAD',
    );
  });

  it('lists an unknown platform as surviving', () => {
    assertRefused(
      run(
        5,
        survivors((list) => [...list, 23]),
      ),
      'SECAGG_UNKNOWN_PLATFORM',
    );
  });

  it('lists a surviving platform twice', () => {
    assertRefused(
      run(
        5,
        survivors((list) => [list[0], ...list]),
      ),
      'SECAGG_NOT_ASCENDING',
    );
  });

  it('lists fewer survivors than the threshold', () => {
    assertRefused(
      run(
        5,
        survivors(() => [0, 1, 2]),
      ),
      'SECAGG_TOO_FEW',
    );
  });

  it('lists fewer survivors than the noise needs', () => {
    const result = run(5, { ...survivors(() => [0, 1, 2, 3]), parameters: { tNoise: 5 } });
    assertRefused(result, 'SECAGG_TOO_FEW_FOR_NOISE');
  });

  it('lists a survivor that never dealt shares', () => {
    const result = run(5, {
      ...survivors((list) => [...list, 4]),
      diesBefore: (id) => (id === 'p00004' ? 'share-keys' : undefined),
    });
    assertRefused(result, 'SECAGG_NOT_IN_U2');
  });

  it('announces survivors before the masked update was sent', () => {
    const result = run(5, {
      down: (to, message) => {
        if (to !== VICTIM) return [message];
        return message.kind === 'upload-grant' ? [{ kind: 'survivors', platforms: [0, 1, 2, 3, 4] }] : [message];
      },
    });
    assertRefused(result, 'SECAGG_WRONG_STAGE');
  });

  it('announces two different lists of survivors to one platform', () => {
    const result = run(5, {
      down: (to, message) =>
        message.kind === 'survivors' && to === VICTIM
          ? [message, { kind: 'survivors', platforms: [0, 1, 2, 3] }]
          : [message],
    });
    assertRefused(result, 'SECAGG_EQUIVOCATION');
  });

  for (const [differ, views, seesSecond] of [
    // p4 is alive in one view and dropped in the other: with both, the coordinator would have both its secrets.
    [
      'one longer',
      [
        [0, 1, 2, 3, 4],
        [0, 1, 2, 3],
      ],
      [2, 3, 4],
    ],
    [
      'of one length',
      [
        [0, 1, 2, 3, 4],
        [0, 1, 2, 3, 5],
      ],
      [2, 3, 5],
    ],
  ] as const) {
    const n = Math.max(...views.flat()) + 1;
    const result0 = run(n);
    for (const forwards of ['all signatures', 'the signatures that agree'] as const) {
      it(`shows two views of who survived, ${differ}, and forwards ${forwards}: nobody reveals anything`, () => {
        const people = members(n);
        const viewOf = (index: number): 0 | 1 => (seesSecond.some((one) => one === index) ? 1 : 0);
        const truth = new Map<number, Uint8Array>();
        const result = run(n, {
          down: (to, message) => {
            const view = viewOf(Number(to.slice(1)));
            if (message.kind === 'survivors') return [{ ...message, platforms: views[view] }];
            if (message.kind !== 'consistency-signatures') return [message];
            const signers = [...truth.keys()]
              .filter((signer) => forwards === 'all signatures' || viewOf(signer) === view)
              .sort((a, b) => a - b);
            const platforms = signers.filter((signer) => views[view].some((one) => one === signer));
            const bytes = new Uint8Array(Buffer.concat(platforms.map((signer) => truth.get(signer)!)));
            return [{ ...message, platforms, signatures: bytes }];
          },
          // The machine under the cheat is the honest one, which gets the messages that it expects.
          up: (from, message) => {
            if (message.kind !== 'consistency-signature') return [message];
            const index = Number(from.slice(1));
            truth.set(index, message.signature);
            const everybody = Array.from({ length: n }, (_, platform) => platform);
            const wanted = survivorsToSign(sessionIdOf(result0), everybody);
            return [{ ...message, signature: nodeEngine.sign(wanted, people[index].secretKey) }];
          },
        });
        people.forEach(({ id }, index) => {
          assert.equal(result.did(id, 'persist-reveal'), false, id);
          if (views[viewOf(index)].some((one) => one === index)) assertRefused(result, 'SECAGG_INCONSISTENT', id);
        });
        assert.equal(result.sum, null);
      });
    }
  }
  const result0 = run(5);
  const sessionIdOf = (result: Result): Uint8Array => {
    for (const effect of result.platformEffects.get(VICTIM)!) if (effect.kind === 'charge') return effect.sessionId;
    throw new Error('no charge');
  };

  const signatures = (
    change: (bytes: Uint8Array, platforms: readonly number[]) => readonly [Uint8Array, readonly number[]],
  ): Pick<Options, 'down'> =>
    lie('consistency-signatures', (message) => {
      const [bytes, platforms] = change(message.signatures.slice(), message.platforms);
      return { ...message, signatures: bytes, platforms };
    });

  it('forwards fewer signatures than the threshold', () => {
    const few = signatures((bytes, platforms) => [bytes.subarray(0, 3 * 64), platforms.slice(0, 3)]);
    assertRefused(run(5, few), 'SECAGG_INCONSISTENT');
  });

  it('forwards a forged signature', () => {
    const forged = signatures((bytes, platforms) => {
      bytes[3 * 64] ^= 1;
      return [bytes, platforms];
    });
    assertRefused(run(5, forged), 'SECAGG_INCONSISTENT');
  });

  it('forwards a forged signature after as many sound ones as the threshold asks for: no platform checks it', () => {
    const forged = signatures((bytes, platforms) => {
      bytes[(platforms.length - 1) * 64] ^= 1;
      return [bytes, platforms];
    });
    assert.notEqual(VICTIM, members(5)[4].id);
    assert.deepEqual(run(5, forged).sum, result0.sum);
  });

  it('forwards another signature of the platform itself', () => {
    const me = members(5).findIndex(({ id }) => id === VICTIM);
    const forged = signatures((bytes, platforms) => {
      bytes[me * 64] ^= 1;
      return [bytes, platforms];
    });
    assertRefused(run(5, forged), 'SECAGG_INCONSISTENT');
  });

  it('forwards signatures of another round over the same survivors', () => {
    const earlier = run(5, { parameters: { round: 2 } });
    const old = earlier.transcript.find(
      ({ platform, message }) =>
        platform === VICTIM && (message as CoordinatorMessage).kind === 'consistency-signatures',
    )!.message as CoordinatorMessage;
    assertRefused(
      run(
        5,
        lie('consistency-signatures', () => old),
      ),
      'SECAGG_INCONSISTENT',
    );
  });

  it('counts one signer twice', () => {
    const twice = signatures((bytes, platforms) => {
      bytes.copyWithin(64, 0, 64);
      return [bytes, platforms.map((platform, i) => (i === 1 ? platforms[0] : platform))];
    });
    assertRefused(run(5, twice), 'SECAGG_NOT_ASCENDING');
  });

  it('counts a signer outside the survivors, though it signed the same list', () => {
    const outsider = members(5)[4];
    const result = run(5, {
      ...signatures((bytes, platforms) => {
        const signed = survivorsToSign(sessionIdOf(result0), [0, 1, 2, 3]);
        const valid = nodeEngine.sign(signed, outsider.secretKey);
        return [new Uint8Array([...bytes, ...valid]), [...platforms, 4]];
      }),
      diesBefore: (id) => (id === outsider.id ? 'masked-chunk' : undefined),
    });
    assertRefused(result, 'SECAGG_INCONSISTENT');
  });

  it('forwards signatures of the wrong size', () => {
    assertRefused(
      run(
        5,
        signatures((bytes, platforms) => [bytes.subarray(1), platforms]),
      ),
      'SECAGG_SIZE',
    );
  });

  it('asks for the other share of a peer after the reveal: no second reply', () => {
    // Another view, with t signatures over it, after stage 4 was answered.
    const people = members(5);
    let asked = false;
    const result = run(5, {
      down: (to, message) => {
        if (message.kind !== 'session-end' || to !== VICTIM || asked) return [message];
        asked = true;
        const platforms = [0, 1, 2, 3];
        const signed = survivorsToSign(sessionIdOf(result0), platforms);
        const parts = platforms.map((i) => nodeEngine.sign(signed, people[i].secretKey));
        return [
          { kind: 'survivors', platforms },
          { kind: 'consistency-signatures', platforms, signatures: new Uint8Array(Buffer.concat(parts)) },
          message,
        ];
      },
    });
    const reveals = result.platformEffects
      .get(VICTIM)!
      .filter((effect) => effect.kind === 'send' && effect.message.kind === 'reveals');
    assert.equal(reveals.length, 1);
    assert.equal(result.aborted(VICTIM), 'SECAGG_EQUIVOCATION');
  });

  it('gets one share of one kind for each peer: the choice is durable before it, and the charge before the first chunk', () => {
    const result = run(5, { diesBefore: (id) => (id === 'p00004' ? 'masked-chunk' : undefined) });
    const effects = result.platformEffects.get(VICTIM)!;
    const at = (test: (effect: (typeof effects)[number]) => boolean): number => effects.findIndex(test);
    const sent = at((effect) => effect.kind === 'send' && effect.message.kind === 'reveals');
    const persisted = at((effect) => effect.kind === 'persist-reveal');
    assert.ok(persisted !== -1 && persisted < sent);
    assertPaid(result, VICTIM);
    const effect = effects[sent];
    assert.ok(effect.kind === 'send' && effect.message.kind === 'reveals');
    const kinds = effect.message.reveals.map((reveal) => ('selfMaskShare' in reveal ? 'b' : 's')).join('');
    assert.equal(kinds, 'bbbbs');
    for (const reveal of effect.message.reveals) assert.equal(Object.keys(reveal).length, 2);
  });

  it('keeps a platform waiting and drops it: its keys are wiped', () => {
    // U3 is closed without the slow platform, and its later messages are refused unread.
    const result = run(5, {
      down: (to, message) => (to === VICTIM && message.kind === 'upload-grant' ? [] : [message]),
    });
    assert.equal(result.outcome, 'completed');
    assert.equal(result.summed.includes(VICTIM), false);
    assertRefused(result, 'SECAGG_LATE');
  });
});

describe('what a platform keeps', () => {
  it('nothing secret, once it has revealed or left', () => {
    const secrets = new Map<string, Uint8Array[]>();
    const isWiped = (id: string): boolean => secrets.get(id)!.every((bytes) => bytes.every((byte) => byte === 0));
    const wipedBeforeReveal: boolean[] = [];
    run(5, {
      tamper: (id, state) => {
        if (state.stage === 'closed') return;
        const { sealKey, maskKey, selfMaskSeed } = state.session.secrets;
        secrets.set(id, [sealKey, maskKey, selfMaskSeed]);
      },
      up: (from, message) => {
        if (message.kind === 'reveals') wipedBeforeReveal.push(isWiped(from));
        return [message];
      },
      down: (to, message) =>
        to === VICTIM && message.kind === 'survivors' ? [{ ...message, platforms: [] }] : [message],
    });
    assert.deepEqual(wipedBeforeReveal, [true, true, true, true]);
    for (const id of secrets.keys()) assert.ok(isWiped(id), id);
  });

  it('one update a session', () => {
    const result = run(3);
    const state = result.states.get('p00000')!;
    assert.equal(state.stage, 'closed');
    let begun = run(3, { diesBefore: () => 'masked-chunk' }).states.get('p00000')!;
    assert.equal(begun.stage, 'masked-input');
    const [same, effects] = handlePlatform(begun, { kind: 'update', vector: new Uint32Array(40) });
    assert.ok(effects[0].kind === 'ignored' && effects[0].error.code === 'SECAGG_UPDATE');
    begun = same;
    assert.equal(begun.stage, 'masked-input');
  });
});
