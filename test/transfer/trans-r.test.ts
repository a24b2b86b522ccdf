/** Vectors of a knowledge graph: what is learned, and how hits are counted. */
import assert from 'node:assert/strict';
import { fitTransR, hitsAtTen, TRANS_R_SETTINGS, tripleKey } from '../../core/transfer/graph/trans-r.ts';
import type { GraphVectors, Triple } from '../../core/transfer/graph/trans-r.ts';

/** Twenty items of four brands, whose entities come after them. */
const triples: readonly Triple[] = Array.from({ length: 20 }, (_, head) => ({
  head,
  relation: 0,
  tail: 20 + (head % 4),
}));
const size = { entities: 24, relations: 1 };
const settings = { ...TRANS_R_SETTINGS, dimension: 8, epochs: 60 };

/** A graph whose distance is the number of the tail. */
const byTail: GraphVectors = { dimension: 0, entities: new Float64Array(0), distance: ({ tail }) => tail };

describe('TransR', () => {
  for (const hasMatrices of [true, false]) {
    it(`places true triples nearer than false ones (${hasMatrices ? 'with' : 'without'} matrices)`, () => {
      const graph = fitTransR(triples, size, { ...settings, hasMatrices }, '1');
      for (const triple of triples) {
        const brands = [20, 21, 22, 23].map((tail) => graph.distance({ ...triple, tail }));
        assert.equal(20 + brands.indexOf(Math.min(...brands)), triple.tail, `item ${triple.head}`);
      }
    });
  }

  it('starts as TransE, whose matrices never move', () => {
    const [moving, fixed] = [true, false].map((hasMatrices) =>
      fitTransR(triples, size, { ...settings, epochs: 0, hasMatrices }, '1'),
    );
    assert.deepEqual(moving.entities, fixed.entities);
    assert.ok(triples.every((one) => Math.abs(moving.distance(one) - fixed.distance(one)) < 1e-12));
  });

  it('keeps entities at most 1 long', () => {
    const { dimension, entities } = fitTransR(triples, size, settings, '1');
    for (let at = 0; at < entities.length; at += dimension) {
      assert.ok(Math.hypot(...entities.subarray(at, at + dimension)) < 1 + 1e-9);
    }
  });

  it('a step lowers the margin loss of its triples', () => {
    const one: readonly Triple[] = [
      { head: 0, relation: 0, tail: 1 },
      { head: 2, relation: 0, tail: 3 },
    ];
    const loss = (epochs: number): number => {
      const graph = fitTransR(one, { entities: 4, relations: 1 }, { ...settings, epochs }, '1');
      return graph.distance(one[0]) + graph.distance(one[1]);
    };
    assert.ok(loss(40) < loss(0));
  });

  it('counts a hit if fewer than ten other tails are nearer, without those that are known', () => {
    const candidates = (): readonly number[] => Array.from({ length: 30 }, (_, tail) => tail);
    const judged = [
      { head: 40, relation: 0, tail: 9 },
      { head: 40, relation: 0, tail: 10 },
    ];
    assert.equal(hitsAtTen(byTail, judged, new Set(), candidates), 0.5);
    const known = new Set([tripleKey({ head: 40, relation: 0, tail: 3 })]);
    assert.equal(hitsAtTen(byTail, judged, known, candidates), 1);
  });

  it('refuses a triple outside of the graph', () => {
    assert.throws(() => fitTransR([{ head: 0, relation: 1, tail: 2 }], size, settings, '1'), {
      code: 'TRANSFER_SHAPE',
    });
  });
});
