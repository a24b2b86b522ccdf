/**
 * Measures the figures of docs/benchmarks.md on real data: whole federations over processes and sockets, paired gains
 * over `prior`, and processor seconds by part.
 *
 *   ISTHMUS_DATA=<folder> npx tsx bench/real-data.ts [--only sports-toys] [--seeds 10] [--in-process]
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gainOverSeeds } from '../core/evaluation/gains.ts';
import type { SeedRow } from '../core/evaluation/results.ts';
import { trialText } from '../simulations/events.ts';
import type { SimulationEvent } from '../simulations/events.ts';
import type { SimulationInput } from '../simulations/options.ts';
import { simulate } from '../simulations/simulate.ts';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string', default: '10' },
    'in-process': { type: 'boolean', default: false },
  },
});

const data = process.env['ISTHMUS_DATA'];
if (data === undefined || !existsSync(data)) {
  console.error('ISTHMUS_DATA must name a folder that holds amazon/, douban/ and game-video/');
  process.exit(2);
}

interface Case {
  readonly name: string;
  readonly options: SimulationInput;
}

const BRIDGES = ['linear-bridge', 'private-subspace'];
const cases: readonly Case[] = [
  {
    name: 'sports-toys',
    options: { data: join(data, 'amazon'), platforms: ['sports', 'toys'], target: 'toys', strategy: BRIDGES },
  },
  {
    name: 'food-kitchen',
    options: { data: join(data, 'amazon'), platforms: ['food', 'kitchen'], target: 'kitchen', strategy: BRIDGES },
  },
  {
    name: 'book-music',
    options: {
      data: join(data, 'douban'),
      platforms: ['book', 'music'],
      target: 'music',
      strategy: ['linear-bridge'],
    },
  },
  {
    name: 'game-video',
    options: { data: join(data, 'game-video'), protocol: 'published:game-video', strategy: ['linear-bridge'] },
  },
  {
    name: 'trunk-toys',
    options: {
      data: join(data, 'amazon'),
      platforms: ['beauty', 'sports', 'toys'],
      target: 'toys',
      strategy: ['private-subspace', 'shared-trunk'],
      epsilon: [null],
    },
  },
  {
    name: 'trunk-kitchen',
    options: {
      data: join(data, 'amazon'),
      platforms: ['food', 'electronics', 'beauty', 'kitchen'],
      target: 'kitchen',
      strategy: ['private-subspace', 'shared-trunk'],
      epsilon: [null],
    },
  },
];

const signal = new AbortController().signal;
for (const { name, options } of cases.filter((one) => flags.only === undefined || one.name === flags.only)) {
  const out = await mkdtemp(join(tmpdir(), 'isthmus-bench-'));
  const { seedRows, results } = await simulate(
    { ...options, seeds: Number(flags.seeds), inProcess: flags['in-process'], out },
    { version: 'bench', signal, onEvent: tellTrial },
  );
  await rm(out, { recursive: true, force: true });
  console.log(`\n${name}: ${flags.seeds} seeds, ${results.timing['seconds'].toFixed(0)} s`);
  print(seedRows);
  printTiming(results.timing);
}

/** Processor seconds by part, all seeds and strategies together. */
function printTiming(timing: Readonly<Record<string, number>>): void {
  const parts = Object.entries(timing).filter(([part]) => part.startsWith('cpu: '));
  const all = parts.reduce((sum, [, seconds]) => sum + seconds, 0);
  const list = parts.map(([part, seconds]) => `${part.slice('cpu: '.length)} ${seconds.toFixed(1)}`);
  console.log(`processor seconds: ${all.toFixed(1)} in all; ${list.join(', ')}`);
  console.log(`wall seconds: ${timing['seconds'].toFixed(1)}; factorisations: ${timing['factorisations']}`);
}

/** Prints a line to stderr whenever a trial ends, because a case takes many minutes. */
function tellTrial(event: SimulationEvent): void {
  if (event.kind === 'trial-ended')
    console.error(`${trialText(event.trial)}: ${event.seconds.toFixed(0)} s, ${event.figures}`);
}

/** Mean and standard deviation over seeds, and the paired gain in NDCG@10 over the prior with its 95 % interval. */
function print(rows: readonly SeedRow[]): void {
  const whole = rows.filter(({ group, twins }) => group === 'all' && twins === 'with');
  const label = ({ target, negatives, method, epsilon }: SeedRow): string =>
    `${`-> ${target}`.padEnd(12)} ${negatives.padEnd(11)} ${`${method}${epsilon === null ? '' : ` eps ${epsilon.toFixed(2)}`}`.padEnd(28)}`;
  const of = (metric: string, like: SeedRow): number[] =>
    whole.filter((row) => row.metric === metric && label(row) === label(like)).map(({ mean }) => mean);
  const seen = new Set<string>();
  for (const row of whole) {
    if (row.metric !== 'NDCG@10' || seen.has(label(row))) continue;
    seen.add(label(row));
    const ndcg = of('NDCG@10', row);
    const prior = of('NDCG@10', { ...row, method: 'prior', epsilon: null });
    const gain =
      ndcg.length > 1 && prior.length === ndcg.length
        ? gainOverSeeds(ndcg.map((value, seed) => value - prior[seed]))
        : undefined;
    console.log(
      `${label(row)} HR@10 ${spread(of('HR@10', row))}  NDCG@10 ${spread(ndcg)}  ${
        gain === undefined ? '' : `gain ${gain.mean.toFixed(4)} [${gain.low.toFixed(4)}, ${gain.high.toFixed(4)}]`
      }`,
    );
  }
}

function spread(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1));
  return `${mean.toFixed(4)} ±${std.toFixed(4)}`;
}
