/**
 * Sends a million mutated frames to the decoder and both state machines of the masked sum: no crash, no hang, no
 * growing memory.
 */
import { fuzz } from '../test/secagg/fuzz.ts';
import { count, readOptions } from './options.ts';

const { frames, seed } = readOptions(
  {
    measures: 'Sends mutated frames to the decoder and both state machines of the masked sum, and watches the heap.',
    examples: ['node --expose-gc --import=tsx bench/secagg-fuzz.ts --frames 1000000'],
  },
  { frames: count('how many', 1_000_000), seed: count('of the mutations', 1, 0) },
);
const PARTS = 20;
let baseline = 0;
for (let part = 0; part < PARTS; part++) {
  const report = fuzz(Math.ceil(frames / PARTS), seed * PARTS + part);
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const megabytes = (heapUsed + arrayBuffers) / 2 ** 20;
  if (part === 1) baseline = megabytes;
  console.log(`${part + 1}/${PARTS} ${JSON.stringify(report)} ${megabytes.toFixed(1)} MB`);
  if (part > 1 && megabytes > 2 * baseline + 50) throw new Error('memory grows');
}
