/**
 * Shared subspace: all platforms make item vectors together, by subspace iteration over one vocabulary. Every round is one
 * masked sum, so each platform adds only its share of the noise. A person's numbers are their sum over the history.
 *
 * It reads histories alone. Views before it stand beside it: `subspace>shared-subspace` also has item vectors that each
 * source makes on its own. A platform that only takes the shared model (`takes` in the manifest) is in no sum, and uses the
 * vectors for its own persons (core/transfer/newcomer/newcomer.ts).
 *
 * Hardt and Price, NeurIPS 2014, algorithm 1, with the sums of Chien et al., ICML 2021, over platforms.
 * @module
 */
import { z } from 'zod';
import type { History } from '../../data/domain.ts';
import { historyOnVocabulary } from '../../data/vocabulary.ts';
import { encodeHistory, leadingDimensions } from '../encoder/item-vectors.ts';
import { releasedDimension } from '../encoder/release-shape.ts';
import type { SharedSubspaceMethod, SharedSubspaceShape } from '../encoder/shared-subspace.ts';
import {
  advanceSharedSubspace,
  initialSharedSubspace,
  sharedBlocks,
  sharedContributions,
  sharedShapeOf,
  sharedSubspaceMethod,
  unpacked,
} from '../encoder/shared-subspace.ts';
import type { PublicShape } from '../encoder.ts';
import { TransferError } from '../errors.ts';
import { parseSettings } from '../settings.ts';
import { encodingVectors, sharedVectors } from '../spaces/shared-vectors.ts';
import type { Training } from './training.ts';

export interface SharedSubspaceSettings extends SharedSubspaceMethod {
  /** Length of an item's shared vector: 3 to 64. */
  readonly dimension: number;
  /** Rounds whose sums move the directions, 0 to 100. Later ones only improve the counts. */
  readonly steps: number;
}

const defaults: SharedSubspaceSettings = { ...sharedSubspaceMethod, dimension: 32, steps: 100 };

const schema: z.ZodType<SharedSubspaceSettings> = z.strictObject({
  dimension: z.int().min(3).max(64).default(defaults.dimension),
  steps: z.int().min(0).max(100).default(defaults.steps),
  countShare: z.number().min(0.001).max(0.9).default(defaults.countShare),
  weightExponent: z.number().min(0).max(1).default(defaults.weightExponent),
  countFloor: z.number().min(0.1).max(1000).default(defaults.countFloor),
  rowShrink: z.number().min(0).max(4).default(defaults.rowShrink),
});

export const sharedSubspace: Training<SharedSubspaceSettings> = {
  name: 'shared-subspace',
  summary: 'item vectors that all platforms make together over one vocabulary, by subspace iteration in masked rounds',
  reference: 'Hardt and Price, NeurIPS 2014, algorithm 1; Chien et al., ICML 2021',
  readsViews: false,
  portion: 0.6,
  defaults,
  ablation: { off: 'directions as they start, moved by no round', settings: { steps: 0 } },
  settings: (raw) => parseSettings(schema, raw, 'shared-subspace'),
  width: (_, { dimension }, release) => releasedDimension(release, dimension),
  asks: () => [],
  rounds(shape, _, settings) {
    if (shape.rounds < 1) {
      throw new TransferError(
        'TRANSFER_SHAPE',
        'shared-subspace makes its vectors in rounds, and none are planned: set rounds.count to 2',
      );
    }
    return {
      blocks: sharedBlocks(shapeOf(shape, settings)),
      // Not used: `advance` computes the next model.
      optimiser: { name: 'fedavg', learningRate: 1 },
      denominator: 1,
      clip: 1,
      portion: 1,
    };
  },
  initialModel: ({ blocks }, seed) => initialSharedSubspace(sharedShapeOf(blocks), seed),
  advance({ blocks }, settings, shared, opened) {
    const shape = sharedShapeOf(blocks);
    const next = advanceSharedSubspace(shape, shared, opened, settings);
    if (opened.earlier >= settings.steps) next.set(shared.subarray(shape.places), shape.places);
    return next;
  },
  itemVectors: ({ blocks }, settings, shared, places) =>
    sharedVectors(unpacked(sharedShapeOf(blocks), shared), places, settings),
  join({ places, plan, platform, settings, shape }) {
    if (places === undefined) {
      throw new TransferError(
        'TRANSFER_SHAPE',
        `"${platform.name}" has not found its items in the vocabulary: give it the file that the manifest names`,
      );
    }
    const layout = sharedShapeOf(plan.blocks);
    return Promise.resolve({
      contribution(shared) {
        const of = sharedContributions(layout, shared, settings);
        return (batch: readonly History[]) => of(batch.map(({ items }) => historyOnVocabulary(items, places)));
      },
      encode(shared) {
        const subspace = unpacked(layout, shared);
        const vectors = encodingVectors(sharedVectors(subspace, places, settings), subspace.evening);
        const kept = leadingDimensions(vectors, releasedDimension(shape.release, settings.dimension));
        return ({ items }) => encodeHistory(items, kept);
      },
    });
  },
};

function shapeOf({ vocabulary }: PublicShape, { dimension }: SharedSubspaceSettings): SharedSubspaceShape {
  if (vocabulary !== undefined) return { places: vocabulary, dimension };
  throw new TransferError(
    'TRANSFER_SHAPE',
    'shared-subspace sums over the items of several platforms, and the manifest names no vocabulary: add "vocabulary" with the hash of a public file, or with a number of buckets',
  );
}
