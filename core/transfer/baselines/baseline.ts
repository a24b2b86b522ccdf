/**
 * Reference rows that every table shows beside the strategies. Each baseline is defined once.
 * @module
 */
import type { ColdPerson } from '../../data/cold-person.ts';
import type { Domain } from '../../data/domain.ts';
import type { RandomSource } from '../../random/source.ts';
import type { Factorise } from '../factors/factor-memory.ts';

/** All data in one place, which every baseline receives. Its `needs` say which part it may use. */
export interface BaselineWorld {
  /** The target's domain, without the interactions of cold persons. */
  readonly target: Domain;
  /** Warm persons whose link between target and sources may be used. */
  readonly linked: readonly string[];
  readonly sources: readonly Domain[];
  /**
   * Persons without any interaction in `target` whose hidden positives may be used to choose hyper-parameters: the
   * validation persons of a published split. Absent: a baseline that chooses holds out warm persons.
   */
  readonly validation?: readonly ColdPerson[];
  readonly random: RandomSource;
  /** Factorises the target, a part of its persons, or a source; each domain once. */
  readonly factorise: Factorise;
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** Scores over the target's catalogue for one person, by id. Every call may return the same array. */
export type BaselineScorer = (person: string) => Float32Array; /* [items] */

export interface Baseline {
  readonly name: string;
  readonly summary: string;
  /**
   * `target`: the target's domain only. `target+links`: also the persons known on both sides. `everything`: all data in
   * one place.
   */
  readonly needs: 'target' | 'target+links' | 'everything';
  fit(world: BaselineWorld): BaselineScorer;
}
