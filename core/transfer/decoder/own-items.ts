/**
 * Fine-tuning of one person: once the person has met items on the target, the person's vector there starts from the transferred
 * scores and moves by the own items. The move is a ridge regression of the value 1 on the own items' vectors, with a penalty on the
 * distance from the start.
 *
 * Held-out persons choose the penalty, here called the pull: their first items are taken as known, and the later ones are ranked.
 * @module
 */
import { choleskyInPlace, choleskySolve } from '../linear-algebra/cholesky.ts';
import { bestOf } from './blend.ts';
import type { HeldOutRanking } from './held-out.ts';
import type { ItemSpace, Method } from './readout.ts';

export const fineTune: Method & { readonly ablation: { readonly off: string } } = {
  name: 'fine-tune',
  summary: 'the person’s vector starts from what was transferred, and the person’s own first items move it',
  reference:
    'Yosinski et al., NIPS 2014 (transfer as a start); Rendle and Schmidt-Thieme, RecSys 2008 (own rows online)',
  ablation: { off: 'the vector starts at the prior' },
};

const PULLS = [0.03, 0.1, 0.3, 1, 3, 10];
/** Most items of a held-out person that are taken as known. */
const FIRST = 3;

type Space = Pick<ItemSpace, 'dimension' | 'items'>;

/**
 * The change of a person's vector: Yᵀ (Y Yᵀ + pull I)⁻¹ (1 - s), with Y the own items' vectors and s their scores so far.
 * @param scores of the own items, in their order
 */
export function moveBy(
  { dimension: d, items }: Space,
  own: Uint32Array,
  scores: Float64Array,
  pull: number,
): Float64Array {
  const n = own.length;
  const rows = Array.from(own, (item) => items.subarray(item * d, (item + 1) * d));
  const system = new Float64Array(n * n);
  rows.forEach((a, i) => {
    rows.forEach((b, j) => {
      for (let k = 0; k < d; k++) system[i * n + j] += a[k] * b[k];
    });
    system[i * n + i] += pull;
  });
  const solved = scores.map((score) => 1 - score);
  choleskyInPlace(system, n);
  choleskySolve(system, n, solved);
  const out = new Float64Array(d);
  rows.forEach((row, i) => {
    for (let k = 0; k < d; k++) out[k] += solved[i] * row[k];
  });
  return out;
}

/**
 * The pull that ranks held-out persons' later items best; undefined if their first items do not help.
 * @param scores of the held-out persons' candidates
 */
export function choosePull(ranking: HeldOutRanking, space: Space, scores: Float32Array): number | undefined {
  const known = ranking.persons.map(({ positives }) => Math.min(FIRST, Math.floor(positives.length / 2)));
  const later = (
    list: Float32Array,
  ): { readonly mean: number; readonly uniform: number; readonly popularity: number } =>
    ranking.qualityOfLater(list, known);
  const tried = PULLS.map((pull) => {
    const moves = new Float64Array(ranking.persons.length * space.dimension);
    ranking.persons.forEach(({ positives }, p) => {
      if (known[p] === 0) return;
      const own = positives.subarray(0, known[p]);
      moves.set(moveBy(space, own, ranking.positiveScores(scores, p).subarray(0, known[p]), pull), p * space.dimension);
    });
    const moved = ranking.factorScores(space.items, space.dimension, moves);
    return later(moved.map((value, at) => value + scores[at]));
  });
  const best = bestOf(tried);
  return tried[best].mean > later(scores).mean ? PULLS[best] : undefined;
}
