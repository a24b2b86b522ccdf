import { Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_OPTIONS } from '../../simulations/options.ts';
import type { SimulationOptions } from '../../simulations/options.ts';
import {
  directionText,
  formatTable,
  notChargedLines,
  privacyLine,
  resultsTables,
  termsLine,
} from '../../simulations/report/table.ts';
import type { Results } from '../../simulations/results.ts';
import { setting } from '../arguments.ts';
import { interruption } from '../interrupted.ts';
import { progressOn } from '../progress.ts';
import { version } from '../version.ts';

interface Flags {
  readonly data?: string;
  readonly platforms?: string[];
  readonly sources?: string[];
  readonly target?: string;
  readonly strategy: string[];
  readonly protocol: SimulationOptions['protocol'];
  readonly negatives: number;
  readonly seeds: number;
  readonly seed: number;
  readonly epsilon?: number[];
  readonly delta: number;
  readonly rounds: number;
  readonly release: SimulationOptions['releases'];
  readonly epsilon0: number[];
  /** commander's reading of --no-privacy. */
  readonly privacy: boolean;
  readonly overlap: number;
  readonly colluding: number;
  readonly dropouts?: number;
  readonly sampling?: number;
  readonly clipQuantile?: number;
  readonly inProcess: boolean;
  readonly out: string;
  readonly persons: number;
  readonly items: number;
  readonly worldOverlap: number;
  readonly meanHistory: number;
  readonly set?: readonly (readonly [string, unknown])[];
  readonly json: boolean;
}

const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError('must be a number.');
  return value;
};
const names = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
const numbers = (text: string): number[] => names(text).map(number);

export function simulateCommand(): Command {
  const d = DEFAULT_OPTIONS;
  return new Command('simulate')
    .description(
      'run a whole federation on this machine: a coordinator and a process per platform, a table and a report',
    )
    .option('--data <folder>', 'a folder of <platform>.tsv files (default: a synthetic world)')
    .option('--platforms <names>', 'who trains, comma-separated (default: all of the world)', names)
    .option('--sources <names>', 'who releases representations (default: all but the target)', names)
    .option('--target <name>', 'who receives them (default: the last platform)')
    .addOption(
      new Option('--strategy <names>', 'strategies to compare')
        .argParser(names)
        .default([...d.strategies], d.strategies.join(',')),
    )
    .addOption(
      new Option('--protocol <name>', 'how cold persons are measured')
        .choices(['sampled', 'full', 'published:game-video'])
        .default(d.protocol),
    )
    .option('--negatives <n>', 'items each hidden positive is ranked among, with sampled', number, d.negatives)
    .option('--seeds <n>', 'how many seeds', number, d.seeds)
    .option('--seed <n>', 'first seed', number, d.seed)
    .option('--epsilon <list>', `total epsilons of everything trained (default: ${d.epsilons.join(',')})`, numbers)
    .option('--delta <delta>', 'delta of the same', number, d.delta)
    .option('--rounds <n>', 'rounds of the shared model, where the strategy has one', number, d.rounds)
    .addOption(
      new Option('--release <modes>', 'what a target gets of a person: raw, ldp, cohort, none')
        .argParser(names)
        .default([...d.releases], d.releases.join(',')),
    )
    .addOption(
      new Option('--epsilon0 <list>', 'epsilon of one released code, for ldp and cohort')
        .argParser(numbers)
        .default([...d.epsilon0s], d.epsilon0s.join(',')),
    )
    .option('--no-privacy', 'NO NOISE AT ALL: a reference run; with --epsilon, beside the private ones')
    .option('--overlap <share>', 'share of the persons known on both sides whose link may be used', number, d.overlap)
    .option('--colluding <n>', 'platforms that may collude with the coordinator', number, d.colluding)
    .option(
      '--dropouts <n>',
      'platforms that may be lost in a round (default: 1 from four platforms on, else 0)',
      number,
    )
    .option('--sampling <share>', 'each round takes every person by a secret coin that shows this', number)
    .option('--clip-quantile <share>', "let the bound on a person's part of a round follow this quantile", number)
    .option('--in-process', 'everything in this process, over in-memory transport', false)
    .option('--persons <n>', 'persons of each synthetic platform', number, d.persons)
    .option('--items <n>', 'items of each synthetic catalogue', number, d.items)
    .option(
      '--world-overlap <share>',
      'share of the persons of a synthetic platform who are on all',
      number,
      d.worldOverlap,
    )
    .option('--mean-history <n>', 'mean interactions of a person on a synthetic platform', number, d.meanHistory)
    .option('--set <key=value>', 'a setting of the strategy, where there is one; may be given several times', setting)
    .option('--out <folder>', 'where runs are kept', d.out)
    .option('--json', 'print the results document alone on standard output', false)
    .addHelpText(
      'after',
      `
Examples:
  isthmus simulate
  isthmus simulate --strategy private-subspace --epsilon 1,2,4,8 --seeds 3
  isthmus simulate --data data/amazon --platforms food,kitchen --target kitchen --strategy linear-bridge --seeds 3 --json
  isthmus simulate --data data/game-video --protocol published:game-video --strategy linear-bridge
  isthmus simulate --strategy shared-trunk --no-privacy --rounds 10`,
    )
    .action(async (flags: Flags) => {
      // The simulation brings the tensor engine and the plotting library: loaded when it runs, not for --help.
      const { simulate } = await import('../../simulations/simulate.ts');
      const progress = progressOn(process.stderr);
      let kept = '';
      const stop = new AbortController();
      const interrupted = interruption();
      void interrupted.asked.then(() => stop.abort());
      try {
        const options = optionsOf(flags);
        const { results, folder } = await simulate(options, {
          version,
          signal: stop.signal,
          onEvent: (event) => {
            progress.show(event);
            if (event.kind === 'kept') kept = `${event.ended} of ${event.of} trials had ended: ${event.folder}`;
          },
        });
        progress.end();
        process.stdout.write(
          flags.json ? `${JSON.stringify(results)}\n` : `${summary(results, folder.path, options)}\n`,
        );
      } finally {
        progress.end();
        interrupted.forget();
        if (kept !== '') process.stderr.write(`${kept}\n`);
      }
    });
}

function optionsOf(flags: Flags): SimulationOptions {
  return {
    data: flags.data ?? null,
    platforms: flags.platforms ?? [],
    sources: flags.sources ?? [],
    target: flags.target ?? null,
    strategies: flags.strategy,
    protocol: flags.protocol,
    negatives: flags.negatives,
    seeds: flags.seeds,
    seed: flags.seed,
    // --no-privacy alone means only that.
    epsilons: flags.epsilon ?? (flags.privacy ? DEFAULT_OPTIONS.epsilons : []),
    delta: flags.delta,
    rounds: flags.rounds,
    releases: flags.release,
    epsilon0s: flags.epsilon0,
    noPrivacy: !flags.privacy,
    overlap: flags.overlap,
    colluding: flags.colluding,
    dropouts: flags.dropouts ?? null,
    sampling: flags.sampling ?? null,
    clipQuantile: flags.clipQuantile ?? null,
    inProcess: flags.inProcess,
    out: flags.out,
    persons: flags.persons,
    items: flags.items,
    worldOverlap: flags.worldOverlap,
    meanHistory: flags.meanHistory,
    settings: Object.fromEntries(flags.set ?? []),
  };
}

function summary(results: Results, folder: string, options: SimulationOptions): string {
  const { world } = results;
  const out = [
    '',
    `First recommendations in world ${world.name} (${results.protocol}, ${results.seeds.length} seed${results.seeds.length === 1 ? '' : 's'})`,
    ...resultsTables(results).flatMap((table, index) => [
      '',
      directionText(world.directions[index]),
      '',
      formatTable(table),
    ]),
    '',
    ...results.notes.map((note) => `! ${note}`),
  ];
  for (const row of results.privacy) {
    out.push('', `${row.strategy}, release ${row.release}: ${privacyLine(row)}`);
    out.push(
      ...row.claims.map(({ id, holds, text }) => `  ${holds ? id : `no ${id}`}: ${text}`),
      `  ${termsLine(row)}`,
    );
  }
  out.push('', ...notChargedLines(results.privacy));
  return [...out, '', `Kept in ${folder} (open report.html)`, `Next: ${nextCommand(results, options)}`].join('\n');
}

/** What a person would want to see after this, on the same world. */
function nextCommand({ privacy }: Results, options: SimulationOptions): string {
  const isSweep = new Set(privacy.map(({ budget }) => budget)).size > 1;
  if (isSweep) return 'isthmus init --platforms films,books,music --out my-federation';
  return `isthmus simulate ${worldFlags(options)}--strategy private-subspace --epsilon 1,2,4,8 --seeds 3`;
}

/** What of the options is about the world, where it is not as usual; ends with a space. */
function worldFlags(options: SimulationOptions): string {
  const flags = {
    data: '--data',
    protocol: '--protocol',
    platforms: '--platforms',
    sources: '--sources',
    target: '--target',
    seed: '--seed',
    overlap: '--overlap',
    persons: '--persons',
    items: '--items',
    worldOverlap: '--world-overlap',
    meanHistory: '--mean-history',
  } satisfies Partial<Record<keyof SimulationOptions, string>>;
  return Object.entries(flags)
    .map(([name, flag]) => {
      const value = String(options[name as keyof typeof flags]);
      if (value === String(DEFAULT_OPTIONS[name as keyof typeof flags])) return '';
      return `${flag} ${/^[\w./,:-]+$/.test(value) ? value : `'${value}'`} `;
    })
    .join('');
}
