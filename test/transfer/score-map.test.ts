import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';
import type { Regression } from '../../core/transfer/decoder/regression.ts';
import { applyLinearMap, RidgePath } from '../../core/transfer/decoder/ridge-path.ts';
import { factorScoreMap, HeldScores, historyScoreMap, mixedScoreMap } from '../../core/transfer/decoder/score-map.ts';
import type { ScoreMap } from '../../core/transfer/decoder/score-map.ts';
import { domainOfRows } from '../../compliance/domain-of-rows.ts';

const PERSONS = 40;
const WIDTH = 5;
const ITEMS = 12;
const FACTORS = 3;
const PENALTY = 0.7;

const scoresOf = (map: ScoreMap, features: Float64Array): Float32Array => new HeldScores(map).of(features);

describe('scores from features', () => {
  const prng = new Prng('score map');
  const gaussians = (length: number): Float64Array => Float64Array.from({ length }, () => prng.gaussian());
  const features = gaussians(PERSONS * WIDTH).map((value) => value + 0.5);
  const outputs = gaussians(PERSONS * FACTORS);
  const rows = Array.from({ length: PERSONS }, () => prng.sample(ITEMS, 1 + prng.integer(5)));
  const domain = domainOfRows('target', rows, ITEMS);
  const path = new RidgePath(features, WIDTH, outputs, FACTORS);
  const regression: Omit<Regression, 'layout'> = {
    map: path.at(PENALTY),
    persons: domain.persons,
    features,
    inverse: path.inverse(PENALTY),
  };
  const items = Float32Array.from({ length: ITEMS * FACTORS }, () => prng.gaussian());
  const factors = { dimension: FACTORS, items };
  const cold = gaussians(WIDTH);

  const assertClose = (ours: Float32Array, expected: ArrayLike<number>): void => {
    assert.equal(ours.length, expected.length);
    ours.forEach((value, item) => assert.ok(Math.abs(value - expected[item]) < 1e-5, `${value} for ${expected[item]}`));
  };

  it('of factors are those of the predicted factor', () => {
    const predicted = applyLinearMap(regression.map, cold, 0);
    const expected = Array.from({ length: ITEMS }, (_, item) =>
      predicted.reduce((sum, value, k) => sum + value * items[item * FACTORS + k], 0),
    );
    assertClose(scoresOf(factorScoreMap(regression, factors), cold), expected);
  });

  it('of histories are the same ridge regression with unit histories as outputs', () => {
    const histories = new Float64Array(PERSONS * ITEMS);
    rows.forEach((row, person) =>
      row.forEach((item) => (histories[person * ITEMS + item] = 1 / Math.sqrt(row.length))),
    );
    const direct = new RidgePath(features, WIDTH, histories, ITEMS).at(PENALTY);
    assertClose(scoresOf(historyScoreMap(regression, domain), cold), applyLinearMap(direct, cold, 0));
  });

  it('of a mixture are the mixture of the scores', () => {
    const a = factorScoreMap(regression, factors);
    const b = historyScoreMap(regression, domain);
    const [ofA, ofB] = [scoresOf(a, cold), scoresOf(b, cold)];
    assertClose(
      scoresOf(mixedScoreMap(a, b, 0.3, 2), cold),
      ofA.map((value, item) => 0.7 * value + 0.6 * ofB[item]),
    );
  });
});
