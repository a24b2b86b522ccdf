import { Command } from 'commander';
import { EXIT } from '../../host/exit-codes.ts';
import { SimulationError } from '../../simulations/errors.ts';
import { createSearch } from '../../simulations/search/create.ts';
import { searchConfig, searchOptions } from '../../simulations/search/config.ts';
import type { SearchEvent } from '../../simulations/search/run.ts';
import type { SearchSummary } from '../../simulations/search/summary.ts';
import { withAllow } from '../allow-option.ts';
import { integer, text } from '../arguments.ts';
import { durationText } from '../duration.ts';
import { interruption } from '../interrupted.ts';
import { givenOptions, withRunOptions } from '../run-options.ts';
import { version } from '../version.ts';

/** Options of the search itself, beside those of its federations. */
interface Flags {
  readonly out?: string;
  readonly resume?: string;
  readonly workers: number;
  readonly json?: true;
}

export function searchCommand(): Command {
  const command = withAllow(new Command('search')).description(
    'search hyper-parameters by successive halving, without spending epsilon; resumable',
  );
  return withRunOptions(command, searchOptions)
    .option('--workers <n>', 'number of trials at a time, each in its own process', integer(1, 256), 2)
    .option('--out <folder>', 'folder for the results (default: runs/search-<time>)', text)
    .option('--resume <folder>', 'continue the search kept in this folder', text)
    .option('--json', 'print the summary (docs/schemas/experiment-search.json) on standard output')
    .addHelpText(
      'after',
      `
--of target   settings of the decoder, judged on held-out persons of the target: nothing leaves, epsilon stays
--of encoder  settings of what leaves, judged on synthetic worlds; with --data the winner is then measured on it
A setting that stands in a name or in --set stays, and the others are drawn: --decoder ridge@als/dimension=32

Exit codes: 0 a winner or the defaults are recommended; 6 some settings could not be measured; 130 stopped (--resume continues).

Examples:
  isthmus experiment search --data data/amazon --platforms food,kitchen --target kitchen
  isthmus experiment search --data data/amazon --platforms food,kitchen --target kitchen --decoder ridge,memory,kernel --seeds 3
  isthmus experiment search --of encoder --strategy private-subspace --epsilon 1 --persons 1000 --items 400
  isthmus experiment search --resume runs/search-20260101T1200`,
    )
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const stop = new AbortController();
  const interrupted = interruption();
  void interrupted.asked.then(() => stop.abort());
  try {
    await search(flags, stop.signal);
  } finally {
    interrupted.forget();
  }
}

async function search({ json, out, resume, workers, ...flags }: Flags, signal: AbortSignal): Promise<void> {
  const { searchElsewhere } = await import('../../simulations/hosts/elsewhere.ts');
  const given = givenOptions({ ...flags }, searchOptions);
  if (resume !== undefined && (out !== undefined || Object.keys(given).length > 0)) {
    throw new SimulationError(
      'SIMULATION_OPTION',
      '--resume continues the search with its own options: remove the other options',
    );
  }
  const folder = resume ?? out ?? `runs/search-${new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)}`;
  if (resume === undefined) await createSearch(folder, searchConfig(given), version);
  try {
    const onEvent = (event: SearchEvent): void => void process.stderr.write(progressLine(event));
    const { summary } = await searchElsewhere(folder, { version, workers, signal, onEvent });
    process.stdout.write(json === true ? `${JSON.stringify(summary, null, 2)}\n` : describe(summary));
    if (summary.failures.length > 0) process.exitCode = EXIT.federation;
  } catch (error) {
    if (signal.aborted)
      process.stderr.write(`finished trials are kept; continue with: isthmus experiment search --resume ${folder}\n`);
    throw error;
  }
}

function progressLine(event: SearchEvent): string {
  if (event.kind === 'search') {
    const before = event.done > 0 ? `, ${event.done} of them ended before` : '';
    return `about ${event.of} trials${before}; kept in ${event.folder}\n`;
  }
  const { done, failed, of, secondsLeft, trial } = event;
  const left = done < of ? `, about ${durationText(secondsLeft)} left` : '';
  return `[${done}/${of}] ${trial}${failed === null ? '' : ` FAILED: ${failed}`}${left}\n`;
}

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;

const gain = ({ high, low, mean, persons }: SearchSummary['end']): string =>
  `${signed(mean)} [${signed(low)}, ${signed(high)}] (${persons} persons)`;

/** Finalists that a table shows. */
const MOST_SHOWN = 5;

function describe(summary: SearchSummary): string {
  const { end, endIsClaimed, failures, next, price, privacy, recommended, searches, settings, warnings } = summary;
  const rows = searches.flatMap(({ finalists, seed, winner }) =>
    finalists
      .slice(0, MOST_SHOWN)
      .map(({ heldOut, name }) => [seed, name === winner ? '*' : '', name, heldOut.toFixed(4)]),
  );
  const table = [['seed', '', 'setting', 'held-out NDCG@10'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return [
    '',
    ...table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd()),
    '',
    ...searches.map(
      (one) =>
        `seed ${one.seed}: ${one.winner} over the defaults: held-out ${gain(one.heldOut)}, unseen ${gain(one.end)}`,
    ),
    `Over the defaults, on persons whom the search never saw: ${gain(end)}${end.low > 0 && !endIsClaimed ? ': too few persons to tell' : ''}`,
    `${settings} settings were tried. ${privacy}`,
    ...(price === null
      ? []
      : [
          `On data of persons, each of ${price.trials} trials would be charged: ${price.composed.toFixed(3)} of epsilon each if all are published, as masked rounds are; ${price.selected.toFixed(3)} if one source alone publishes the best (docs/experiments.md says why no command does so).`,
        ]),
    ...warnings.map((warning) => `! ${warning}`),
    ...failures.map(({ code, text: why, trial }) => `! no result for ${trial}: ${why} [${code}]`),
    '',
    `Recommended: ${recommended}`,
    `Next: ${next}`,
    '',
  ].join('\n');
}
