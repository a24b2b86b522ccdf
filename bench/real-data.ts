/**
 * Measures the figures of docs/benchmarks.md on real data: whole federations over processes and sockets, paired gains
 * over `prior`, and processor seconds by part.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gainOverSeeds } from '../core/evaluation/gains.ts';
import type { SeedRow } from '../core/evaluation/results.ts';
import { trialText } from '../simulations/events.ts';
import type { SimulationEvent } from '../simulations/events.ts';
import type { SimulationInput } from '../simulations/options.ts';
import { simulate } from '../simulations/simulate.ts';
import { count, flag, readOptions, realData, someOf } from './options.ts';

const BRIDGES = ['linear-bridge', 'private-subspace'];
const TRUNK = { strategy: ['private-subspace', 'shared-trunk'], epsilon: [null] };
/** `data` is a folder of the real data. */
const CASES: Readonly<Record<string, SimulationInput & { readonly data: string }>> = {
  'sports-toys': { data: 'amazon', platforms: ['sports', 'toys'], target: 'toys', strategy: BRIDGES },
  'food-kitchen': { data: 'amazon', platforms: ['food', 'kitchen'], target: 'kitchen', strategy: BRIDGES },
  'book-music': { data: 'douban', platforms: ['book', 'music'], target: 'music', strategy: ['linear-bridge'] },
  'game-video': { data: 'game-video', protocol: 'published:game-video', strategy: ['linear-bridge'] },
  'trunk-toys': { data: 'amazon', platforms: ['beauty', 'sports', 'toys'], target: 'toys', ...TRUNK },
  'trunk-kitchen': {
    ...{ data: 'amazon', platforms: ['food', 'electronics', 'beauty', 'kitchen'], target: 'kitchen' },
    ...TRUNK,
  },
};

const { data, ...flags } = readOptions(
  {
    measures: 'Measures whole federations on real data: paired gains over `prior`, and processor seconds by part.',
    examples: ['ISTHMUS_DATA=DIR npm run bench:real-data -- --only sports-toys --seeds 10'],
  },
  {
    data: realData('amazon/, douban/ and game-video/'),
    only: someOf(Object.keys(CASES), 'cases'),
    seeds: count('how many', 10),
    inProcess: flag('without processes and sockets'),
  },
);

const signal = new AbortController().signal;
for (const name of flags.only) {
  const options = { ...CASES[name], data: join(data, CASES[name].data) };
  const out = await mkdtemp(join(tmpdir(), 'isthmus-bench-'));
  const { seedRows, results } = await simulate(
    { ...options, seeds: flags.seeds, inProcess: flags.inProcess, out },
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
