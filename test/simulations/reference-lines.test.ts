import assert from 'node:assert/strict';
import { baselines } from '../../core/transfer/baselines/registry.ts';
import { notChargedLines, REFERENCE_ROWS, referenceLines } from '../../simulations/report/table.ts';
import type { PrivacyRow } from '../../simulations/results.ts';

const line = (label: string) => ({ label, isReference: true, cells: [] });

describe('the text under a table of a simulation', () => {
  it('explains every reference row that the table shows, and no other', () => {
    const labels = [...REFERENCE_ROWS, 'linear-bridge (raw, no eps)'];
    const lines = referenceLines({ target: 'books', columns: [], lines: labels.map(line) });
    assert.deepEqual(
      lines.map((text) => REFERENCE_ROWS.find((label) => text.trim().startsWith(`${label} `))),
      REFERENCE_ROWS,
    );
    for (const text of lines) assert.match(text, /^ {2}\S.*? {2,}\S+ \S+/, 'a name and a sentence');
    assert.deepEqual(referenceLines({ target: 'books', columns: [], lines: [line('ceiling')] }).length, 1);
  });

  it('has a place in the table for every baseline', () => {
    for (const { name } of baselines) assert.ok(REFERENCE_ROWS.includes(name), name);
  });

  it('lists what no ledger counts once if it is the same for all strategies, else for each', () => {
    const row = (strategy: string, notCharged: string[]): PrivacyRow =>
      ({ strategy, notCharged }) as unknown as PrivacyRow;
    assert.deepEqual(notChargedLines([row('a', ['x', 'y']), row('b', ['x', 'y'])]), [
      'Not charged: no ledger counts the following.',
      '  - x',
      '  - y',
    ]);
    assert.deepEqual(notChargedLines([row('a', ['x']), row('b', ['y'])]), [
      'Not charged (a): no ledger counts the following.',
      '  - x',
      'Not charged (b): no ledger counts the following.',
      '  - y',
    ]);
  });
});
