/**
 * Refund proofs in a coordinator's form, for ledgers under test: keys and statements with signatures of real
 * identities.
 */
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import type { Charge, Refund } from '../../core/privacy/ledger/ledger.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { NamedKeys } from '../../core/secagg/messages.ts';
import { attemptKey, keysToSign, sessionIdOf } from '../../core/secagg/parameters.ts';
import { makeRefundProof } from '../../core/secagg/refund-proof.ts';
import { signStatement } from '../../core/secagg/statement.ts';
import type { EnteredAttempt } from '../../core/secagg/statement.ts';

export interface Signer {
  readonly name: string;
  /** Ed25519, 64 bytes. */
  readonly secretKey: Uint8Array;
}

/** An attempt that all signers entered: its session, and the record of each of them. */
export interface EnteredSession {
  readonly session: string;
  readonly round: number;
  readonly attempt: number;
  readonly entered: ReadonlyMap<string, EnteredAttempt>;
  /** A refund proved with the statements of these signers. */
  refund(charge: Charge, stated: readonly string[]): Refund;
}

export function enterSession(
  federation: string,
  signers: readonly Signer[],
  round: number,
  attempt: number,
): EnteredSession {
  const random = seededRandom(`session ${federation} ${round} ${attempt}`);
  const parametersHash = random.bytes(32);
  const keys = signers.map(({ name, secretKey }, platform): NamedKeys => {
    const publicKeys = {
      sealKey: random.bytes(32),
      maskKey: random.bytes(32),
      beaconCommitment: new Uint8Array(0),
    };
    const signature = nodeEngine.sign(keysToSign(parametersHash, platform, publicKeys), secretKey);
    return { id: name, platform, ...publicKeys, signature };
  });
  const key = attemptKey(nodeEngine, { federation, round, attempt });
  const entered = new Map(
    keys.map(({ id, sealKey, maskKey }) => [id, { attempt: key, parametersHash, sealKey, maskKey }]),
  );
  return {
    session: Buffer.from(sessionIdOf(nodeEngine, parametersHash, keys)).toString('hex'),
    round,
    attempt,
    entered,
    refund({ label, session }, stated) {
      const statements = signers
        .filter(({ name }) => stated.includes(name))
        .map(({ name, secretKey }) => {
          const signature = signStatement(nodeEngine, federation, entered.get(name)!, secretKey);
          return [name, signature] as const;
        });
      const proof = makeRefundProof(parametersHash, keys, new Map(statements));
      return { scope: 'federation', label, round, attempt, session, proof };
    },
  };
}
