/** Platforms that lie, one test per lie: each liar is named, and the others get their sum if that is possible. */
import assert from 'node:assert/strict';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { createCoordinatorSession, handleCoordinator } from '../../core/secagg/coordinator.ts';
import type { SecaggCode } from '../../core/secagg/errors.ts';
import type { AdvertiseKeys, PlatformMessage, Reveal } from '../../core/secagg/messages.ts';
import { keysToSign, parametersHash } from '../../core/secagg/parameters.ts';
import { LOW_ORDER_POINTS } from '../crypto/vectors.ts';
import { members, parametersFor, plainSum, run } from './federation.ts';
import type { Options, Result } from './federation.ts';

const CHEAT = 'p00004';

function cheat<Kind extends PlatformMessage['kind']>(
  kind: Kind,
  change: (message: Extract<PlatformMessage, { readonly kind: Kind }>) => readonly PlatformMessage[],
): Pick<Options, 'up'> {
  return {
    up: (from, message) =>
      message.kind === kind && from === CHEAT
        ? change(message as Extract<PlatformMessage, { readonly kind: Kind }>)
        : [message],
  };
}

function assertNamed(result: Result, code: SecaggCode, platform = CHEAT): void {
  assert.ok(
    result.faults.some((fault) => fault.platform === platform && fault.code === code),
    `${platform} ${code} is not in ${JSON.stringify(result.faults)}`,
  );
}

/** The sum is right, with or without the cheat's own update. */
function assertSum(result: Result, withCheat: boolean): void {
  assert.equal(result.outcome, 'completed');
  assert.equal(result.summed.includes(CHEAT), withCheat);
  const sum = result.sum!;
  const updates = result.summed.map((id) => result.updates.get(id)!);
  assert.deepEqual([...sum].map(BigInt), plainSum(updates, sum.length, 32));
}

function signed(message: AdvertiseKeys, keys: Partial<AdvertiseKeys>): AdvertiseKeys {
  const people = members(5);
  const changed = { ...message, ...keys };
  const hash = parametersHash(nodeEngine, parametersFor(people));
  return { ...changed, signature: nodeEngine.sign(keysToSign(hash, 4, changed), people[4].secretKey) };
}

describe('a cheating platform, stage 0', () => {
  const lies: readonly (readonly [string, SecaggCode, (message: AdvertiseKeys) => AdvertiseKeys])[] = [
    ['keys it has not signed', 'SECAGG_KEY_SIGNATURE', (m) => ({ ...m, maskKey: m.maskKey.map((byte) => byte ^ 1) })],
    ['a short key', 'SECAGG_SIZE', (m) => ({ ...m, maskKey: m.maskKey.subarray(1) })],
    ['one key for both uses', 'SECAGG_REPEATED_KEY', (m) => signed(m, { maskKey: m.sealKey })],
    [
      'a key of low order',
      'SECAGG_LOW_ORDER',
      (m) => signed(m, { maskKey: new Uint8Array(Buffer.from(LOW_ORDER_POINTS[3], 'hex')) }),
    ],
    ['a beacon commitment where there is no beacon', 'SECAGG_SIZE', (m) => ({ ...m, beaconCommitment: m.sealKey })],
  ];
  for (const [name, code, change] of lies) {
    it(`advertises ${name}`, () => {
      const result = run(
        5,
        cheat('advertise-keys', (message) => [change(message)]),
      );
      assertNamed(result, code);
      assertSum(result, false);
    });
  }

  it("advertises another platform's key as its own", () => {
    let first: AdvertiseKeys | undefined;
    const result = run(5, {
      up: (from, message) => {
        if (message.kind !== 'advertise-keys') return [message];
        first ??= message;
        return [from === CHEAT ? signed(message, { maskKey: first.maskKey }) : message];
      },
    });
    assertNamed(result, 'SECAGG_REPEATED_KEY');
    assertSum(result, false);
  });

  it('advertises twice, differently: the first counts', () => {
    const result = run(5, {
      up: (from, message) =>
        message.kind === 'advertise-keys' && from === 'p00000'
          ? [message, { ...message, maskKey: nodeEngine.x25519(new Uint8Array(32).fill(66)).publicKey }]
          : [message],
    });
    assertNamed(result, 'SECAGG_EQUIVOCATION', 'p00000');
    assertSum(result, true);
  });

  it('opens its beacon commitment with something else', () => {
    const result = run(10, {
      ...cheat('beacon-reveal', (message) => [{ ...message, nonce: new Uint8Array(32) }]),
      parameters: { graph: { kind: 'harary', degree: 6 }, threshold: 4, tNoise: 6 },
    });
    // The coordinator finds it before anybody else sees it.
    assert.deepEqual(
      result.faults.map(({ platform, code }) => [platform, code]),
      [[CHEAT, 'SECAGG_BEACON']],
    );
    assert.equal(result.outcome, 'too-few-platforms');
    assert.equal(result.charged, false);
  });
});

describe('a cheating platform, stage 1', () => {
  it('deals packets of the wrong size', () => {
    const result = run(
      5,
      cheat('share-keys', (message) => [{ ...message, sealed: message.sealed.subarray(1) }]),
    );
    assertNamed(result, 'SECAGG_SIZE');
    assertSum(result, false);
  });

  it('leaves commitments out', () => {
    const short = cheat('share-keys', (message) => [{ ...message, commitments: message.commitments.subarray(32) }]);
    assertNamed(run(5, short), 'SECAGG_SIZE');
  });

  it('deals one holder a share that it has not committed to: the holder leaves and names it', () => {
    const result = run(
      5,
      cheat('share-keys', (message) => {
        const commitments = message.commitments.slice();
        commitments[32 * 2] ^= 1;
        return [{ ...message, commitments }];
      }),
    );
    assert.equal(result.aborted('p00002'), 'SECAGG_SHARE_COMMITMENT');
    assertNamed(result, 'SECAGG_SHARE_COMMITMENT', 'p00002');
    assert.match(result.faults[0].text, /dealt by platform 4/);
    assertSum(result, true);
  });

  it('deals shares of a self-mask seed it has not committed to: it is named', () => {
    const result = run(
      5,
      cheat('share-keys', (message) => [{ ...message, selfMaskCommitment: new Uint8Array(32) }]),
    );
    assert.equal(result.outcome, 'protocol-violation');
    assertNamed(result, 'SECAGG_REBUILT_SECRET');
    assert.equal(result.sum, null);
    assert.equal(result.charged, true);
  });

  it('deals shares of another secret than its mask key, and drops out: it is named', () => {
    const result = run(5, {
      tamper: (id, state) => {
        if (id === CHEAT && state.stage !== 'closed') state.session.secrets.maskKey[7] ^= 1;
      },
      diesBefore: (id) => (id === CHEAT ? 'masked-chunk' : undefined),
    });
    assert.equal(result.outcome, 'protocol-violation');
    assertNamed(result, 'SECAGG_REBUILT_SECRET');
    assert.equal(result.sum, null);
  });
});

describe('a cheating platform, stage 2', () => {
  it('sends a chunk without a grant', () => {
    const chunk = { kind: 'masked-chunk', index: 0, bytes: new Uint8Array(128) } as const;
    const result = run(
      5,
      cheat('upload-request', () => [chunk]),
    );
    assert.ok(
      result.transcript.some(
        ({ message }) => 'code' in message && message.code === 'SECAGG_CHUNK' && 'kind' in message,
      ),
    );
    assertSum(result, false);
  });

  it('sends chunks out of order, and twice: the first in order counts', () => {
    const held: PlatformMessage[] = [];
    const result = run(
      5,
      cheat('masked-chunk', (message) => {
        if (message.index === 0) {
          held.push(message);
          return [];
        }
        return [message, message, ...held, ...held, message];
      }),
    );
    assertSum(result, true);
  });

  it('sends a chunk of the wrong size', () => {
    const result = run(
      5,
      cheat('masked-chunk', (message) => [{ ...message, bytes: message.bytes.subarray(4) }]),
    );
    assertNamed(result, 'SECAGG_SIZE');
    assertSum(result, false);
  });

  it('sends more after its update is whole: nothing is added', () => {
    const result = run(
      5,
      cheat('masked-chunk', (message) => [message, { ...message, index: 2 }]),
    );
    assertSum(result, true);
  });

  it('dies in the middle of its upload: not a bit of it is in the sum', () => {
    const result = run(5, { diesAfterChunks: (id) => (id === CHEAT ? 1 : undefined) });
    assertSum(result, false);
  });
});

describe('a cheating platform, stages 3 and 4', () => {
  it('signs another list of survivors', () => {
    const result = run(
      5,
      cheat('consistency-signature', (message) => [{ ...message, signature: message.signature.map((b) => b ^ 1) }]),
    );
    assertNamed(result, 'SECAGG_INCONSISTENT');
    assertSum(result, true);
  });

  it('signs with the wrong size', () => {
    const short = cheat('consistency-signature', (message) => [
      { ...message, signature: message.signature.subarray(1) },
    ]);
    assertNamed(run(5, short), 'SECAGG_SIZE');
  });

  const reveals = (change: (list: readonly Reveal[]) => readonly Reveal[], more: Options = {}): Result =>
    run(5, { ...more, ...cheat('reveals', (message) => [{ ...message, reveals: change(message.reveals) }]) });
  const flip = (share: Uint8Array): Uint8Array => share.map((byte, i) => (i === 0 ? byte ^ 1 : byte));

  it('reveals a corrupt share of a seed: it is found, its sender named, and the sum is right', () => {
    const result = reveals((list) =>
      list.map((reveal, i) =>
        i === 2 && 'selfMaskShare' in reveal
          ? { peer: reveal.peer, selfMaskShare: flip(reveal.selfMaskShare) }
          : reveal,
      ),
    );
    assertNamed(result, 'SECAGG_SHARE_COMMITMENT');
    assertSum(result, true);
  });

  it('reveals a corrupt share of a mask key: it is found, its sender named', () => {
    const result = run(7, {
      ...cheat('reveals', (message) => [
        {
          ...message,
          reveals: message.reveals.map((reveal) =>
            'maskKeyShare' in reveal ? { peer: reveal.peer, maskKeyShare: flip(reveal.maskKeyShare) } : reveal,
          ),
        },
      ]),
      diesBefore: (id) => (id === 'p00000' ? 'masked-chunk' : undefined),
    });
    assertNamed(result, 'SECAGG_SHARE_COMMITMENT');
    assertSum(result, true);
  });

  it('reveals the other kind of share', () => {
    const result = reveals((list) =>
      list.map((reveal, i) =>
        i === 0 && 'selfMaskShare' in reveal ? { peer: 0, maskKeyShare: reveal.selfMaskShare } : reveal,
      ),
    );
    assertNamed(result, 'SECAGG_REVEAL');
    assertSum(result, true);
  });

  it('leaves a reveal out', () => {
    const result = reveals((list) => list.slice(1));
    assertNamed(result, 'SECAGG_REVEAL');
    assertSum(result, true);
  });

  it('reveals one peer twice', () => {
    assertNamed(
      reveals((list) => [list[0], ...list.slice(0, 4)]),
      'SECAGG_REVEAL',
    );
  });

  it('reveals a share of the wrong size', () => {
    const result = reveals((list) => [{ peer: 0, selfMaskShare: new Uint8Array(31) }, ...list.slice(1)]);
    assertNamed(result, 'SECAGG_SIZE');
  });
});

describe('what the coordinator makes of', () => {
  const people = members(3);
  const begin = (): ReturnType<typeof createCoordinatorSession> =>
    createCoordinatorSession(parametersFor(people), { engine: nodeEngine });

  it('a stranger', () => {
    const [, effects] = handleCoordinator(begin()[0], {
      kind: 'message',
      from: 'stranger',
      message: { kind: 'upload-request' },
    });
    assert.ok(effects.some((effect) => effect.kind === 'fault' && effect.fault.code === 'SECAGG_UNKNOWN_PLATFORM'));
  });

  it('a message of another stage: a typed reply, and the session goes on', () => {
    const [state, effects] = handleCoordinator(begin()[0], {
      kind: 'message',
      from: people[0].id,
      message: { kind: 'reveals', reveals: [] },
    });
    assert.equal(state.stage, 'keys');
    const [reply] = effects;
    assert.ok(reply.kind === 'send' && reply.message.kind === 'rejection');
    assert.equal(reply.message.code, 'SECAGG_WRONG_STAGE');
  });

  it('anything after the end: the outcome, again', () => {
    const [ended] = handleCoordinator(begin()[0], { kind: 'abandon', outcome: 'abandoned', text: 'stopped' });
    const [, effects] = handleCoordinator(ended, {
      kind: 'message',
      from: people[0].id,
      message: { kind: 'upload-request' },
    });
    const [reply] = effects;
    assert.ok(reply.kind === 'send' && reply.message.kind === 'session-end');
    assert.equal(reply.message.outcome, 'abandoned');
  });

  it('the deadline of a stage that is over: nothing', () => {
    const [state, effects] = handleCoordinator(begin()[0], { kind: 'deadline', stage: 'unmask' });
    assert.equal(state.stage, 'keys');
    assert.deepEqual(effects, []);
  });
});
