import { Command } from 'commander';
import { parseReferenceFile } from '../../core/reference-accounting/verification/reference-row.ts';
import { countOutcomes, judge } from '../../core/reference-accounting/verification/verdict.ts';
import type { Verdict } from '../../core/reference-accounting/verification/verdict.ts';
import { readNamedFile } from '../../host/files.ts';

interface CheckOptions {
  readonly json?: true;
  readonly verbose?: true;
}

/** Exit code if a row is `out`: the accountant disagrees with a reference. */
const DISAGREES = 1;

export function privacyCheckCommand(): Command {
  return new Command('check')
    .description("judge the accountant's answer to every row of a file of reference figures")
    .argument('<file>', 'rows of reference figures (JSON; the format is in docs/accountant.md)')
    .option('--verbose', 'also print the rows that are ok')
    .option('--json', 'the verdicts as one JSON document (docs/schemas/privacy-check.json)')
    .addHelpText(
      'after',
      `
Outcomes:
  ok            within the row's tolerance
  upper-bound   the row's figure is a bound with a known margin, and ours is below it by no more than that
  out           neither: exit code 1
  unsupported   no answer, with the reason

Examples:
  isthmus privacy check vectors.json
  isthmus privacy check vectors.json --json > verdicts.json`,
    )
    .action((file: string, options: CheckOptions) => {
      const { title, rows } = parseReferenceFile(readNamedFile(file, 'FILE_UNREADABLE'));
      const verdicts = rows.map(judge);
      const counts = countOutcomes(verdicts);
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ title, counts, verdicts }, null, 2)}\n`
          : describe(title, verdicts, options.verbose === true),
      );
      if (counts.out > 0) process.exitCode = DISAGREES;
    });
}

function describe(title: string, verdicts: readonly Verdict[], verbose: boolean): string {
  const shown = verdicts.filter(({ outcome }) => verbose || outcome !== 'ok');
  const width = Math.max(0, ...shown.map(({ id }) => id.length));
  const lines = shown.map(({ id, outcome, ours, expected, reason }) => {
    const figures =
      ours.length === 0 ? '' : `  ${ours.map(short).join(', ')} for ${[expected].flat().map(short).join(', ')}`;
    return `  ${outcome.padEnd(11)}  ${id.padEnd(width)}${figures}${reason === undefined ? '' : `  (${reason})`}\n`;
  });
  const counts = countOutcomes(verdicts);
  const total = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
  return `${title}\n\n${lines.join('')}${lines.length > 0 ? '\n' : ''}${verdicts.length} rows: ${total.join(', ')}\n`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(10)));
}
