/**
 * The proof that a charged attempt may be refunded. Enough platforms that held shares of its secrets have stated that they
 * revealed none and wiped them, so that its sum was not opened and never will be.
 *
 * Opening a sum takes t shares of each platform in it. Let u platforms of the key list have made no statement. At most c of the
 * others lie. So at most u + c shares of any platform can still come together: fewer than t if u <= t - 1 - c. On a sparse
 * graph only k platforms of the list hold a platform's shares. The same count over the whole list is then stricter than
 * needed, and the reader needs neither the ring nor a bound on colluding neighbours.
 * @module
 */
import { z } from 'zod';
import type { CryptoEngine } from '../crypto/engine.ts';
import { fromHex, toHex } from '../encoding/canonical-bytes.ts';
import type { KeyEntry, NamedKeys } from './messages.ts';
import { attemptKey, keysToSign, sessionIdOf } from './parameters.ts';
import { verifyStatement } from './statement.ts';
import type { EnteredAttempt } from './statement.ts';

const hex = (bytes: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));

/** A refund proof as it stands in a ledger entry. All bytes are lower-case hex. */
export const refundProofSchema = z.strictObject({
  /** Hash of the session's parameters. Every signature of the key list covers it. */
  parametersHash: hex(32),
  /** The whole key list of the session (U1), ascending by index. On the complete graph it has no beacon commitments. */
  keys: z.array(
    z.strictObject({
      platform: z.string(),
      index: z.int().min(0),
      sealKey: hex(32),
      maskKey: hex(32),
      beaconCommitment: z.union([z.literal(''), hex(32)]),
      signature: hex(64),
    }),
  ),
  /** Signatures of statements, by platforms of the key list. */
  statements: z.array(z.strictObject({ platform: z.string(), signature: hex(64) })),
});

export type RefundProof = z.infer<typeof refundProofSchema>;
type ProofKey = RefundProof['keys'][number];

/** The claim that a proof must prove, and the keys and bounds under which it must. */
export interface RefundClaim {
  readonly federation: string;
  readonly round: number;
  readonly attempt: number;
  /** Id of the session that was charged: lower-case hex. */
  readonly session: string;
  /** Ed25519 public keys of the pinned manifest, by platform. */
  readonly identities: ReadonlyMap<string, Uint8Array>;
  /** t: shares that rebuild a secret. */
  readonly threshold: number;
  /** c: platforms whose statements may be false. */
  readonly colluders: number;
}

/** Most platforms of a key list that may lack a statement: t - 1 - c. If it is negative, nothing is ever refunded. */
export function mostSilent({ threshold, colluders }: Pick<RefundClaim, 'threshold' | 'colluders'>): number {
  return threshold - 1 - colluders;
}

/**
 * Says what is wrong with a proof; undefined if it proves its claim. Any input costs at most two hashes, and two signature
 * checks per platform of the manifest.
 */
export function refundProblem(engine: CryptoEngine, proof: RefundProof, claim: RefundClaim): string | undefined {
  const { identities, threshold } = claim;
  const { keys, statements } = proof;
  if (keys.length > identities.size) return `lists ${keys.length} keys; the manifest has ${identities.size} platforms`;
  if (keys.length < threshold) return `lists ${keys.length} keys; a session has at least t = ${threshold}`;
  const listed = new Map(keys.map((key) => [key.platform, key]));
  if (listed.size < keys.length) return 'lists a platform twice';
  if (keys.some(({ index }, i) => i > 0 && keys[i - 1].index >= index)) return 'has its keys out of order';
  const stranger = keys.find(({ platform }) => !identities.has(platform));
  if (stranger !== undefined) return `lists "${stranger.platform}", which is not in the manifest`;
  if (new Set(statements.map(({ platform }) => platform)).size < statements.length) return 'counts a statement twice';
  const outsider = statements.find(({ platform }) => !listed.has(platform));
  if (outsider !== undefined) return `holds a statement of "${outsider.platform}", whose keys are not listed`;
  const silent = keys.length - statements.length;
  if (silent > mostSilent(claim)) {
    return `lacks the statements of ${silent} platforms of ${keys.length}; at most t - 1 - c = ${mostSilent(claim)} may be missing`;
  }
  const parametersHash = fromHex(proof.parametersHash);
  const entries = keys.map((key) => ({ id: key.platform, ...bytesOf(key) }));
  if (toHex(sessionIdOf(engine, parametersHash, entries)) !== claim.session) return 'is of another session';
  const unsigned = entries.find(
    (entry) =>
      !engine.verify(keysToSign(parametersHash, entry.platform, entry), entry.signature, identityOf(claim, entry.id)),
  );
  if (unsigned !== undefined) return `lists keys that "${unsigned.id}" has not signed`;
  const attempt = attemptKey(engine, claim);
  const forged = statements.find(({ platform, signature }) => {
    const { sealKey, maskKey } = bytesOf(listed.get(platform) ?? keys[0]);
    const entered: EnteredAttempt = { attempt, parametersHash, sealKey, maskKey };
    return !verifyStatement(engine, claim.federation, entered, fromHex(signature), identityOf(claim, platform));
  });
  return forged === undefined ? undefined : `holds a statement that "${forged.platform}" has not signed`;
}

function identityOf({ identities }: RefundClaim, platform: string): Uint8Array {
  return identities.get(platform) ?? new Uint8Array(32);
}

function bytesOf({ index, sealKey, maskKey, beaconCommitment, signature }: ProofKey): KeyEntry {
  return {
    platform: index,
    sealKey: fromHex(sealKey),
    maskKey: fromHex(maskKey),
    beaconCommitment: fromHex(beaconCommitment),
    signature: fromHex(signature),
  };
}

/**
 * Makes a proof from the coordinator's records.
 * @param keys the key list as it was sent.
 * @param statements signatures by platform. The proof leaves out those of platforms outside the key list.
 */
export function makeRefundProof(
  parametersHash: Uint8Array,
  keys: readonly NamedKeys[],
  statements: ReadonlyMap<string, Uint8Array>,
): RefundProof {
  return {
    parametersHash: toHex(parametersHash),
    keys: keys.map(({ id, platform, sealKey, maskKey, beaconCommitment, signature }) => ({
      platform: id,
      index: platform,
      sealKey: toHex(sealKey),
      maskKey: toHex(maskKey),
      beaconCommitment: toHex(beaconCommitment),
      signature: toHex(signature),
    })),
    statements: keys.flatMap(({ id }) => {
      const signature = statements.get(id);
      return signature === undefined ? [] : [{ platform: id, signature: toHex(signature) }];
    }),
  };
}
