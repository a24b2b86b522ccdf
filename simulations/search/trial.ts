/**
 * One trial of a search: a setting, judged on one fold of held-out persons, on one synthetic world, or at the end on persons that
 * the search never saw.
 * @module
 */
import { join } from 'node:path';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import type { PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import type { Factorise } from '../../core/transfer/factors/factor-memory.ts';
import { isLocalMode } from '../../core/release/registry.ts';
import { factorFolder } from '../factor-folder.ts';
import { decodersOf, federate } from '../in-one-process.ts';
import type { Federated } from '../in-one-process.ts';
import { openDirections } from '../settings.ts';
import type { Direction } from '../settings.ts';
import type { SimulationOptions } from '../options.ts';
import type { TrialWorld } from '../trial-files.ts';
import type { Candidate } from './candidates.ts';
import { encoderOf, worldOptions } from './config.ts';
import type { SearchConfig } from './config.ts';
import { judge, judgeFold } from './judged.ts';
import type { Judged } from './judged.ts';

export interface SearchJob {
  /** Name in the results; the same description gives the same names. */
  readonly trial: string;
  readonly seed: string;
  /** A fold of the search, or `end`: persons whom the search never saw. */
  readonly place: number | 'end';
  readonly candidate: Candidate;
}

export interface SearchResult extends Judged {
  readonly seconds: number;
  /** Epsilon of everything trained; null without noise, or if there is nothing to bound. */
  readonly epsilon: number | null;
}

interface Released {
  readonly federated: Federated;
  readonly plan: PrivacyPlan;
}

/** Runs trials one after another, and keeps what the next one may need. */
export class SearchRunner {
  readonly #config: SearchConfig;
  readonly #options: SimulationOptions;
  readonly #work: string;
  #world: { readonly key: string; readonly direction: Direction } | undefined;
  #release: { readonly key: string; readonly released: Promise<Released> } | undefined;
  #factors: { readonly key: string; readonly factorise: Factorise } | undefined;

  /** @param work folder for factors of trials, computed from persons' rows; its owner deletes it. */
  constructor(config: SearchConfig, work: string) {
    this.#config = config;
    this.#options = worldOptions(config);
    this.#work = work;
  }

  async run(job: SearchJob): Promise<SearchResult> {
    const began = performance.now();
    const { epsilon, judged } = await (this.#config.of === 'target' ? this.#atTarget(job) : this.#ofEncoder(job));
    return { ...judged, epsilon, seconds: (performance.now() - began) / 1000 };
  }

  /** All trials of a seed read the releases of one federation: nothing leaves again. */
  async #atTarget({ candidate, place, seed }: SearchJob): Promise<{ judged: Judged; epsilon: number | null }> {
    const { direction, world } = await this.#open(`seed ${seed}`, this.#options, seed);
    const { federated, plan } = await this.#releases(`seed ${seed}`, world, direction, candidate);
    const factorise = this.#factorise(seed);
    const target = targetOf(world);
    const { negatives } = this.#config;
    if (place === 'end') {
      return { judged: this.#end(world, federated, candidate, factorise), epsilon: plan.epsilon };
    }
    const { received } = federated;
    const material = { domain: target, linked: world.linked, received, factorise, seed, negatives };
    return { judged: numbered(judgeFold(material, place, candidate.decoder), direction, world), epsilon: plan.epsilon };
  }

  /** Every fold is a synthetic world of its own, whose persons do not exist. */
  async #ofEncoder({ candidate, place, seed }: SearchJob): Promise<{ judged: Judged; epsilon: number | null }> {
    const isReal = place === 'end' && this.#config.data !== null;
    const key = isReal ? `data, seed ${seed}` : place === 'end' ? `fresh world ${seed}` : `world ${place}`;
    const options = isReal ? this.#options : { ...this.#options, data: null };
    const synthetic = isReal ? options : publicWorld(options);
    const { direction, world } = await this.#open(key, synthetic, isReal ? seed : `${this.#config.seed}/${key}`);
    const { federated, plan } = await this.#releases(`${key} ${candidate.name}`, world, direction, candidate);
    const judged = this.#end(world, federated, candidate, this.#factorise(key));
    return { judged, epsilon: plan.epsilon };
  }

  #end(world: TrialWorld, federated: Federated, candidate: Candidate, factorise: Factorise): Judged {
    const target = targetOf(world);
    const split = { target, cold: world.cold, linked: world.linked, warm: world.linked, unmetPositives: 0 };
    const [decoder] = decodersOf(federated, { split, factorise, seed: world.seed }, [candidate.decoder]);
    const ranked = world.cold.filter(({ positives }) => positives.length > 0);
    const { negatives } = this.#config;
    const judged = judge(target, ranked, (person) => decoder.score(federated.releasedOf(person)), {
      negatives,
      seed: world.seed,
    });
    return numbered(judged, this.#world?.direction, world);
  }

  async #open(
    key: string,
    options: SimulationOptions,
    seed: string,
  ): Promise<{ readonly direction: Direction; readonly world: TrialWorld }> {
    // Real data and a target's world are the same at every seed; only the split differs.
    const shared = this.#config.of === 'target' || options.data !== null ? 'same' : key;
    if (this.#world?.key !== shared) {
      const [direction] = await openDirections(options, shared === 'same' ? undefined : seed);
      this.#world = { key: shared, direction };
    }
    const { direction } = this.#world;
    return { direction, world: direction.at(seed) };
  }

  async #releases(key: string, world: TrialWorld, direction: Direction, candidate: Candidate): Promise<Released> {
    if (this.#release?.key !== key) {
      this.#release = { key, released: this.#federate(world, direction, candidate) };
    }
    return this.#release.released;
  }

  async #federate(world: TrialWorld, direction: Direction, { settings }: Candidate): Promise<Released> {
    const { delta, epsilon, epsilon0, release, rounds } = this.#config;
    const encoder = encoderNamed(encoderOf(this.#config).name, settings);
    const target = targetOf(world);
    const federated = await federate({
      encoder,
      sources: direction.domains.filter(({ name }) => world.sources.includes(name)),
      split: { target, cold: world.cold, linked: world.linked, warm: world.linked, unmetPositives: 0 },
      epsilon: encoder.law === 'charged' ? epsilon[0] : null,
      delta,
      seed: world.seed,
      rounds: encoder.spec.training === undefined ? 0 : rounds,
      release: { mode: release[0], epsilon0: isLocalMode(release[0]) ? epsilon0[0] : null },
      factorise: this.#factorise(world.seed),
    });
    return { federated, plan: federated.plan };
  }

  #factorise(key: string): Factorise {
    if (this.#factors?.key !== key) {
      // The folder is shared by the workers of a search, and lies beside their own.
      const store = factorFolder(join(this.#work, '..', 'factors'));
      this.#factors = { key, factorise: factorMemory(key, store).factorise };
    }
    return this.#factors.factorise;
  }
}

/** A synthetic world with its usual platforms and target: names of real platforms are not its. */
function publicWorld(options: SimulationOptions): SimulationOptions {
  return { ...options, platforms: [], sources: [], target: null };
}

function targetOf({ domains, target }: TrialWorld): TrialWorld['domains'][number] {
  const found = domains.find(({ name }) => name === target);
  if (found === undefined) throw new RangeError(`no target "${target}"`);
  return found;
}

/** Persons by their rows in the target's data: results hold no ids. */
function numbered(judged: Judged, direction: Direction | undefined, { target }: TrialWorld): Judged {
  const all = direction?.domains.find(({ name }) => name === target)?.persons ?? [];
  const rows = new Map(all.map((person, row) => [person, row]));
  return { ...judged, persons: judged.persons.map((person) => String(rows.get(person) ?? -1)) };
}
