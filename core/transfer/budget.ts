/**
 * How a federation's budget (of zero-concentrated DP) is split: between the pieces of an encoder, and between the sums of
 * a piece. It happens here alone.
 * @module
 */
import type { SumQuery } from '../privacy/mechanism/mechanism.ts';
import { TransferError } from './errors.ts';
import type { Ask } from './per-person.ts';

/** @param portion share of the whole, above 0; null: an equal part of what the others leave. */
export interface Charging {
  readonly name: string;
  readonly portion: number | null;
}

/**
 * The share of each piece, in their order; the shares sum to 1. If a piece has no portion, the given portions are kept and the pieces
 * without one share the rest. Otherwise the portions are scaled to sum 1.
 * @throws TransferError TRANSFER_SETTING if given portions leave nothing for a piece without one.
 */
export function sharesOf(pieces: readonly Charging[]): readonly number[] {
  const given = pieces.reduce((sum, { portion }) => sum + (portion ?? 0), 0);
  const open = pieces.filter(({ portion }) => portion === null);
  if (open.length === 0) return pieces.map(({ portion }) => (portion ?? 0) / given);
  if (given >= 1) {
    throw new TransferError(
      'TRANSFER_SETTING',
      `portions of ${given} leave nothing of the budget for ${open.map(({ name }) => name).join(', ')}: choose portions below 1 in all`,
    );
  }
  return pieces.map(({ portion }) => portion ?? (1 - given) / open.length);
}

/** A platform's own sum. @param share of the whole budget for the piece that asks. */
export function ownQuery({ portion, ...ask }: Ask, share: number): SumQuery {
  return { ...ask, relativeNoise: relativeNoise(share * portion, ask.repetitions), scope: 'platform' };
}

/** Noise of each of several equal releases that together take this share of the budget. */
export function relativeNoise(share: number, repetitions: number): number {
  return 1 / Math.sqrt(share / repetitions);
}
