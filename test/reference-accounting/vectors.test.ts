import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { logMoment } from '../../core/accounting/rdp-subsampled-gaussian.ts';
import { leastLogMoment } from '../../core/reference-accounting/verification/moment-floor.ts';
import { parseOrders } from '../../core/reference-accounting/verification/reference-orders.ts';
import { countOutcomes, judge, judgeAnswer } from '../../core/reference-accounting/verification/verdict.ts';
import type { Verdict } from '../../core/reference-accounting/verification/verdict.ts';
import { parseReferenceFile } from '../../core/reference-accounting/verification/reference-row.ts';
import { longIt } from '../longer.ts';

const text = readFileSync(new URL('vectors.json', import.meta.url), 'utf8');
const { rows } = parseReferenceFile(text);

describe('published figures of other accountants', function () {
  this.timeout(60_000);
  const verdicts: Verdict[] = [];
  for (const group of new Set(rows.map((row) => row.group))) {
    const members = rows.filter((row) => row.group === group);
    it(`${group}: ${members.length} rows`, () => {
      for (const row of members) {
        const verdict = judge(row);
        verdicts.push(verdict);
        assert.notEqual(verdict.outcome, 'out', `${row.id}: ${verdict.ours.join(', ')} for ${String(row.expected)}`);
        if (row.expected_interval !== undefined) assert.ok(verdict.ours[0] >= row.expected_interval[0], row.id);
      }
    });
  }

  it('only what is named is left out', () => {
    const unsupported = verdicts.filter(({ outcome }) => outcome === 'unsupported').map(({ group }) => group);
    assert.deepEqual(
      new Set(unsupported),
      new Set(['opacus-gdp', 'mf-coefficients', 'mf-banded-sqrt', 'pld-truncated-subsampled-gaussian']),
    );
    assert.deepEqual(countOutcomes(verdicts), { ok: 115, 'upper-bound': 27, out: 0, unsupported: 8 });
  });
});

describe('judging', () => {
  const row = (id: string): (typeof rows)[number] => {
    const found = rows.find((candidate) => candidate.id === id);
    assert.ok(found);
    return found;
  };

  it('a figure off by more than its tolerance is out', () => {
    const analytic = row('analytic-gaussian-03');
    assert.equal(judge({ ...analytic, expected: 1.448 }).outcome, 'out');
    assert.equal(judge({ ...analytic, expected: 1.448, tolerance: { abs: 1e-4 } }).outcome, 'ok');
  });

  it('brackets and bounds are one-sided', () => {
    const bracket = row('bracket-subsampled-gaussian-03');
    assert.equal(judge({ ...bracket, tolerance: { must_be_at_least: 1.8 } }).outcome, 'out');
    assert.equal(judge({ ...bracket, expected: 1.7915 }).outcome, 'out');
    const tree = row('dpftrl-tree-02');
    assert.equal(judge({ ...tree, expected: 1.5 }).outcome, 'out');
    const prv = row('prv-subsampled-gaussian-08');
    assert.equal(judge({ ...prv, expected: 0.75 }).outcome, 'out');
    assert.equal(judge({ ...prv, expected: 0.79 }).outcome, 'out');
  });

  it('the signless series is recognised only where it reproduces the figure', () => {
    const conservative = row('rdp-subsampled-gaussian-01');
    assert.equal(judge(conservative).outcome, 'upper-bound');
    assert.equal(judge({ ...conservative, expected: 0.00066 }).outcome, 'out');
  });

  longIt('an answer far below what the signless series bounds is out', () => {
    const recognised = ['rdp-subsampled-gaussian-01', 'dpsgd-rdp-03', 'dpsgd-rdp-04'].map(row);
    for (const conservative of recognised) {
      const [ours] = judge(conservative).ours;
      for (const share of [0.5, 0.99]) {
        const verdict = judgeAnswer(conservative, { kind: 'value', values: [share * ours] });
        assert.equal(verdict.outcome, 'out', `${conservative.id}, ${share} of the answer`);
      }
    }
    const unsampled = row('dpsgd-rdp-02');
    assert.equal(judgeAnswer(unsampled, { kind: 'value', values: [13] }).outcome, 'out');
  });

  it('the floor under those answers is never above the moment, and near it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1.01, max: 11, noNaN: true }),
        fc.double({ min: 0.001, max: 0.95, noNaN: true }),
        fc.double({ min: 0.3, max: 8, noNaN: true }),
        (order, rate, z) => {
          const moment = logMoment(order, rate, z);
          const floor = leastLogMoment(order, rate, z);
          assert.ok(floor <= moment && floor >= 0.98 * moment, `${floor} under ${moment}`);
        },
      ),
    );
  });

  it('an unknown group is unsupported, with its name', () => {
    const verdict = judge({ ...row('analytic-gaussian-03'), group: 'tea-leaves' });
    assert.equal(verdict.outcome, 'unsupported');
    assert.match(verdict.reason ?? '', /tea-leaves/);
  });
});

describe('a malformed file', () => {
  const good = {
    id: 'a-1',
    group: 'analytic-gaussian',
    params: { sigma: 1, sensitivity: 1 },
    query: { what: 'epsilon', delta: 1e-5 },
    expected: 4.4,
    tolerance: { rel: 0.1 },
  };
  const file = (...list: unknown[]): string => JSON.stringify({ rows: list });

  it('is refused with the row that is wrong', () => {
    assert.throws(() => parseReferenceFile('{'), { code: 'REFERENCE_MALFORMED', message: /not JSON/ });
    assert.throws(() => parseReferenceFile('[]'), /array "rows"/);
    assert.throws(
      () => parseReferenceFile(file(good, { ...good, id: 'a-2', expected: 'four' })),
      /row a-2: .*expected/s,
    );
    assert.throws(() => parseReferenceFile(file(good, { group: 'x' })), /row number 2 \(no id\)/);
    assert.throws(() => parseReferenceFile(file(good, good)), /row a-1 occurs twice/);
  });

  it('is refused when a parameter is missing or of another type', () => {
    const [row] = parseReferenceFile(file({ ...good, params: { sigma: 1 } })).rows;
    assert.throws(() => judge(row), /row a-1: params.sensitivity is missing, expected a number/);
    const [text] = parseReferenceFile(file({ ...good, query: { what: 'epsilon', delta: 'small' } })).rows;
    assert.throws(() => judge(text), /row a-1: query.delta is "small", expected a number/);
  });

  it('orders are read as they are written', () => {
    assert.deepEqual(parseOrders('2..5,256 (integers)', 'r'), [2, 3, 4, 5, 256]);
    assert.deepEqual(parseOrders('1.0..1.3 step .1, 12..13', 'r'), [1.1, 1.2, 1.3, 12, 13]);
    assert.throws(() => parseOrders('2..many', 'r-7'), /row r-7: params.orders has "2..many"/);
  });
});
