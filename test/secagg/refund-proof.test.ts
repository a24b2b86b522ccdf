/** Proofs that a sum was not opened and cannot be, and every way in which a proof fails. */
import assert from 'node:assert/strict';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { toHex } from '../../core/encoding/canonical-bytes.ts';
import type { NamedKeys } from '../../core/secagg/messages.ts';
import { attemptKey, keysToSign, sessionIdOf } from '../../core/secagg/parameters.ts';
import { makeRefundProof, mostSilent, refundProblem, refundProofSchema } from '../../core/secagg/refund-proof.ts';
import type { RefundClaim, RefundProof } from '../../core/secagg/refund-proof.ts';
import { signStatement } from '../../core/secagg/statement.ts';
import { members, parametersFor, run } from './federation.ts';
import type { Keyed } from './federation.ts';

const COUNT = 10;
const people = members(COUNT);
const parameters = parametersFor(people, { colluders: 2, tNoise: 8 });
const { federation, round, attempt, threshold, colluders } = parameters;

/** The records of a session as its coordinator keeps them. */
const session = ((): { parametersHash: Uint8Array; keys: readonly NamedKeys[]; sessionId: Uint8Array } => {
  const result = run(COUNT, { parameters: { colluders, tNoise: 8 } });
  for (const effect of result.coordinatorEffects) if (effect.kind === 'persist-keys') return effect;
  throw new Error('no key list');
})();
const { keys, parametersHash } = session;

const claim: RefundClaim = {
  federation,
  round,
  attempt,
  session: toHex(session.sessionId),
  identities: new Map(people.map(({ id, identity }) => [id, identity])),
  threshold,
  colluders,
};

function statementOf(
  who: Keyed,
  changes: Partial<NamedKeys & { number: number; federation: string }> = {},
): Uint8Array {
  const { sealKey, maskKey } = { ...keys.find(({ id }) => id === who.id)!, ...changes };
  const key = attemptKey(nodeEngine, { federation, round, attempt: changes.number ?? attempt });
  const entered = { attempt: key, parametersHash, sealKey, maskKey };
  return signStatement(nodeEngine, changes.federation ?? federation, entered, who.secretKey);
}

const proofOf = (stated: readonly Keyed[]): RefundProof =>
  makeRefundProof(parametersHash, keys, new Map(stated.map((who) => [who.id, statementOf(who)])));

const problemOf = (proof: RefundProof, changes: Partial<RefundClaim> = {}): string | undefined =>
  refundProblem(nodeEngine, proof, { ...claim, ...changes });

/** The proof with one statement's signature, or one key entry, changed. */
const withStatement = (proof: RefundProof, at: number, signature: Uint8Array): RefundProof => ({
  ...proof,
  statements: proof.statements.map((one, i) => (i === at ? { ...one, signature: toHex(signature) } : one)),
});
const withKey = (proof: RefundProof, at: number, changes: Partial<RefundProof['keys'][number]>): RefundProof => ({
  ...proof,
  keys: proof.keys.map((one, i) => (i === at ? { ...one, ...changes } : one)),
});

describe('A refund proof', () => {
  it('holds with t - 1 - c platforms silent, and not with one more: t = 7 of 10, c = 2', () => {
    assert.equal(mostSilent(claim), 4);
    for (let stated = 0; stated <= COUNT; stated++) {
      const problem = problemOf(proofOf(people.slice(0, stated)));
      if (COUNT - stated <= 4) assert.equal(problem, undefined, `${stated} stated`);
      else
        assert.match(problem!, new RegExp(`lacks the statements of ${COUNT - stated} platforms of 10; at most .* = 4`));
    }
  });

  it('whose silent platforms and c liars together hold t shares never holds', () => {
    for (let c = 0; c < 7; c++) {
      for (let stated = 0; stated <= COUNT; stated++) {
        const holds = problemOf(proofOf(people.slice(0, stated)), { colluders: c }) === undefined;
        // At most this many shares of any platform come together: those of the platforms without a statement, and those
        // of c false statements.
        if (holds) assert.ok(COUNT - stated + c < threshold, `c ${c}, ${stated} stated`);
        else assert.ok(COUNT - stated + c >= threshold, `c ${c}, ${stated} stated`);
      }
    }
  });

  it('is text that another program reads back', () => {
    const proof = proofOf(people.slice(2));
    const read = refundProofSchema.parse(JSON.parse(JSON.stringify(proof)));
    assert.deepEqual(read, proof);
    assert.equal(problemOf(read), undefined);
  });

  const whole = proofOf(people);
  const [first, second] = people;
  const lies: readonly (readonly [string, RefundProof, RegExp])[] = [
    [
      'a statement of another attempt',
      withStatement(whole, 0, statementOf(first, { number: 2 })),
      /p00000" has not signed/,
    ],
    [
      'a statement of another federation',
      withStatement(whole, 0, statementOf(first, { federation: 'f' })),
      /not signed/,
    ],
    [
      'a statement over other keys of the same platform',
      withStatement(whole, 0, statementOf(first, { sealKey: keys[1].sealKey })),
      /holds a statement that "p00000" has not signed/,
    ],
    ['a statement that another platform signed', withStatement(whole, 0, statementOf(second)), /has not signed/],
    [
      'a statement counted twice',
      { ...whole, statements: [...whole.statements.slice(0, 9), whole.statements[0]] },
      /counts a statement twice/,
    ],
    [
      'a statement of a platform that is not in the key list',
      { ...whole, keys: whole.keys.slice(0, 9) },
      /statement of "p00009", whose keys are not listed/,
    ],
    [
      'a key list cut down to those who stated',
      { ...proofOf(people.slice(0, 8)), keys: whole.keys.slice(0, 8) },
      /is of another session/,
    ],
    [
      'a key list of too few platforms',
      { ...proofOf(people.slice(0, 6)), keys: whole.keys.slice(0, 6) },
      /at least t = 7/,
    ],
    [
      'a platform listed twice',
      { ...whole, keys: [...whole.keys.slice(0, 9), whole.keys[0]] },
      /lists a platform twice/,
    ],
    ['keys out of order', { ...whole, keys: whole.keys.toReversed() }, /out of order/],
    ['other keys', withKey(whole, 0, { sealKey: whole.keys[1].sealKey }), /is of another session/],
    ['another index', withKey(whole, 9, { index: 12 }), /lists keys that "p00009" has not signed/],
    ['another hash of the parameters', { ...whole, parametersHash: 'ab'.repeat(32) }, /is of another session/],
    ['a stranger', withKey(whole, 0, { platform: 'p77777' }), /lists "p77777", which is not in the manifest/],
  ];
  for (const [what, proof, problem] of lies) {
    it(`does not hold with ${what}`, () => assert.match(problemOf(proof) ?? 'holds', problem));
  }

  it('does not hold with keys that the platform has not signed, in a session made up for it', () => {
    // A session invented by the coordinator, with an id that is computed correctly.
    const own = nodeEngine.x25519(new Uint8Array(32).fill(5)).publicKey;
    const invented = keys.map((entry, i) => (i === 0 ? { ...entry, sealKey: own } : entry));
    const id = toHex(sessionIdOf(nodeEngine, parametersHash, invented));
    const proof = makeRefundProof(parametersHash, invented, new Map(people.map((who) => [who.id, statementOf(who)])));
    assert.match(problemOf(proof, { session: id })!, /lists keys that "p00000" has not signed/);
    const signature = nodeEngine.sign(keysToSign(parametersHash, 0, invented[0]), people[1].secretKey);
    const forged = withKey(proof, 0, { signature: toHex(signature) });
    assert.match(problemOf(forged, { session: id })!, /lists keys that "p00000" has not signed/);
  });

  it('is of one session, attempt, round and federation, under the identities of the manifest', () => {
    assert.equal(problemOf(whole), undefined);
    assert.match(problemOf(whole, { session: 'ab'.repeat(32) })!, /another session/);
    for (const other of [{ round: round + 1 }, { attempt: attempt + 1 }, { federation: 'f' }]) {
      assert.match(problemOf(whole, other)!, /statement that "p00000" has not signed/);
    }
    const swapped = new Map(claim.identities).set(first.id, second.identity).set(second.id, first.identity);
    assert.match(problemOf(whole, { identities: swapped })!, /has not signed/);
  });

  it('takes bounded work: more entries than platforms are refused unread', () => {
    let verified = 0;
    const counting = {
      ...nodeEngine,
      verify: (...given: Parameters<typeof nodeEngine.verify>) => {
        verified += 1;
        return nodeEngine.verify(...given);
      },
    };
    const many = Array.from({ length: 100_000 }, () => whole.keys[0]);
    assert.match(refundProblem(counting, { ...whole, keys: many }, claim)!, /lists 100000 keys; the manifest has 10/);
    const statements = Array.from({ length: 100_000 }, () => whole.statements[0]);
    assert.match(refundProblem(counting, { ...whole, statements }, claim)!, /counts a statement twice/);
    assert.equal(verified, 0);
    assert.equal(refundProblem(counting, whole, claim), undefined);
    assert.equal(verified, 2 * COUNT);
  });

  it('on a sparse graph holds by the same count, since the holders of a secret are among the key list', () => {
    const over = { graph: { kind: 'harary', degree: 8 }, threshold: 7, colluders: 1, tNoise: 9 } as const;
    const listed = run(COUNT, { parameters: over }).coordinatorEffects.find(({ kind }) => kind === 'persist-keys')!;
    assert.ok(listed.kind === 'persist-keys');
    const key = attemptKey(nodeEngine, { federation, round, attempt });
    const stated = (count: number): RefundProof => {
      const statements = people.slice(0, count).map(({ id, secretKey }) => {
        const { sealKey, maskKey } = listed.keys.find((one) => one.id === id)!;
        const entered = { attempt: key, parametersHash: listed.parametersHash, sealKey, maskKey };
        return [id, signStatement(nodeEngine, federation, entered, secretKey)] as const;
      });
      const proof = makeRefundProof(listed.parametersHash, listed.keys, new Map(statements));
      return refundProofSchema.parse(JSON.parse(JSON.stringify(proof)));
    };
    const sparse = { ...claim, session: toHex(listed.sessionId), threshold: 7, colluders: 1 };
    assert.equal(mostSilent(sparse), 5);
    assert.equal(refundProblem(nodeEngine, stated(COUNT - 5), sparse), undefined);
    assert.match(refundProblem(nodeEngine, stated(COUNT - 6), sparse)!, /lacks the statements of 6/);
    const bare = stated(COUNT);
    const stripped = { ...bare, keys: bare.keys.map((one) => ({ ...one, beaconCommitment: '' })) };
    assert.match(refundProblem(nodeEngine, stripped, sparse)!, /another session/);
  });
});
