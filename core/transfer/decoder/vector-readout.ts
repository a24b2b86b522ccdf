/**
 * A readout that predicts a person's vector in the item space from features of the released vectors. Held-out persons choose
 * among the method's settings, and the share of the score that comes from histories.
 * @module
 */
import type { NoiseModel } from '../../release/release.ts';
import { admit } from './admission.ts';
import { bestOf } from './blend.ts';
import { chooseHistories } from './histories.ts';
import type { HistoryShare } from './histories.ts';
import { wholeFeatures } from './number-features.ts';
import { FeatureLayout } from './received-features.ts';
import type { BlockState, ChosenSource, RowsByPerson } from './received-features.ts';
import type { LiveReadout, Method, PersonPosterior, Readout, ReadoutTask, Tuned, TuningTask } from './readout.ts';
import type { ReleasedVector } from './report.ts';
import { RidgePath } from './ridge-path.ts';
import { HeldScores, historyScoreMap, mixedScoreMap } from './score-map.ts';
import type { ScoreMap } from './score-map.ts';
import { meanFactor } from './targets.ts';

/** A source's features in a row; all of them are zero if it knows nothing about the person. */
export interface Block {
  readonly source: string;
  readonly offset: number;
  readonly width: number;
  readonly noiseModel: NoiseModel;
}

/** The linked persons of whom at least one source knows something. */
export interface Fitting {
  readonly task: ReadoutTask;
  readonly blocks: readonly Block[];
  readonly width: number;
  readonly features: Float64Array /* [persons, width] */;
  readonly dimension: number;
  /** Their vectors in the item space. */
  readonly factors: Float64Array /* [persons, dimension] */;
  readonly persons: readonly string[];
  /** Features of the persons in the sources' letters who have nothing on the target: [arrivals, width]. */
  readonly arrivals: Float64Array;
}

export interface Predictor {
  /** @returns a person's vector in the item space */
  predict(row: Float64Array): Float64Array /* [dimension] */;
  /** The weight of each block for this person; they sum to 1. */
  attention?(row: Float64Array): readonly number[];
  posterior?(row: Float64Array): PersonPosterior;
}

/** A choice that held-out persons make. */
export interface Setting {
  /** Names it in a decoder's report. */
  readonly text: string;
}

export interface VectorMethod<Choice extends Setting, State extends object> extends Method {
  readonly settings: readonly Choice[];
  /** @returns plain data */
  fit(given: Fitting, setting: Choice): State;
  /** @param widening factor by which errors on unseen persons are larger than the fit believes; 1 if nothing is known of it. */
  predictor(state: State, widening: number): Predictor;
  /** The factor `widening` of `predictor`, from persons whom the fit has not seen. */
  widening?(state: State, heldOut: Unseen): number;
}

/** Held-out persons of whom something is known. */
export interface Unseen extends Pick<Fitting, 'features' | 'factors' | 'width' | 'dimension'> {
  readonly items: Float32Array /* [items, dimension] */;
}

interface VectorState {
  readonly blocks: readonly BlockState[];
  readonly model: object;
  readonly widening: number;
  readonly scores: ScoreMap;
}

/** Relative penalty of the regression from predicted vectors to histories. */
const HISTORY_PENALTY = 0.3;

export function vectorReadout<Choice extends Setting, State extends object>(
  method: VectorMethod<Choice, State>,
): Readout {
  const { name, reference, summary } = method;
  return {
    name,
    reference,
    summary,
    tune: (task) => tune(method, task),
    restore: ({ blocks, model, scores, widening }: VectorState) =>
      new LiveVectors(
        new FeatureLayout(wholeFeatures, blocks),
        method.predictor(model as State, widening),
        new HeldScores(scores),
      ),
  };
}

/** Least number of linked persons with a row that is not zero. A readout is not fitted to fewer. */
const FEWEST = 8;

interface Fitted<State> {
  readonly given: Fitting;
  readonly layout: FeatureLayout;
  readonly chosen: readonly ChosenSource[];
  readonly rows: readonly RowsByPerson[];
  readonly state: State;
  readonly predictor: Predictor;
}

function fitOn<Choice extends Setting, State extends object>(
  method: VectorMethod<Choice, State>,
  task: ReadoutTask,
  indices: readonly number[],
  setting: Choice,
): Fitted<State> | undefined {
  const chosen = indices.map((index) => {
    const received = task.received[index];
    return { received, variant: wholeFeatures.variants(received.noiseModel, received.dimension)[0] };
  });
  const rows = indices.map((index) => task.rows[index]);
  const layout = FeatureLayout.fit(wholeFeatures, chosen, rows, task.train.persons);
  const given = {
    ...fittingOf(task, layout, layout.rows(chosen, rows, task.train.persons)),
    arrivals: layout.rows(chosen, rows, arrivalsOf(task, rows)),
  };
  if (given.persons.length < FEWEST) return undefined;
  const state = method.fit(given, setting);
  return { given, layout, chosen, rows, state, predictor: method.predictor(state, 1) };
}

/** Persons in `rows` who are not linked. Held-out persons are linked, so they are no arrivals although this task hides their histories. */
function arrivalsOf(task: ReadoutTask, rows: readonly RowsByPerson[]): readonly string[] {
  const known = new Set(task.linked);
  return [...new Set(rows.flatMap((own) => [...own.keys()]))].filter((person) => !known.has(person)).sort();
}

/** Leaves out persons with a row of zeros: no source tells anything of them, and they would teach a method only the mean. */
function fittingOf(task: ReadoutTask, layout: FeatureLayout, features: Float64Array): Omit<Fitting, 'arrivals'> {
  const { width } = layout;
  const { factors, persons } = task.train;
  const { dimension } = task.space;
  const known = Array.from(persons.keys()).filter((p) => says(features.subarray(p * width, (p + 1) * width)));
  const rowsOf = (values: Float64Array, length: number): Float64Array => {
    const out = new Float64Array(known.length * length);
    known.forEach((p, at) => out.set(values.subarray(p * length, (p + 1) * length), at * length));
    return out;
  };
  return {
    task,
    blocks: layout.blocks.map(({ map, noiseModel, offset, source }) => ({
      source,
      offset,
      width: map.width,
      noiseModel,
    })),
    width,
    features: rowsOf(features, width),
    dimension,
    factors: rowsOf(factors, dimension),
    persons: known.map((p) => persons[p]),
  };
}

const says = (row: Float64Array): boolean => row.some((value) => value !== 0);

/** Predictions for many rows; `otherwise` where a row says nothing. */
function predictRows(predictor: Predictor, rows: Float64Array, width: number, otherwise: Float64Array): Float64Array {
  const count = rows.length / width;
  const out = new Float64Array(count * otherwise.length);
  for (let p = 0; p < count; p++) {
    const row = rows.subarray(p * width, (p + 1) * width);
    out.set(says(row) ? predictor.predict(row) : otherwise, p * otherwise.length);
  }
  return out;
}

function tune<Choice extends Setting, State extends object>(
  method: VectorMethod<Choice, State>,
  task: TuningTask,
): Tuned {
  const { ranking, space, train, heldOut } = task;
  const prior = meanFactor(train, space.dimension);
  const candidatesOf = (indices: readonly number[]) =>
    method.settings.flatMap((setting) => {
      const found = fitOn(method, task, indices, setting);
      if (found === undefined) return [];
      const { chosen, layout, rows, given, ...fitted } = found;
      const features = layout.rows(chosen, rows, heldOut.persons);
      const predicted = predictRows(fitted.predictor, features, layout.width, prior);
      return [
        {
          setting,
          given,
          ...fitted,
          features,
          predicted,
          scores: ranking.factorScores(space.items, space.dimension, predicted),
        },
      ];
    });
  const { kept, verdicts } = admit(task, (_, index) => candidatesOf([index]));
  const indices = kept.map(({ index }) => index);
  const all = kept.length < 2 ? kept : candidatesOf(indices);
  const best = all.length === 0 ? undefined : all[bestOf(all.map(({ scores }) => ranking.quality(scores)))];
  const decoded =
    best && chooseHistories(ranking, best.scores, historiesOf(best.given, best.predictor), best.predicted);
  const widening = best && method.widening?.(best.state, unseen(best.given, best.features, heldOut.factors));
  const shares = best === undefined ? [] : sharesOf(best.given, best.predictor);
  return {
    scores: decoded?.scores,
    sources: verdicts((source) => shares[best?.given.blocks.findIndex((block) => block.source === source) ?? 0]),
    chosen: {
      setting: best?.setting.text ?? 'none',
      historyShare: decoded?.histories.share ?? 0,
      ...(widening !== undefined && { widening }),
    },
    fit(full): VectorState {
      const found = best && fitOn(method, full, indices, best.setting);
      if (found === undefined || decoded === undefined) throw new RangeError('there is no source to fit on');
      const { given, layout, predictor, state } = found;
      return {
        blocks: layout.state,
        model: state,
        widening: widening ?? 1,
        scores: scoreMapOf(given, predictor, decoded.histories),
      };
    },
  };
}

function unseen({ dimension, task, width }: Fitting, features: Float64Array, factors: Float64Array): Unseen {
  const known = Array.from({ length: features.length / width }, (_, p) => p).filter((p) =>
    says(features.subarray(p * width, (p + 1) * width)),
  );
  const rowsOf = (values: Float64Array, length: number): Float64Array =>
    Float64Array.from(known.flatMap((p) => Array.from(values.subarray(p * length, (p + 1) * length))));
  const { items } = task.space;
  return { width, dimension, items, features: rowsOf(features, width), factors: rowsOf(factors, dimension) };
}

/** Each block's share of the movement of predictions: how far they go when the block is silenced. */
function sharesOf({ blocks, features, width }: Fitting, predictor: Predictor): readonly number[] {
  if (blocks.length === 1) return [1];
  const moved = new Float64Array(blocks.length);
  for (let from = 0; from < features.length; from += width) {
    const row = features.subarray(from, from + width);
    const whole = predictor.predict(row);
    blocks.forEach(({ offset, width: own }, b) => {
      const without = row.slice().fill(0, offset, offset + own);
      const other = says(without) ? predictor.predict(without) : new Float64Array(whole.length);
      for (let o = 0; o < whole.length; o++) moved[b] += (whole[o] - other[o]) ** 2;
    });
  }
  const total = moved.reduce((sum, value) => sum + value, 0);
  return Array.from(moved, (value) => (total > 0 ? value / total : 1 / blocks.length));
}

/** Scores from histories, linear in the predicted vector. */
function historiesOf({ dimension, factors, features, persons, task, width }: Fitting, predictor: Predictor): ScoreMap {
  const predicted = predictRows(predictor, features, width, new Float64Array(dimension));
  const path = new RidgePath(predicted, dimension, factors, dimension);
  const map = path.at(HISTORY_PENALTY);
  return historyScoreMap({ features: predicted, inverse: path.inverse(HISTORY_PENALTY), map, persons }, task.domain);
}

function scoreMapOf(given: Fitting, predictor: Predictor, { scale, share }: HistoryShare): ScoreMap {
  const { dimension: width, items } = given.task.space;
  const direct = { width, intercept: new Float32Array(items.length / width), items };
  return share === 0 ? direct : mixedScoreMap(direct, historiesOf(given, predictor), share, scale);
}

class LiveVectors implements LiveReadout {
  readonly #layout: FeatureLayout;
  readonly #predictor: Predictor;
  readonly held: HeldScores;
  readonly attention?: (released: readonly ReleasedVector[]) => Readonly<Record<string, number>>;
  readonly posterior?: (released: readonly ReleasedVector[]) => PersonPosterior | undefined;

  constructor(layout: FeatureLayout, predictor: Predictor, held: HeldScores) {
    this.#layout = layout;
    this.#predictor = predictor;
    this.held = held;
    if (predictor.attention !== undefined) {
      this.attention = (released) => {
        const row = this.#row(released);
        if (!says(row)) return {};
        const weights = predictor.attention?.(row) ?? [];
        return Object.fromEntries(layout.blocks.map(({ source }, b) => [source, weights[b]]));
      };
    }
    if (predictor.posterior !== undefined) {
      this.posterior = (released) => {
        const row = this.#row(released);
        return says(row) ? predictor.posterior?.(row) : undefined;
      };
    }
  }

  scores(released: readonly ReleasedVector[]): Float32Array | undefined {
    const features = this.features(released);
    return features && this.held.of(features);
  }

  /** The predicted vector. */
  features(released: readonly ReleasedVector[]): Float64Array | undefined {
    const row = this.#row(released);
    return says(row) ? this.#predictor.predict(row) : undefined;
  }

  direction(released: readonly ReleasedVector[]): Float64Array {
    const row = this.#row(released);
    const nothing = this.#predictor.predict(new Float64Array(row.length));
    return says(row) ? this.#predictor.predict(row).map((value, o) => value - nothing[o]) : nothing.fill(0);
  }

  #row(released: readonly ReleasedVector[]): Float64Array {
    return this.#layout.row((source) => released.find((one) => one.source === source)?.vector);
  }
}
