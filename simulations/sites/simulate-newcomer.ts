/**
 * A simulation of sites that make item vectors together in masked rounds, over real processes, and of a newcomer that
 * takes them and contributes nobody. It is measured on the model that the newcomer's own process was given.
 * @module
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storeFileIn } from '../../client/state-directory.ts';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { placesOf } from '../../core/data/vocabulary.ts';
import { restrictPersons } from '../../core/data/select.ts';
import { aggregate, seedRows } from '../../core/evaluation/results.ts';
import { personQualities } from '../../core/evaluation/per-person.ts';
import type { SeedRow } from '../../core/evaluation/results.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { trainedPart } from '../../core/federation/shared-model.ts';
import type { SharedVectors } from '../../core/transfer/encoder/item-vectors.ts';
import { SimulationError } from '../errors.ts';
import { HostPool } from '../hosts/pool.ts';
import { platformStateIn, readLedgers } from '../ledgers.ts';
import type { TrialLedgers } from '../ledgers.ts';
import { variants } from '../variants.ts';
import type { SimulationOptions } from '../options.ts';
import type { Variant } from '../variants.ts';
import { resultsSchema } from '../results.ts';
import type { PrivacyRow, Results, RoundRow } from '../results.ts';
import { createRunFolder, dataFolderOf, writeResults } from '../run-folder.ts';
import { SEEDED } from '../simulated.ts';
import type { Simulated, SimulationContext } from '../simulated.ts';
import { writeDataFiles, writeFederationFiles } from '../trial-files.ts';
import type { FederationFiles, TrialWorld } from '../trial-files.ts';
import { overSeeds, privacyRow, roundRows, statementOf } from '../trial-rows.ts';
import type { SeedGain } from '../trial-rows.ts';
import { runFederation } from '../trial.ts';
import { OWN_ROWS } from '../report/own-rows.ts';
import { measureNewcomer } from './measure-newcomer.ts';
import type { NewcomerFigures } from './measure-newcomer.ts';
import { openSites } from './sites.ts';

/** @throws SimulationError, and the errors of its parts. Leaves no process behind. */
export async function simulateNewcomer(options: SimulationOptions, context: SimulationContext): Promise<Simulated> {
  const { onEvent, signal } = context;
  const began = Date.now();
  const sites = await openSites(options);
  const asked = variants(options);
  const seeds = Array.from({ length: options.seeds }, (_, index) => String(options.seed + index));
  onEvent({ kind: 'world', name: sites.name, platforms: sites.domains.map(({ name }) => name) });
  const folder = await createRunFolder(options.out, sites.name, new Date());
  onEvent({ kind: 'folder', folder: folder.path });
  const dataFolder = dataFolderOf(folder.path);
  const pool = new HostPool();
  const rows: SeedRow[] = [];
  const gains: SeedGain[] = [];
  const rounds: RoundRow[] = [];
  const restarts: Results['restarts'] = [];
  const ledgers: TrialLedgers[] = [];
  const notes = new Set([SEEDED, ...sites.remarks]);
  const privacy = new Map<string, PrivacyRow>();
  const directions: Results['world']['directions'] = [];
  const of = seeds.length * asked.length;
  try {
    for (const seed of seeds) {
      const { world, arriving, counts } = sites.at(seed);
      const own = world.domains.find(({ name }) => name === world.target) ?? world.domains[0];
      directions.push({
        target: world.target,
        sources: contributors(world),
        coldPersons: arriving.length,
        warmPersons: options.ownPersons,
      });
      const data = await writeDataFiles(world, dataFolder);
      for (const [place, variant] of asked.entries()) {
        const trial = { seed, ...variant };
        const trialBegan = Date.now();
        onEvent({ kind: 'trial-started', trial, index: ledgers.length, of });
        const federation = await writeFederationFiles(world, variant, options, join(dataFolder, `trial-${place}`));
        const outcome = await runFederation(
          { world, data, federation, options, logFile: folder.log, onEvent, signal, pool },
          (platform, report) => (platform === world.target && report.kind === 'settled' ? true : undefined),
        );
        const figures = measureNewcomer({
          own: options.ownPersons === 0 ? restrictPersons(own, []) : own,
          arriving,
          counts,
          shared: takenBy(world, federation),
          strategy: variant.strategy,
          negatives: options.negatives,
          seed,
        });
        rows.push(
          ...rowsOf(
            figures,
            world,
            trial,
            place === 0,
            arriving.map((one) => ({
              person: one.person,
              positives: Uint32Array.of(one.hidden),
              sourceInteractions: one.history.length,
            })),
            counts,
          ),
        );
        gains.push(...gainsOf(figures, world, variant, arriving));
        notes.add(noteOf(figures, world, trial));
        const statement = privacyRow(statementOf(federation.manifest), variant);
        privacy.set(JSON.stringify(variant), statement);
        notes.add(sharesNote(federation));
        for (const warning of statement.warnings) notes.add(warning);
        rounds.push(...roundRows(outcome, trial));
        restarts.push(...outcome.restarts.map((restart) => ({ seed, strategy: variant.strategy, ...restart })));
        ledgers.push({ ...trial, ledgers: readLedgers(federation) });
        const { both } = figures.gain;
        const said = `gain ${both.mean.toFixed(3)} [${both.low.toFixed(3)}, ${both.high.toFixed(3)}]`;
        onEvent({ kind: 'trial-ended', trial, seconds: (Date.now() - trialBegan) / 1000, figures: said });
      }
    }
  } finally {
    await pool.end();
    await rm(dataFolder, { recursive: true, force: true });
  }
  if (options.epsilon.includes(null))
    notes.add('NO PRIVACY: rows without an epsilon ran with no noise at all, as a reference');
  const results = resultsSchema.parse({
    isthmus: context.version,
    run: folder.id,
    world: {
      name: sites.name,
      platforms: sites.domains.map(({ name, persons, catalogue, items }) => ({
        name,
        persons: persons.length,
        items: catalogue.length,
        interactions: items.length,
      })),
      directions: directions.slice(0, 1),
    },
    trials: { ended: ledgers.length, of },
    protocol: options.protocol,
    seeds,
    notes: [...notes],
    rows: aggregate(rows),
    gains: overSeeds(gains),
    choices: [],
    privacy: [...privacy.values()],
    rounds,
    restarts,
    timing: { seconds: (Date.now() - began) / 1000 },
    config: { ...options },
  });
  await writeResults(folder, results, ledgers);
  return { results, folder, seedRows: rows };
}

function contributors({ domains, taking = [] }: TrialWorld): string[] {
  return domains.map(({ name }) => name).filter((name) => !taking.includes(name));
}

/** The vectors that the newcomer's own state holds. Its process has ended. */
function takenBy(
  { target, domains, vocabulary = [] }: TrialWorld,
  { folder, manifest }: FederationFiles,
): SharedVectors {
  const plan = planFederation(manifest);
  const store = openSqliteStore(storeFileIn(platformStateIn(folder, target)));
  const latest = store.models.latest();
  store.close();
  if (latest === undefined || latest.round < manifest.rounds.count) {
    throw new SimulationError(
      'SIMULATION_PROCESS',
      `${target} holds the shared model of round ${latest?.round ?? 0} of ${manifest.rounds.count}: the log of the run says why`,
    );
  }
  const catalogue = domains.find(({ name }) => name === target)?.catalogue ?? [];
  const ids = [...new Set(vocabulary)].sort((a, b) => (a < b ? -1 : 1));
  const vectors = plan.encoder.itemVectors?.(plan.shared, trainedPart(plan, latest.model), placesOf(ids, catalogue));
  if (vectors === undefined) throw new RangeError(`encoder ${plan.encoder.name} trains no item vectors`);
  return vectors;
}

type Trial = Variant & { readonly seed: string };

function rowsOf(
  { ranks }: NewcomerFigures,
  world: TrialWorld,
  trial: Trial,
  withReferences: boolean,
  cold: Parameters<typeof seedRows>[0]['cold'],
  popularity: Uint32Array,
): SeedRow[] {
  return [...ranks].flatMap(([method, { uniform, popularity: popular }]) => {
    const isStrategy = method === trial.strategy;
    if (!isStrategy && !withReferences) return [];
    return seedRows({
      subject: {
        target: world.target,
        sources: contributors(world),
        method,
        release: 'none',
        epsilon: isStrategy ? trial.epsilon : null,
        epsilon0: null,
      },
      seed: trial.seed,
      evaluations: [uniform, popular],
      cold,
      popularity,
    });
  });
}

/** Each arriving person has one hidden item. */
function gainsOf(
  { ranks }: NewcomerFigures,
  { target }: TrialWorld,
  { strategy, epsilon }: Variant,
  arriving: readonly { readonly person: string }[],
): SeedGain[] {
  const persons = arriving.map(({ person }) => person);
  const of = { target, method: strategy, release: 'none', epsilon, epsilon0: null, over: OWN_ROWS, persons };
  return (['uniform', 'popularity'] as const).map((negatives) => {
    const [own, together] = [OWN_ROWS, strategy].map((method) => {
      const measured = ranks.get(method)?.[negatives];
      if (measured === undefined) throw new RangeError(`${method} was not measured`);
      return personQualities(method, [measured])[0].sums;
    });
    const gains = together.map((value, person) => value - own[person]);
    return { ...of, negatives, metric: 'NDCG@10', counts: persons.map(() => 1), gains };
  });
}

function noteOf(
  { gain: { both }, weights }: NewcomerFigures,
  { target }: TrialWorld,
  { epsilon, seed }: Trial,
): string {
  const chosen = `weights ${weights.popularity} own popularity, ${weights.shared} shared vectors, ${weights.sharedPopularity} shared popularity`;
  return `${target}, epsilon ${epsilon ?? 'none'}, seed ${seed}: NDCG@10 over its own rows ${both.mean.toFixed(4)} [${both.low.toFixed(4)}, ${both.high.toFixed(4)}] per ${both.n} persons, uniform and popular candidates in one list; ${chosen}`;
}

/** Describes the plan's noise, of which each platform adds a share. */
function sharesNote({ manifest }: FederationFiles): string {
  const { honestMinimum, noiseShares, colluding, dropouts, platformCount, maxPlatformsPerPerson } =
    planFederation(manifest).privacy;
  return `n = ${platformCount}, M = ${maxPlatformsPerPerson}: at least ${honestMinimum} honest platforms with ${colluding} colluding and ${dropouts} lost, each adds 1/${noiseShares} of the variance of the noise`;
}
