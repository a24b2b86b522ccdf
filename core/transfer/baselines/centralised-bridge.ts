/**
 * The linear bridge with all data in one place, as a candidate of the ceiling. Without it a strategy could have a
 * better decoder than the ceiling.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import type { Prng } from '../../random/prng.ts';
import { fitDecoder } from '../decoder/decoder.ts';
import type { Factorise } from '../factors/factor-memory.ts';
import type { BaselineScorer } from './baseline.ts';
import type { SourceEncoder } from './source-profiles.ts';

/** @param train persons of `target` whose link to the sources may be used. */
export function fitCentralisedBridge(
  target: Domain,
  train: readonly string[],
  encoders: readonly SourceEncoder[],
  factorise: Factorise,
  random: Prng,
): BaselineScorer {
  const received = encoders.map(({ dimension, represent, source }) => {
    const vectors = new Float32Array(train.length * dimension);
    train.forEach((person, row) => {
      vectors.set(represent(person), row * dimension);
    });
    return {
      source,
      noiseModel: { kind: 'exact' },
      dimension,
      persons: train,
      vectors,
    };
  });
  const decoder = fitDecoder({ domain: target, factorise, random }, received);
  return (person) => decoder.score(encoders.map(({ represent, source }) => ({ source, vector: represent(person) })));
}
