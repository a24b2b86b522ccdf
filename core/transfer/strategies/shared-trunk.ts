/**
 * Shared trunk: an autoencoder whose item-sized layers are each platform's own differentially private item vectors,
 * which stay fixed, and whose small trunk is common to all platforms and trained in few rounds through the masked sum.
 * A person's representation is the bottleneck; the decoder stays at the target.
 *
 * A platform that releases nothing needs no item vectors. It takes part in the rounds with its share of the noise and
 * without any person's data, which spares its persons the epsilon of an encoder.
 *
 * AutoRec (Sedhain et al., WWW 2015, eq. 1) with the input and output layers held fixed; denoising by halves of a
 * history instead of random masks (Vincent et al., JMLR 2010); DP federated learning with per-person contributions
 * (McMahan et al., ICLR 2018, algorithm 1, everybody in every round) and adaptive server steps (Reddi et al., ICLR
 * 2021).
 * @module
 */
import { z } from 'zod';
import type { Contribution, SumQuery } from '../../privacy/mechanism/mechanism.ts';
import { subspaceDefaults, subspaceQueries, trainSubspace } from '../encoder/private-subspace.ts';
import type { SubspaceSettings } from '../encoder/private-subspace.ts';
import { releaseQueries } from '../encoder/release-shape.ts';
import { TransferError } from '../errors.ts';
import { isSource, publicPlatform } from '../public-shape.ts';
import { parseSettings } from '../settings.ts';
import type { PlatformContext, SharedModel, SharedPlan, TransferStrategy } from '../encoder.ts';
import { EXAMPLES } from '../trunk/gradients.ts';
import { COMMON_INPUTS, momentsQuery } from '../trunk/history-inputs.ts';
import type { TrunkShape } from '../trunk/network.ts';
import { initialTrunk, trunkBlocks, trunkShapeOf, trunkSize } from '../trunk/network.ts';
import { TrunkTraining } from '../trunk/training.ts';
import { EncoderModel } from './encoder-model.ts';

export interface SharedTrunkSettings {
  /** Length of an item's vector, 16 to 32. */
  readonly itemDimension: number;
  /** Steps of the subspace iteration that makes the item vectors. */
  readonly steps: number;
  /** Width of the hidden layers. */
  readonly hidden: number;
  /** Length of a representation, 4 to 32: the trunk's bottleneck and a constant. */
  readonly bottleneck: number;
  /** Bound on one person's update on one platform. Inputs have length up to 1, and most updates 0.2 to 0.5. */
  readonly clip: number;
  /** Share of the budget (of zero-concentrated DP) for all rounds together. */
  readonly roundShare: number;
  /** Share of the budget for the moments of the inputs. The item vectors get the rest. */
  readonly momentShare: number;
  readonly optimiser: 'fedavg' | 'fedadam';
  readonly learningRate: number;
}

const defaults: SharedTrunkSettings = {
  itemDimension: 16,
  steps: 3,
  hidden: 32,
  bottleneck: 16,
  clip: 0.5,
  roundShare: 0.05,
  momentShare: 0.03,
  optimiser: 'fedavg',
  learningRate: 2,
};

const share = z.number().min(0.001).max(0.9);

const schema: z.ZodType<SharedTrunkSettings> = z
  .strictObject({
    itemDimension: z.int().min(16).max(32).default(defaults.itemDimension),
    steps: z.int().min(1).max(10).default(defaults.steps),
    hidden: z.int().min(1).max(4096).default(defaults.hidden),
    bottleneck: z.int().min(4).max(32).default(defaults.bottleneck),
    clip: z.number().min(0.01).max(100).default(defaults.clip),
    roundShare: share.default(defaults.roundShare),
    momentShare: share.default(defaults.momentShare),
    optimiser: z.enum(['fedavg', 'fedadam']).default(defaults.optimiser),
    learningRate: z.number().positive().max(100).default(defaults.learningRate),
  })
  .refine(({ momentShare, roundShare }) => momentShare + roundShare < 1, 'roundShare + momentShare must be below 1')
  .refine(
    ({ bottleneck, itemDimension }) => bottleneck <= itemDimension + COMMON_INPUTS + 1,
    `bottleneck must be at most itemDimension + ${COMMON_INPUTS + 1}`,
  );

const momentsLabel = 'encoder/moments';
const roundLabel = 'round';
/**
 * Share of the passed inputs that the untrained trunk returns: halfway between trusting a direction fully and not at
 * all.
 */
const ECHO = 0.5;

export const sharedTrunk: TransferStrategy<SharedTrunkSettings> = {
  name: 'shared-trunk',
  summary: "an autoencoder between each platform's private item vectors, its small trunk trained together in rounds",
  reference: 'AutoRec, Sedhain et al., WWW 2015, eq. 1; McMahan et al., ICLR 2018; Reddi et al., ICLR 2021',
  privacy: 'private-encoder',
  defaults,
  settings: (raw) => parseSettings(schema, raw, 'shared-trunk'),
  queries(shape, platform, settings) {
    const { momentShare, roundShare } = settings;
    const itemShare = 1 - momentShare - (shape.rounds > 0 ? roundShare : 0);
    const trunk = trunkShape(settings);
    const { items, releases } = publicPlatform(shape, platform);
    const encoder = (share: number): readonly SumQuery[] => [
      ...subspaceQueries(items, subspaceSettings(settings), share * itemShare),
      momentsQuery(momentsLabel, trunk.inputs, 1 / Math.sqrt(share * momentShare)),
    ];
    const round = (share: number): SumQuery => ({
      label: roundLabel,
      dimension: trunkSize(trunk),
      // The plan splits the bound over the platforms a person may be on. With this factor each of them keeps `clip`.
      clip: settings.clip * Math.min(shape.maxPlatformsPerPerson, shape.platforms.length),
      repetitions: shape.rounds,
      relativeNoise: Math.sqrt(shape.rounds / (share * roundShare)),
      outerProducts: EXAMPLES,
      scope: 'federation',
    });
    return releaseQueries(shape, platform, settings.bottleneck, (share) => [
      ...(releases ? encoder(share) : []),
      ...(shape.rounds > 0 ? [round(share)] : []),
    ]);
  },
  dimension: (_, { bottleneck }) => bottleneck,
  plan(shape, settings): SharedPlan {
    return {
      blocks: trunkBlocks(trunkShape(settings)),
      optimiser: { name: settings.optimiser, learningRate: settings.learningRate },
      denominator: shape.platforms.reduce((sum, platform) => sum + platform.personsAbout, 0),
    };
  },
  initialModel(plan, seed) {
    const shape = trunkShapeOf(plan.blocks);
    return initialTrunk(shape, passedInputs(shape), ECHO, seed);
  },
  join(context) {
    return new TrunkModel(context);
  },
};

/** The trunk as an encoder. */
class TrunkModel extends EncoderModel {
  readonly #training: TrunkTraining;
  readonly #releases: boolean;

  constructor(context: PlatformContext<SharedTrunkSettings>) {
    const { backend, domain, onProgress, plan, random, settings, shape, signal } = context;
    const releases = isSource(shape, domain.name);
    const training = new TrunkTraining({
      domain,
      backend,
      shape: trunkShapeOf(plan.blocks),
      momentsLabel,
      trainItemVectors: (sums) =>
        trainSubspace(domain, domain.catalogue.length, subspaceSettings(settings), sums, random, {
          onProgress: (fraction) => onProgress?.('encoder', fraction),
          ...(signal && { signal }),
        }),
      ...(signal && { signal }),
    });
    super(context, async (sums) => {
      if (!releases) {
        return () => {
          throw new TransferError(
            'TRANSFER_NOT_PREPARED',
            `"${domain.name}" is not a source in this federation, so it has no encoder: add it to privacy.sources in the manifest`,
          );
        };
      }
      await training.prepare(sums);
      return (history) => training.represent(history);
    });
    this.#training = training;
    this.#releases = releases;
  }

  override contributions(shared: SharedModel, round: number): Iterable<Contribution> {
    return this.#releases ? this.#training.contributions(shared, round) : [];
  }

  override adopt(shared: SharedModel): Promise<void> {
    this.#training.adopt(shared);
    return Promise.resolve();
  }
}

function trunkShape({ itemDimension, hidden, bottleneck }: SharedTrunkSettings): TrunkShape {
  return { inputs: itemDimension + COMMON_INPUTS, hidden, bottleneck: bottleneck - 1 };
}

function subspaceSettings({ itemDimension, steps }: SharedTrunkSettings): SubspaceSettings {
  return { ...subspaceDefaults, dimension: itemDimension, steps };
}

/** The common inputs, and as many of the leading directions as the bottleneck has room for. */
function passedInputs({ inputs, bottleneck }: TrunkShape): readonly number[] {
  const common = Array.from({ length: COMMON_INPUTS }, (_, j) => inputs - COMMON_INPUTS + j);
  return [...Array.from({ length: bottleneck - COMMON_INPUTS }, (_, j) => j), ...common];
}
