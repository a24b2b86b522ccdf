/**
 * Autoencoder: the views of each platform stay fixed, and a small trunk between them is common to all platforms and
 * trained in few rounds through the masked sum. A person's representation is the bottleneck; the decoder stays at the
 * target.
 *
 * AutoRec (Sedhain et al., WWW 2015, eq. 1) with the input and output layers held fixed; denoising by halves of a
 * history instead of random masks (Vincent et al., JMLR 2010); DP federated learning with per-person contributions
 * (McMahan et al., ICLR 2018, algorithm 1, everybody in every round) and adaptive server steps (Reddi et al., ICLR
 * 2021).
 * @module
 */
import { z } from 'zod';
import { TransferError } from '../errors.ts';
import { parseSettings } from '../settings.ts';
import { EXAMPLES } from '../trunk/gradients.ts';
import { COMMON_INPUTS, momentsAsk } from '../trunk/history-inputs.ts';
import type { TrunkShape } from '../trunk/network.ts';
import { initialTrunk, trunkBlocks, trunkShapeOf } from '../trunk/network.ts';
import { trunkTrainee } from '../trunk/training.ts';
import { OPTIMISERS } from './optimisers.ts';
import type { OptimiserName } from './optimisers.ts';
import { representationWidth } from './representation.ts';
import type { Training } from './training.ts';

export interface AutoencoderSettings {
  /** Width of the hidden layers. */
  readonly hidden: number;
  /** Length of a representation, 4 to 32: the trunk's bottleneck and a constant. */
  readonly bottleneck: number;
  /** Bound on one person's update on one platform. Inputs have length up to 1, and most updates 0.2 to 0.5. */
  readonly clip: number;
  /** Share of the training's budget for the moments of the inputs. The rounds get the rest. */
  readonly momentShare: number;
  readonly optimiser: OptimiserName;
  readonly learningRate: number;
}

const defaults: AutoencoderSettings = {
  hidden: 32,
  bottleneck: 16,
  clip: 0.5,
  momentShare: 0.375,
  optimiser: 'fedavg',
  learningRate: 2,
};

const schema: z.ZodType<AutoencoderSettings> = z.strictObject({
  hidden: z.int().min(1).max(4096).default(defaults.hidden),
  bottleneck: z.int().min(4).max(32).default(defaults.bottleneck),
  clip: z.number().min(0.01).max(100).default(defaults.clip),
  momentShare: z.number().min(0.001).max(0.9).default(defaults.momentShare),
  optimiser: z.enum(OPTIMISERS).default(defaults.optimiser),
  learningRate: z.number().positive().max(100).default(defaults.learningRate),
});

const momentsLabel = 'encoder/moments';
/**
 * Share of the passed inputs that the untrained trunk returns: halfway between trusting a direction fully and not at
 * all.
 */
const ECHO = 0.5;

export const autoencoder: Training<AutoencoderSettings> = {
  name: 'autoencoder',
  summary:
    'a small trunk between the views of all platforms, trained in rounds to predict one half of a history from the other',
  reference: 'AutoRec, Sedhain et al., WWW 2015, eq. 1; McMahan et al., ICLR 2018; Reddi et al., ICLR 2021',
  readsViews: true,
  portion: 0.08,
  defaults,
  draws: { bottleneck: [8, 16, 24], hidden: [16, 32, 64], clip: [0.25, 0.5, 1], learningRate: [0.5, 1, 2, 4] },
  ablation: { off: 'the trunk as it starts, not trained', settings: { learningRate: 1e-9 } },
  settings: (raw) => parseSettings(schema, raw, 'autoencoder'),
  width: (_, { bottleneck }, release) => representationWidth(bottleneck - 1, release),
  asks: (_shape, _platform, inputs, settings) => [
    momentsAsk(momentsLabel, trunkShape(inputs, settings).inputs, settings.momentShare),
  ],
  rounds(shape, inputs, settings) {
    return {
      blocks: trunkBlocks(trunkShape(inputs, settings)),
      optimiser: { name: settings.optimiser, learningRate: settings.learningRate },
      denominator: shape.platforms.reduce((sum, platform) => sum + platform.personsAbout, 0),
      clip: settings.clip,
      outerProducts: EXAMPLES,
      portion: 1 - settings.momentShare,
    };
  },
  initialModel(plan, seed) {
    const shape = trunkShapeOf(plan.blocks);
    return initialTrunk(shape, passedInputs(shape), ECHO, seed);
  },
  join: (context) => trunkTrainee(context, momentsLabel),
};

/** @throws TransferError TRANSFER_SETTING for a bottleneck that is wider than its inputs. */
function trunkShape(inputs: number, { hidden, bottleneck }: AutoencoderSettings): TrunkShape {
  const most = inputs + COMMON_INPUTS + 1;
  if (bottleneck > most) {
    throw new TransferError(
      'TRANSFER_SETTING',
      `settings of autoencoder: bottleneck must be at most ${most}, the numbers of its views and ${COMMON_INPUTS + 1}`,
    );
  }
  return { inputs: inputs + COMMON_INPUTS, hidden, bottleneck: bottleneck - 1 };
}

/** The common inputs, and as many of the leading directions as the bottleneck has room for. */
function passedInputs({ inputs, bottleneck }: TrunkShape): readonly number[] {
  const common = Array.from({ length: COMMON_INPUTS }, (_, j) => inputs - COMMON_INPUTS + j);
  return [...Array.from({ length: bottleneck - COMMON_INPUTS }, (_, j) => j), ...common];
}
