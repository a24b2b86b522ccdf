/**
 * A readout that is a ridge regression on features of the released vectors. Held-out persons choose the features of each
 * source, the penalty, and the share of the score that comes from histories.
 * @module
 */
import { admit } from './admission.ts';
import type { FeatureKind, FeatureVariant } from './features.ts';
import { chooseHistories } from './histories.ts';
import type { HistoryShare } from './histories.ts';
import { FeatureLayout } from './received-features.ts';
import type { BlockState } from './received-features.ts';
import type { LiveReadout, Method, Readout, ReadoutTask, Tuned, TuningTask } from './readout.ts';
import { choosePenalty, fitRegression } from './regression.ts';
import type { Inputs, PenaltyChoice, Regression } from './regression.ts';
import type { ReleasedVector } from './report.ts';
import type { LinearMap } from './ridge-path.ts';
import { factorScoreMap, HeldScores, historyScoreMap, mixedScoreMap } from './score-map.ts';
import type { ScoreMap } from './score-map.ts';

export interface RegressionMethod extends Method {
  readonly features: FeatureKind;
  /** Penalties to choose from; absent: the usual ones. */
  readonly penalties?: readonly number[];
}

interface RegressionState {
  readonly blocks: readonly BlockState[];
  readonly map: LinearMap;
  readonly scores: ScoreMap;
}

export function regressionReadout({ features: kind, penalties, ...method }: RegressionMethod): Readout {
  return {
    ...method,
    tune: (task) => tune(kind, task, penalties),
    restore: ({ blocks, map, scores }: RegressionState) =>
      new LiveRegression({ layout: new FeatureLayout(kind, blocks), map }, new HeldScores(scores)),
  };
}

function tune(kind: FeatureKind, task: TuningTask, penalties: readonly number[] | undefined): Tuned {
  const asked = penalties && { penalties };
  const { heldOut, ranking, space, train } = task;
  const rank = ({ predicted }: PenaltyChoice): Float32Array =>
    ranking.factorScores(space.items, space.dimension, predicted);
  const { kept, verdicts } = admit(task, (source, index) =>
    kind.variants(source.noiseModel, source.dimension).map((variant) => {
      const choice = choosePenalty({ ...inputsOf(kind, task, [{ index, variant }]), ...asked }, train, heldOut, space);
      return { variant, choice, scores: rank(choice) };
    }),
  );
  const joined = (): PenaltyChoice => choosePenalty({ ...inputsOf(kind, task, kept), ...asked }, train, heldOut, space);
  const choice = kept.length === 0 ? undefined : kept.length === 1 ? kept[0].choice : joined();
  const decoded =
    choice && chooseHistories(ranking, rank(choice), historyScoreMap(choice.regression, task.domain), choice.features);
  return {
    scores: decoded?.scores,
    sources: verdicts((source) => (choice === undefined ? 0 : blockShare(choice.regression, source))),
    chosen: {
      penalty: choice?.penalty ?? 0,
      historyShare: decoded?.histories.share ?? 0,
      ...Object.fromEntries(kept.map(({ source, variant }) => [`${source}/features`, variant.text])),
    },
    fit(full) {
      if (choice === undefined || decoded === undefined) throw new RangeError('there is no source to fit on');
      return fit(inputsOf(kind, full, kept), full, choice.penalty, decoded.histories);
    },
  };
}

function inputsOf(
  kind: FeatureKind,
  { received, rows }: ReadoutTask,
  chosen: readonly { readonly index: number; readonly variant: FeatureVariant }[],
): Inputs {
  return {
    kind,
    chosen: chosen.map(({ index, variant }) => ({ received: received[index], variant })),
    rows: chosen.map(({ index }) => rows[index]),
  };
}

function fit(
  inputs: Inputs,
  { domain, space, train }: ReadoutTask,
  penalty: number,
  { scale, share }: HistoryShare,
): RegressionState {
  const regression = fitRegression(inputs, train, space.dimension, penalty);
  return {
    blocks: regression.layout.state,
    map: regression.map,
    scores: mixedScoreMap(factorScoreMap(regression, space), historyScoreMap(regression, domain), share, scale),
  };
}

class LiveRegression implements LiveReadout {
  readonly #regression: Pick<Regression, 'layout' | 'map'>;
  readonly held: HeldScores;

  constructor(regression: Pick<Regression, 'layout' | 'map'>, held: HeldScores) {
    this.#regression = regression;
    this.held = held;
  }

  scores(released: readonly ReleasedVector[]): Float32Array | undefined {
    const features = this.features(released);
    return features && this.held.of(features);
  }

  features(released: readonly ReleasedVector[]): Float64Array | undefined {
    const features = this.#features(released);
    return features.some((value) => value !== 0) ? features : undefined;
  }

  direction(released: readonly ReleasedVector[]): Float64Array {
    const { weights, outputs } = this.#regression.map;
    const out = new Float64Array(outputs);
    this.#features(released).forEach((value, i) => {
      if (value === 0) return;
      for (let o = 0; o < outputs; o++) out[o] += value * weights[i * outputs + o];
    });
    return out;
  }

  #features(released: readonly ReleasedVector[]): Float64Array {
    return this.#regression.layout.row((source) => released.find((one) => one.source === source)?.vector);
  }
}

/** The share of the regression's weight that is in a source's block. */
function blockShare({ layout, map }: Regression, source: string): number {
  let own = 0;
  let all = 0;
  for (const block of layout.blocks) {
    let square = 0;
    for (let i = block.offset * map.outputs; i < (block.offset + block.map.width) * map.outputs; i++) {
      square += map.weights[i] ** 2;
    }
    all += square;
    if (block.source === source) own += square;
  }
  return all > 0 ? own / all : 0;
}
