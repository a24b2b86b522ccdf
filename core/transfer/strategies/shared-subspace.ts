/**
 * Shared subspace: all platforms make item vectors together, by subspace iteration over one vocabulary. Every round is one
 * masked sum, so each platform adds only its share of the noise. A person's representation is their sum over the history.
 *
 * A platform may make item vectors of its own beside the shared ones (`ownShare`): it splits the budget between both. A
 * platform that only takes the shared model (`takes` in the manifest) is in no sum, and uses the vectors for its own persons
 * (core/transfer/newcomer/newcomer.ts).
 *
 * Hardt and Price, NeurIPS 2014, algorithm 1, with the sums of Chien et al., ICML 2021, over platforms.
 * @module
 */
import { z } from 'zod';
import type { Domain } from '../../data/domain.ts';
import { onVocabulary } from '../../data/vocabulary.ts';
import type { Contribution, SumQuery } from '../../privacy/mechanism/mechanism.ts';
import { isLocalMode } from '../../release/registry.ts';
import type { ItemVectors } from '../encoder/item-vectors.ts';
import { encodeHistory, leadingDimensions } from '../encoder/item-vectors.ts';
import { subspaceDefaults, subspaceQueries, trainSubspace } from '../encoder/private-subspace.ts';
import type { SubspaceSettings } from '../encoder/private-subspace.ts';
import { releasedDimension, releaseQueries } from '../encoder/release-shape.ts';
import type { SharedSubspaceMethod, SharedSubspaceShape } from '../encoder/shared-subspace.ts';
import {
  advanceSharedSubspace,
  initialSharedSubspace,
  sharedBlocks,
  sharedContributions,
  sharedShapeOf,
  sharedSize,
  sharedSubspaceMethod,
  unpacked,
} from '../encoder/shared-subspace.ts';
import type { PlatformContext, PublicShape, SharedModel, TransferStrategy } from '../encoder.ts';
import { TransferError } from '../errors.ts';
import { isSource, publicPlatform } from '../public-shape.ts';
import { parseSettings } from '../settings.ts';
import { encodingVectors, sharedVectors } from '../spaces/shared-vectors.ts';
import { EncoderModel } from './encoder-model.ts';

export interface SharedSubspaceSettings extends SharedSubspaceMethod {
  /** Length of an item's shared vector: 3 to 64. */
  readonly dimension: number;
  /**
   * Share of the budget (of zero-concentrated DP) for item vectors that each source makes alone; 0: none. A local release
   * mode has none.
   */
  readonly ownShare: number;
  /** Length of an item's own vector, if there are own vectors: 3 to 32. */
  readonly ownDimension: number;
}

const defaults: SharedSubspaceSettings = { ...sharedSubspaceMethod, dimension: 32, ownShare: 0, ownDimension: 16 };

const schema: z.ZodType<SharedSubspaceSettings> = z.strictObject({
  dimension: z.int().min(3).max(64).default(defaults.dimension),
  ownShare: z.number().min(0).max(0.9).default(defaults.ownShare),
  ownDimension: z.int().min(3).max(32).default(defaults.ownDimension),
  countShare: z.number().min(0.001).max(0.9).default(defaults.countShare),
  weightExponent: z.number().min(0).max(1).default(defaults.weightExponent),
  countFloor: z.number().min(0.1).max(1000).default(defaults.countFloor),
  rowShrink: z.number().min(0).max(4).default(defaults.rowShrink),
});

export const sharedSubspace: TransferStrategy<SharedSubspaceSettings> = {
  name: 'shared-subspace',
  summary: 'item vectors that all platforms make together over one vocabulary, by subspace iteration in masked rounds',
  reference: 'Hardt and Price, NeurIPS 2014, algorithm 1; Chien et al., ICML 2021',
  privacy: 'private-encoder',
  defaults,
  settings: (raw) => parseSettings(schema, raw, 'shared-subspace'),
  queries(shape, platform, settings) {
    const { items, releases } = publicPlatform(shape, platform);
    if (shape.rounds < 1) {
      throw new TransferError(
        'TRANSFER_SHAPE',
        'shared-subspace makes its vectors in rounds, and none are planned: set rounds.count to 2',
      );
    }
    const own = ownShareOf(shape, settings);
    const round = (share: number): SumQuery => ({
      label: 'round',
      dimension: sharedSize(shapeOf(shape, settings)),
      // The plan splits the bound over the platforms a person may be on. With this factor each of them keeps 1.
      clip: Math.min(shape.maxPlatformsPerPerson, shape.platforms.length),
      repetitions: shape.rounds,
      relativeNoise: Math.sqrt(shape.rounds / (share * (1 - own))),
      scope: 'federation',
    });
    return releaseQueries(shape, platform, this.dimension(shape, settings), (share) => [
      ...(releases && own > 0 ? subspaceQueries(items, ownSettings(settings), share * own) : []),
      round(share),
    ]);
  },
  dimension: (shape, settings) =>
    releasedDimension(shape, settings.dimension) + (ownShareOf(shape, settings) > 0 ? settings.ownDimension : 0),
  plan: (shape, settings) => ({
    blocks: sharedBlocks(shapeOf(shape, settings)),
    // Not used: `advance` computes the next model.
    optimiser: { name: 'fedavg', learningRate: 1 },
    denominator: 1,
  }),
  initialModel: ({ blocks }, seed) => initialSharedSubspace(sharedShapeOf(blocks), seed),
  advance: ({ blocks }, settings, shared, opened) =>
    advanceSharedSubspace(sharedShapeOf(blocks), shared, opened, settings),
  join: (context) => new SubspaceModel(context),
};

class SubspaceModel extends EncoderModel {
  readonly #context: PlatformContext<SharedSubspaceSettings>;
  readonly #shape: SharedSubspaceShape;
  readonly #places: Int32Array;
  readonly #known: { shared?: ItemVectors; own?: ItemVectors };

  constructor(context: PlatformContext<SharedSubspaceSettings>) {
    const { domain, onProgress, plan, random, settings, shape, signal } = context;
    const known: { shared?: ItemVectors; own?: ItemVectors } = {};
    super(context, async (sums) => {
      if (ownShareOf(shape, settings) > 0 && isSource(shape, domain.name)) {
        known.own = await trainSubspace(domain, domain.catalogue.length, ownSettings(settings), sums, random, {
          onProgress: (fraction) => onProgress?.('encoder', fraction),
          ...(signal && { signal }),
        });
      }
      return ({ items }) => {
        if (known.shared === undefined) {
          throw new TransferError(
            'TRANSFER_NOT_PREPARED',
            'there are no shared vectors yet: adopt a shared model first',
          );
        }
        const together = encodeHistory(items, known.shared);
        return known.own === undefined ? together : sideBySide(together, encodeHistory(items, known.own));
      };
    });
    this.#context = context;
    this.#known = known;
    this.#shape = sharedShapeOf(plan.blocks);
    this.#places = placesIn(domain);
  }

  override contributions(shared: SharedModel, _round: number): Iterable<Contribution> {
    const { domain, settings } = this.#context;
    return sharedContributions(onVocabulary(domain, this.#places), this.#shape, shared, settings);
  }

  override adopt(shared: SharedModel): Promise<void> {
    const { settings, shape } = this.#context;
    const subspace = unpacked(this.#shape, shared);
    const vectors = encodingVectors(sharedVectors(subspace, this.#places, settings), subspace.evening);
    this.#known.shared = leadingDimensions(vectors, releasedDimension(shape, settings.dimension));
    return Promise.resolve();
  }
}

function placesIn({ name, places }: Domain): Int32Array {
  if (places !== undefined) return places;
  throw new TransferError(
    'TRANSFER_SHAPE',
    `"${name}" has not found its items in the vocabulary: give it the file that the manifest names`,
  );
}

function shapeOf({ vocabulary }: PublicShape, { dimension }: SharedSubspaceSettings): SharedSubspaceShape {
  if (vocabulary !== undefined) return { places: vocabulary, dimension };
  throw new TransferError(
    'TRANSFER_SHAPE',
    'shared-subspace sums over the items of several platforms, and the manifest names no vocabulary: add "vocabulary" with the hash of a public file, or with a number of buckets',
  );
}

/** A local release mode carries too few numbers for own vectors beside the shared ones. */
function ownShareOf({ release }: PublicShape, { ownShare }: SharedSubspaceSettings): number {
  return release !== undefined && isLocalMode(release.mode) ? 0 : ownShare;
}

function ownSettings({ ownDimension }: SharedSubspaceSettings): SubspaceSettings {
  return { ...subspaceDefaults, dimension: ownDimension };
}

/** Both vectors at half of the squared length each. */
function sideBySide(first: Float32Array, second: Float32Array): Float32Array {
  const out = new Float32Array(first.length + second.length);
  out.set(first);
  out.set(second, first.length);
  return out.map((value) => value * Math.SQRT1_2);
}
