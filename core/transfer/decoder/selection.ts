/**
 * Makes every choice of a decoder, on persons whose interactions neither its factors nor its regression have seen:
 * features and penalty, the sources that are let in, the blend.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, personIndex, restrictPersons } from '../../data/select.ts';
import type { ReceivedRepresentations } from '../../release/release.ts';
import { multiplyVector } from '../linear-algebra/products.ts';
import type { DecoderReport } from '../strategy.ts';
import type { Blend } from './blend.ts';
import type { DecoderContext } from './decoder-parts.ts';
import { featureShapes } from './features.ts';
import { HeldOutRanking } from './held-out.ts';
import { bestOf, blended, chooseBlend } from './blend.ts';
import { popularityOnScaleOf, spread } from './popularity-list.ts';
import type { RowsByPerson } from './received-features.ts';
import type { Inputs, PenaltyChoice, Regression } from './regression.ts';
import { choosePenalty } from './regression.ts';
import { historyScoreMap } from './score-map.ts';
import { foldedIn, meanFactor, targetsOf } from './targets.ts';

export interface Selection {
  readonly inputs: Inputs;
  readonly penalty: number;
  readonly histories: HistoryShare;
  readonly blend: Blend;
  readonly heldOut: DecoderReport['heldOut'];
  readonly sources: DecoderReport['sources'];
  readonly chosen: DecoderReport['chosen'];
}

/** The share of a decoder's score that comes from persons' histories; the rest comes from factors. */
export interface HistoryShare {
  readonly share: number;
  /** Factor that gives the scores from histories the spread of those from factors. */
  readonly scale: number;
}

const historyShares = [0, 0.1, 0.2, 0.3, 0.4];

export function select(
  context: DecoderContext,
  received: readonly ReceivedRepresentations[],
  rows: readonly RowsByPerson[],
  persons: { readonly train: readonly string[]; readonly heldOut: readonly string[] },
): Selection {
  const { domain } = context;
  const index = personIndex(domain);
  const heldOutRows = Uint32Array.from(persons.heldOut, (person) => index.get(person) ?? 0);
  const hidden = new Set(heldOutRows);
  const training = restrictPersons(
    domain,
    domain.persons.map((_, row) => row).filter((row) => !hidden.has(row)),
  );
  const ranking = new HeldOutRanking(
    training,
    Array.from(heldOutRows, (row) => ({ person: domain.persons[row], positives: historyOf(domain, row).items })),
    `${context.random.uint32()}`,
  );
  const factors = context.factorise(training);
  const d = factors.dimension;
  const train = targetsOf(training, factors, persons.train);
  const heldOut = foldedIn(factors, ranking.persons);
  const rank = (predicted: Float64Array): Float32Array => ranking.factorScores(factors.items, d, predicted);

  const prior = meanFactor(train, d);
  const priorScores = rank(repeat(prior, ranking.persons.length));
  const priorQuality = ranking.quality(priorScores);
  const judged = received.map((source, s) => {
    if (source.dimension === 0) return { shutOutBecause: 'released nothing' };
    const inputsOf = (shape: Inputs['chosen'][number]['shape']): Inputs => ({
      chosen: [{ received: source, shape }],
      rows: [rows[s]],
    });
    let best: { inputs: Inputs; choice: PenaltyChoice; quality: number } | undefined;
    for (const shape of featureShapes(source.noiseModel, source.dimension)) {
      const inputs = inputsOf(shape);
      const choice = choosePenalty(inputs, train, heldOut, factors);
      const quality = ranking.quality(rank(choice.predicted)).mean;
      if (best === undefined || quality > best.quality) best = { inputs, choice, quality };
    }
    return best === undefined || best.quality <= priorQuality.mean
      ? { shutOutBecause: `ranks held-out persons no better than the prior (${best?.quality.toFixed(4) ?? 'none'})` }
      : best;
  });

  const kept = judged.filter((one) => 'inputs' in one);
  const joined: Inputs = {
    chosen: kept.flatMap((one) => one.inputs.chosen),
    rows: kept.flatMap((one) => one.inputs.rows),
  };
  const choice =
    kept.length === 0 ? undefined : kept.length === 1 ? kept[0].choice : choosePenalty(joined, train, heldOut, factors);
  const decoded = choice && withHistories(ranking, rank(choice.predicted), choice, training);
  const decoderScores = decoded?.scores;
  const { list, scale } = popularityOnScaleOf(training, multiplyVector(factors.items, d, prior));
  const popularityScores = ranking.listScores(list);
  const { blend, quality } = chooseBlend(ranking, priorScores, popularityScores, decoderScores);
  return {
    inputs: joined,
    penalty: choice?.penalty ?? 1,
    histories: decoded?.histories ?? { share: 0, scale: 1 },
    blend,
    heldOut: {
      blend: quality.mean,
      prior: priorQuality.mean,
      popularity: ranking.quality(popularityScores).mean,
      ...(decoderScores && { decoder: ranking.quality(decoderScores).mean }),
      persons: ranking.persons.length,
    },
    sources: received.map(({ source }, s) => {
      const one = judged[s];
      if (!('inputs' in one)) return { source, weight: 0, shutOutBecause: one.shutOutBecause };
      const weight = choice === undefined ? 0 : blend.decoder * blockShare(choice.regression, source);
      return blend.decoder > 0
        ? { source, weight }
        : { source, weight: 0, shutOutBecause: 'the blend without the decoder ranks held-out persons best' };
    }),
    chosen: {
      penalty: choice?.penalty ?? 0,
      historyShare: decoded?.histories.share ?? 0,
      popularityScale: scale,
      ...Object.fromEntries(
        joined.chosen.map(({ received: { source }, shape }) => [
          `${source}/features`,
          `${shape.dimensions}${shape.products > 0 ? ` and products of ${shape.products}` : ''}`,
        ]),
      ),
    },
  };
}

function withHistories(
  ranking: HeldOutRanking,
  factorScores: Float32Array,
  { features, regression }: PenaltyChoice,
  training: Domain,
): { readonly scores: Float32Array; readonly histories: HistoryShare } {
  const map = historyScoreMap(regression, training);
  const varying = ranking.factorScores(map.items, map.width, features);
  const constant = ranking.listScores(map.intercept);
  const historyScores = varying.map((value, at) => value + constant[at]);
  const scale = spread(factorScores) / (spread(historyScores) || 1);
  const blends = historyShares.map((share) => [1 - share, share * scale]);
  const share = historyShares[bestOf(ranking.qualities([factorScores, historyScores], blends))];
  return { scores: blended(factorScores, historyScores, share, scale), histories: { share, scale } };
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

export function repeat(vector: Float64Array, times: number): Float64Array {
  const out = new Float64Array(vector.length * times);
  for (let i = 0; i < times; i++) out.set(vector, i * vector.length);
  return out;
}
