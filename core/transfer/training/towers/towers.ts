/**
 * Trainings by two towers. An item tower turns what is known of an item into its vector w. A person tower turns the vectors
 * of a history, in their order, into the person's vector z. All platforms train both together, so that z tells the items
 * of one half of a history from those of the other (softmax.ts). z of the whole history is the representation.
 *
 * A person's contribution is minus the gradient of the person's own loss. A network of a few thousand numbers has more terms
 * per person than its blocks have rows, so contributions are written out, not factored.
 *
 * Yi et al., RecSys 2019; per-person contributions: McMahan et al., ICLR 2018, algorithm 1, everybody in every round.
 * @module
 */
import { z } from 'zod';
import type { History } from '../../../data/domain.ts';
import type { Contribution, WrittenContribution } from '../../../privacy/mechanism/mechanism.ts';
import { Prng } from '../../../random/prng.ts';
import type { PublicShape, SharedBlock, SharedModel, SharedPlan } from '../../encoder.ts';
import { TransferError } from '../../errors.ts';
import { double, single } from '../../network/arithmetic.ts';
import type { Reals } from '../../network/arithmetic.ts';
import { sizeOfBlocks } from '../../network/layer.ts';
import type { LayerBlock, SequenceLayer } from '../../network/layer.ts';
import { parseSettings } from '../../settings.ts';
import type { PerPerson } from '../../per-person.ts';
import type { Attend } from '../../views/view.ts';
import { OPTIMISERS } from '../optimisers.ts';
import type { OptimiserName } from '../optimisers.ts';
import { withNothingBehind } from '../behind-weights.ts';
import { representationOf, representationWidth } from '../representation.ts';
import { heldOutContribution, HELD_OUT_SHARE, PROGRESS } from '../stopping.ts';
import type { Trainee, Training, TrainingContext } from '../training.ts';
import { ADAPTATIONS, adaptationOf, teacherOf } from './adaptation.ts';
import type { AdaptationName } from './adaptation.ts';
import type { Adaptation } from './adapting.ts';
import { allVectors, ROWS, scores } from './all-items.ts';
import { EXAMPLES, examplesOf, seenOf, TASKS } from './examples.ts';
import type { Task } from './examples.ts';
import { TowerPair } from './pair.ts';
import type { ItemTower, Learnt } from './pair.ts';
import { Negatives, SAMPLINGS } from './negatives.ts';
import type { Sampling } from './negatives.ts';
import { rowsOf } from './rows.ts';
import { NEARNESSES } from './softmax.ts';
import type { Nearness } from './softmax.ts';

export interface TowerSettings {
  /** The task of a person's own history: each half predicts the other, or each beginning predicts the items after it. */
  readonly task: Task;
  /** False shuffles the items that the person tower sees. */
  readonly ordered: boolean;
  /** Number of latest items of a history that the person tower sees. */
  readonly longest: number;
  readonly positives: number;
  readonly negatives: number;
  readonly sampling: Sampling;
  /** False leaves the correction out. The training then works against popular items. */
  readonly logQ: boolean;
  readonly temperature: number;
  /** How near z and w are: their product, or minus half their squared distance (Snell, Swersky and Zemel, NeurIPS 2017). */
  readonly nearness: Nearness;
  /** Bound on one person's gradient on one platform. */
  readonly clip: number;
  /** Share of the training's budget for counts of items, where negatives are drawn by them. */
  readonly countShare: number;
  readonly optimiser: OptimiserName;
  readonly learningRate: number;
  /** Rounds without a lower loss of held-out persons after which the rounds stop; null: all rounds are run (stopping.ts). */
  readonly patience: number | null;
  /** How z is kept from telling a person's platform (adaptation.ts). */
  readonly adaptation: AdaptationName;
  /** Weight of the adaptation beside the loss; 0 plans it, and lets it do nothing. */
  readonly lambda: number;
}

export const towerDefaults: TowerSettings = {
  task: 'halves',
  ordered: true,
  longest: 20,
  positives: 4,
  negatives: 16,
  sampling: 'uniform',
  logQ: true,
  temperature: 0.2,
  nearness: 'product',
  clip: 0.5,
  countShare: 0.1,
  optimiser: 'fedadam',
  learningRate: 0.05,
  patience: null,
  adaptation: 'none',
  lambda: 30,
};

/** The settings that every training by towers has. @param defaults its own defaults. */
export function towerSettings(defaults: TowerSettings): {
  readonly [K in keyof TowerSettings]: z.ZodType<TowerSettings[K]>;
} {
  return {
    task: z.enum(TASKS).default(defaults.task),
    ordered: z.boolean().default(defaults.ordered),
    longest: z.int().min(1).max(100).default(defaults.longest),
    positives: z.int().min(1).max(20).default(defaults.positives),
    negatives: z.int().min(1).max(100).default(defaults.negatives),
    sampling: z.enum(SAMPLINGS).default(defaults.sampling),
    logQ: z.boolean().default(defaults.logQ),
    temperature: z.number().min(0.01).max(100).default(defaults.temperature),
    nearness: z.enum(NEARNESSES).default(defaults.nearness),
    clip: z.number().min(0.01).max(100).default(defaults.clip),
    countShare: z.number().min(0.001).max(0.9).default(defaults.countShare),
    optimiser: z.enum(OPTIMISERS).default(defaults.optimiser),
    learningRate: z.number().positive().max(100).default(defaults.learningRate),
    patience: z.int().min(1).max(1000).nullable().default(defaults.patience),
    adaptation: z.enum(ADAPTATIONS).default(defaults.adaptation),
    lambda: z.number().min(0).max(1000).default(defaults.lambda),
  };
}

/** The layout of both towers: a function of public facts alone. */
export interface TowerLayers {
  /** Length of z and of w. */
  readonly dimension: number;
  readonly items: readonly LayerBlock[];
  readonly person: SequenceLayer;
}

export interface TowersDesign<Settings extends TowerSettings> {
  readonly name: string;
  readonly summary: string;
  readonly reference: string;
  readonly defaults: Settings;
  readonly ablation: NonNullable<Training['ablation']>;
  readonly schema: z.ZodType<Settings>;
  /** @param inputs width of the views' item vectors together. @throws TransferError TRANSFER_SETTING */
  layers(inputs: number, settings: Settings): TowerLayers;
  itemTower(context: TrainingContext<Settings>): ItemTower;
  /** First value of a parameter. @param at its row and column in the block. */
  initial(block: SharedBlock, at: { readonly row: number; readonly column: number }, random: Prng): number;
}

const COUNTS = 'training/counts';
const NO_SCORE = (): (() => number) => () => 0;
const NOTHING: Contribution = { indices: new Uint32Array(0), values: new Float32Array(0) };

export function towers<Settings extends TowerSettings>(design: TowersDesign<Settings>): Training<Settings> {
  const { ablation, defaults, name, reference, schema, summary } = design;
  const countShare = ({ countShare: share, sampling }: Settings): number =>
    sampling === 'counts' || sampling === 'mixed' ? share : 0;
  return {
    name,
    summary,
    reference,
    readsViews: true,
    readsItems: true,
    portion: 0.2,
    defaults,
    ablation,
    settings: (raw) => parseSettings(schema, raw, name),
    width: (inputs, settings, release) => representationWidth(design.layers(inputs, settings).dimension, release),
    asks(shape, platform, _, settings) {
      const portion = countShare(settings);
      if (portion === 0) return [];
      return [{ label: COUNTS, dimension: itemsOf(shape, platform), clip: 1, repetitions: 1, portion }];
    },
    rounds(shape, inputs, settings) {
      if (shape.rounds < 1) {
        throw new TransferError(
          'TRANSFER_SHAPE',
          `${name} is trained in rounds, and none are planned: set rounds.count to 5, or leave the training out`,
        );
      }
      const { dimension, items, person } = design.layers(inputs, settings);
      const adaptation = adaptationOf(settings, shape, dimension);
      return {
        blocks: [
          ...items,
          ...person.blocks,
          ...(adaptation === undefined ? [] : [adaptation.block]),
          ...(settings.patience === null ? [] : [PROGRESS]),
        ],
        ...(adaptation && { comparesPlatforms: true }),
        ...(adaptation?.means && { means: adaptation.means }),
        ...(settings.patience !== null && { stopping: { patience: settings.patience } }),
        optimiser: { name: settings.optimiser, learningRate: settings.learningRate },
        denominator: shape.platforms.reduce((sum, { personsAbout }) => sum + personsAbout, 0),
        clip: settings.clip,
        portion: 1 - countShare(settings),
      };
    },
    initialModel(plan, seed) {
      const random = new Prng(seed);
      const behind = (plan.means === undefined ? 0 : 1) + (plan.stopping === undefined ? 0 : 1);
      const blocks = plan.blocks.slice(0, plan.blocks.length - behind);
      const weights = Float32Array.from(
        blocks.flatMap((block) => {
          const columns = block.shape.at(-1) ?? 1;
          return Array.from({ length: sizeOfBlocks([block]) }, (_, i) =>
            design.initial(block, { row: Math.floor(i / columns), column: i % columns }, random),
          );
        }),
      );
      return withNothingBehind(plan, weights);
    },
    async join(context) {
      const { catalogue, settings, sums } = context;
      const items = catalogue.ids.length;
      const counts = countShare(settings) > 0 ? await sums.release(COUNTS, (batch) => batch.map(evenly)) : undefined;
      const both = pairOf(design, context);
      const adaptation = adaptationOf(settings, context.shape, both.dimension);
      checkPlan(design.name, context.plan, placesOf(both, adaptation, context));
      const { logQ: corrects, sampling } = settings;
      const negatives = new Negatives(items, { sampling, corrects, ...(counts && { counts }) });
      return trainee({ both, adaptation, negatives, seed: seedOf(context) }, context);
    },
  };
}

/** 1/sqrt(n) at each of n items: a contribution of length 1. */
function evenly({ items }: History): Contribution {
  return { indices: items, values: new Float32Array(items.length).fill(1 / Math.sqrt(Math.max(1, items.length))) };
}

function itemsOf({ platforms }: PublicShape, platform: string): number {
  const found = platforms.find(({ name }) => name === platform);
  if (found !== undefined) return found.items;
  throw new TransferError('TRANSFER_SHAPE', `"${platform}" is no platform of this federation`);
}

function pairOf<Settings extends TowerSettings>(
  design: TowersDesign<Settings>,
  context: TrainingContext<Settings>,
): TowerPair {
  const { dimension, person } = design.layers(context.width, context.settings);
  return new TowerPair(design.itemTower(context), person, dimension);
}

function checkPlan(name: string, { blocks }: SharedPlan, places: number): void {
  if (sizeOfBlocks(blocks) === places) return;
  throw new TransferError('TRANSFER_SHAPE', `the shared plan is not for ${name}: another version made it`);
}

/** A public seed: the same after a restart, so that a person's examples are too. */
const seedOf = ({ random }: TrainingContext<object>): string => Buffer.from(random.bytes(16)).toString('hex');

/** Numbers of the shared model, and of a contribution. */
function placesOf(
  { size }: TowerPair,
  adaptation: Adaptation | undefined,
  { plan: { stopping } }: Pick<TrainingContext<object>, 'plan'>,
): number {
  const own = adaptation === undefined ? 0 : sizeOfBlocks([adaptation.block]);
  return size + own + (stopping === undefined ? 0 : sizeOfBlocks([PROGRESS]));
}

interface Parts {
  readonly both: TowerPair;
  readonly adaptation: Adaptation | undefined;
  readonly negatives: Negatives;
  readonly seed: string;
}

function trainee<Settings extends TowerSettings>(
  { adaptation, both, negatives, seed }: Parts,
  context: TrainingContext<Settings>,
): Trainee {
  const { plan, platform, settings, shape } = context;
  const items = context.catalogue.ids.length;
  const places = placesOf(both, adaptation, context);
  const { clip, longest, negatives: drawn, positives } = settings;
  const { weigh } = both;
  const persons = Math.max(1, Math.floor(ROWS / (EXAMPLES * (longest + positives + drawn))));
  const teacher = adaptation && teacherOf(shape, platform.name);
  /** Twice the loss of a guess. */
  const unit = 2 * Math.log(1 + drawn);
  const isHeldOut = (history: Uint32Array): boolean =>
    plan.stopping !== undefined && new Prng(`${seed}/held out/${history.join()}`).uniform() < HELD_OUT_SHARE;
  const updateOf = ({ own, update }: Learnt): WrittenContribution =>
    padded(adaptation === undefined ? update.values : adaptation.together(update.values, own, clip), places);
  return {
    contribution(shared: SharedModel, round: number): PerPerson {
      const score = settings.sampling === 'hard' ? scores(both, shared, items) : NO_SCORE;
      const adapt = teacher && adaptation.at(ownOf(adaptation, both, shared), teacher, settings.lambda);
      return function* (batch) {
        for (let start = 0; start < batch.length; start += persons) {
          const some = batch.slice(start, start + persons).map(({ items: history }) => {
            const heldOut = isHeldOut(history);
            // A held-out person has the same examples in every round, so that only noise and the model change the loss.
            const [at, by] = heldOut ? [0, NO_SCORE] : [round, score];
            return { heldOut, examples: examplesOf(history, at, settings, negatives, { score: by, seed }) };
          });
          const taught = both.learn(
            single,
            shared,
            some.map((one) => one.examples),
            settings,
            adapt,
          );
          for (const [person, one] of some.entries()) {
            if (one.examples.length === 0) yield NOTHING;
            else if (one.heldOut) yield heldOutContribution(places, taught[person].loss / unit, clip);
            else yield updateOf(taught[person]);
          }
        }
      };
    },
    encode(shared) {
      const vectors = allVectors(double, both, shared, items);
      const width = representationWidth(both.dimension, context.shape.release);
      return (history) => {
        if (history.items.length === 0) return representationOf(undefined, width);
        const seen = seenOf(history.items, settings);
        const w = rowsOf(double, vectors, both.dimension, seen);
        return representationOf(both.runPerson(double, shared, w, Uint32Array.of(0, seen.length)).y, width);
      };
    },
    ...(weigh && {
      attend: (shared: SharedModel): Attend => {
        // Few models are ever asked for weights, so their vectors wait for the first question.
        let vectors: Reals | undefined;
        return ({ items: history }) => {
          const weights = new Float32Array(history.length);
          if (history.length === 0) return weights;
          vectors ??= allVectors(double, both, shared, items);
          const seen = seenOf(history, settings);
          const places = new Map(Array.from(history, (item, place) => [item, place]));
          weigh(double, shared, rowsOf(double, vectors, both.dimension, seen)).forEach((weight, i) => {
            weights[places.get(seen[i]) ?? 0] += weight;
          });
          return weights;
        };
      },
    }),
  };
}

/** The adaptation's block of the shared model. */
function ownOf({ block }: Adaptation, { size }: TowerPair, shared: SharedModel): SharedModel {
  return shared.subarray(size, size + sizeOfBlocks([block]));
}

/** The update, with zeros in the places behind it. */
function padded(values: Float32Array, places: number): WrittenContribution {
  if (values.length === places) return { values };
  const longer = new Float32Array(places);
  longer.set(values);
  return { values: longer };
}
