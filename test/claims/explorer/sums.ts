/**
 * Which sums of updates the adversary can compute in an attempt, exactly.
 *
 * A combination of masked vectors is free of masks when every self mask in it is known and every pair's mask that is not known
 * cancels. A pair's mask is known when one of the two is corrupt or the adversary holds t shares of the mask key of one. A mask
 * that both have in their vectors, with opposite signs, cancels when both have the same weight; one that only one of them has
 * (they accepted different dealers, or have different session ids) never does. So the combinations are spanned by the
 * connected components of "an unknown mask is shared", of those with nothing left over.
 * @module
 */
import { isOpened, maskKeyShares } from './knowledge.ts';
import { dealers, isWithin, session } from './lists.ts';

/** Number of honest members of the smallest sum that can be computed; Infinity if there is none. */
export function smallestSum(platforms: Int32Array, lists: Int32Array, threshold: number): number {
  const honest = platforms.length;
  const opened: boolean[] = [];
  const isKeyKnown: boolean[] = [];
  for (let p = 0; p < honest; p++) {
    opened.push(isOpened(platforms, lists, p, threshold));
    isKeyKnown.push(maskKeyShares(platforms, lists, p) >= threshold);
  }
  const group = opened.map((_, p) => p);
  const rootOf = (p: number): number => {
    let root = p;
    while (group[root] !== root) root = group[root];
    return root;
  };
  const isStuck = opened.map((isIt) => !isIt);
  for (let p = 0; p < honest; p++) {
    if (!opened[p]) continue;
    for (let q = 0; q < honest; q++) {
      if (q === p || !isWithin(dealers(lists[p]), q) || isKeyKnown[p] || isKeyKnown[q]) continue;
      const isShared = opened[q] && session(lists[p]) === session(lists[q]) && isWithin(dealers(lists[q]), p);
      if (isShared) group[rootOf(p)] = rootOf(q);
      else isStuck[p] = true;
    }
  }
  const sizes = new Map<number, number>();
  const stuck = new Set<number>();
  for (let p = 0; p < honest; p++) {
    const root = rootOf(p);
    sizes.set(root, (sizes.get(root) ?? 0) + 1);
    if (isStuck[p]) stuck.add(root);
  }
  let least = Infinity;
  for (const [root, size] of sizes) if (!stuck.has(root)) least = Math.min(least, size);
  return least;
}
