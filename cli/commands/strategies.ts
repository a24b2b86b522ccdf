import { Command, Option } from 'commander';
import { z } from 'zod';
import { adaptations, readouts, spaces } from '../../core/transfer/readouts/registry.ts';
import { piecesOf } from '../../core/transfer/expression.ts';
import { presets, publishedPairs } from '../../core/transfer/presets.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { trainings, views } from '../../core/transfer/registry.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { mechanismPlants, plantOf } from '../../simulations/worlds/planted/plants.ts';
import type { Margins } from '../../simulations/worlds/planted/plants.ts';
import { gainText, keepsMargins, verify, VERIFY_SEEDS } from '../../simulations/worlds/planted/verify.ts';
import type { PlantedGain } from '../../simulations/worlds/planted/verify.ts';
import { withAllow } from '../allow-option.ts';

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
      place: z.enum(['view', 'training', 'setting', 'preset', 'pair', 'readout', 'space', 'adaptation']),
      about: z.string(),
      methods: z.array(methodSchema),
    }),
  ),
});

type Place = z.infer<typeof strategiesSchema>['places'][number];

const TARGET_LAW = 'nothing leaves';

const places = (): readonly Place[] => [
  {
    place: 'view',
    about: '--encoder VIEW+VIEW: what leaves a platform about one person; it stands in the signed manifest',
    methods: views.all.map(({ name, law, reference, summary }) => ({ name, summary, reference, law })),
  },
  {
    place: 'training',
    about:
      '--encoder VIEW>TRAINING: what all platforms train together above the views; it stands in the signed manifest',
    methods: trainings.all.map(({ name, reference, summary }) => ({ name, summary, reference, law: 'charged' })),
  },
  {
    place: 'setting',
    about: '--set TRAINING.SETTING=VALUE: settings of several trainings; they stand in the signed manifest',
    methods: mechanismPlants.flatMap(({ reference, setting, summary }) =>
      setting === undefined ? [] : [{ name: setting, summary, reference, law: 'charged' }],
    ),
  },
  {
    place: 'preset',
    about: '--strategy NAME: published names for encoders',
    methods: presets.map(({ name, encoder, reference, summary }) => ({
      name,
      summary: `${piecesOf(encoder)}: ${summary}`,
      reference,
      law: encoderNamed(name).law,
    })),
  },
  {
    place: 'pair',
    about: 'isthmus simulate --strategy NAME: published names for an encoder and a decoder together',
    methods: publishedPairs.map(({ name, decoder, reference, strategy, summary }) => ({
      name,
      summary: `${strategy} / ${decoder}: ${summary}`,
      reference,
      law: encoderNamed(strategy).law,
    })),
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
  {
    place: 'adaptation',
    about: 'once a person has items on the target, for every decoder; held-out persons choose how far they move it',
    methods: adaptations.map(({ name, reference, summary }) => ({ name, summary, reference, law: TARGET_LAW })),
  },
];

export function strategiesCommand(): Command {
  return withAllow(new Command('strategies'))
    .description('list the methods of transfer: what leaves a platform, and what a target does with it')
    .option('--json', 'print one JSON document', false)
    .addOption(
      new Option('--verify <method>', 'run a method on its planted world, with its mechanism on and off')
        .choices([
          ...[...views.all, ...trainings.all].map(({ name }) => name),
          ...mechanismPlants.map(({ method: name }) => name),
          ...[...readouts, ...spaces, ...adaptations].map(({ name }) => name),
        ])
        .conflicts('json'),
    )
    .action(async ({ json, verify: method }: { readonly json: boolean; readonly verify?: string }) => {
      if (method !== undefined) {
        process.stdout.write(`${await verifiedText(method)}\n`);
        return;
      }
      const all = places();
      process.stdout.write(json ? `${JSON.stringify({ isthmus: 'strategies', places: all })}\n` : `${textOf(all)}\n`);
    });
}

async function verifiedText(method: string): Promise<string> {
  const plant = plantOf(method);
  const verified = await verify(plant, VERIFY_SEEDS);
  const { ablationOverPrior, off, overAblation, overPrior, overRidge } = verified;
  const ok = keepsMargins(verified, plant);
  if (!ok) process.exitCode = EXIT.internal;
  return [
    `${method} on the planted world "${plant.world.name}": ${plant.world.summary}`,
    `  NDCG@10 over the prior                   ${gainText(overPrior)}, wanted above ${plant.overPrior}`,
    `  over itself with ${off}: ${gainText(overAblation)}, wanted above ${plant.overAblation}`,
    `  what is left over the prior without it   ${gainText(ablationOverPrior)}`,
    ...(overRidge === undefined ? [] : [ridgeLine(overRidge, plant)]),
    ok ? 'as planted' : 'NOT AS PLANTED: the mechanism does not bring what it should',
  ].join('\n');
}

function ridgeLine(gain: PlantedGain, { overRidge }: Margins): string {
  const wanted = overRidge === undefined ? '' : `, wanted above ${overRidge}`;
  return `  over ridge                               ${gainText(gain)}${wanted}`;
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
