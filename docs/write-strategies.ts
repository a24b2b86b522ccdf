/**
 * Writes docs/strategies.md: `npx tsx docs/write-strategies.ts`. A test fails when it is out of date. With --verify it first
 * runs every method on its planted world (minutes), with --verify NAME,NAME only those; figures on real data are put beside by `npm run bench:strategies --
 * --summary docs/measured/SETTING.json`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { encoderPlants, plants } from '../simulations/worlds/planted/plants.ts';
import { verify, VERIFY_SEEDS } from '../simulations/worlds/planted/verify.ts';
import type { Verified } from '../simulations/worlds/planted/verify.ts';
import { keptFigures, PLANTED } from './kept-figures.ts';
import { strategiesPage } from './generated-strategies.ts';

const at = process.argv.indexOf('--verify');
if (at >= 0) {
  const names = process.argv.slice(at + 1).flatMap((list) => list.split(','));
  const known = new Map(keptFigures().planted.map((one) => [one.method, one]));
  const verified: Verified[] = [];
  for (const plant of [...encoderPlants, ...plants]) {
    const kept = names.length === 0 || names.includes(plant.method) ? undefined : known.get(plant.method);
    verified.push(kept ?? (await verify(plant, VERIFY_SEEDS)));
  }
  const rounded = JSON.stringify(verified, (_, value: unknown) =>
    typeof value === 'number' ? Math.round(1e4 * value) / 1e4 : value,
  );
  writeFileSync(PLANTED, await format(rounded, { parser: 'json', printWidth: 120 }));
}
const { planted, measured } = keptFigures();
writeFileSync(join(import.meta.dirname, 'strategies.md'), strategiesPage(planted, measured));
