/**
 * The share of a decoder's score that comes from linked persons' own histories, chosen on held-out persons.
 * @module
 */
import { bestOf, blended } from './blend.ts';
import type { HeldOutRanking } from './held-out.ts';
import { spread } from './popularity-list.ts';
import type { ScoreMap } from './score-map.ts';

/** The share of a score that comes from persons' histories; the rest comes from factors. */
export interface HistoryShare {
  readonly share: number;
  /** Factor that gives the scores from histories the spread of those from factors. */
  readonly scale: number;
}

const historyShares = [0, 0.1, 0.2, 0.3, 0.4];

/** @param features of the ranked persons, float64 [persons, map.width] */
export function chooseHistories(
  ranking: HeldOutRanking,
  factorScores: Float32Array,
  map: ScoreMap,
  features: Float64Array,
): { readonly scores: Float32Array; readonly histories: HistoryShare } {
  const varying = ranking.factorScores(map.items, map.width, features);
  const constant = ranking.listScores(map.intercept);
  const historyScores = varying.map((value, at) => value + constant[at]);
  const scale = spread(factorScores) / (spread(historyScores) || 1);
  const blends = historyShares.map((share) => [1 - share, share * scale]);
  const share = historyShares[bestOf(ranking.qualities([factorScores, historyScores], blends))];
  return { scores: blended(factorScores, historyScores, share, scale), histories: { share, scale } };
}
