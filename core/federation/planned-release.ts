/**
 * The release that a source of this federation makes: a function of the manifest, which the source and its targets compute
 * alike. A target accepts no other release: otherwise a source could keep a target busy without end, or fill its disk.
 * @module
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../encoding/canonical-json.ts';
import { releaseBound, releaseMode } from '../release/registry.ts';
import type { ReleaseModeName } from '../release/registry.ts';
import type { NoiseModel, SentHistory } from '../release/release.ts';
import { prototypeSettings } from '../transfer/encoder/release-shape.ts';
import { MAX_CONTENT_BYTES } from './letter-seal.ts';
import { CONTENT_OVERHEAD_BYTES, LETTER_LIMITS } from './letter.ts';
import type { FederationPlan } from './plan.ts';
import type { Purpose } from './purposes.ts';

export interface PlannedRelease {
  /** `none` for a platform that is no source. */
  readonly mode: ReleaseModeName;
  readonly epsilon0: number | null;
  /** Dimension of a representation. */
  readonly dimension: number;
  /** Number of prototypes among which a code chooses; 0 without prototypes. */
  readonly cohorts: number;
  /** Most persons per answer. */
  readonly mostPersons: number;
  /** Most letters per answer. */
  readonly mostParts: number;
  /** Largest round whose shared model can make a representation; 0 if none takes part in it. */
  readonly lastRound: number;
  /** Purposes that a person's consent must name. */
  readonly purposes: readonly Purpose[];
  /** Absent if no history is sent itself. */
  readonly history?: SentHistory;
}

/** The description that an answer, or a part of one, gives of itself. */
export interface ToldRelease {
  readonly mode: ReleaseModeName;
  readonly noiseModel: NoiseModel;
  readonly dimension: number;
  readonly modelRound: number;
  readonly parts: number;
  /** Number of persons in the answer, as far as it has arrived. */
  readonly persons: number;
}

/**
 * Factor above the manifest's number of persons that is still accepted: that number is public and rounded, and more
 * persons are allowed.
 */
const PERSONS_SLACK = 2;
/**
 * Tolerance for the numbers of a noise model: they are computed in doubles, whose last bits may differ between
 * machines.
 */
const NOISE_TOLERANCE = 1e-9;

export function plannedRelease(plan: FederationPlan, source: string): PlannedRelease {
  const { shape, encoder, manifest } = plan;
  const { release, epsilon0 } = manifest.privacy;
  const platform = shape.platforms.find(({ name }) => name === source);
  const dimension = encoder.dimension(shape);
  const history = platform && encoder.historyBox(shape, source);
  const cohorts = prototypeSettings(shape, dimension)?.cohorts ?? 0;
  const mostPersons = PERSONS_SLACK * (platform?.personsAbout ?? 0);
  return {
    mode: platform?.releases === true ? release : 'none',
    epsilon0,
    dimension,
    cohorts,
    mostPersons,
    mostParts: partsOf(mostPersons, personsInLetter(dimension, cohorts, LETTER_LIMITS.nameCharacters)),
    // A map is learnt from representations, and is no part of them.
    lastRound: plan.parameters > 0 && !plan.learnsMap ? manifest.rounds.count : 0,
    purposes: purposesOf(plan),
    ...(history && { history }),
  };
}

/** Purposes that a person's consent must name before a source of this federation releases anything of the person. */
export function purposesOf({ encoder, manifest, shape }: FederationPlan): readonly Purpose[] {
  const sendsHistory = releaseBound(manifest.privacy.release) === 'unbounded' && encoder.ownNumbers(shape) > 0;
  return sendsHistory ? ['history'] : [];
}

/**
 * Fingerprint of everything that determines a source's encoder besides its data and the shared model, lower-case hex. It stays the
 * same in a later version of the manifest for a platform that stays. So its sums and codes stay too, and none is drawn again.
 */
export function encoderFingerprint({ manifest, encoder, privacy }: FederationPlan, source: string): string {
  const own = (privacy.sums[source] ?? []).filter(({ scope }) => scope === 'platform');
  const terms = [manifest.federation, manifest.seed, encoder.spec, own];
  return createHash('sha256').update(canonicalJson(terms)).digest('hex');
}

/**
 * Most persons in one letter. Sealing, storing and reading a letter each block the event loop, with more persons for longer
 * than 20 ms.
 */
const MOST_IN_LETTER = 4096;

/** @param nameCharacters length of a pseudonym. */
export function personsInLetter(dimension: number, cohorts: number, nameCharacters: number): number {
  const room = MAX_CONTENT_BYTES - CONTENT_OVERHEAD_BYTES - 4 * cohorts * dimension;
  const [expiry, framing] = [4, 4];
  const fitting = Math.floor(room / (4 * dimension + expiry + framing + nameCharacters));
  return Math.max(1, Math.min(MOST_IN_LETTER, fitting));
}

/** Number of letters for this many persons: a power of two, at least 1. @param inOne most persons in one letter. */
export function partsOf(persons: number, inOne: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, persons / inOne)));
}

/**
 * The reason why an answer differs from the release that the plan allows its source, with both values; undefined if it
 * does not differ.
 */
export function releaseProblem(planned: PlannedRelease, told: ToldRelease): string | undefined {
  const { mode, dimension, modelRound, parts, persons, noiseModel } = told;
  if (modelRound > planned.lastRound) return `it is of round ${modelRound}, and there are ${planned.lastRound}`;
  // A source without anybody to release, or a platform that is no source, answers with mode `none`.
  if (mode === 'none') {
    const isEmpty = dimension === 0 && persons === 0 && parts === 1 && isPlannedNoise(noiseModel, NOBODY);
    return isEmpty ? undefined : 'it releases nobody, and is not empty';
  }
  if (mode !== planned.mode) return `its mode is ${mode}, and its source's is ${planned.mode}`;
  if (dimension !== planned.dimension) {
    return `its representations have ${dimension} numbers, and its source's have ${planned.dimension}`;
  }
  if (parts > planned.mostParts)
    return `it comes in ${parts} letters, and its source needs ${planned.mostParts} at most`;
  if (persons > planned.mostPersons) {
    return `it names ${persons} persons, and by the manifest its source has ${planned.mostPersons} at most`;
  }
  return isPlannedNoise(noiseModel, planned) ? undefined : 'its noise is not that of its mode, dimension and epsilon0';
}

type PlannedNoise = Pick<PlannedRelease, 'mode' | 'epsilon0' | 'dimension' | 'cohorts'>;

const NOBODY: PlannedNoise = { mode: 'none', epsilon0: null, dimension: 0, cohorts: 0 };

function isPlannedNoise(told: NoiseModel, { mode, epsilon0, dimension, cohorts }: PlannedNoise): boolean {
  const { numbers: said = {}, prototypes = new Float32Array(0) } = told;
  if (prototypes.length !== cohorts * dimension) return false;
  const { kind, numbers = {} } = releaseMode(mode, { epsilon0, dimension, prototypes }).noiseModel;
  return (
    told.kind === kind &&
    Object.keys(said).length === Object.keys(numbers).length &&
    Object.entries(numbers).every(
      ([name, planned]) => Math.abs((said[name] ?? NaN) - planned) <= NOISE_TOLERANCE * Math.abs(planned),
    )
  );
}
