import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { writeDomain } from '../../simulations/worlds/write-world.ts';
import { DEFAULT_SYNTHETIC_WORLD, syntheticWorld } from '../../simulations/worlds/synthetic.ts';

interface Flags {
  readonly out: string;
  readonly platforms: readonly string[];
  readonly persons: number;
  readonly items: number;
  readonly seed: string;
  readonly json: boolean;
}

const whole = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number above 0.');
  return value;
};

export function dataSampleCommand(): Command {
  const d = DEFAULT_SYNTHETIC_WORLD;
  return new Command('sample')
    .description('write a synthetic world to try the other commands on: <platform>.tsv and <platform>.items.tsv')
    .requiredOption('--out <folder>', 'folder for the files')
    .option('--platforms <names>', 'comma-separated', (text: string) => text.split(','), [...d.platforms])
    .option('--persons <n>', 'persons on each platform', whole, d.persons)
    .option('--items <n>', 'items of each catalogue', whole, d.items)
    .option('--seed <text>', 'the same seed gives the same world', d.seed)
    .option('--json', 'print a list of the written files as JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  isthmus data sample --out sample && isthmus data inspect sample/films.tsv sample/books.tsv',
    )
    .action(async ({ out, platforms, persons, items, seed, json }: Flags) => {
      const world = syntheticWorld({ ...d, platforms, persons, items, seed });
      const written = [];
      for (const domain of world.domains) {
        const files = await writeDomain(domain, out);
        written.push({ platform: domain.name, persons, items, interactions: domain.items.length, files });
      }
      const text = written.map((w) => `${w.interactions}  ${join(out, `${w.platform}.tsv`)}`).join('\n');
      process.stdout.write(json ? `${JSON.stringify(written)}\n` : `${text}\n`);
    });
}
