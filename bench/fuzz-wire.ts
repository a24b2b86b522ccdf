/**
 * Fuzzes the wire's decoders: `node --import tsx bench/fuzz-wire.ts [frames]`. Ends with an error at the first frame whose
 * answer is neither a typed error nor a checked body, or when memory grows from one batch to the next.
 */
import { fuzzFrames } from '../test/wire/fuzz-frames.ts';

const frames = Number(process.argv[2] ?? 1_000_000);
const BATCH = 50_000;
const answers = new Map<string, number>();
let settledBytes = 0;
const began = performance.now();
for (let done = 0; done < frames; done += BATCH) {
  for (const [answer, count] of fuzzFrames(Math.min(BATCH, frames - done), done + 1)) {
    answers.set(answer, (answers.get(answer) ?? 0) + count);
  }
  globalThis.gc?.();
  const { heapUsed } = process.memoryUsage();
  if (done === BATCH) settledBytes = heapUsed;
  if (settledBytes > 0 && heapUsed > settledBytes + 128 * 2 ** 20) {
    throw new Error(`memory grew from ${settledBytes} to ${heapUsed} bytes after ${done} frames`);
  }
}
console.table(Object.fromEntries([...answers].sort(([, a], [, b]) => b - a)));
console.log(`${frames} frames in ${((performance.now() - began) / 1000).toFixed(0)} s`);
