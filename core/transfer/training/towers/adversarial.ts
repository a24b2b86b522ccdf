/**
 * Adversarial adaptation: a linear classifier learns to tell a person's platform from z, and the towers learn against it. Both
 * are one step on one loss, with the sign reversed where it enters the towers, so one optimiser and one sum carry them.
 *
 *   ℓ = -log softmax(Wᵀ (z, 1))_p + decay/2 |W|² for a person of platform p; W gets -∇ℓ, and the towers get +λ ∇ℓ.
 *
 * The classifier is kept small, because the gradient of one that is sure of itself is zero, and the towers would learn nothing
 * against it. Without decay it is sure within the first rounds (docs/transfer.md).
 *
 * The number of a person's platform is public, and the same for all persons of the platform.
 *
 * Ganin et al., JMLR 2016 (DANN), sections 3 and 4.
 * @module
 */
import type { Reals } from '../../network/arithmetic.ts';
import type { Adaptation, Adapting } from './adapting.ts';

/** Weight of the squared length of W. */
export const DECAY = 3;

/** Chances of each platform, by the classifier. @param w [dimension + 1, platforms] row-major; the last row belongs to a constant 1. */
export function platformChances(w: Reals, z: Reals, platforms: number): Float64Array {
  const logits = Float64Array.from({ length: platforms }, (_, p) => w[z.length * platforms + p]);
  for (let j = 0; j < z.length; j++) for (let p = 0; p < platforms; p++) logits[p] += z[j] * w[j * platforms + p];
  const largest = Math.max(...logits);
  const odds = logits.map((logit) => Math.exp(logit - largest));
  const total = odds.reduce((sum, one) => sum + one, 0);
  return odds.map((one) => one / total);
}

export function adversarial({ dimension, platforms }: Adapting): Adaptation {
  return {
    block: { name: 'platforms', shape: [dimension + 1, platforms] },
    at(w, { number, weight }, lambda) {
      return (z) => {
        const slopes = platformChances(w, z, platforms).map((chance, p) => weight * (chance - (p === number ? 1 : 0)));
        const dz = new Float64Array(dimension);
        const own = new Float64Array(w.length);
        for (let j = 0; j <= dimension; j++) {
          for (let p = 0; p < platforms; p++) {
            own[j * platforms + p] = -(j < dimension ? z[j] : 1) * slopes[p] - weight * DECAY * w[j * platforms + p];
            if (j < dimension) dz[j] -= lambda * slopes[p] * w[j * platforms + p];
          }
        }
        return { dz, own };
      };
    },
    together(update, classifier) {
      const both = new Float32Array(update.length + classifier.length);
      both.set(update);
      both.set(classifier, update.length);
      return both;
    },
  };
}
