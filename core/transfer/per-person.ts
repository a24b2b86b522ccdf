/**
 * The only form in which a piece that carries a claim meets private data: a function from one history to one
 * contribution. It gets histories in batches, for speed; a contribution must be the same in any batch and in any order.
 * Types only.
 * @module
 */
import type { History } from '../data/domain.ts';
import type { Contribution } from '../privacy/mechanism/mechanism.ts';

/** Yields one contribution per history, in their order. Read each before you ask for the next, which may use its memory again. */
export type PerPerson = (batch: readonly History[]) => Iterable<Contribution>;

/** A platform's own charged sums, over all of its persons. */
export interface PersonSums {
  /**
   * The noisy sum of everybody's contribution, charged before it is returned.
   * @throws PrivacyError PRIVACY_UNDECLARED_SUM, PRIVACY_BUDGET_EXHAUSTED.
   */
  release(label: string, of: PerPerson): Promise<Float64Array>;
  /** Standard deviation of the noise in one coordinate of this sum, in the piece's units; 0 without privacy. */
  noiseDeviation(label: string): number;
}

/** A kind of noisy sum that one platform releases alone. It holds only public facts. */
export interface Ask {
  /** Unique within an encoder, e.g. `encoder/counts`. */
  readonly label: string;
  /** Number of coordinates. */
  readonly dimension: number;
  /** L2 bound on one person's contribution, in the piece's units. */
  readonly clip: number;
  /** Number of times it is released. */
  readonly repetitions: number;
  /** Share of the piece's budget (of zero-concentrated DP) for all repetitions together, relative to its other sums. */
  readonly portion: number;
}
