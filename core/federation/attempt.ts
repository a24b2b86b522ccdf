/**
 * The configuration of one attempt at a round. The coordinator proposes a cohort, and everything else follows from the
 * manifest. So a platform computes the same configuration itself, and refuses any other.
 * @module
 */
import { createHash } from 'node:crypto';
import type { PlannedSum } from '../privacy/mechanism/mechanism.ts';
import { PROTOCOL_VERSION } from '../secagg/session.ts';
import type { SessionParameters } from '../secagg/session.ts';
import { FederationError } from './errors.ts';
import { canonicalJson } from '../encoding/canonical-json.ts';
import { platformOf } from './manifest.ts';
import type { FederationPlan } from './plan.ts';

/** Number of parameters in a chunk of the upload: 256 KiB at 32 bits. */
const CHUNK_LENGTH = 65_536;

export interface AttemptConfig {
  /** SHA-256 of the manifest, lower-case hex. */
  readonly manifest: string;
  /** Fingerprint of the privacy plan: noise, clip, sampling, thresholds. */
  readonly privacy: string;
  /** Invited platforms, ascending by name (code units). */
  readonly cohort: readonly string[];
}

/**
 * The masked sum of a round.
 * @throws FederationError FEDERATION_NOTHING_SHARED for an encoder without one.
 * @param platform the platform whose clip the sum has; absent: the first platform's. All else is the same for all.
 */
export function roundSum(plan: FederationPlan, platform?: string): PlannedSum {
  const [any = []] = Object.values(plan.privacy.sums);
  const sums = platform === undefined ? any : (plan.privacy.sums[platform] ?? []);
  const sum = sums.find(({ scope }) => scope === 'federation');
  if (sum !== undefined) return sum;
  throw new FederationError(
    'FEDERATION_NOTHING_SHARED',
    `encoder "${plan.encoder.name}" shares no model, so there are no rounds to run`,
  );
}

/** Canonical bytes of the configuration, as they are sent and hashed. */
export function attemptConfig(plan: FederationPlan, cohort: readonly string[]): Uint8Array {
  const config: AttemptConfig = {
    manifest: Buffer.from(plan.manifestHash).toString('hex'),
    privacy: plan.privacy.fingerprint,
    cohort: cohort.toSorted((a, b) => (a < b ? -1 : 1)),
  };
  return new TextEncoder().encode(canonicalJson(config));
}

/**
 * The cohort that a coordinator proposes, if the rest of its configuration agrees with the manifest.
 * @throws FederationError ATTEMPT_CONFIG with the differences.
 */
export function cohortOf(plan: FederationPlan, config: Uint8Array): readonly string[] {
  let offered: unknown;
  try {
    offered = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(config));
  } catch {
    throw new FederationError('ATTEMPT_CONFIG', "the coordinator's configuration of the attempt is not JSON");
  }
  const cohort = typeof offered === 'object' && offered !== null && 'cohort' in offered ? offered.cohort : undefined;
  if (!Array.isArray(cohort) || !cohort.every((name): name is string => typeof name === 'string')) {
    throw new FederationError('ATTEMPT_CONFIG', "the coordinator's configuration of the attempt names no cohort");
  }
  const expected = attemptConfig(plan, cohort);
  if (Buffer.compare(expected, config) !== 0) {
    throw new FederationError(
      'ATTEMPT_CONFIG',
      `the coordinator's configuration is not the one this platform's manifest gives: ${differences(offered as object, expected)}; ` +
        'both must run the same manifest and the same version of isthmus',
    );
  }
  const taking = cohort.find((name) => !Object.hasOwn(plan.privacy.sums, name));
  // A platform that only takes the model would hold shares of masks, although t does not count it.
  if (taking !== undefined) {
    throw new FederationError(
      'ATTEMPT_CONFIG',
      `"${taking}" is no member of the masked sum in this manifest, and the coordinator invited it`,
    );
  }
  return cohort;
}

const DIFFERENT: Readonly<Record<keyof AttemptConfig, string>> = {
  manifest: 'the manifest is another one',
  privacy: 'the privacy plan (clips, noise, thresholds) is another one',
  cohort: 'the cohort is not in order',
};

/** Lists the fields of the offered configuration that differ from the expected one, with both values. */
function differences(offered: object, expected: Uint8Array): string {
  const theirs = new Map<string, unknown>(Object.entries(offered));
  const ours = new Map<string, unknown>(
    Object.entries(JSON.parse(new TextDecoder().decode(expected)) as AttemptConfig),
  );
  const found = Object.entries(DIFFERENT).flatMap(([field, text]) => {
    const [there, here] = [theirs, ours].map((config) => canonicalJson(config.get(field) ?? null));
    return there === here ? [] : [`${text} (${field} ${there} there, ${here} here)`];
  });
  const unknown = [...theirs.keys()].filter((field) => !ours.has(field));
  if (unknown.length > 0) found.push(`it has ${unknown.join(', ')}, which this version does not know`);
  return found.length > 0 ? found.join('; ') : 'it is not written canonically';
}

/**
 * Parameters of the session, made from this side's own values and the values that it received.
 * @param model the shared model as received, float32.
 */
export function sessionParameters(
  plan: FederationPlan,
  attempt: {
    readonly round: number;
    readonly attempt: number;
    readonly config: Uint8Array;
    readonly model: Float32Array;
  },
): SessionParameters {
  const { privacy, manifest } = plan;
  return {
    version: PROTOCOL_VERSION,
    federation: manifest.federation,
    round: attempt.round,
    attempt: attempt.attempt,
    modelHash: sha256(new Uint8Array(attempt.model.buffer, attempt.model.byteOffset, attempt.model.byteLength)),
    configHash: sha256(attempt.config),
    cohort: cohortOf(plan, attempt.config).map((name) => ({
      id: name,
      identity: Buffer.from(platformOf(manifest, name).identity, 'base64'),
    })),
    graph: privacy.degree === undefined ? { kind: 'complete' } : { kind: 'harary', degree: privacy.degree },
    threshold: privacy.threshold,
    tNoise: privacy.noiseThreshold,
    colluders: privacy.colluding,
    vectorLength: roundSum(plan).dimension,
    ringBits: privacy.ringBits,
    chunkLength: CHUNK_LENGTH,
  };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
