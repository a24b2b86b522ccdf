import { Command, InvalidArgumentError } from 'commander';
import { readNamedFile } from '../../host/files.ts';
import type { ExperimentInput } from '../../simulations/experiment/config.ts';
import type { ExperimentEvent } from '../../simulations/experiment/run.ts';
import type { ExperimentSummary, Interval } from '../../simulations/experiment/summary.ts';
import { SimulationError } from '../../simulations/errors.ts';
import { integer, list, positive, text } from '../arguments.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { interruption } from '../interrupted.ts';
import { version } from '../version.ts';

/** What flags say, under the names of the config file; what is not said is not there. */
type Flags = ExperimentInput & {
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly workers: number;
  readonly strategy?: string[];
  readonly json?: true;
};

const epsilonOrNone = (value: string): number | null => (value === 'none' ? null : positive(value));
const share = (value: string): number => {
  const number = positive(value);
  if (number > 1) throw new InvalidArgumentError(`"${value}" is above 1.`);
  return number;
};

export function experimentCommand(): Command {
  return new Command('experiment')
    .description('measure what privacy costs, over a grid of budgets')
    .addCommand(privacyExperimentCommand());
}

function privacyExperimentCommand(): Command {
  return new Command('privacy')
    .description('quality against epsilon, for release modes and shares of the overlap, over seeds; resumable')
    .option('--config <file>', 'YAML that describes the experiment; flags win over it', text)
    .option('--data <folder>', 'a folder of <platform>.tsv files (default: a synthetic world)', text)
    .option('--platforms <names>', 'who trains (default: all of the world)', list(text))
    .option('--sources <names>', 'who releases (default: all but the target)', list(text))
    .option('--target <name>', 'who receives (default: the last platform)', text)
    .option('--strategy <names>', 'strategies (default: private-subspace)', list(text))
    .option('--epsilon <list>', 'total epsilons; none: without noise (default: 1,2,4,8,none)', list(epsilonOrNone))
    .option('--epsilon0 <list>', 'epsilons of one released code (default: 0.5,1,2,4,8)', list(positive))
    .option('--release <modes>', 'raw, ldp, cohort, none (default: all of them)', list(text))
    .option('--overlap <shares>', 'shares of the known links that may be used (default: 1)', list(share))
    .option('--seeds <n>', 'how many seeds (default: 5)', integer(1))
    .option('--seed <n>', 'first seed (default: 1)', integer(0))
    .option('--delta <d>', 'delta of the total epsilons (default: 1e-6)', positive)
    .option('--rounds <n>', 'rounds of the shared model, where the strategy has one', integer(0))
    .option('--colluding <n>', 'platforms that may collude with the coordinator', integer(0))
    .option('--dropouts <n>', 'platforms that may be lost in a round (default: 1 from four on)', integer(0))
    .option('--sampling <share>', 'each round takes every person by a secret coin that shows this', share)
    .option('--clip-quantile <share>', "let the bound on a person's part of a round follow this quantile", share)
    .option('--protocol <name>', 'sampled or full', text)
    .option('--negatives <n>', 'items each hidden positive is ranked among, with sampled', integer(1))
    .option('--persons <n>', 'persons of each synthetic platform', integer(50))
    .option('--items <n>', 'items of each synthetic catalogue', integer(150))
    .option('--workers <n>', 'trials at a time, each in a process of its own', integer(1, 256), 2)
    .option('--out <folder>', 'where to keep the results (default: runs/privacy-<time>)', text)
    .option('--resume <folder>', 'go on with the experiment kept there', text)
    .option('--json', 'print the summary (docs/schemas/experiment-privacy.json) on standard output')
    .addHelpText(
      'after',
      `
Every trial is kept as it ends: a run that was stopped or killed goes on with --resume.
Exit codes: 0 every trial has a result; 6 some have none (--resume tries them again); 130 stopped.

Examples:
  isthmus experiment privacy --persons 500 --items 250 --seeds 2 --epsilon 1,4,none --release raw,ldp --epsilon0 2,8
  isthmus experiment privacy --data data/amazon --platforms sports,toys --target toys --seeds 10 --out runs/frontier
  isthmus experiment privacy --resume runs/frontier`,
    )
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const { createExperiment, runExperiment } = await import('../../simulations/experiment/run.ts');
  const { experimentConfig } = await import('../../simulations/experiment/config.ts');
  const { config: file, out, resume, workers, json, strategy, ...asked } = flags;
  const said = { ...asked, ...(strategy !== undefined && { strategies: strategy }) };
  if (resume !== undefined && (file !== undefined || out !== undefined || Object.keys(said).length > 0)) {
    throw new SimulationError(
      'SIMULATION_OPTION',
      '--resume goes on with the experiment as it was described: leave the other options out',
    );
  }
  const folder = resume ?? out ?? `runs/privacy-${new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)}`;
  if (resume === undefined) {
    const fromFile = file === undefined ? {} : await readConfig(file);
    await createExperiment(folder, experimentConfig({ ...fromFile, ...said }, file), version);
  }
  const stop = new AbortController();
  const interrupted = interruption();
  void interrupted.asked.then(() => stop.abort());
  try {
    const { summary, report } = await runExperiment(folder, {
      version,
      workers,
      signal: stop.signal,
      onEvent: (event) => process.stderr.write(progressLine(event)),
    });
    process.stdout.write(json === true ? `${JSON.stringify(summary, null, 2)}\n` : describe(summary, report));
    if (summary.failures.length > 0) process.exitCode = EXIT.federation;
  } catch (error) {
    if (stop.signal.aborted)
      process.stderr.write(`what had ended is kept: isthmus experiment privacy --resume ${folder}\n`);
    throw error;
  } finally {
    interrupted.forget();
  }
}

async function readConfig(file: string): Promise<Record<string, unknown>> {
  const { parseConfigText } = await import('../../simulations/experiment/config.ts');
  return parseConfigText(readNamedFile(file, 'FILE_UNREADABLE'), file);
}

function progressLine(event: ExperimentEvent): string {
  switch (event.kind) {
    case 'grid':
      return `${event.of} trials${event.done > 0 ? `, ${event.done} of them ended before` : ''}; kept in ${event.folder}\n`;
    case 'started':
      return '';
    case 'ended':
      return `[${event.done}/${event.of}] ${event.trial}${event.failed === null ? '' : ` FAILED: ${event.failed}`}${event.done < event.of ? `, about ${duration(event.secondsLeft)} left` : ''}\n`;
    case 'auditing':
      return 'auditing\n';
  }
}

const duration = (seconds: number): string =>
  seconds < 90 ? `${seconds.toFixed(0)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;

function describe({ frontier, references, failures, metric }: ExperimentSummary, report: string): string {
  const interval = ({ mean, low, high }: Interval): string =>
    low === null || high === null ? mean.toFixed(3) : `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const rows = [
    ['method', 'epsilon', 'overlap', 'negatives', metric, 'gain over popularity and prior'],
    ...references
      .filter(({ method }) => ['popularity', 'prior', 'ceiling'].includes(method))
      .map(({ method, overlap, negatives, quality }) => [
        method,
        '',
        String(overlap),
        negatives,
        interval(quality),
        '',
      ]),
    ...frontier.map(({ strategy, release, epsilon, epsilon0, overlap, negatives, quality, gain }) => [
      `${strategy}, ${release}${epsilon0 === null ? '' : ` eps0 ${epsilon0}`}`,
      epsilon === null ? 'none' : String(epsilon),
      String(overlap),
      negatives,
      interval(quality),
      gain === null ? '' : interval(gain),
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd());
  return [
    '',
    ...lines,
    '',
    '! simulation: seeded noise, not a release',
    ...failures.map(({ trial, text: why, code }) => `! no result for ${trial}: ${why} [${code}]`),
    `Report: ${report}`,
    '',
  ].join('\n');
}
