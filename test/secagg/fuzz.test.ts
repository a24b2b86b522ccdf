import assert from 'node:assert/strict';
import { fuzz } from './fuzz.ts';

describe('mutated frames', () => {
  // bench/secagg-fuzz.ts runs a million.
  it('are refused, typed, or taken for what they say: no crash in ten thousand', () => {
    const report = fuzz(10_000, 7);
    assert.equal(report.frames, report.undecodable + report.delivered);
    for (const count of [report.undecodable, report.delivered, report.aborts, report.rejections]) {
      assert.ok(count > 100, JSON.stringify(report));
    }
  });
});
