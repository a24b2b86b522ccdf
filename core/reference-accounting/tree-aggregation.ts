/**
 * Binary-tree aggregation (DP-FTRL): its sensitivity to a person who takes part in several steps.
 *
 * Steps are leaves; every complete subtree releases its sum with fresh Gaussian noise. The squared L2 sensitivity of all
 * nodes together is the sum over nodes of the squared number of the person's steps below them.
 * @module
 */
import { parameterInvalid } from '../accounting/errors.ts';

/** Depth of the tree over `steps` leaves: the squared sensitivity to a person in one step (Kairouz et al. 2021, App. D). */
export function treeDepth(steps: number): number {
  if (!Number.isInteger(steps) || steps < 1) throw parameterInvalid('steps', steps, 'an integer >= 1');
  return Math.ceil(Math.log2(steps + 1));
}

export interface Participation {
  /** Most steps in which a person takes part. */
  readonly maxParticipations: number;
  /** Fewest other steps between two of these. */
  readonly minSeparation: number;
  readonly steps: number;
}

/**
 * The exact largest squared sensitivity over all allowed patterns of participation, by dynamic programming over the complete
 * subtrees. The state of a pattern is its number of participations, and the number of free steps that it must leave at each end.
 */
export function maxTreeSensitivitySquared({ maxParticipations, minSeparation, steps }: Participation): number {
  for (const [name, value] of Object.entries({ maxParticipations, minSeparation, steps })) {
    if (!Number.isInteger(value) || value < 0) throw parameterInvalid(name, value, 'an integer >= 0');
  }
  const known = new Map<string, number>();

  /** Largest over `width` steps with `count` participations, and at least `front` free steps before and `back` after them. */
  const best = (width: number, count: number, front: number, back: number): number => {
    if (count === 0) return 0;
    if (front + back + (count - 1) * (minSeparation + 1) + 1 > width) return -Infinity;
    const key = `${width}/${count}/${front}/${back}`;
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    const complete = Number.isInteger(Math.log2(width));
    let value: number;
    if (width === 1) value = 1;
    else {
      // A complete tree is two halves under a node of its own. Any other is its largest complete tree and the rest.
      const left = complete ? width / 2 : 2 ** Math.floor(Math.log2(width));
      value = (complete ? count * count : 0) + split(left, width - left, count, front, back);
    }
    known.set(key, value);
    return value;
  };

  const split = (left: number, right: number, count: number, front: number, back: number): number => {
    let value = Math.max(
      best(right, count, Math.max(0, front - left), back),
      best(left, count, front, Math.max(0, back - right)),
    );
    for (let onLeft = 1; onLeft < count; onLeft++) {
      for (let gap = 0; gap <= minSeparation; gap++) {
        const here = best(left, onLeft, front, gap);
        if (here === -Infinity) break;
        value = Math.max(value, here + best(right, count - onLeft, minSeparation - gap, back));
      }
    }
    return value;
  };

  let largest = 0;
  for (let count = 1; count <= Math.min(maxParticipations, steps); count++) {
    largest = Math.max(largest, best(steps, count, 0, 0));
  }
  return largest;
}
