/**
 * A map between vocabularies: from a source's representations to the items of a vocabulary that the targets have in common. It
 * is learnt in rounds after the releases, from persons whom a target knows on both sides (linked-products.ts). A target that knows
 * nobody on both sides makes first lists with it (core/transfer/decoder/mapped-list.ts).
 * @module
 */
import type { OpenedRound, PublicShape, SharedModel, SharedPlan } from '../encoder.ts';
import { TransferError } from '../errors.ts';
import type { RoundsPlan } from './training.ts';

/** How an expression and a setting name the map: `subspace>map`, `map.portion=0.5`. */
export const MAP = 'map';

/** A third of the budget: the source's sums are the two others. */
export const USUAL_MAP_PORTION = 1 / 3;

/** @param dimension numbers of a representation. @throws TransferError TRANSFER_SHAPE, saying what no map can be learnt without. */
export function mapRounds(shape: PublicShape, dimension: number): Omit<RoundsPlan, 'portion'> {
  const { maxPlatformsPerPerson, platforms, release, rounds, vocabulary } = shape;
  if (vocabulary === undefined) {
    throw refused('the targets have no items in common: add "vocabulary" to the manifest (--vocabulary)');
  }
  if (rounds < 1) throw refused('it is summed in a round after the releases: set rounds.count to 1');
  if (maxPlatformsPerPerson < 2) {
    throw refused('a linked person is on two platforms at least: set maxPlatformsPerPerson to 2');
  }
  if (release?.mode === 'none') throw refused('release mode none sends no representation: choose raw, ldp or cohort');
  const sources = sourcesOf(platforms);
  if (sources.length === 0) throw refused('no platform is a source: name one in privacy.sources');
  return {
    blocks: sources.map(({ name }) => ({ name, shape: [vocabulary, dimension] })),
    // Not used: `nextMap` computes the next model.
    optimiser: { name: 'fedavg', learningRate: 1 },
    denominator: 1,
    clip: 1,
  };
}

/** The map before the first round: zeros. */
export function emptyMap({ blocks }: SharedPlan): SharedModel {
  return new Float32Array(blocks.reduce((sum, { shape: [places, dimension] }) => sum + places * dimension, 0));
}

/** The mean of the sums that were opened so far. */
export function nextMap(shared: SharedModel, { earlier, sum }: OpenedRound): SharedModel {
  return shared.map((value, at) => value + (sum[at] - value) / (earlier + 1));
}

function sourcesOf(platforms: PublicShape['platforms']): PublicShape['platforms'] {
  return platforms.filter(({ releases }) => releases);
}

function refused(why: string): TransferError {
  return new TransferError('TRANSFER_SHAPE', `no map can be learnt: ${why}`);
}
