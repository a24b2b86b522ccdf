/**
 * A simulation: worlds, what is hidden, federations, reference rows, results.
 * @module
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { aggregate } from '../core/evaluation/results.ts';
import type { SeedRow } from '../core/evaluation/results.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { planFederation } from '../core/federation/plan.ts';
import { PrivacyError } from '../core/privacy/errors.ts';
import { centralRows } from './central.ts';
import type { SimulationEvent } from './events.ts';
import { readLedgers } from './ledgers.ts';
import type { TrialLedgers } from './ledgers.ts';
import { checkOptions, variants } from './options.ts';
import type { SimulationOptions } from './options.ts';
import { resultsSchema } from './results.ts';
import type { PrivacyRow, Results, RoundRow } from './results.ts';
import { createRunFolder, writeResults } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { openDirections } from './settings.ts';
import type { Direction } from './settings.ts';
import { manifestOf, writeDataFiles, writeFederationFiles } from './trial-files.ts';
import { runTrial } from './trial.ts';
import { privacyRow, REFERENCE_METHODS, roundRows, statementOf } from './trial-rows.ts';

export interface SimulationContext {
  readonly version: string;
  readonly onEvent: (event: SimulationEvent) => void;
  readonly signal: AbortSignal;
}

export interface Simulated {
  readonly results: Results;
  readonly folder: RunFolder;
  /** What the results' rows are means of: for paired comparisons. */
  readonly seedRows: readonly SeedRow[];
}

const SEEDED = 'simulation: seeded noise, not a release';

/** @throws SimulationError and whatever the parts say; leaves no process behind, and what was measured in the run's folder. */
export async function simulate(options: SimulationOptions, context: SimulationContext): Promise<Simulated> {
  checkOptions(options);
  const startedAt = Date.now();
  const { onEvent, signal } = context;
  const directions = await openDirections(options);
  const asked = variants(options);
  const seeds = Array.from({ length: options.seeds }, (_, index) => String(options.seed + index));
  const [{ domains, name }] = directions;
  // What no federation can be made for is refused before anything is kept or started.
  const [seed] = seeds;
  for (const { domains: all } of directions) {
    const anyWorld = { seed, domains: all, sources: all.map((domain) => domain.name) };
    for (const variant of asked) checkPlan(manifestOf(anyWorld, variant, options).manifest, asked.length > 1);
  }
  onEvent({ kind: 'world', name, platforms: domains.map((domain) => domain.name) });
  const folder = await createRunFolder(options.out, directions.length > 1 ? options.protocol : name, new Date());

  const rows: SeedRow[] = [];
  const rounds: RoundRow[] = [];
  const ledgers: TrialLedgers[] = [];
  const statements = new Map<string, PrivacyRow>();
  const people = { cold: 0, warm: 0 };
  const of = directions.length * seeds.length * asked.length;
  let index = 0;
  for (const direction of directions) {
    for (const seed of seeds) {
      const world = direction.at(seed);
      if (index === 0) Object.assign(people, { cold: world.cold.length, warm: world.linked.length });
      const dataFolder = join(folder.path, 'data');
      try {
        const data = await writeDataFiles(world, dataFolder);
        rows.push(...(await centralRows(world, data, direction.truth, options, signal)));
        for (const [place, variant] of asked.entries()) {
          const trial = { seed, ...variant };
          const began = Date.now();
          onEvent({ kind: 'trial-started', trial, index, of });
          const federation = await writeFederationFiles(world, variant, options, join(dataFolder, `trial-${place}`));
          const statement = statementOf(federation.manifest);
          const key = JSON.stringify([world.target, variant]);
          if (!statements.has(key)) statements.set(key, privacyRow(statement, variant));
          const outcome = await runTrial({ world, data, federation, options, logFile: folder.log, onEvent, signal });
          // The target measures its reference rows in every trial; they are the same, and counted once.
          rows.push(...outcome.evaluation.rows.filter(({ method }) => place === 0 || !REFERENCE_METHODS.has(method)));
          rounds.push(...roundRows(outcome, trial));
          ledgers.push({ ...trial, ledgers: readLedgers(federation) });
          index += 1;
          onEvent({ kind: 'trial-ended', trial, seconds: (Date.now() - began) / 1000 });
        }
      } finally {
        // Rows and keys do not outlive the trials.
        await rm(dataFolder, { recursive: true, force: true });
      }
    }
  }
  const results = resultsSchema.parse({
    isthmus: context.version,
    run: folder.id,
    world: { ...worldOf(directions), coldPersons: people.cold, warmPersons: people.warm },
    protocol: options.protocol,
    seeds,
    notes: notesOf(options, statements),
    rows: aggregate(rows),
    privacy: [...statements.values()],
    rounds,
    timing: { seconds: (Date.now() - startedAt) / 1000 },
    config: { ...options },
  });
  await writeResults(folder, results, ledgers);
  return { results, folder, seedRows: rows };
}

/** @throws PrivacyError of planFederation, which of several strategies cannot be planned for before it. */
function checkPlan(manifest: Manifest, isOneOfSeveral: boolean): void {
  try {
    planFederation(manifest);
  } catch (error) {
    if (!(error instanceof PrivacyError)) throw error;
    const remedy = isOneOfSeveral ? '; or leave it out of --strategy' : '';
    throw new PrivacyError(error.code, `${manifest.strategy.name}: ${error.message}${remedy}`, { cause: error });
  }
}

function worldOf(directions: readonly Direction[]): Omit<Results['world'], 'coldPersons' | 'warmPersons'> {
  const [first] = directions;
  return {
    name: directions.length > 1 ? directions.map(({ name }) => name).join('; ') : first.name,
    platforms: first.domains.map(({ name, persons, catalogue, items }) => ({
      name,
      persons: persons.length,
      items: catalogue.length,
      interactions: items.length,
    })),
  };
}

function notesOf(options: SimulationOptions, statements: ReadonlyMap<string, PrivacyRow>): string[] {
  const notes = [SEEDED];
  for (const warning of new Set([...statements.values()].flatMap(({ warnings }) => warnings))) {
    if (!notes.includes(warning)) notes.push(warning);
  }
  if (options.noPrivacy) notes.push('NO PRIVACY: rows without an epsilon ran with no noise at all, as a reference');
  return notes;
}
