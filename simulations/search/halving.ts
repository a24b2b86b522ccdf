/**
 * Successive halving (Jamieson and Talwalkar, AISTATS 2016, algorithm 1; the first rung is chosen as a bracket of Hyperband, Li et
 * al., JMLR 2018): every setting is judged on few persons, the best third on three times as many, and so on. Persons come
 * in folds, each of which is hidden in turn, so that nobody is judged by a decoder that has seen them.
 * @module
 */

/** Number of folds; in the last rung all of them are judged. */
export const FOLDS = 9;
/** Each rung keeps one in so many settings, and judges on so many times the folds. */
const RATE = 3;
/** Least number of settings in the last rung, besides the defaults. */
const FINALISTS = 3;

export interface Rung {
  /** Number of settings besides the defaults, which stay in every rung. */
  readonly settings: number;
  /** Folds 0 to `folds` - 1 are judged; those of earlier rungs are known already. */
  readonly folds: number;
}

/** @param settings number of settings besides the defaults. */
export function rungsOf(settings: number): readonly Rung[] {
  let folds = FOLDS;
  let kept = Math.min(settings, FINALISTS);
  const rungs: Rung[] = [];
  while (folds >= RATE && kept * RATE <= settings) {
    rungs.unshift({ settings: kept, folds });
    kept *= RATE;
    folds /= RATE;
  }
  return [{ settings, folds }, ...rungs];
}

/**
 * The best of the candidates, in their order.
 * @param scores one per candidate; -Infinity for one that could not be measured.
 */
export function best<One>(candidates: readonly One[], scores: readonly number[], count: number): readonly One[] {
  const order = [...candidates.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  const kept = new Set(order.slice(0, count).filter((place) => scores[place] > -Infinity));
  return candidates.filter((_, place) => kept.has(place));
}

/**
 * Runs all rungs. @param judge the scores of these candidates on the first `folds` folds, higher is better.
 * @returns the candidate with the best score in the last rung, which may be the defaults (the first).
 */
export async function halve<One>(
  [defaults, ...others]: readonly One[],
  judge: (candidates: readonly One[], folds: number) => Promise<readonly number[]>,
): Promise<One> {
  let living: readonly One[] = others;
  const rungs = rungsOf(others.length);
  for (const [place, { folds }] of rungs.entries()) {
    const scores = await judge([defaults, ...living], folds);
    const next = rungs.at(place + 1);
    if (next !== undefined) living = best(living, scores.slice(1), next.settings);
    else return best([defaults, ...living], scores, 1)[0] ?? defaults;
  }
  return defaults;
}
