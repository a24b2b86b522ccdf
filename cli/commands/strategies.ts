import { Command } from 'commander';
import { z } from 'zod';
import { readouts, spaces } from '../../core/transfer/readouts/registry.ts';
import { strategies } from '../../core/transfer/registry.ts';

const methodSchema = z.strictObject({
  name: z.string(),
  summary: z.string(),
  reference: z.string().describe('paper and equation'),
  law: z.string().describe('the promise about what leaves a platform; a target lets nothing leave'),
});

/** Answer of `isthmus strategies --json`. */
export const strategiesSchema = z.strictObject({
  isthmus: z.literal('strategies'),
  places: z.array(
    z.strictObject({
      place: z.enum(['strategy', 'readout', 'space']),
      about: z.string(),
      methods: z.array(methodSchema),
    }),
  ),
});

type Place = z.infer<typeof strategiesSchema>['places'][number];

const TARGET_LAW = 'nothing leaves';

const places = (): readonly Place[] => [
  {
    place: 'strategy',
    about: '--strategy: what leaves a platform; it stands in the signed manifest',
    methods: strategies.map(({ name, privacy, reference, summary }) => ({ name, summary, reference, law: privacy })),
  },
  {
    place: 'readout',
    about: '--decoder READOUT: how a target reads what it received; its own choice, in no manifest',
    methods: readouts.map(({ name, reference, summary }) => ({ name, summary, reference, law: TARGET_LAW })),
  },
  {
    place: 'space',
    about: '--decoder READOUT@SPACE: how a target describes its items; its own choice, in no manifest',
    methods: spaces.map(({ name, reference, summary }) => ({ name, summary, reference, law: TARGET_LAW })),
  },
];

export function strategiesCommand(): Command {
  return new Command('strategies')
    .description('list the methods of transfer: what leaves a platform, and what a target does with it')
    .option('--json', 'print one JSON document', false)
    .action(({ json }: { readonly json: boolean }) => {
      const all = places();
      process.stdout.write(json ? `${JSON.stringify({ isthmus: 'strategies', places: all })}\n` : `${textOf(all)}\n`);
    });
}

function textOf(all: readonly Place[]): string {
  return all
    .map(({ about, methods }) => {
      const lines = methods.map(
        ({ name, summary, reference, law }) =>
          `  ${name.padEnd(18)} ${law.padEnd(16)} ${summary}\n${' '.repeat(38)}${reference}`,
      );
      return `${about}\n${lines.join('\n')}`;
    })
    .join('\n\n');
}
