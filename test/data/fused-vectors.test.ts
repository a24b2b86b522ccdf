/** Vectors of several models, side by side. */
import assert from 'node:assert/strict';
import { fusedVectors } from '../../core/data/fused-vectors.ts';
import type { ItemTable } from '../../core/data/domain.ts';

const table = (dimension: number, rows: Readonly<Record<string, readonly number[]>>): ItemTable => ({
  dimension,
  of: new Map(Object.entries(rows).map(([id, vector]) => [id, Float32Array.from(vector)])),
});

describe('fused vectors', () => {
  const first = table(2, { a: [1000, 0], b: [-1000, 0] });
  const second = table(1, { b: [1], c: [3] });

  it('centres each table and gives its vectors the same length', () => {
    const { dimension, of } = fusedVectors([first, second]);
    assert.equal(dimension, 3);
    assert.deepEqual([...(of.get('b') ?? [])], [-1, 0, -1]);
  });

  it('an item that a table lacks has zeros there', () => {
    const { of } = fusedVectors([first, second]);
    assert.deepEqual([...(of.get('a') ?? [])], [1, 0, 0]);
    assert.deepEqual([...(of.get('c') ?? [])], [0, 0, 1]);
    assert.equal(of.size, 3);
  });

  it('a vector that is the mean says nothing', () => {
    assert.deepEqual([...(fusedVectors([table(1, { a: [2], b: [2] })]).of.get('a') ?? [])], [0]);
  });
});
