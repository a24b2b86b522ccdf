import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { CountedEvent } from '../../core/accounting/composition.ts';
import { composedEpsilon } from '../../core/accounting/composition.ts';
import { expectedTrials, negativeBinomialOf, repeatAndSelectEpsilon } from '../../core/accounting/repeat-and-select.ts';
import type { Repetitions } from '../../core/accounting/repeat-and-select.ts';
import { normalTail } from '../../core/accounting/special/normal.ts';
import { relativeError } from './oracle.ts';

const gaussian = (noiseMultiplier: number, count = 1): CountedEvent[] => [
  { event: { kind: 'gaussian', noiseMultiplier }, count },
];

const negativeBinomial = (eta: number, gamma: number): Repetitions => ({
  law: 'truncated-negative-binomial',
  eta,
  gamma,
});

interface Peer {
  readonly orders: readonly number[];
  readonly rows: readonly {
    readonly z: number;
    readonly count: number;
    readonly mean: number;
    /** Null: Poisson. */
    readonly shape: number | null;
    readonly delta: number;
    readonly epsilon: number;
  }[];
}

/** Probability that the published output has a score of at most the level at which one trial's has probability x: E[x^trials]. */
function generating(repetitions: Repetitions, x: number): number {
  if (repetitions.law === 'poisson') return Math.exp(repetitions.mean * (x - 1));
  const { eta, gamma } = repetitions;
  if (eta === 0) return Math.log1p(-(1 - gamma) * x) / Math.log(gamma);
  return ((1 - (1 - gamma) * x) ** -eta - 1) / (gamma ** -eta - 1);
}

/** Delta at epsilon of the whole search, in both directions, by summing over the outputs: the score is the output itself. */
function exactDelta(z: number, repetitions: Repetitions, epsilon: number): number {
  const cells = 20_000;
  const at = (cell: number): number => -12 + (24 * cell) / cells;
  const published = (shift: number): number[] => {
    const below = Array.from({ length: cells + 1 }, (_, cell) =>
      generating(repetitions, normalTail((shift - at(cell)) / z)),
    );
    // With no trial nothing depends on the data.
    return [...below.slice(1).map((value, cell) => value - below[cell]), generating(repetitions, 0)];
  };
  const [p, q] = [published(0), published(1)];
  const over = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + Math.max(0, value - Math.exp(epsilon) * b[i]), 0);
  return Math.max(over(p, q), over(q, p));
}

describe('a search that publishes its best trial', () => {
  it("agrees with Google's accountant on the same orders, and is nowhere above it when it searches between orders", () => {
    const peer = JSON.parse(readFileSync(new URL('repeat-and-select.json', import.meta.url), 'utf8')) as Peer;
    const orders = peer.orders.filter((order) => order > 1);
    for (const { count, delta, epsilon, mean, shape, z } of peer.rows) {
      const repetitions: Repetitions = shape === null ? { law: 'poisson', mean } : negativeBinomialOf(shape, mean);
      const say = JSON.stringify({ count, mean, shape, z, delta });
      const same = repeatAndSelectEpsilon(gaussian(z, count), repetitions, delta, { orders, refine: false });
      assert.ok(relativeError(same, epsilon) < 1e-6, `${say}: ${same}, ${epsilon}`);
      const own = repeatAndSelectEpsilon(gaussian(z, count), repetitions, delta);
      assert.ok(own <= epsilon * (1 + 1e-3), `${say}: ${own} above ${epsilon}`);
    }
  });

  it('is never below the exact cost, by summing over the outputs, and leaves out no term', () => {
    const laws = [negativeBinomial(0, 0.01), negativeBinomial(1, 0.05), negativeBinomial(-0.5, 0.001)];
    for (const repetitions of [...laws, { law: 'poisson', mean: 8 } as const]) {
      for (const z of [0.9, 2]) {
        for (const delta of [1e-2, 1e-4]) {
          const bound = repeatAndSelectEpsilon(gaussian(z), repetitions, delta);
          const exact = exactDelta(z, repetitions, bound);
          assert.ok(exact <= delta, `${JSON.stringify(repetitions)}, z ${z}: delta ${exact} at epsilon ${bound}`);
        }
      }
    }
    // A search that is charged like one trial: the exact cost is above it, so the test above would notice.
    const many = negativeBinomial(1, 0.05);
    assert.ok(exactDelta(0.9, many, composedEpsilon(gaussian(0.9), 1e-2)) > 1e-2);
  });

  it('expects as many trials as the law has', () => {
    for (const repetitions of [negativeBinomial(0, 0.01), negativeBinomial(1, 0.05), negativeBinomial(-0.5, 0.001)]) {
      const slope = (generating(repetitions, 1) - generating(repetitions, 1 - 1e-9)) / 1e-9;
      assert.ok(relativeError(expectedTrials(repetitions), slope) < 1e-4);
    }
    for (const eta of [-0.5, 0, 0.3, 1, 4]) {
      for (const mean of [1.01, 3, 10, 1000]) {
        assert.ok(relativeError(expectedTrials(negativeBinomialOf(eta, mean)), mean) < 1e-9);
      }
    }
  });

  it('costs more than one trial and, with many trials, less than all of them in a row', () => {
    for (const mean of [10, 30, 100]) {
      const searched = repeatAndSelectEpsilon(gaussian(4), negativeBinomialOf(0, mean), 1e-6);
      assert.ok(searched > composedEpsilon(gaussian(4), 1e-6));
      assert.ok(searched < composedEpsilon(gaussian(4, mean), 1e-6));
    }
  });

  it('refuses laws that do not exist, by name', () => {
    const refuse = (repetitions: Repetitions, what: RegExp): void => {
      assert.throws(() => repeatAndSelectEpsilon(gaussian(1), repetitions, 1e-6), what);
    };
    refuse(negativeBinomial(-1, 0.5), /eta is -1: expected a number above -1/);
    refuse(negativeBinomial(0, 0), /gamma is 0/);
    refuse(negativeBinomial(0, 1), /gamma is 1/);
    refuse({ law: 'poisson', mean: 0 }, /mean is 0/);
    assert.throws(() => negativeBinomialOf(0, 1), /mean is 1/);
  });
});
