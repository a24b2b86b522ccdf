/**
 * Which trials also measure the reference rows: of each share of the overlap and seed the first, and the next one where
 * that failed, so that a budget which cannot be planned does not leave the others without their zero line.
 * @module
 */
import type { Job } from './grid.ts';

type Place = Pick<Job, 'overlap' | 'seed'>;

export class ReferenceDuty {
  /** Places that are measured, or being measured. */
  readonly #taken: Set<string>;

  /** @param measured whose reference rows are kept already. */
  constructor(measured: readonly Place[]) {
    this.#taken = new Set(measured.map(keyOf));
  }

  /** The job as it is to run now. */
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
