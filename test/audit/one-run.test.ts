import assert from 'node:assert/strict';
import { normalTailQuantile } from '../../core/accounting/special/normal.ts';
import {
  clopperPearsonUpper,
  contradictsGaussian,
  gaussianOneRunLowerBound,
  oneRunLowerBound,
  oneRunPValue,
} from '../../core/audit/one-run.ts';
import type { Guesses } from '../../core/audit/one-run.ts';

/** Rows computed with google-deepmind/jax_privacy at 8967688c, jax_privacy/auditing.py (functions in the comments). */
// _one_run_p_value: m, guesses, correct, epsilon, delta, p
const P_VALUES: readonly (readonly [number, number, number, number, number, number])[] = [
  [100, 100, 90, 1.0, 0.0, 2.7358128007661584e-5],
  [100, 100, 90, 1.0, 1e-5, 0.00010875117135074853],
  [1000, 200, 150, 1.0, 1e-5, 0.3044225124350048],
  [1000, 200, 190, 2.0, 1e-5, 0.001627331621556926],
  [1000, 1000, 600, 0.5, 1e-6, 0.9325039533306749],
  [10, 10, 10, 1.0, 0.0, 0.04360354279412869],
  [1000, 100, 100, 3.0, 1e-5, 0.010411268784327625],
  [5000, 500, 400, 1.0, 1e-5, 0.0021403696004179667],
];
// _epsilon_one_run: m, guesses, correct, significance, delta, epsilon
const LOWER_BOUNDS: readonly (readonly [number, number, number, number, number, number])[] = [
  [100, 100, 90, 0.05, 0.0, 1.6308231927421464],
  [1000, 200, 190, 0.05, 1e-5, 2.3936181606621587],
  [1000, 1000, 600, 0.05, 1e-6, 0.2974438732100577],
  [1000, 100, 100, 0.05, 1e-5, 3.465376229385333],
  [5000, 500, 400, 0.05, 1e-5, 1.1952182024943792],
  [1000, 1000, 900, 0.05, 1e-5, 2.020645594168416],
];
// _epsilon_one_run_fdp
const GAUSSIAN_LOWER_BOUNDS: readonly (readonly [number, number, number, number, number, number])[] = [
  [1000, 200, 190, 0.05, 1e-5, 3.916104498950318],
  [1000, 1000, 600, 0.05, 1e-6, 0.6733550694855975],
  [1000, 100, 100, 0.05, 1e-5, 5.5490279999429415],
  [5000, 500, 400, 0.05, 1e-5, 1.6831561134696322],
  [1000, 1000, 900, 0.05, 1e-5, 3.7793385785758598],
];
// _clopper_pearson_upper: k, n, significance, p
const CLOPPER_PEARSON: readonly (readonly [number, number, number, number])[] = [
  [0, 100, 0.05, 0.029513049607039925],
  [5, 100, 0.05, 0.1022533776432745],
  [50, 1000, 0.01, 0.06840489369563105],
  [99, 100, 0.05, 0.9994871985837377],
  [0, 1000, 0.025, 0.003682083896865671],
];

/**
 * epsilon_one_run and epsilon_one_run_fdp, every threshold tried and the significance divided among them (Bonferroni):
 * shift of the scores of those who were in, epsilon for any mechanism, epsilon for a Gaussian one. Scores are quantiles of
 * two normals, 10000 in and 10000 out; significance 0.05, delta 1e-6 (tests/auditing_test.py, to 1e-5).
 */
const BEST_THRESHOLDS: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [1, 1.1334595177700586, 2.164749246983307],
  [2, 2.3119452296146563, 4.721806448645861],
  [4, 4.395567698033991, 9.133751869736436],
];

/** Guesses at every threshold that the reference tries: vertices of the upper hull of (false negatives, true negatives). */
function hullOfGuesses(inside: readonly number[], outside: readonly number[]): { guesses: number; correct: number }[] {
  const below = (sorted: readonly number[], threshold: number, from: number): number => {
    let at = from;
    while (at < sorted.length && sorted[at] < threshold) at += 1;
    return at;
  };
  const thresholds = [...new Set([...inside, ...outside])].sort((a, b) => a - b);
  const hull: { fn: number; tn: number }[] = [];
  let [fn, tn] = [0, 0];
  for (const threshold of [...thresholds, Infinity]) {
    fn = below(inside, threshold, fn);
    tn = below(outside, threshold, tn);
    for (;;) {
      const [a, b] = hull.slice(-2);
      if (hull.length < 2 || (b.tn - a.tn) * (fn - b.fn) > (tn - b.tn) * (b.fn - a.fn)) break;
      hull.pop();
    }
    hull.push({ fn, tn });
  }
  return hull.map((point) => {
    const correct = inside.length - point.fn;
    return { guesses: correct + outside.length - point.tn, correct };
  });
}

describe('one-run audit', () => {
  it('has the p-values of the reference', () => {
    for (const [canaries, guesses, correct, epsilon, delta, p] of P_VALUES) {
      const ours = oneRunPValue({ canaries, guesses, correct }, epsilon, delta);
      assert.ok(Math.abs(ours / p - 1) < 1e-9, `${correct} of ${guesses}: ${ours}, expected ${p}`);
    }
  });

  it('has the lower bounds of the reference', () => {
    for (const [canaries, guesses, correct, significance, delta, epsilon] of LOWER_BOUNDS) {
      const ours = oneRunLowerBound({ canaries, guesses, correct }, significance, delta);
      assert.ok(Math.abs(ours - epsilon) < 1e-6, `${correct} of ${guesses}: ${ours}, expected ${epsilon}`);
    }
  });

  it('has the Gaussian lower bounds of the reference', () => {
    for (const [canaries, guesses, correct, significance, delta, epsilon] of GAUSSIAN_LOWER_BOUNDS) {
      const ours = gaussianOneRunLowerBound({ canaries, guesses, correct }, significance, delta);
      assert.ok(Math.abs(ours - epsilon) < 1e-6, `${correct} of ${guesses}: ${ours}, expected ${epsilon}`);
    }
  });

  it('has the bounds of the reference at the best of all thresholds', function () {
    this.timeout(20_000);
    const quantiles = Array.from({ length: 10_000 }, (_, i) => {
      const p = (i + 0.5) / 10_000;
      return p < 0.5 ? -normalTailQuantile(Math.log(p)) : normalTailQuantile(Math.log1p(-p));
    });
    for (const [shift, ...expected] of BEST_THRESHOLDS) {
      const vertices = hullOfGuesses(
        quantiles.map((q) => q + shift),
        quantiles,
      );
      const significance = 0.05 / vertices.length;
      // The most precise attack comes first. Most others cannot do better than it, which one comparison shows.
      const precise = ({ guesses, correct }: { guesses: number; correct: number }): number =>
        (correct - 2 * Math.sqrt(guesses)) / guesses;
      const promising = vertices
        .filter(({ guesses, correct }) => correct > guesses / 2)
        .sort((a, b) => precise(b) - precise(a));
      const attempts = [
        [oneRunLowerBound, (made: Guesses, at: number) => oneRunPValue(made, at, 1e-6) < significance],
        [gaussianOneRunLowerBound, (made: Guesses, at: number) => contradictsGaussian(made, significance, at, 1e-6)],
      ] as const;
      attempts.forEach(([bound, exceeds], i) => {
        let best = 0;
        for (const { guesses, correct } of promising) {
          const made = { canaries: 20_000, guesses, correct };
          if (correct / guesses > 1 / (1 + Math.exp(-best)) && exceeds(made, best + 1e-9)) {
            best = bound(made, significance, 1e-6);
          }
        }
        assert.ok(Math.abs(best - expected[i]) <= 1e-5 * expected[i], `${shift}: ${best}, expected ${expected[i]}`);
      });
    }
  });

  it('has the Clopper-Pearson ends of the reference', () => {
    for (const [k, n, significance, p] of CLOPPER_PEARSON) {
      assert.ok(Math.abs(clopperPearsonUpper(k, n, significance) / p - 1) < 1e-9);
    }
    assert.equal(clopperPearsonUpper(5, 5, 0.05), 1);
  });

  it('says nothing of guesses no better than coins, and bounds only what can be bounded', () => {
    for (const correct of [0, 40, 50, 55]) {
      assert.equal(oneRunLowerBound({ canaries: 1000, guesses: 100, correct }, 0.05, 1e-6), 0);
      assert.equal(gaussianOneRunLowerBound({ canaries: 1000, guesses: 100, correct }, 0.05, 1e-6), 0);
    }
    assert.equal(oneRunLowerBound({ canaries: 10, guesses: 0, correct: 0 }, 0.05, 1e-6), 0);
    // A large delta can explain every right guess.
    assert.equal(oneRunLowerBound({ canaries: 1000, guesses: 1000, correct: 1000 }, 0.05, 0.5), 0);
  });
});
