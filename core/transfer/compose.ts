/**
 * Makes an encoder from its pieces: checks what a manifest says, plans its sums, and joins a platform's part.
 * @module
 */
import type { Places } from '../data/vocabulary.ts';
import { relativeNoise, ownQuery, sharesOf } from './budget.ts';
import { ComposedModel } from './composed-model.ts';
import type {
  Encoder,
  EncoderSpec,
  OpenedRound,
  PublicRelease,
  PublicShape,
  SharedModel,
  SharedPlan,
} from './encoder.ts';
import { MOST_BOXED_ITEMS } from './encoder/history-box.ts';
import type { SumQuery } from '../privacy/mechanism/mechanism.ts';
import { releaseQueries } from './encoder/release-shape.ts';
import { TransferError } from './errors.ts';
import { encoderName, encoderSpec } from './expression.ts';
import { worstLaw } from './law.ts';
import type { Chosen, Piece, PieceSpec } from './piece.ts';
import { presets } from './presets.ts';
import { publicPlatform } from './public-shape.ts';
import { isLocalMode } from '../release/registry.ts';
import { trainings, views as allViews } from './registry.ts';
import { emptyMap, MAP, mapRounds, nextMap, USUAL_MAP_PORTION } from './training/linked-map.ts';
import type { RoundsPlan, Training } from './training/training.ts';
import type { View } from './views/view.ts';

/** The encoder of an expression or of a published name, such as `subspace+projection`. @throws as composeEncoder */
export function encoderNamed(text: string, changes: Readonly<Record<string, unknown>> = {}): Encoder {
  return composeEncoder(encoderSpec(text, changes));
}

const MOST_NUMBERS = 288;
const ROUND_LABEL = 'round';
const NOTHING_SHARED: SharedPlan = { blocks: [], optimiser: { name: 'fedavg', learningRate: 1 }, denominator: 1 };

/** @throws TransferError TRANSFER_PIECE for names, TRANSFER_SETTING for settings and portions. */
export function composeEncoder(spec: EncoderSpec): Encoder {
  const name = encoderName(spec);
  const { views, training, mapShare } = chosenOf(spec, name);
  const law = worstLaw([...views.map(({ piece }) => piece.law), ...(training ? ['charged' as const] : [])]);
  const preset = presets.find((one) => one.name === name);
  const pieces = [...views.map(({ piece }) => piece), ...(training ? [training.piece] : [])];

  /** A training reads whole views; only a representation that is released follows the release mode. */
  const releaseOf = ({ release }: PublicShape): PublicRelease | undefined => (training ? undefined : release);
  const advance = training?.piece.advance?.bind(training.piece);
  const itemVectors = training?.piece.itemVectors?.bind(training.piece);
  const inputs = (shape: PublicShape): number =>
    views.reduce((sum, { piece, settings }) => sum + piece.width(releaseOf(shape), settings), 0);
  const dimension = (shape: PublicShape): number => {
    const beside = training?.piece.readsViews === true ? 0 : inputs(shape);
    const numbers = beside + (training ? training.piece.width(inputs(shape), training.settings, shape.release) : 0);
    if (numbers >= 1 && numbers <= MOST_NUMBERS) return numbers;
    throw new TransferError(
      'TRANSFER_SETTING',
      `encoder ${name} releases ${numbers} numbers per person, and may release 1 to ${MOST_NUMBERS}`,
    );
  };

  return {
    name,
    summary: preset?.summary ?? pieces.map(({ summary }) => summary).join('; '),
    reference: preset?.reference ?? pieces.map(({ reference }) => reference).join('; '),
    law,
    spec: {
      views: views.map(specOf(spec.views)),
      ...(training && spec.training && { training: specOf([spec.training])(training, 0) }),
      ...(spec.map && { map: spec.map }),
    },
    ownNumbers: (shape) =>
      training?.piece.readsViews === true
        ? 0
        : views.reduce(
            (sum, { piece, settings }) =>
              piece.law === 'public' && piece.sendsHistory ? sum + piece.width(releaseOf(shape), settings) : sum,
            0,
          ),
    ownItems: views.reduce((most, view) => Math.max(most, slotsOf(view) ?? 0), 0),
    historyBox(shape, source) {
      const place = views.findIndex((view) => slotsOf(view) !== undefined);
      if (place < 0) return undefined;
      const from = views
        .slice(place)
        .reduce((sum, { piece, settings }) => sum + piece.width(releaseOf(shape), settings), 0);
      const { items } = publicPlatform(shape, source);
      // The output of a training stands before the views beside it.
      return { at: dimension(shape) - from, slots: slotsOf(views[place]) ?? 0, items };
    },
    queries(shape, platform) {
      if (views.some((view) => slotsOf(view) !== undefined)) checkBox(name, shape);
      if (training?.piece.readsViews === true) checkMeaning(name, training.piece.name, views, shape);
      checkRelease(
        name,
        views.length + (training?.piece.readsViews === false ? 1 : 0),
        training?.piece.readsViews === true,
        shape.release,
      );
      const about = publicPlatform(shape, platform);
      const width = inputs(shape);
      return releaseQueries(shape, platform, dimension(shape), (left) => {
        const rounds = training?.piece.rounds?.(shape, width, training.settings);
        // Without rounds the training's own sums have all of its share.
        const ofTraining =
          (training?.share ?? 0) / (rounds !== undefined && shape.rounds === 0 ? 1 - rounds.portion : 1);
        const own = about.releases
          ? [
              ...views.flatMap(({ piece, settings, share }) =>
                piece.law === 'charged'
                  ? piece.asks(about, releaseOf(shape), settings).map((ask) => ownQuery(ask, left * share))
                  : [],
              ),
              ...(training
                ? training.piece
                    .asks(shape, platform, width, training.settings)
                    .map((ask) => ownQuery(ask, left * ofTraining))
                : []),
            ]
          : [];
        if (spec.map !== undefined) {
          return [...own, roundQuery(mapRounds(shape, dimension(shape)), shape, left * mapShare)];
        }
        if (rounds === undefined || shape.rounds === 0) return own;
        return [...own, roundQuery(rounds, shape, left * ofTraining * rounds.portion)];
      });
    },
    dimension,
    plan(shape) {
      const rounds =
        spec.map === undefined
          ? training?.piece.rounds?.(shape, inputs(shape), training.settings)
          : mapRounds(shape, dimension(shape));
      if (rounds === undefined) return NOTHING_SHARED;
      const { blocks, comparesPlatforms, denominator, means, optimiser, stopping } = rounds;
      return {
        blocks,
        optimiser,
        denominator,
        ...(comparesPlatforms && { comparesPlatforms }),
        ...(means && { means }),
        ...(stopping && { stopping }),
      };
    },
    ...(spec.map && {
      advance: (_plan: SharedPlan, shared: SharedModel, opened: OpenedRound) => nextMap(shared, opened),
    }),
    ...(training &&
      advance && {
        advance: (plan: SharedPlan, shared: SharedModel, opened: OpenedRound) =>
          advance(plan, training.settings, shared, opened),
      }),
    ...(training &&
      itemVectors && {
        itemVectors: (plan: SharedPlan, shared: SharedModel, places: Places) =>
          itemVectors(plan, training.settings, shared, places),
      }),
    initialModel: (plan, seed) =>
      spec.map === undefined ? (training?.piece.initialModel(plan, seed) ?? new Float32Array(0)) : emptyMap(plan),
    join: (context) =>
      new ComposedModel(context, {
        name,
        law,
        views,
        training,
        learnsMap: spec.map !== undefined,
        widths: views.map(({ piece, settings }) => piece.width(releaseOf(context.shape), settings)),
        dimension: dimension(context.shape),
        release: releaseOf(context.shape),
      }),
  };
}

function roundQuery(
  { blocks, clip, outerProducts }: Omit<RoundsPlan, 'portion'>,
  { maxPlatformsPerPerson, platforms, rounds }: PublicShape,
  share: number,
): SumQuery {
  return {
    label: ROUND_LABEL,
    dimension: blocks.reduce((sum, block) => sum + block.shape.reduce((a, b) => a * b, 1), 0),
    // The plan splits the bound over the platforms a person may be on. With this factor each of them keeps `clip`.
    clip: clip * Math.min(maxPlatformsPerPerson, platforms.length),
    repetitions: rounds,
    ...(outerProducts !== undefined && { outerProducts }),
    relativeNoise: relativeNoise(share, rounds),
    scope: 'federation',
  };
}

interface ChosenPieces {
  readonly views: readonly Chosen<View>[];
  readonly training: Chosen<Training> | undefined;
  /** The map's share of the budget; 0 without a map. */
  readonly mapShare: number;
}

function chosenOf(spec: EncoderSpec, name: string): ChosenPieces {
  const parts = spec.views.map((one) => ({ one, piece: allViews.named(one.name) }));
  const training = spec.training && trainings.named(spec.training.name);
  const boxed = parts.find(({ piece }) => piece.law === 'public' && piece.slots !== undefined);
  if (boxed !== undefined && training?.readsViews === true) {
    throw new TransferError(
      'TRANSFER_PIECE',
      `encoder ${name}: ${boxed.one.name} is a list of items, and ${training.name} reads coordinates; choose projection instead`,
    );
  }
  const twice = parts.find(({ one }, index) => parts.findIndex((other) => other.one.name === one.name) !== index);
  if (twice !== undefined) {
    throw new TransferError('TRANSFER_PIECE', `encoder ${name} has the view "${twice.one.name}" twice`);
  }
  if (parts.length === 0 && (training === undefined || training.readsViews)) {
    const why = training === undefined ? 'needs a view' : `needs a view for ${training.name} to read`;
    throw new TransferError('TRANSFER_PIECE', `encoder ${name} ${why}`);
  }
  if (training !== undefined && parts.some(({ piece }) => piece.law === 'sealed-only')) {
    throw new TransferError(
      'TRANSFER_LAW',
      `encoder ${name}: ${training.name} would train on a view made from raw data, and its sums would bound nothing; choose public or charged views`,
    );
  }
  if (spec.map !== undefined)
    checkUnderMap(
      name,
      training,
      parts.map(({ piece }) => piece),
    );
  const itemless = parts.find(({ piece }) => piece.hasNoItems === true);
  if (training?.readsItems === true && itemless !== undefined) {
    throw new TransferError(
      'TRANSFER_PIECE',
      `encoder ${name}: ${training.name} reads vectors of items, and the view "${itemless.piece.name}" has none; leave it out, or choose views such as subspace, text or vectors`,
    );
  }
  const charging = [
    ...parts
      .filter(({ piece }) => piece.law === 'charged')
      .map(({ one }) => ({ name: one.name, portion: one.portion ?? null })),
    ...(training ? [{ name: training.name, portion: spec.training.portion ?? training.portion }] : []),
    ...(spec.map ? [{ name: MAP, portion: spec.map.portion ?? USUAL_MAP_PORTION }] : []),
  ];
  const shares = new Map(sharesOf(charging).map((share, index) => [charging[index].name, share]));
  const chosen = <One extends Piece>(piece: One, { settings }: PieceSpec): Chosen<One> => ({
    piece,
    settings: piece.settings(settings ?? {}),
    share: shares.get(piece.name) ?? 0,
  });
  return {
    views: parts.map(({ one, piece }) => chosen(piece, one)),
    training: training && chosen(training, spec.training),
    mapShare: shares.get(MAP) ?? 0,
  };
}

/** Number of items that the view sends; undefined if it sends none itself. */
function slotsOf({ piece, settings }: Chosen<View>): number | undefined {
  return piece.law === 'public' ? piece.slots?.(settings) : undefined;
}

/** @throws TransferError TRANSFER_SETTING if the release mode cannot carry a list of items, or a platform has too many. */
function checkBox(name: string, { platforms, release }: PublicShape): void {
  if (release !== undefined && isLocalMode(release.mode)) {
    throw new TransferError(
      'TRANSFER_SETTING',
      `release mode ${release.mode} randomises numbers, and encoder ${name} sends a history, which is a list of items: choose release raw, or another view`,
    );
  }
  const large = platforms.find(({ items, releases }) => releases && items > MOST_BOXED_ITEMS);
  if (large === undefined) return;
  throw new TransferError(
    'TRANSFER_SETTING',
    `encoder ${name} sends a history, which numbers at most ${MOST_BOXED_ITEMS} items, and "${large.name}" has ${large.items}: choose projection instead`,
  );
}

/** @throws TransferError TRANSFER_SETTING if one training would read numbers of several sources that mean different things. */
function checkMeaning(
  name: string,
  training: string,
  views: readonly Chosen<View>[],
  { platforms }: PublicShape,
): void {
  if (platforms.filter(({ releases }) => releases).length < 2) return;
  for (const { piece, settings } of views) {
    const why = piece.law === 'public' ? piece.meansItsOwn?.(settings) : undefined;
    if (why === undefined) continue;
    throw new TransferError('TRANSFER_SETTING', `encoder ${name}: ${training} is one for all sources, and ${why}`);
  }
}

/** @throws TransferError TRANSFER_PIECE, TRANSFER_LAW if no map can be learnt from representations of these pieces. */
function checkUnderMap(name: string, training: Training | undefined, parts: readonly View[]): void {
  if (training?.rounds !== undefined) {
    throw new TransferError(
      'TRANSFER_PIECE',
      `encoder ${name}: ${training.name} is trained in rounds, and so is the map: choose one of them`,
    );
  }
  const listing = parts.find((piece) => piece.law === 'public' && piece.slots !== undefined);
  if (listing !== undefined) {
    throw new TransferError(
      'TRANSFER_PIECE',
      `encoder ${name}: view ${listing.name} sends a list of items, and a map is of numbers: choose another view`,
    );
  }
  const raw = parts.find(({ law }) => law === 'sealed-only');
  if (raw === undefined) return;
  throw new TransferError(
    'TRANSFER_LAW',
    `encoder ${name}: view ${raw.name} is made from raw data, so a map that is learnt from it would tell of others, and nothing would bound it; choose public or charged views`,
  );
}

/** The piece as a manifest names it, with its settings completed. */
function specOf(given: readonly PieceSpec[]): (chosen: Chosen<Piece>, index: number) => PieceSpec {
  return ({ piece, settings }, index) => ({
    name: piece.name,
    settings: settings as Readonly<Record<string, unknown>>,
    ...(given[index].portion !== undefined && { portion: given[index].portion }),
  });
}

/** @throws TransferError TRANSFER_SETTING if a local release mode, which carries few numbers, would send several views side by side. */
function checkRelease(name: string, views: number, isTrained: boolean, release: PublicRelease | undefined): void {
  if (release === undefined || isTrained || views <= 1 || !isLocalMode(release.mode)) return;
  throw new TransferError(
    'TRANSFER_SETTING',
    `release mode ${release.mode} carries few numbers, and encoder ${name} has ${views} parts side by side: choose one`,
  );
}
