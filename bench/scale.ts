/** Measures how time and memory grow with persons and with platforms, and the exponents of that growth. Needs Linux (/proc). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultsSchema } from '../simulations/results.ts';
import { machine } from './kernels/measure.ts';
import { noisedRound } from './scale/noised-round.ts';
import { watchMemory } from './scale/process-tree.ts';
import { built } from '../test/e2e/built.ts';
import { count, counts, flag, readOptions, share } from './options.ts';

const flags = readOptions(
  {
    measures: 'Measures how time and memory grow with persons and with platforms, and the exponents of that growth.',
    examples: [
      'npm run bench:scale -- --persons 10000,1000000           the real command `simulate --in-process`, two platforms',
      'npm run bench:scale -- --platforms 1000,10000            one noised round over the sparse graph, without sockets',
      'npm run bench:scale -- --persons none --platforms 10000 --colluding .001 --lost .02 --json',
    ],
    more: `An exponent of 1 means that twice as many take twice as long. Memory is the largest sum over the command's processes.`,
  },
  {
    persons: counts('of both platforms together, with about ten interactions each', '10000,100000', 3),
    platforms: counts('in a round', '100,1000', 3),
    items: count('of each platform', 1500),
    parameters: count('of the shared model', 1000),
    colluding: share('of the platforms', '0.05'),
    lost: share('of the platforms', '0.05'),
    json: flag('prints the rows as JSON'),
  },
);
const program = built();

interface Row {
  readonly what: string;
  readonly size: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMegabytes: number;
  /** Processor seconds of each part. */
  readonly parts: Readonly<Record<string, number>>;
  /** Neighbours of each platform on the sparse graph. */
  readonly degree?: number;
  /** d log(cpuSeconds) / d log(size), from the size before. */
  readonly exponent: number | null;
}

async function persons(size: number): Promise<Omit<Row, 'exponent'>> {
  const out = await mkdtemp(join(tmpdir(), 'isthmus-scale-'));
  try {
    const began = performance.now();
    const order = ['simulate', '--json', '--in-process', '--out', out, '--platforms', 'films,books'];
    const world = ['--persons', String(Math.ceil(size / 2)), '--items', `${flags.items}`, '--mean-history', '10'];
    const child = spawn(process.execPath, [program, ...order, ...world, '--strategy', 'private-subspace'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const memory = watchMemory(child.pid!);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = (await once(child, 'close')) as [number | null];
    const { peakBytes } = memory.stop();
    if (code !== 0) throw new Error(`simulate ended with ${String(code)}: ${stderr}`);
    const { timing } = resultsSchema.parse(JSON.parse(stdout));
    const parts = Object.fromEntries(
      Object.entries(timing).flatMap(([part, value]) => (part.startsWith('cpu: ') ? [[part.slice(5), value]] : [])),
    );
    return {
      what: 'persons',
      size,
      // In one process the simulation's own time contains that of all other parts.
      cpuSeconds: parts['simulation'],
      wallSeconds: (performance.now() - began) / 1000,
      peakMegabytes: peakBytes / 1e6,
      parts,
    };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

function platforms(size: number): Omit<Row, 'exponent'> {
  const began = performance.now();
  const memory = watchMemory(process.pid);
  const { degree, plan, updates, session } = noisedRound(size, flags.parameters, {
    colluding: flags.colluding,
    lost: flags.lost,
  });
  const { peakBytes } = memory.stop();
  return {
    what: 'platforms',
    size,
    cpuSeconds: plan + updates + session,
    wallSeconds: (performance.now() - began) / 1000,
    peakMegabytes: Math.max(peakBytes, 1024 * process.resourceUsage().maxRSS) / 1e6,
    parts: { plan, updates, session },
    degree,
  };
}

if (!flags.json) console.log(machine());
const rows: Row[] = [];
const scenes: readonly (readonly [
  readonly number[],
  (size: number) => Omit<Row, 'exponent'> | Promise<Omit<Row, 'exponent'>>,
])[] = [
  [flags.platforms, platforms],
  [flags.persons, persons],
];
for (const [of, measure] of scenes) {
  let before: Row | null = null;
  for (const size of of) {
    const measured: Omit<Row, 'exponent'> = await measure(size);
    const exponent: number | null =
      before === null ? null : Math.log(measured.cpuSeconds / before.cpuSeconds) / Math.log(size / before.size);
    before = { ...measured, exponent };
    rows.push(before);
    if (!flags.json) print(before);
  }
}
if (flags.json) console.log(JSON.stringify(rows, null, 2));

function print({ what, size, cpuSeconds, wallSeconds, peakMegabytes, exponent, parts, degree }: Row): void {
  const growth = exponent === null ? '' : `, exponent ${exponent.toFixed(2)}`;
  const graph = degree === undefined ? '' : `, degree ${degree}`;
  const divided = Object.entries(parts).map(([part, seconds]) => `${part} ${seconds.toFixed(1)}`);
  console.log(
    `${size} ${what}${graph}: ${cpuSeconds.toFixed(1)} s of CPU${growth}, ${wallSeconds.toFixed(1)} s in all, ` +
      `${peakMegabytes.toFixed(0)} MB (${divided.join(', ')})`,
  );
}
