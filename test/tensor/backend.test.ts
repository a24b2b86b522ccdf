import assert from 'node:assert/strict';
import { nodeBackendInstalled } from '../../client/tensor/node.ts';
import { openTensorBackend, tensorBackend } from '../../client/tensor/open.ts';
import { tensorBackendCompliance } from './compliance.ts';

const nodeRuns = nodeBackendInstalled() && Number(process.versions.node.split('.')[0]) < 23;

for (const name of nodeRuns ? (['wasm', 'cpu', 'node'] as const) : (['wasm', 'cpu'] as const)) {
  describe(`tensor backend ${name}`, () => {
    tensorBackendCompliance(() => Promise.resolve(tensorBackend(name)));
  });
}

describe('openTensorBackend', () => {
  it('takes wasm when nothing is said, and says nothing', async () => {
    const lines: string[] = [];
    assert.equal((await openTensorBackend(undefined, (line) => lines.push(line))).name, 'wasm');
    assert.deepEqual(lines, []);
  });

  it('falls back from a native library that is not there, in one line', async () => {
    if (nodeRuns) return;
    const lines: string[] = [];
    assert.equal((await openTensorBackend('node', (line) => lines.push(line))).name, 'wasm');
    assert.equal(lines.length, 1);
    assert.match(lines[0], /tfjs-node.*(not installed|does not run on Node)/);
    assert.ok(!lines[0].includes('\n'));
  });

  it('takes the best there is for auto, silently', async () => {
    const lines: string[] = [];
    const backend = await openTensorBackend('auto', (line) => lines.push(line));
    assert.equal(backend.name, nodeRuns ? 'node' : 'wasm');
    assert.deepEqual(lines, []);
  });

  it('takes away the handlers that the compiled module puts on the whole process', async () => {
    await (await openTensorBackend('wasm')).engine();
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      for (const handler of process.listeners(event as 'uncaughtException')) {
        assert.ok(!/ExitStatus|function\s*\(reason\)\s*\{\s*throw reason/.test(String(handler)), String(handler));
      }
    }
  });

  it('agrees across backends', async () => {
    const results: Float32Array[] = [];
    for (const name of ['wasm', 'cpu'] as const) {
      const tf = await tensorBackend(name).engine();
      results.push(
        tf.tidy(() => {
          const x = tf.tensor2d([...Array(60).keys()].map(Math.sin), [10, 6]);
          return tf
            .tanh(tf.matMul(x, x, false, true))
            .dataSync()
            .slice() as Float32Array;
        }),
      );
    }
    results[0].forEach((value, i) => assert.ok(Math.abs(value - results[1][i]) < 5e-6));
  });
});
