import assert from 'node:assert/strict';
import { listed, ScoresBySources } from '../../core/transfer/decoder/explain.ts';
import type { ItemScores } from '../../core/transfer/decoder/explain.ts';
import type { ReleasedVector } from '../../core/transfer/decoder/report.ts';

const sources = (count: number): ReleasedVector[] =>
  Array.from({ length: count }, (_, s) => ({ source: `s${s}`, vector: Float32Array.of(s + 1) }));
const prior = Float32Array.of(10);

describe('Shapley values over sources', () => {
  it('are the games’ known ones: additive, a dummy, a pair that only helps together', () => {
    const decode = (known: readonly ReleasedVector[]): ItemScores | undefined => {
      const names = new Set(known.map(({ source }) => source));
      const pair = names.has('s1') && names.has('s2') ? 6 : 0;
      return listed(Float32Array.of(10 + (names.has('s0') ? 1 : 0) + pair));
    };
    const values = new ScoresBySources(sources(4), decode, prior).values(0);
    [1, 3, 3, 0].forEach((value, s) => assert.ok(Math.abs(values[s] - value) < 1e-6, `s${s}: ${values[s]}`));
  });

  it('leave out a source that tells nothing, and count sources beyond the fifth place as one', () => {
    const sum = (known: readonly ReleasedVector[]): ItemScores | undefined => {
      const told = known.filter(({ source }) => source !== 's1');
      return told.length === 0
        ? undefined
        : listed(Float32Array.of(told.reduce((all, { vector }) => all + vector[0], prior[0])));
    };
    const scores = new ScoresBySources(sources(8), sum, prior);
    const names = scores.groups.map((group) => group.map(({ source }) => source).join('+'));
    assert.deepEqual(names, ['s0', 's2', 's3', 's4', 's5+s6+s7']);
    const values = scores.values(0);
    [1, 3, 4, 5, 6 + 7 + 8].forEach((value, g) => assert.ok(Math.abs(values[g] - value) < 1e-5));
  });
});
