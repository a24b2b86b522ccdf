import { Command } from 'commander';
import { readNamedFile } from '../../host/files.ts';
import { experimentConfig, experimentOptions, parseConfigText } from '../../simulations/experiment/config.ts';
import type { ExperimentEvent } from '../../simulations/experiment/run.ts';
import { gainCell, intervalText } from '../../simulations/experiment/summary.ts';
import type { ExperimentSummary } from '../../simulations/experiment/summary.ts';
import { SimulationError } from '../../simulations/errors.ts';
import { integer, text } from '../arguments.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { interruption } from '../interrupted.ts';
import { durationText } from '../duration.ts';
import { givenOptions, withRunOptions } from '../run-options.ts';
import { version } from '../version.ts';
import { withAllow } from '../allow-option.ts';
import { searchCommand } from './experiment-search.ts';

/** Options of the experiment itself, beside those of its runs. */
interface Flags {
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly workers: number;
  readonly json?: true;
}

export function experimentCommand(): Command {
  return new Command('experiment')
    .description('measure what privacy costs over a grid of budgets; search settings without spending any')
    .addCommand(privacyExperimentCommand())
    .addCommand(searchCommand());
}

function privacyExperimentCommand(): Command {
  const command = withAllow(new Command('privacy'))
    .description('quality against epsilon, for release modes and shares of the overlap, over seeds; resumable')
    .option('--config <file>', 'YAML that describes the experiment; flags override it', text);
  return withRunOptions(command, experimentOptions)
    .option('--workers <n>', 'number of trials at a time, each in its own process', integer(1, 256), 2)
    .option('--out <folder>', 'folder for the results (default: runs/privacy-<time>)', text)
    .option('--resume <folder>', 'continue the experiment kept in this folder', text)
    .option('--json', 'print the summary (docs/schemas/experiment-privacy.json) on standard output')
    .addHelpText(
      'after',
      `
Every trial is kept once it ends; --resume continues a run that was stopped or killed.
Exit codes: 0 every trial has a result; 6 some have none (--resume runs them again); 130 stopped.

Examples:
  isthmus experiment privacy --persons 500 --items 250 --seeds 2 --epsilon 1,4,none --release raw,ldp --epsilon0 2,8
  isthmus experiment privacy --data data/amazon --platforms sports,toys --target toys --seeds 10 --out runs/frontier
  isthmus experiment privacy --resume runs/frontier`,
    )
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const stop = new AbortController();
  const interrupted = interruption();
  void interrupted.asked.then(() => stop.abort());
  try {
    await experiment(flags, stop.signal);
  } finally {
    interrupted.forget();
  }
}

async function experiment(flags: Flags, signal: AbortSignal): Promise<void> {
  const [{ createExperiment }, { experimentElsewhere }] = await Promise.all([
    import('../../simulations/experiment/run.ts'),
    import('../../simulations/hosts/elsewhere.ts'),
  ]);
  const { config: file, out, resume, workers, json } = flags;
  const given = givenOptions({ ...flags }, experimentOptions);
  if (resume !== undefined && (file !== undefined || out !== undefined || Object.keys(given).length > 0)) {
    throw new SimulationError(
      'SIMULATION_OPTION',
      '--resume continues the experiment with its own options: remove the other options',
    );
  }
  const folder = resume ?? out ?? `runs/privacy-${new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)}`;
  if (resume === undefined) {
    const fromFile = file === undefined ? {} : readConfig(file);
    await createExperiment(folder, experimentConfig({ ...fromFile, ...given }, file), version);
  }
  try {
    const { summary, report } = await experimentElsewhere(folder, {
      version,
      workers,
      signal,
      onEvent: (event) => process.stderr.write(progressLine(event)),
    });
    process.stdout.write(json === true ? `${JSON.stringify(summary, null, 2)}\n` : describe(summary, report));
    if (summary.failures.length > 0) process.exitCode = EXIT.federation;
  } catch (error) {
    if (signal.aborted)
      process.stderr.write(`finished trials are kept; continue with: isthmus experiment privacy --resume ${folder}\n`);
    throw error;
  }
}

function readConfig(file: string): Record<string, unknown> {
  return parseConfigText(readNamedFile(file, 'FILE_UNREADABLE'), file);
}

function progressLine(event: ExperimentEvent): string {
  switch (event.kind) {
    case 'grid':
      return `${event.of} trials${event.done > 0 ? `, ${event.done} of them ended before` : ''}; kept in ${event.folder}\n`;
    case 'started':
      return '';
    case 'ended':
      return `[${event.done}/${event.of}] ${event.trial}${event.failed === null ? '' : ` FAILED: ${event.failed}`}${event.done < event.of ? `, about ${durationText(event.secondsLeft)} left` : ''}\n`;
    case 'auditing':
      return 'auditing\n';
  }
}

function describe({ frontier, references, failures, metric }: ExperimentSummary, report: string): string {
  const rows = [
    ['method', 'epsilon', 'overlap', 'negatives', metric, 'gain over popularity and prior'],
    ...references
      .filter(({ method }) => ['popularity', 'prior', 'ceiling'].includes(method))
      .map(({ method, overlap, negatives, quality }) => [
        method,
        '',
        String(overlap),
        negatives,
        intervalText(quality),
        '',
      ]),
    ...frontier.map(({ strategy, release, epsilon, epsilon0, overlap, negatives, quality, gain }) => [
      `${strategy}, ${release}${epsilon0 === null ? '' : ` eps0 ${epsilon0}`}`,
      epsilon === null ? 'none' : String(epsilon),
      String(overlap),
      negatives,
      intervalText(quality),
      gainCell(gain),
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
