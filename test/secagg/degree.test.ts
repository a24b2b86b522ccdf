import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { degreeAndThreshold, infeasibleBecause } from '../../core/secagg/degree.ts';
import type { SparseAdversary, ThreatModel } from '../../core/secagg/degree.ts';

interface Row {
  readonly n: number;
  readonly adversarial_rate: number;
  readonly dropout_rate: number;
  readonly adversary: 'NONE' | 'CURIOUS_SERVER' | 'SEMI_MALICIOUS_SERVER';
  readonly degree: number;
  readonly threshold_max: number;
  readonly reference_rule_result?: readonly [number, number];
  readonly infeasible?: boolean;
  readonly result?: readonly [number, number] | null;
}

const vectors = JSON.parse(readFileSync(new URL('vectors/graph-parameters.json', import.meta.url), 'utf8')) as {
  readonly published: readonly Row[];
  readonly extra: readonly Row[];
};

const ADVERSARY: Readonly<Record<Row['adversary'], SparseAdversary>> = {
  NONE: 'honest',
  CURIOUS_SERVER: 'curious',
  SEMI_MALICIOUS_SERVER: 'semi-malicious',
};

function modelOf(row: Row): ThreatModel {
  return {
    platforms: row.n,
    corrupt: row.adversarial_rate,
    dropout: row.dropout_rate,
    adversary: ADVERSARY[row.adversary],
  };
}

describe('degree and threshold of the sparse graph', () => {
  for (const row of vectors.published) {
    it(`published: n = ${row.n}, ${row.adversarial_rate} corrupt, ${row.dropout_rate} dropped, ${row.adversary}`, () => {
      const found = degreeAndThreshold(modelOf(row));
      if (row.infeasible === true) {
        assert.equal(found, null);
        return;
      }
      assert.equal(found?.degree, row.degree);
      assert.ok(found.threshold <= row.threshold_max, `${found.threshold} > ${row.threshold_max}`);
      if (row.reference_rule_result) assert.deepEqual([found.degree, found.threshold], row.reference_rule_result);
    });
  }

  it('the further rows of the same rule', () => {
    for (const row of vectors.extra) {
      const found = degreeAndThreshold(modelOf(row));
      assert.deepEqual(found === null ? null : [found.degree, found.threshold], row.result, JSON.stringify(row));
    }
  });

  it('more attempts under one bound never ask for less', () => {
    const model = { platforms: 1000, corrupt: 0.1, dropout: 0.1, adversary: 'curious' } as const;
    const one = degreeAndThreshold(model)!;
    const many = degreeAndThreshold({ ...model, attempts: 1000 })!;
    assert.ok(many.degree > one.degree);
  });

  it('says why nothing serves', () => {
    const model = { platforms: 1000, corrupt: 0.5, dropout: 0.5, adversary: 'curious' } as const;
    assert.match(infeasibleBecause(model) ?? '', /0\.9/);
    assert.match(infeasibleBecause({ ...model, adversary: 'honest', dropout: 0 }) ?? '', /honest/);
    assert.match(infeasibleBecause({ ...model, corrupt: 0.2, dropout: 0.4, adversary: 'semi-malicious' }) ?? '', /2 x/);
    assert.match(infeasibleBecause({ ...model, platforms: 0 }) ?? '', /platforms/);
  });
});
