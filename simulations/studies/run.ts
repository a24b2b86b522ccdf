/**
 * Runs a study over seeds, and compares its method with the other rows.
 * @module
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { gainOverSeeds } from '../../core/evaluation/gains.ts';
import type { Gain } from '../../core/evaluation/gains.ts';
import { mean } from '../../core/evaluation/results.ts';
import { SimulationError } from '../errors.ts';
import type { Figures, Study } from './study.ts';

export interface StudyResult {
  readonly study: string;
  /** Name of the real data; null: the planted world. */
  readonly data: string | null;
  readonly seeds: number;
  /** Means over seeds, by method, then by metric. */
  readonly figures: Figures;
  /** How much better the method is than other rows, in the first metric: positive is better, whatever the metric. */
  readonly gains: Readonly<Record<string, Gain>>;
}

/** Seeds of the planted world on which margins are checked. Neither a world nor a margin was set on them. */
export const STUDY_SEEDS: readonly string[] = ['four', 'five', 'six', 'seven', 'eight'];

/** Measures the planted world. @param onSeed called after each seed, with the number of seeds done. */
export async function runPlanted(
  study: Study,
  seeds: readonly string[],
  onSeed?: (done: number) => void,
): Promise<StudyResult> {
  const { planted } = study;
  return resultOf(
    study,
    null,
    Object.keys(planted.margins),
    await overSeeds(seeds, (seed) => planted.measure(seed), onSeed),
  );
}

/** Measures all real data sets of the study. @throws SimulationError SIMULATION_STUDY if there are none, or a file is missing. */
export async function runReal(
  study: Study,
  folder: string,
  seeds: readonly string[],
  onSeed?: (done: number) => void,
): Promise<readonly StudyResult[]> {
  if (study.real.length === 0) {
    throw new SimulationError('SIMULATION_STUDY', `${study.name} has no real data; run it without a data folder`);
  }
  for (const file of filesOf(study)) {
    await access(join(folder, file)).catch(() => {
      throw new SimulationError(
        'SIMULATION_STUDY',
        `${join(folder, file)} is missing; ${study.name} reads ${filesOf(study).join(', ')} in the data folder`,
      );
    });
  }
  const results: StudyResult[] = [];
  for (const [place, part] of study.real.entries()) {
    const onOwn = (done: number): void => onSeed?.(place * seeds.length + done);
    const tables = await overSeeds(seeds, (seed) => part.measure(folder, seed), onOwn);
    results.push(resultOf(study, part.name, part.over, tables));
  }
  return results;
}

/** Files of all real data sets of the study, each once. */
export function filesOf({ real }: Study): readonly string[] {
  return [...new Set(real.flatMap(({ files }) => files))];
}

/** True if the interval over seeds lies above the margin, for each margin. */
export function keepsMargins({ planted }: Study, { gains }: StudyResult): boolean {
  return Object.entries(planted.margins).every(([over, margin]) => gains[over].low > margin);
}

async function overSeeds(
  seeds: readonly string[],
  measure: (seed: string) => Figures | Promise<Figures>,
  onSeed: ((done: number) => void) | undefined,
): Promise<readonly Figures[]> {
  const tables: Figures[] = [];
  for (const seed of seeds) {
    tables.push(await measure(seed));
    onSeed?.(tables.length);
  }
  return tables;
}

function resultOf(study: Study, data: string | null, over: readonly string[], tables: readonly Figures[]): StudyResult {
  const [decides] = Object.keys(study.metrics);
  const sign = study.metrics[decides] === 'higher' ? 1 : -1;
  const values = (method: string, metric: string): readonly number[] => tables.map((table) => table[method][metric]);
  const figures = Object.keys(tables[0]).map((method) => {
    const known = Object.keys(study.metrics).filter((metric) => metric in tables[0][method]);
    return [method, Object.fromEntries(known.map((metric) => [metric, mean(values(method, metric))]))] as const;
  });
  const gains = over.map((other) => {
    const others = values(other, decides);
    return [other, gainOverSeeds(values(study.method, decides).map((value, i) => sign * (value - others[i])))] as const;
  });
  return {
    study: study.name,
    data,
    seeds: tables.length,
    figures: Object.fromEntries(figures),
    gains: Object.fromEntries(gains),
  };
}
