/**
 * A simulation: worlds, hidden interactions, federations, reference rows, results.
 * @module
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { aggregate } from '../core/evaluation/results.ts';
import type { SeedRow } from '../core/evaluation/results.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { planFederation } from '../core/federation/plan.ts';
import { encoderName } from '../core/transfer/expression.ts';
import { publishedPairs } from '../core/transfer/presets.ts';
import { PrivacyError } from '../core/privacy/mechanism/errors.ts';
import { baselineRows, referenceRows } from './central.ts';
import type { References } from './central.ts';
import type { SimulationEvent } from './events.ts';
import { choicesOf } from './choices.ts';
import type { SeedChoice } from './choices.ts';
import { HostPool } from './hosts/pool.ts';
import { baselineRowsElsewhere } from './hosts/references.ts';
import { cpuSecondsSince } from './hosts/spent.ts';
import type { Spent } from './hosts/spent.ts';
import { readLedgers } from './ledgers.ts';
import type { TrialLedgers } from './ledgers.ts';
import { SEEDED } from './simulated.ts';
import type { Simulated, SimulationContext } from './simulated.ts';
import { simulationOptions } from './options.ts';
import { variants } from './variants.ts';
import type { SimulationInput, SimulationOptions } from './options.ts';
import type { Variant } from './variants.ts';
import { figuresText } from './report/headline.ts';
import { resultsSchema } from './results.ts';
import type { PrivacyRow, Results, RoundRow } from './results.ts';
import { createRunFolder, dataFolderOf, writeFigures, writeResults } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { simulateNewcomer } from './sites/simulate-newcomer.ts';
import { openDirections } from './settings.ts';
import type { Direction } from './settings.ts';
import { manifestOf, writeDataFiles, writeFederationFiles } from './trial-files.ts';
import type { DataFiles, TrialWorld } from './trial-files.ts';
import { runTrial } from './trial.ts';
import {
  overSeeds,
  privacyRow,
  referenceGains,
  remarksOn,
  roundRows,
  statementOf,
  strategyChoices,
  strategyGains,
  strategyRows,
} from './trial-rows.ts';
import type { SeedGain } from './trial-rows.ts';

/**
 * @throws SimulationError, and the errors of its parts. Leaves no process behind. The run's folder keeps the trials
 * that ended, also if others failed.
 */
export async function simulate(input: SimulationInput, context: SimulationContext): Promise<Simulated> {
  const options = simulationOptions(input);
  if (options.protocol === 'cold-platform') return simulateNewcomer(options, context);
  const startedAt = Date.now();
  const began = process.cpuUsage();
  const spent: Spent[] = [];
  const onEvent = (event: SimulationEvent): void => {
    if (event.kind === 'spent') spent.push(event);
    context.onEvent(event);
  };
  const directions = await openDirections(options);
  const asked = variants(options);
  const seeds = Array.from({ length: options.seeds }, (_, index) => String(options.seed + index));
  const [{ domains, name }] = directions;
  // A federation that cannot be planned is refused before anything is kept or started.
  const [seed] = seeds;
  for (const { domains: all } of directions) {
    const anyWorld = { seed, domains: all, sources: all.map((domain) => domain.name) };
    for (const variant of asked) checkPlan(manifestOf(anyWorld, variant, options).manifest, asked.length > 1);
  }
  onEvent({ kind: 'world', name, platforms: domains.map((domain) => domain.name) });
  const folder = await createRunFolder(options.out, directions.length > 1 ? options.protocol : name, new Date());
  onEvent({ kind: 'folder', folder: folder.path });

  const measured: Measured = {
    rows: [],
    gains: [],
    choices: [],
    rounds: [],
    restarts: [],
    ledgers: [],
    statements: new Map(),
    people: [],
    remarks: new Set(directions.flatMap(({ readings }) => readings)),
    ended: 0,
  };
  const of = directions.length * seeds.length * asked.length;
  const keep = async (write: typeof writeResults): Promise<Results> => {
    const rows = aggregate(measured.rows);
    const results = resultsSchema.parse({
      isthmus: context.version,
      run: folder.id,
      world: { ...worldOf(directions), directions: measured.people },
      trials: { ended: measured.ended, of },
      protocol: options.protocol,
      seeds,
      notes: notesOf(options, measured, of),
      rows,
      gains: overSeeds(measured.gains),
      choices: choicesOf(measured.choices, rows, options.decoder[0]),
      privacy: [...measured.statements.values()],
      rounds: measured.rounds,
      restarts: measured.restarts,
      timing: timingOf(
        [...spent, { part: 'simulation', cpuSeconds: cpuSecondsSince(began), factorisations: 0 }],
        startedAt,
      ),
      config: { ...options },
    });
    await write(folder, results, measured.ledgers);
    return results;
  };
  const pool = new HostPool();
  try {
    for (const direction of directions) {
      for (const [index, seed] of seeds.entries()) {
        const world = direction.at(seed);
        if (index === 0) measured.people.push(peopleOf(world));
        const onTrial = (): Promise<Results> => keep(writeFigures);
        const run = { world, direction, asked, options, folder, context: { ...context, onEvent }, pool, of, onTrial };
        await runSeed(run, measured);
      }
    }
  } catch (error) {
    if (measured.ended > 0) {
      // On a full disk this fails too, but the caller must see the error that ended the run.
      const kept = await keep(writeResults).catch(() => undefined);
      if (kept !== undefined) onEvent({ kind: 'kept', folder: folder.path, ...kept.trials });
    }
    throw context.signal.aborted ? context.signal.reason : error;
  } finally {
    await pool.end();
  }
  return { results: await keep(writeResults), folder, seedRows: measured.rows };
}

/** Everything measured so far. */
interface Measured {
  readonly rows: SeedRow[];
  readonly gains: SeedGain[];
  readonly choices: SeedChoice[];
  readonly rounds: RoundRow[];
  readonly restarts: Results['restarts'];
  readonly ledgers: TrialLedgers[];
  readonly statements: Map<string, PrivacyRow>;
  readonly people: Results['world']['directions'];
  /** Remarks that a reader of the rows and rounds must know. */
  readonly remarks: Set<string>;
  /** Number of trials that have ended. */
  ended: number;
}

interface SeedRun {
  readonly world: TrialWorld;
  readonly direction: Direction;
  readonly asked: readonly Variant[];
  readonly options: SimulationOptions;
  readonly folder: RunFolder;
  readonly context: SimulationContext;
  /** Processes that host all trials. */
  readonly pool: HostPool;
  /** Total number of trials. */
  readonly of: number;
  /** Called once a trial's figures have been added to those measured. */
  readonly onTrial: () => Promise<Results>;
}

/** Measures the reference rows of one seed, and runs a federation for every variant. */
async function runSeed(run: SeedRun, measured: Measured): Promise<void> {
  const { world, asked, options, folder, of, onTrial, pool } = run;
  const { onEvent } = run.context;
  const { seed, target } = world;
  const dataFolder = dataFolderOf(folder.path);
  // A failure on one side ends the other.
  const over = new AbortController();
  const signal = AbortSignal.any([run.context.signal, over.signal]);
  let measuring: Promise<References> | undefined;
  try {
    const data = await writeDataFiles(world, dataFolder);
    measuring = measureReferences(run, data, signal);
    measuring.catch((error: unknown) => over.abort(error));
    // In one process the reference rows would delay every message of the trials, so they are measured first.
    if (options.inProcess) await measuring;
    for (const [place, variant] of asked.entries()) {
      const trial = { seed, ...variant };
      const began = Date.now();
      onEvent({ kind: 'trial-started', trial, index: measured.ended, of });
      const federation = await writeFederationFiles(world, variant, options, join(dataFolder, `trial-${place}`));
      const logFile = folder.log;
      // One mechanism is off at a time.
      const trialOptions = variant.isAblation ? { ...options, ablate: false } : options;
      const outcome = await runTrial({
        world,
        data,
        federation,
        options: trialOptions,
        logFile,
        onEvent,
        signal,
        pool,
      });
      // If a seed's first trial fails, nothing of the seed is kept: rows of different seeds would not be paired.
      if (place === 0) {
        const references = await measuring;
        measured.rows.push(...references.rows);
        measured.gains.push(...referenceGains(references, world));
      }
      const key = JSON.stringify([target, variant]);
      if (!measured.statements.has(key)) {
        measured.statements.set(key, privacyRow(statementOf(federation.manifest), variant));
      }
      for (const remark of remarksOn(federation.manifest, outcome, world)) measured.remarks.add(remark);
      measured.rows.push(...strategyRows(outcome, world, variant));
      measured.gains.push(...strategyGains(outcome, world, variant));
      measured.choices.push(...strategyChoices(outcome, world, variant));
      measured.rounds.push(...roundRows(outcome, trial));
      const { strategy } = variant;
      measured.restarts.push(...outcome.restarts.map((restart) => ({ seed, strategy, ...restart })));
      measured.ledgers.push({ ...trial, ledgers: readLedgers(federation) });
      measured.ended += 1;
      const figures = figuresText(await onTrial(), target, strategy);
      onEvent({ kind: 'trial-ended', trial, seconds: (Date.now() - began) / 1000, figures });
    }
  } finally {
    over.abort();
    await measuring?.catch(() => undefined);
    // The trials' rows and keys must not outlive them.
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function measureReferences(run: SeedRun, data: DataFiles, signal: AbortSignal): Promise<References> {
  const { world, direction, options } = run;
  const { onEvent } = run.context;
  const { seed, target } = world;
  const began = Date.now();
  onEvent({ kind: 'references', target, seed });
  const references = await referenceRows(world, data, options, {
    truth: direction.truth,
    signal,
    baselines: options.inProcess ? baselineRows : baselineRowsElsewhere,
    onProgress: (baseline, fraction) => onEvent({ kind: 'references-progress', baseline, fraction }),
  });
  for (const one of references.spent) onEvent({ kind: 'spent', ...one });
  onEvent({ kind: 'references-ended', target, seed, seconds: (Date.now() - began) / 1000 });
  return references;
}

/** Wall seconds; processor seconds by part; factorisations in all. */
function timingOf(spent: readonly Spent[], startedAt: number): Results['timing'] {
  const timing: Record<string, number> = { seconds: (Date.now() - startedAt) / 1000, factorisations: 0 };
  for (const { part, cpuSeconds, factorisations } of spent) {
    timing[`cpu: ${part}`] = (timing[`cpu: ${part}`] ?? 0) + cpuSeconds;
    timing['factorisations'] += factorisations;
  }
  return timing;
}

function peopleOf({ target, sources, cold, linked }: TrialWorld): Results['world']['directions'][number] {
  return { target, sources: [...sources], coldPersons: cold.length, warmPersons: linked.length };
}

/** @throws PrivacyError of planFederation. Its message names the strategy that cannot be planned. */
function checkPlan(manifest: Manifest, isOneOfSeveral: boolean): void {
  try {
    planFederation(manifest);
  } catch (error) {
    if (!(error instanceof PrivacyError)) throw error;
    const remedy = isOneOfSeveral ? '; or remove it from --strategy or --encoder' : '';
    throw new PrivacyError(error.code, `${encoderName(manifest.encoder)}: ${error.message}${remedy}`, { cause: error });
  }
}

function worldOf(directions: readonly Direction[]): Omit<Results['world'], 'directions'> {
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

function notesOf(options: SimulationOptions, measured: Measured, of: number): string[] {
  const { ended, remarks, restarts, statements } = measured;
  const notes = [SEEDED];
  if (ended < of) notes.push(`INCOMPLETE: ${ended} of ${of} trials had ended when the run was stopped or failed`);
  for (const warning of new Set([...statements.values()].flatMap(({ warnings }) => warnings))) {
    if (!notes.includes(warning)) notes.push(warning);
  }
  if (options.epsilon.includes(null))
    notes.push('NO PRIVACY: rows without an epsilon ran with no noise at all, as a reference');
  for (const { name, strategy, decoder } of publishedPairs.filter((pair) => options.strategy.includes(pair.name))) {
    notes.push(`${name} is ${strategy} / ${decoder}`);
  }
  notes.push(...remarks);
  for (const { platform, because, strategy, seed } of restarts) {
    notes.push(`${platform} was restarted with its state (${because}): ${strategy}, seed ${seed}`);
  }
  return notes;
}
