/** Click models: what each of the three can say, and what only the next one can. */
import assert from 'node:assert/strict';
import { areaUnderRoc } from '../../core/evaluation/clicks.ts';
import { Prng } from '../../core/random/prng.ts';
import { CLICK_SETTINGS, fitClicks } from '../../core/transfer/click/click-model.ts';
import type { ClickExample, ClickSettings } from '../../core/transfer/click/click-model.ts';

const logistic: ClickSettings = { ...CLICK_SETTINGS, factors: 0, hidden: 0 };
const machine: ClickSettings = { ...CLICK_SETTINGS, hidden: 0 };

/** Three fields of one of two attributes each: places 0 and 1, 2 and 3, 4 and 5. */
function examples(count: number, clicks: (signs: readonly number[]) => boolean): readonly ClickExample[] {
  const prng = new Prng('clicks');
  return Array.from({ length: count }, () => {
    const signs = Array.from({ length: 3 }, () => prng.integer(2));
    return { fields: signs.map((sign, field) => [2 * field + sign]), clicked: clicks(signs) };
  });
}

function areaOf(settings: ClickSettings, all: readonly ClickExample[]): number {
  const half = all.length / 2;
  const model = fitClicks(all.slice(0, half), 6, settings, '1');
  const judged = all.slice(half);
  return areaUnderRoc(
    judged.map(({ fields }) => model.probability(fields)),
    judged.map(({ clicked }) => clicked),
  );
}

describe('click models', () => {
  it('all learn an attribute that decides by itself', () => {
    const one = examples(1000, ([a]) => a === 1);
    for (const settings of [logistic, machine, CLICK_SETTINGS]) assert.ok(areaOf(settings, one) > 0.99);
  });

  it('only vectors learn a pair of attributes', () => {
    const pair = examples(1000, ([a, b]) => a === b);
    assert.ok(areaOf(logistic, pair) < 0.6);
    assert.ok(areaOf(machine, pair) > 0.99);
    assert.ok(areaOf(CLICK_SETTINGS, pair) > 0.99);
  });

  it('only the network learns a triple of attributes', () => {
    const triple = examples(2000, ([a, b, c]) => (a + b + c) % 2 === 0);
    assert.ok(areaOf(machine, triple) < 0.6);
    assert.ok(areaOf(CLICK_SETTINGS, triple) > 0.99);
  });

  it('the network moves the vectors, too: two numbers per attribute tell eighteen attributes apart', () => {
    const prng = new Prng('sums');
    const all = Array.from({ length: 2400 }, (): ClickExample => {
      const own = Array.from({ length: 3 }, () => prng.integer(6));
      const clicked = own.reduce((sum, one) => sum + one, 0) % 2 === 0;
      return { fields: own.map((one, field) => [6 * field + one]), clicked };
    });
    const model = fitClicks(all.slice(0, 1800), 18, { ...CLICK_SETTINGS, factors: 2 }, '1');
    const judged = all.slice(1800);
    const area = areaUnderRoc(
      judged.map(({ fields }) => model.probability(fields)),
      judged.map(({ clicked }) => clicked),
    );
    assert.ok(area > 0.95, `${area}`);
  });

  it('several attributes of a field share its weight, and a field may be empty', () => {
    const all: ClickExample[] = examples(400, ([a]) => a === 1).map(({ clicked, fields }) => ({
      fields: [fields[0], []],
      clicked,
    }));
    const model = fitClicks(all, 6, machine, '1');
    const [no, both, yes] = [[0], [0, 1], [1]].map((own) => model.probability([own, []]));
    assert.ok(no < both && both < yes, `${no}, ${both}, ${yes}`);
  });

  it('the same seed gives the same model', () => {
    const all = examples(200, ([a, b]) => a === b);
    const [first, second, other] = ['1', '1', '2'].map((seed) =>
      fitClicks(all, 6, CLICK_SETTINGS, seed).probability([[0], [3], [4]]),
    );
    assert.equal(first, second);
    assert.notEqual(first, other);
  });

  it('refuses a place that is no attribute, and examples with other fields', () => {
    const wrong = [{ fields: [[6]], clicked: true }];
    assert.throws(() => fitClicks(wrong, 6, machine, '1'), { code: 'TRANSFER_SHAPE' });
    const uneven = [...examples(2, () => true), { fields: [[1]], clicked: true }];
    assert.throws(() => fitClicks(uneven, 6, machine, '1'), { code: 'TRANSFER_SHAPE' });
  });
});
