/** What a target is told about one person: bits of the padded vector at the coarsest numbers that cost next to no quality. */
import { evaluateColdStart } from '../../core/evaluation/evaluate.ts';
import { gains } from '../../core/evaluation/metrics.ts';
import { TOLD_TOLERANCE } from '../../core/evaluation/results.ts';
import { bitsOf, boxOf, coarsestBits, quantised, roundedNumbers, WHOLE_BITS } from '../../core/release/quantise.ts';
import type { Decoder } from '../../core/transfer/decoder/decoder.ts';
import type { Federated } from '../../simulations/in-one-process.ts';
import type { Trial } from './settings.ts';

export interface Told {
  /** Bits of one person's vectors. */
  readonly told: number;
  /** Numbers that are rounded, of the first source, and bits of each. */
  readonly numbers: number;
  readonly bits: number;
  /** NDCG@10 by kind of negatives, of the vectors as they are and of the rounded ones. */
  readonly whole: Readonly<Record<string, number>>;
  readonly rounded: Readonly<Record<string, number>>;
}

/** The decoder stays as it was fitted, on unrounded vectors. Quality is the mean NDCG@10 over all kinds of negatives. */
export function toldBy(
  decoder: Decoder,
  { received, releasedOf }: Pick<Federated, 'received' | 'releasedOf'>,
  { negatives, split }: Pick<Trial, 'negatives' | 'split'>,
  seed: number,
): Told {
  const boxes = new Map(received.map((one) => [one.source, boxOf(one)]));
  const figures = new Map<number, Record<string, number>>();
  const measured = (bits: number): Record<string, number> => {
    const rounded = (person: string): ReturnType<typeof releasedOf> =>
      releasedOf(person).map(({ source, vector }) => {
        const box = boxes.get(source);
        return { source, vector: box === undefined ? vector : quantised(vector, box, bits) };
      });
    const found =
      figures.get(bits) ??
      Object.fromEntries(
        evaluateColdStart({
          scorer: (_, { person }) => decoder.score(rounded(person)),
          cold: split.cold,
          items: split.target.catalogue.length,
          negatives,
          seed,
        }).map(({ negatives: kind, ranks }) => [
          kind,
          ranks.reduce((sum, rank) => sum + gains.ndcg(rank, 10) / ranks.length, 0),
        ]),
      );
    figures.set(bits, found);
    return found;
  };
  const quality = (bits: number): number => {
    const values = Object.values(measured(bits));
    return values.reduce((sum, value) => sum + value / values.length, 0);
  };
  const all = [...boxes.values()];
  const bits = all.every((box) => roundedNumbers(box) === 0) ? WHOLE_BITS : coarsestBits(quality, TOLD_TOLERANCE);
  return {
    told: bitsOf(all, bits),
    numbers: roundedNumbers(all[0]),
    bits,
    whole: measured(WHOLE_BITS),
    rounded: measured(bits),
  };
}
