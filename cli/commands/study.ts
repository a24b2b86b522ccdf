import { Argument, Command } from 'commander';
import { z } from 'zod';
import { EXIT } from '../../host/exit-codes.ts';
import { studies, studyNamed } from '../../simulations/studies/registry.ts';
import { filesOf, keepsMargins, runPlanted, runReal, STUDY_SEEDS } from '../../simulations/studies/run.ts';
import type { StudyResult } from '../../simulations/studies/run.ts';
import type { Study } from '../../simulations/studies/study.ts';
import { integer } from '../arguments.ts';

const gainSchema = z.strictObject({
  mean: z.number(),
  /** One seed has no interval. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number(),
});

/** Answer of `isthmus study --json`, with or without a name. */
export const studySchema = z.union([
  z.strictObject({
    isthmus: z.literal('studies'),
    studies: z.array(
      z.strictObject({
        name: z.string(),
        question: z.string(),
        reference: z.string(),
        files: z.array(z.string()).describe('what it reads in the data folder; empty: it has no real data'),
      }),
    ),
  }),
  z.strictObject({
    isthmus: z.literal('study'),
    study: z.string(),
    folder: z.string().nullable().describe('the data folder; null: the planted world'),
    results: z.array(
      z.strictObject({
        study: z.string(),
        data: z.string().nullable().describe('name of the real data; null: the planted world'),
        seeds: z.number(),
        figures: z.record(z.string(), z.record(z.string(), z.number())).describe('by method, then by metric'),
        gains: z
          .record(z.string(), gainSchema)
          .describe('how much better the method is than each of these, in the first metric; 95 % intervals over seeds'),
      }),
    ),
    asPlanted: z
      .boolean()
      .nullable()
      .describe('false: a margin of the planted world is missed; null: not judged, on real data or with few seeds'),
    caveats: z.array(z.string()),
  }),
]);

interface Flags {
  readonly data?: string;
  readonly seeds?: number;
  readonly json: boolean;
}

export function studyCommand(): Command {
  return new Command('study')
    .description('questions beside the cold-start table, each on its planted world or on real data')
    .addArgument(new Argument('[name]', 'a study; without one: list them').choices(studies.map(({ name }) => name)))
    .option('--data <folder>', 'measure on the real data of this folder (default: the planted world)')
    .option('--seeds <n>', `number of seeds (default: ${STUDY_SEEDS.length})`, integer(1, 1000))
    .option('--json', 'print one JSON document', false)
    .addHelpText(
      'after',
      `
${studies.map(({ name, question }) => `  ${name.padEnd(16)} ${question}`).join('\n')}

Examples:
  isthmus study
  isthmus study off-policy
  isthmus study off-policy --seeds 20 --json`,
    )
    .action(async (name: string | undefined, flags: Flags) => {
      const answer = name === undefined ? listed(flags.json) : await run(studyNamed(name), flags);
      process.stdout.write(`${answer}\n`);
    });
}

function listed(json: boolean): string {
  if (!json) {
    return studies
      .map((study) => {
        const files = study.real.length === 0 ? 'planted world only' : `real data: ${filesOf(study).join(', ')}`;
        return `${study.name}\n  ${study.question}\n  ${files}`;
      })
      .join('\n');
  }
  const all = studies.map((study) => ({
    name: study.name,
    question: study.question,
    reference: study.reference,
    files: filesOf(study),
  }));
  return JSON.stringify({ isthmus: 'studies', studies: all });
}

async function run(study: Study, { data, json, seeds }: Flags): Promise<string> {
  // Seeds beyond those of the margins are numbered.
  const used = Array.from({ length: seeds ?? STUDY_SEEDS.length }, (_, i) => STUDY_SEEDS[i] ?? String(i + 4));
  const total = used.length * (data === undefined ? 1 : study.real.length);
  const startedAt = Date.now();
  const onSeed = (done: number): void => {
    const left = (((Date.now() - startedAt) / done) * (total - done)) / 1000;
    process.stderr.write(`${study.name}: seed ${done} of ${total}, about ${left.toFixed(0)} s left\n`);
  };
  const results =
    data === undefined ? [await runPlanted(study, used, onSeed)] : await runReal(study, data, used, onSeed);
  // With fewer seeds the intervals are too wide to judge.
  const judged = data === undefined && used.length >= STUDY_SEEDS.length;
  const asPlanted = judged ? keepsMargins(study, results[0]) : null;
  if (asPlanted === false) process.exitCode = EXIT.internal;
  return json
    ? JSON.stringify({
        isthmus: 'study',
        study: study.name,
        folder: data ?? null,
        results,
        asPlanted,
        caveats: study.caveats,
      })
    : textOf(study, results, asPlanted);
}

function textOf(study: Study, results: readonly StudyResult[], asPlanted: boolean | null): string {
  return [
    study.question,
    ...results.flatMap((result) => linesOf(study, result)),
    ...study.caveats,
    ...(asPlanted === null
      ? []
      : [asPlanted ? 'As planted.' : 'NOT AS PLANTED: the method does not bring what it should.']),
  ].join('\n');
}

function linesOf(study: Study, result: StudyResult): readonly string[] {
  const { data, figures, gains, seeds } = result;
  const metrics = Object.keys(study.metrics);
  const width = Math.max(...Object.keys(figures).map((method) => method.length));
  const cell = (text: string): string => text.padStart(18);
  const [decides] = metrics;
  const { ablation, margins } = study.planted;
  const over = Object.entries(gains).map(([other, { high, low, mean }]) => {
    const interval = Number.isFinite(low) ? ` [${low.toFixed(3)}, ${high.toFixed(3)}]` : '';
    const off = other === ablation.method ? ` (${ablation.off})` : '';
    const wanted = data === null ? `, wanted above ${margins[other]}` : '';
    return `  over ${other}${off}: ${mean.toFixed(3)}${interval}${wanted}`;
  });
  return [
    data === null ? `Planted world: ${study.planted.summary}.` : `Real data: ${data}.`,
    `Means over ${seeds} seed${seeds === 1 ? '' : 's'}:`,
    '',
    `  ${''.padEnd(width)}${metrics.map(cell).join('')}`,
    ...Object.entries(figures).map(
      ([method, row]) =>
        `  ${method.padEnd(width)}${metrics.map((metric) => cell(metric in row ? row[metric].toPrecision(4) : '')).join('')}`,
    ),
    '',
    `${study.method} is better in ${decides} by`,
    ...over,
    '',
  ];
}
