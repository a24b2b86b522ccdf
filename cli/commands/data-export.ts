import { join } from 'node:path';
import { Command } from 'commander';
import { runOptions, sampledUnlessNamed, simulationOptions } from '../../simulations/options.ts';
import { openDirections } from '../../simulations/settings.ts';
import { writeRecbole } from '../../simulations/worlds/recbole.ts';
import { givenOptions, withRunOptions } from '../run-options.ts';

/** The options of a run that decide its split. */
const splitOptions = Object.fromEntries(
  (
    [
      ...(['data', 'platforms', 'sources', 'target', 'protocol', 'negatives', 'seed', 'overlap'] as const),
      ...(['persons', 'items', 'worldOverlap', 'meanHistory'] as const),
    ] as const
  ).map((name) => [name, runOptions[name]]),
);

interface Flags {
  readonly out: string;
  readonly json: boolean;
}

export function dataExportCommand(): Command {
  return withRunOptions(new Command('export'), splitOptions)
    .description(
      "write the split of a simulation as RecBole's files, to run other methods on the same persons, items and candidates",
    )
    .requiredOption('--out <folder>', 'folder for the files')
    .option('--json', 'print a list of the written files as JSON', false)
    .addHelpText(
      'after',
      `
The target's cold persons are in its test file alone. Validation: the persons that a published split names, else a tenth of
the linked persons, whose rows at the target are then missing in its training file.

Examples:
  isthmus data export --data data/amazon --platforms food,kitchen --target kitchen --seed 1 --out food-kitchen
  isthmus data export --data data/game-video --protocol published:game-video --target game --out video-game`,
    )
    .action(async (flags: Flags) => {
      const options = simulationOptions(givenOptions({ ...flags }, splitOptions));
      const directions = await openDirections(options);
      const written = [];
      for (const direction of directions) {
        const world = direction.at(String(options.seed));
        const folder =
          directions.length > 1 ? join(flags.out, `${world.sources.join('-')}-${world.target}`) : flags.out;
        const settings = {
          protocol: sampledUnlessNamed(options.protocol),
          negatives: options.negatives,
          seed: world.seed,
        };
        const files = await writeRecbole(world, settings, folder);
        written.push({
          sources: [...world.sources],
          target: world.target,
          coldPersons: world.cold.length,
          folder,
          files,
        });
      }
      const text = written.map(
        (one) =>
          `${one.sources.join(', ')} -> ${one.target}, ${one.coldPersons} cold persons:\n  ${one.files.join('\n  ')}`,
      );
      process.stdout.write(flags.json ? `${JSON.stringify(written)}\n` : `${text.join('\n')}\n`);
    });
}
