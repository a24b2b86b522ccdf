import assert from 'node:assert/strict';
import {
  clopperPearsonUpper,
  gaussianOneRunLowerBound,
  oneRunLowerBound,
  oneRunPValue,
} from '../../../core/privacy/audit/one-run.ts';

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
    // A large delta alone explains every right guess.
    assert.equal(oneRunLowerBound({ canaries: 1000, guesses: 1000, correct: 1000 }, 0.05, 0.5), 0);
  });
});
