/** The figures of docs/measured. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Summary } from '../bench/strategies/summary.ts';
import type { StudyResult } from '../simulations/studies/run.ts';
import type { Verified } from '../simulations/worlds/planted/verify.ts';

const FOLDER = join(import.meta.dirname, 'measured');

/** File of the figures of every readout on its planted world. */
export const PLANTED = join(FOLDER, 'planted.json');

/** Folder of the figures of studies, a file each. */
export const STUDIES = join(FOLDER, 'studies');

/** What was measured of a study. */
export interface KeptStudy {
  readonly planted: StudyResult;
  /** One result for each real data set of the study. */
  readonly real: readonly StudyResult[];
}

export interface KeptFigures {
  readonly planted: readonly Verified[];
  readonly measured: readonly Summary[];
  /** By name of the study. */
  readonly studies: ReadonlyMap<string, KeptStudy>;
}

export function keptFigures(): KeptFigures {
  const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
  const settings = readdirSync(FOLDER)
    .map((name) => join(FOLDER, name))
    .filter((file) => file.endsWith('.json') && file !== PLANTED)
    .sort();
  return {
    planted: read(PLANTED) as readonly Verified[],
    measured: settings.flatMap((file) => read(file) as readonly Summary[]),
    studies: new Map(
      readdirSync(STUDIES).map((file) => [file.replace('.json', ''), read(join(STUDIES, file)) as KeptStudy]),
    ),
  };
}
