/**
 * Writes docs/strategies.md: `npx tsx docs/write-strategies.ts`. A test fails when it is out of date. With --verify it first
 * runs every readout on its planted world (a minute); figures on real data are put beside by `npm run bench:strategies --
 * --summary docs/measured/SETTING.json`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { plants } from '../simulations/worlds/planted/plants.ts';
import { verify, VERIFY_SEEDS } from '../simulations/worlds/planted/verify.ts';
import { keptFigures, PLANTED } from './kept-figures.ts';
import { strategiesPage } from './generated-strategies.ts';

if (process.argv.includes('--verify')) {
  const verified = plants.map((plant) => verify(plant, VERIFY_SEEDS));
  const rounded = JSON.stringify(verified, (_, value: unknown) =>
    typeof value === 'number' ? Math.round(1e4 * value) / 1e4 : value,
  );
  writeFileSync(PLANTED, await format(rounded, { parser: 'json', printWidth: 120 }));
}
const { planted, measured } = keptFigures();
writeFileSync(join(import.meta.dirname, 'strategies.md'), strategiesPage(planted, measured));
