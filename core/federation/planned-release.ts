/**
 * What a source of this federation releases: a function of the manifest, computed alike by the source and by its targets, which
 * take nothing else from it. Else one source could make a target work without end, or fill its disk.
 * @module
 */
import type { NoiseModel, ReleaseModeName } from '../release/release.ts';
import { releaseMode } from '../release/registry.ts';
import { prototypeSettings } from '../transfer/encoder/release-shape.ts';
import { MAX_CONTENT_BYTES } from './letter-seal.ts';
import { CONTENT_OVERHEAD_BYTES, LETTER_LIMITS } from './letter.ts';
import type { FederationPlan } from './plan.ts';

export interface PlannedRelease {
  /** `none` of a platform that is no source. */
  readonly mode: ReleaseModeName;
  readonly epsilon0: number | null;
  /** Numbers of a representation. */
  readonly dimension: number;
  /** Prototypes that codes are told among; 0 where there are none. */
  readonly cohorts: number;
  /** Persons of one answer. */
  readonly mostPersons: number;
  /** Letters of one answer. */
  readonly mostParts: number;
  /** The last round whose shared model a representation can be of; 0 where none is trained. */
  readonly lastRound: number;
}

/** What an answer, or a part of one, says of itself. */
export interface ToldRelease {
  readonly mode: ReleaseModeName;
  readonly noiseModel: NoiseModel;
  readonly dimension: number;
  readonly modelRound: number;
  readonly parts: number;
  /** Of the answer, as far as it is here. */
  readonly persons: number;
}

/** The manifest's number of persons is public and rounded; more stop nobody. */
const PERSONS_SLACK = 2;
/** Numbers of a noise model are computed in doubles, whose last bits may differ between machines. */
const NOISE_TOLERANCE = 1e-9;

export function plannedRelease(plan: FederationPlan, source: string): PlannedRelease {
  const { shape, strategy, settings, manifest } = plan;
  const { release, epsilon0 } = manifest.privacy;
  const platform = shape.platforms.find(({ name }) => name === source);
  const dimension = strategy.dimension(shape, settings);
  const cohorts = prototypeSettings(shape, dimension)?.cohorts ?? 0;
  const mostPersons = PERSONS_SLACK * (platform?.personsAbout ?? 0);
  return {
    mode: platform?.releases === true ? release : 'none',
    epsilon0,
    dimension,
    cohorts,
    mostPersons,
    mostParts: partsOf(mostPersons, personsInLetter(dimension, cohorts, LETTER_LIMITS.nameCharacters)),
    lastRound: plan.parameters > 0 ? manifest.rounds.count : 0,
  };
}

/** @param nameCharacters of a pseudonym. */
export function personsInLetter(dimension: number, cohorts: number, nameCharacters: number): number {
  const room = MAX_CONTENT_BYTES - CONTENT_OVERHEAD_BYTES - 4 * cohorts * dimension;
  const [expiry, framing] = [4, 4];
  return Math.max(1, Math.floor(room / (4 * dimension + expiry + framing + nameCharacters)));
}

/** Letters for so many persons: a power of two, as many as one at least. */
export function partsOf(persons: number, inOne: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, persons / inOne)));
}

/** Why an answer is not what its source releases by the plan, with both sides; undefined: it is. */
export function releaseProblem(planned: PlannedRelease, told: ToldRelease): string | undefined {
  const { mode, dimension, modelRound, parts, persons, noiseModel } = told;
  if (modelRound > planned.lastRound) return `it is of round ${modelRound}, and there are ${planned.lastRound}`;
  // Who has nobody to release, or is no source, says so.
  if (mode === 'none') {
    return dimension === 0 && persons === 0 && parts === 1 ? undefined : 'it releases nobody, and is not empty';
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

function isPlannedNoise(told: NoiseModel, { mode, epsilon0, dimension, cohorts }: PlannedRelease): boolean {
  const prototypes = told.kind === 'randomised-response' ? told.prototypes : new Float32Array(cohorts * dimension);
  if (prototypes.length !== cohorts * dimension) return false;
  const { noiseModel } = releaseMode(mode, { epsilon0, dimension, prototypes });
  const numbers = (model: NoiseModel): readonly (readonly [string, unknown])[] =>
    Object.entries(model).filter(([name]) => name !== 'prototypes');
  const expected = new Map(numbers(noiseModel));
  return (
    numbers(told).length === expected.size &&
    numbers(told).every(([name, value]) => {
      const planned = expected.get(name);
      if (typeof value !== 'number' || typeof planned !== 'number') return value === planned;
      return Math.abs(value - planned) <= NOISE_TOLERANCE * Math.abs(planned);
    })
  );
}
