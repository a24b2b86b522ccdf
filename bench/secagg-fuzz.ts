/**
 * Sends a million mutated frames to the decoder and both state machines of the masked sum: no crash, no hang, no
 * growing memory.
 *
 *   node --expose-gc --import=tsx bench/secagg-fuzz.ts [frames] [seed]
 */
import { fuzz } from '../test/secagg/fuzz.ts';

const frames = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
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
