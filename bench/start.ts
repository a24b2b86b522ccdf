/**
 * Measures `npm start` as a stranger sees it: wall seconds until the first figure and until the end, and processor seconds by
 * part.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultsSchema } from '../simulations/results.ts';
import { built } from '../test/e2e/built.ts';
import { machine, medianAndSpread } from './kernels/measure.ts';
import { count, readOptions, rest } from './options.ts';

const { further, repeats } = readOptions(
  {
    measures:
      'Measures `npm start`: wall seconds until the first figure and until the end, and processor seconds by part.',
    examples: ['npm run bench:start -- --repeats 3 -- --persons 300'],
  },
  { repeats: count('medians are over so many', 3), further: rest('further...', 'options of simulate, after --') },
);
const program = built();

/** The line that ends a trial has its figures. */
const FIGURES = /^ {2}done in .*NDCG@10/m;

async function run(out: string): Promise<Map<string, number>> {
  const began = performance.now();
  const seconds = new Map<string, number>();
  const lap = (what: string): void => {
    if (!seconds.has(what)) seconds.set(what, (performance.now() - began) / 1000);
  };
  const child = spawn(process.execPath, [program, 'simulate', '--json', '--out', out, ...further], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (stderr.includes('reference rows')) lap('wall: first line of progress');
    if (FIGURES.test(stderr)) lap('wall: first figures');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`simulate ended with ${String(code)}: ${stderr}`);
  lap('wall: whole');
  const { timing } = resultsSchema.parse(JSON.parse(stdout));
  const parts = Object.entries(timing).filter(([part]) => part.startsWith('cpu: '));
  for (const [part, value] of parts) {
    const room = part.replace(/^(cpu: references).*/, '$1');
    seconds.set(room, (seconds.get(room) ?? 0) + value);
  }
  seconds.set(
    'cpu: all',
    parts.reduce((sum, [, value]) => sum + value, 0),
  );
  return seconds;
}

console.log(machine());
const runs: Map<string, number>[] = [];
for (let repeat = 0; repeat < repeats; repeat++) {
  const out = await mkdtemp(join(tmpdir(), 'isthmus-start-'));
  try {
    runs.push(await run(out));
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
for (const part of runs[0].keys()) {
  console.log(
    `${part.padEnd(30)} ${medianAndSpread(
      runs.map((one) => one.get(part) ?? NaN),
      1,
    )} s`,
  );
}
