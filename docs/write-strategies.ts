/**
 * Writes docs/strategies.md: `npx tsx docs/write-strategies.ts`. A test fails when it is out of date. With --verify it first
 * runs every method on its planted world (minutes), with --verify NAME,NAME only those; with --study NAME it
 * first measures a study on its planted world, and with --data FOLDER also on real data (--seeds N, usually 10); figures on real data are put beside by `npm run bench:strategies --
 * --summary docs/measured/SETTING.json`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { studyNamed } from '../simulations/studies/registry.ts';
import { runPlanted, runReal, STUDY_SEEDS } from '../simulations/studies/run.ts';
import { encoderPlants, mechanismPlants, plants } from '../simulations/worlds/planted/plants.ts';
import { verify, VERIFY_SEEDS } from '../simulations/worlds/planted/verify.ts';
import type { Verified } from '../simulations/worlds/planted/verify.ts';
import { keptFigures, PLANTED, STUDIES } from './kept-figures.ts';
import { strategiesPage } from './generated-strategies.ts';

/** Rounded, so that a file shows what changed. */
async function write(file: string, figures: unknown): Promise<void> {
  const rounded = JSON.stringify(figures, (_, value: unknown) =>
    typeof value === 'number' ? Math.round(1e4 * value) / 1e4 : value,
  );
  writeFileSync(file, await format(rounded, { parser: 'json', printWidth: 120 }));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    verify: { type: 'boolean' },
    study: { type: 'string' },
    data: { type: 'string' },
    seeds: { type: 'string', default: '10' },
  },
});

if (values.verify === true) {
  const names = positionals.flatMap((list) => list.split(','));
  const known = new Map(keptFigures().planted.map((one) => [one.method, one]));
  const verified: Verified[] = [];
  for (const plant of [...encoderPlants, ...mechanismPlants, ...plants]) {
    const kept = names.length === 0 || names.includes(plant.method) ? undefined : known.get(plant.method);
    verified.push(kept ?? (await verify(plant, VERIFY_SEEDS)));
  }
  await write(PLANTED, verified);
}

if (values.study !== undefined) {
  const study = studyNamed(values.study);
  const planted = await runPlanted(study, STUDY_SEEDS);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => String(i + 1));
  const real =
    values.data === undefined
      ? (keptFigures().studies.get(study.name)?.real ?? [])
      : await runReal(study, values.data, seeds);
  await write(join(STUDIES, `${study.name}.json`), { planted, real });
}

writeFileSync(join(import.meta.dirname, 'strategies.md'), strategiesPage(keptFigures()));
