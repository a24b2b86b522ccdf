/**
 * Reference rows: what every table carries beside the strategies. One definition each.
 * @module
 */
import type { ColdPerson } from '../../data/cold-person.ts';
import type { Domain } from '../../data/domain.ts';
import type { RandomSource } from '../../random/source.ts';
import type { Factors } from '../factors/implicit-als.ts';

/** What a baseline is given: everything in one place. Which of it a baseline may look at is its `needs`. */
export interface BaselineWorld {
  /** Cold persons' interactions hidden. */
  readonly target: Domain;
  /** Warm persons whose link between target and sources may be used. */
  readonly linked: readonly string[];
  readonly sources: readonly Domain[];
  /**
   * Persons without any interaction in `target` whose hidden positives may be used to choose hyper-parameters: a published
   * split's. Absent: whoever chooses holds warm persons out.
   */
  readonly validation?: readonly ColdPerson[];
  readonly random: RandomSource;
  /** The target's own factors, made once for all baselines of a run: {@link factoriseTarget} on `target`. */
  readonly factors: () => Factors;
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** Scores over the target's catalogue for one person, by id. The array may be the same at every call. */
export type BaselineScorer = (person: string) => Float32Array; /* [items] */

export interface Baseline {
  readonly name: string;
  readonly summary: string;
  /** `target`: its own domain alone. `target+links`: and who is known on both sides. `everything`: all data in one place. */
  readonly needs: 'target' | 'target+links' | 'everything';
  fit(world: BaselineWorld): BaselineScorer;
}
