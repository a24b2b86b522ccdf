import { Command } from 'commander';
import { runOptions, simulationOptions } from '../../simulations/options.ts';
import { flagOf } from '../../simulations/option-fields.ts';
import type { SimulationInput, SimulationOptions } from '../../simulations/options.ts';
import { answer, wrapped } from '../../simulations/report/answer.ts';
import { claimsOnce } from '../../simulations/report/claims-once.ts';
import { familiesOf, familyColumns, formatFamilies, tableNotes } from '../../simulations/report/families.ts';
import { directionText } from '../../simulations/report/table.ts';
import type { Results } from '../../simulations/results.ts';
import { PRESET_NAMES, PRESET_SENTENCES } from '../../simulations/worlds/presets.ts';
import { interruption } from '../interrupted.ts';
import { progressOn } from '../progress.ts';
import { givenOptions, withRunOptions } from '../run-options.ts';
import { version } from '../version.ts';
import { withAllow } from '../allow-option.ts';

export function simulateCommand(): Command {
  const command = withAllow(new Command('simulate')).description(
    'run a whole federation on this machine: a coordinator and a process per platform, a table and a report',
  );
  return withRunOptions(command, runOptions)
    .option('--no-privacy', 'NO NOISE AT ALL, like --epsilon none; with --epsilon, in addition to the private runs')
    .option('--json', 'print only the results document on standard output', false)
    .addHelpText(
      'after',
      `
Worlds:
${PRESET_NAMES.map((world) => `  ${world.padEnd(18)} ${PRESET_SENTENCES[world]}`).join('\n')}

Examples:
  isthmus simulate
  isthmus simulate --strategy private-subspace --epsilon 1,2,4,8 --seeds 3
  isthmus simulate --data data/amazon --platforms food,kitchen --target kitchen --strategy linear-bridge --seeds 3 --json
  isthmus simulate --strategy private-subspace --decoder ridge,memory --ablate
  isthmus simulate --world cross-site
  isthmus simulate --world social --strategy private-subspace
  isthmus simulate --world short-long-video --target films --encoder text --set text.weights=ratings
  isthmus simulate --data data/xmarket-electronics --protocol cold-platform --target jp --own-persons 30 --seeds 5
  isthmus simulate --data data/game-video --protocol published:game-video --strategy linear-bridge
  isthmus simulate --strategy shared-trunk --no-privacy --rounds 10`,
    )
    .action(async (flags: Flags) => {
      const progress = progressOn(process.stderr);
      let kept = '';
      const stop = new AbortController();
      const interrupted = interruption();
      void interrupted.asked.then(() => stop.abort());
      try {
        const { simulateElsewhere } = await import('../../simulations/hosts/elsewhere.ts');
        const options = optionsOf(flags);
        const { results, folder } = await simulateElsewhere(options, {
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

/** Options of simulate itself, beside those of a run. */
interface Flags {
  readonly json: boolean;
  /** False for --no-privacy: commander's reading of the flag. */
  readonly privacy: boolean;
}

function optionsOf(flags: Flags): SimulationOptions {
  const given: SimulationInput = givenOptions({ ...flags }, runOptions);
  // `--no-privacy` without `--epsilon` asks only for the federation without privacy.
  return simulationOptions(flags.privacy ? given : { ...given, epsilon: [...(given.epsilon ?? []), null] });
}

/** Characters in a line of prose. */
const WIDTH = 100;

/** The answer, the first table, what was claimed, then the rest. */
function summary(results: Results, folder: string, options: SimulationOptions): string {
  const { world } = results;
  const seeds = `${results.seeds.length} seed${results.seeds.length === 1 ? '' : 's'}`;
  const out = ['', ...answer(results).map((sentence) => wrapped(sentence, WIDTH)), ''];
  for (const direction of world.directions) {
    out.push(
      `First recommendations in world ${world.name}, ${directionText(direction, results.protocol)} (${results.protocol}, ${seeds})`,
      '',
      formatFamilies(familiesOf(results, direction.target), familyColumns(results)),
      ...tableNotes(results, direction.target).map((line) => wrapped(`  ${line}`, WIDTH, '    ')),
      '',
    );
  }
  // Warnings come before what they qualify.
  out.push(...results.notes.map((note) => `! ${wrapped(note, WIDTH - 2, '  ')}`), '');
  out.push('Privacy, for a person (the exact statements are in the report):', '');
  for (const { id, plain, strategies } of claimsOnce(results.privacy)) {
    const whom = strategies.length === results.privacy.length ? '' : `${strategies.join(', ')}: `;
    out.push(`  ${id}  ${wrapped(`${whom}${plain}`, WIDTH - 6, '      ')}`);
  }
  return [
    ...out,
    '',
    `Picture, other metrics, exact claims: ${folder}/report.html`,
    `Next: ${nextCommand(results, options)}`,
  ].join('\n');
}

/** The command that a user is likely to want next, on the same world. */
function nextCommand({ privacy }: Results, options: SimulationOptions): string {
  const isSweep = new Set(privacy.map(({ budget }) => budget)).size > 1;
  if (options.protocol === 'cold-platform' && !isSweep) {
    return `isthmus simulate ${options.data === null ? '--world cross-site' : worldFlags(options).trim()} --epsilon 1,2,4,8 --seeds 3`;
  }
  if (isSweep) return 'isthmus init --platforms films,books,music --unsafe-trial --out my-federation';
  return `isthmus simulate ${worldFlags(options)}--strategy private-subspace --epsilon 1,2,4,8 --seeds 3`;
}

const WORLD_OPTIONS = [
  'data',
  'world',
  'protocol',
  'platforms',
  'sources',
  'target',
  'seed',
  'overlap',
  'persons',
  'items',
  'worldOverlap',
  'meanHistory',
] as const;

/** The world's options that differ from their defaults, as command-line text with a trailing space. */
function worldFlags(options: SimulationOptions): string {
  const usual = simulationOptions({});
  return WORLD_OPTIONS.filter((name) => String(options[name]) !== String(usual[name]))
    .map((name) => {
      const value = String(options[name]);
      return `${flagOf(name, runOptions[name])} ${/^[\w./,:-]+$/.test(value) ? value : `'${value}'`} `;
    })
    .join('');
}
