/**
 * One transfer in one process: what sources release by an encoder, and what the target's decoder makes of it.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import { evaluateColdStart } from '../../core/evaluation/evaluate.ts';
import { gains } from '../../core/evaluation/metrics.ts';
import { uniformNegatives } from '../../core/evaluation/negatives.ts';
import type { ColdSplit } from '../../core/evaluation/split.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import type { Decoder } from '../../core/transfer/decoder/decoder.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import type { PublicRelease } from '../../core/transfer/encoder.ts';
import type { Factorise } from '../../core/transfer/factors/factor-memory.ts';
import { DEFAULT_DECODER } from '../../core/transfer/readouts/registry.ts';
import { decodersOf, federate } from '../in-one-process.ts';
import type { Federated } from '../in-one-process.ts';

export interface TransferOptions {
  readonly sources: readonly Domain[];
  readonly split: ColdSplit;
  readonly seed: string;
  /** Expression or published name of an encoder. */
  readonly encoder: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Total epsilon; null without noise. */
  readonly epsilon: number | null;
  /** Form of the release; absent: raw. */
  readonly release?: PublicRelease;
  /** Shared by several transfers to one target, so that each domain is factorised once; absent: one of its own. */
  readonly factorise?: Factorise;
}

export interface Transfer {
  readonly decoder: Decoder;
  readonly federated: Federated;
  /** Scores of the target's items for a person, from what the sources released. */
  readonly score: (person: string) => Float32Array;
}

/** The default decoder reads the encoder's releases. */
export async function transferOf({ encoder, settings, ...options }: TransferOptions): Promise<Transfer> {
  const { seed, split } = options;
  const { factorise = factorMemory(seed).factorise } = options;
  const federated = await federate({ ...options, encoder: encoderNamed(encoder, settings), delta: 1e-6, factorise });
  const [decoder] = decodersOf(federated, { split, factorise, seed }, [DEFAULT_DECODER]);
  return { decoder, federated, score: (person) => decoder.score(federated.releasedOf(person)) };
}

/** NDCG@10 over the hidden items of cold persons. @param negatives per positive, drawn uniformly */
export function coldNdcg(
  { cold, target }: ColdSplit,
  score: (person: string) => Float32Array,
  seed: string,
  negatives = 99,
): number {
  const [ranked] = evaluateColdStart({
    scorer: (_, { person }) => score(person),
    cold,
    items: target.catalogue.length,
    negatives: [uniformNegatives({ target, n: negatives, seed })],
    seed,
  });
  return ranked.ranks.reduce((sum, rank) => sum + gains.ndcg(rank, 10), 0) / ranked.ranks.length;
}
