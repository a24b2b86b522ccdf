/**
 * Decides which trials also measure the reference rows: for each share of the overlap and seed the first trial, or the
 * next one if that fails. So a budget that cannot be planned does not leave the other trials without reference rows.
 * @module
 */
import type { Job } from './grid.ts';

type Place = Pick<Job, 'overlap' | 'seed'>;

export class ReferenceDuty {
  /** Pairs of overlap and seed that are measured, or being measured. */
  readonly #taken: Set<string>;

  /** @param measured pairs whose reference rows are already kept. */
  constructor(measured: readonly Place[]) {
    this.#taken = new Set(measured.map(keyOf));
  }

  /** The job to run now: with the reference rows if nobody has measured them. */
  assign(job: Job): Job {
    const withReferences = !this.#taken.has(keyOf(job));
    if (withReferences) this.#taken.add(keyOf(job));
    return { ...job, withReferences };
  }

  failed(job: Job): void {
    if (job.withReferences) this.#taken.delete(keyOf(job));
  }
}

const keyOf = ({ overlap, seed }: Place): string => JSON.stringify([overlap, seed]);
