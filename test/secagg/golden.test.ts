import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { portableEngine } from '../../core/crypto/portable-engine.ts';
import { goldenTranscript } from './golden/transcript.ts';
import type { GoldenTranscript } from './golden/transcript.ts';
import { run } from './federation.ts';

const golden = JSON.parse(readFileSync(new URL('golden/session-n3.json', import.meta.url), 'utf8')) as GoldenTranscript;

describe('the golden transcript of three platforms', () => {
  for (const engine of [nodeEngine, portableEngine]) {
    it(`is what the ${engine.name} engine makes`, () => {
      assert.deepEqual(goldenTranscript(engine), golden);
    });
  }

  it('sums to 6000 + 3i', () => {
    assert.deepEqual(
      golden.sum,
      Array.from({ length: 12 }, (_, i) => 6000 + 3 * i),
    );
  });
});

describe('platforms on different engines', () => {
  it('take part in one session', () => {
    const result = run(4, {
      engineOf: (id) => (id < 'p00002' ? portableEngine : nodeEngine),
      diesBefore: (id) => (id === 'p00001' ? 'masked-chunk' : undefined),
    });
    assert.equal(result.outcome, 'completed');
    assert.equal(result.summed.length, 3);
  });
});
