/**
 * Limits of a session's parameters, and the hashes that bind everything in a session to them.
 * @module
 */
import { canonicalBytes, toHex } from '../encoding/canonical-bytes.ts';
import type { Field } from '../encoding/canonical-bytes.ts';
import type { CryptoEngine } from '../crypto/engine.ts';
import { GF65536 } from './galois.ts';
import { SecaggError } from './errors.ts';
import type { KeyEntry, NamedKeys } from './messages.ts';
import { PROTOCOL_VERSION } from './session.ts';
import type { PlatformFloor, SessionParameters } from './session.ts';

/** Fewest platforms in a session. Of two, each would obtain the other's update by subtracting its own from the sum. */
export const LEAST_PLATFORMS = 3;
/** Fewest honest platforms in an opened sum. With one, colluders would subtract their own updates and see the honest one. */
export const LEAST_HONEST = 2;

/** t = floor(2n/3) + 1: Bonawitz et al. 2017, against a coordinator that colludes with fewer than n/3 platforms. */
export function defaultThreshold(platforms: number): number {
  return Math.floor((2 * platforms) / 3) + 1;
}

/**
 * The largest number of colluding platforms that a threshold tolerates on the complete graph. Two different lists of survivors
 * can both gather t signatures only if 2t - n platforms sign both, and honest platforms sign one. So with c < 2t - n colluders
 * all honest platforms reveal shares of the same kind for each peer. With more, the coordinator can see single updates.
 */
export function helpersTolerated(platforms: number, threshold: number): number {
  return Math.max(0, 2 * threshold - platforms - 1);
}

function refuse(detail: string): never {
  throw new SecaggError('SECAGG_PARAMETERS', detail);
}

/** Checks everything but the members of the cohort. @throws SecaggError SECAGG_PARAMETERS, SECAGG_HELPERS */
export function checkTerms(p: SessionParameters): void {
  const n = p.cohort.length;
  const integers: readonly (readonly [name: string, value: number, least: number, most: number])[] = [
    ['version', p.version, PROTOCOL_VERSION, PROTOCOL_VERSION],
    ['round', p.round, 0, 2 ** 32 - 1],
    ['attempt', p.attempt, 0, 2 ** 32 - 1],
    ['cohort size', n, LEAST_PLATFORMS, GF65536.order],
    ['threshold', p.threshold, 2, n],
    ['tNoise', p.tNoise, LEAST_HONEST, n],
    ['colluders', p.colluders, 0, n],
    ['vectorLength', p.vectorLength, 1, 2 ** 31 - 1],
    ['ringBits', p.ringBits, 16, 32],
    ['chunkLength', p.chunkLength, 32, 2 ** 24],
  ];
  for (const [name, value, least, most] of integers) {
    if (!(Number.isInteger(value) && value >= least && value <= most)) {
      refuse(`${name} is ${value}; it must be an integer from ${least} to ${most}`);
    }
  }
  if (p.chunkLength % 32 !== 0) refuse(`chunkLength is ${p.chunkLength}; it must be a multiple of 32`);
  if (p.federation.length === 0) refuse('the federation has no name');
  if (p.modelHash.length !== 32) refuse('modelHash must have 32 bytes');
  if (p.configHash.length !== 32) refuse('configHash must have 32 bytes');
  if (p.tNoise - p.colluders < LEAST_HONEST) {
    refuse(
      `with ${p.colluders} colluders a sum of tNoise = ${p.tNoise} platforms may hold only ` +
        `${p.tNoise - p.colluders} honest ones; at least ${LEAST_HONEST} are needed`,
    );
  }
  if (p.graph.kind === 'complete') {
    const tolerated = helpersTolerated(n, p.threshold);
    if (p.colluders > tolerated || 2 * p.threshold <= n) {
      throw new SecaggError(
        'SECAGG_HELPERS',
        `n = ${n} and t = ${p.threshold} tolerate fewer than 2t - n = ${2 * p.threshold - n} colluders, ` +
          `and ${p.colluders} are declared: raise the threshold or the number of platforms`,
      );
    }
  } else {
    const { degree } = p.graph;
    if (!(Number.isInteger(degree) && degree >= 2 && degree % 2 === 0 && degree < n)) {
      refuse(`the degree is ${degree}; it must be even, at least 2 and below n = ${n}`);
    }
    if (p.threshold > degree) refuse(`a threshold of ${p.threshold} is above the degree ${degree}`);
  }
}

/** Checks that the members are in order and different from each other. @throws SecaggError SECAGG_PARAMETERS */
export function checkCohort(p: SessionParameters): void {
  p.cohort.forEach((member, i) => {
    if (member.identity.length !== 32) refuse(`the identity of platform ${member.id} must have 32 bytes`);
    if (i > 0 && !(p.cohort[i - 1].id < member.id)) refuse('the cohort must be sorted by id, each id once');
  });
  if (new Set(p.cohort.map((member) => toHex(member.identity))).size !== p.cohort.length)
    refuse('two platforms have one identity');
}

/** @throws SecaggError SECAGG_FLOOR naming both numbers. */
export function checkFloor(p: SessionParameters, floor: PlatformFloor): void {
  const least = Math.max(floor.platforms, LEAST_PLATFORMS);
  const refuse = (what: string, offered: number, wanted: number): never => {
    throw new SecaggError('SECAGG_FLOOR', `${what} is ${offered} in the session and at least ${wanted} in the policy`);
  };
  if (p.cohort.length < least) refuse('the number of platforms', p.cohort.length, least);
  if (p.tNoise < floor.tNoise) refuse('tNoise', p.tNoise, floor.tNoise);
  if (p.colluders < floor.colluders) refuse('the number of colluders guarded against', p.colluders, floor.colluders);
}

/** Name of an attempt on the wire, and in a platform's durable record of the attempts it entered: lower-case hex, 32 bytes. */
export function attemptKey(
  engine: Pick<CryptoEngine, 'sha256'>,
  p: Pick<SessionParameters, 'federation' | 'round' | 'attempt'>,
): string {
  return toHex(engine.sha256(canonicalBytes('isthmus/attempt', [p.federation, p.round, p.attempt])));
}

function parameterFields(p: SessionParameters): readonly Field[] {
  return [
    p.version,
    p.federation,
    p.round,
    p.attempt,
    p.modelHash,
    p.configHash,
    p.graph.kind === 'complete' ? 0 : p.graph.degree,
    p.threshold,
    p.tNoise,
    p.colluders,
    p.vectorLength,
    p.ringBits,
    p.chunkLength,
    p.cohort.length,
    ...p.cohort.flatMap((member) => [member.id, member.identity]),
  ];
}

/** Hash of all parameters. Key signatures cover it, so that each shows which session its platform was shown. */
export function parametersHash(engine: Pick<CryptoEngine, 'sha256'>, p: SessionParameters): Uint8Array {
  return engine.sha256(canonicalBytes('isthmus/parameters', parameterFields(p)));
}

type PublicKeys = Pick<KeyEntry, 'sealKey' | 'maskKey' | 'beaconCommitment'>;

/** Bytes that an identity signs in stage 0: the session as this platform was shown it, and its fresh keys. */
export function keysToSign(parametersHash: Uint8Array, platform: number, keys: PublicKeys): Uint8Array {
  return canonicalBytes('isthmus/keys', [parametersHash, platform, keys.sealKey, keys.maskKey, keys.beaconCommitment]);
}

/**
 * sid: SHA-256 over the hash of all parameters and every [id, keys] of U1, ascending. It salts every mask, and is part of every
 * seal, every commitment to a share and every signature of stage 3. If two platforms are shown different sessions, their masks
 * do not cancel and their signatures do not verify. Anybody can compute it from the parameters' hash and the key list, so a
 * refund proof holds both and names its session.
 */
export function sessionIdOf(
  engine: Pick<CryptoEngine, 'sha256'>,
  parametersHash: Uint8Array,
  keys: readonly (PublicKeys & { readonly id: string })[],
): Uint8Array {
  const fields: Field[] = [parametersHash, keys.length];
  for (const { id, sealKey, maskKey, beaconCommitment } of keys) fields.push(id, sealKey, maskKey, beaconCommitment);
  return engine.sha256(canonicalBytes('isthmus/session', fields));
}

/** A key list with each platform's id. */
export function named(p: SessionParameters, keys: readonly KeyEntry[]): readonly NamedKeys[] {
  return keys.map((entry) => ({ id: p.cohort[entry.platform].id, ...entry }));
}
