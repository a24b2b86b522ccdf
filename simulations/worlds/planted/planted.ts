/**
 * Worlds in which one assumption of a method holds by construction, so that the method must gain there and must lose the
 * gain when its mechanism is switched off.
 * @module
 */
import type { ColdPerson } from '../../../core/data/cold-person.ts';
import type { Domain } from '../../../core/data/domain.ts';
import { Prng } from '../../../core/random/prng.ts';
import type { ReceivedRepresentations } from '../../../core/release/release.ts';
import type { ReleasedVector } from '../../../core/transfer/decoder/report.ts';

export interface PlantedWorld {
  readonly name: string;
  /** The assumption that holds. */
  readonly summary: string;
  make(seed: string): PlantedTrial;
}

export interface PlantedTrial {
  readonly target: Domain;
  readonly received: readonly ReceivedRepresentations[];
  readonly cold: readonly ColdPerson[];
  readonly releasedOf: (person: string) => readonly ReleasedVector[];
}

export interface PlantedPerson {
  /** The release of each source for the person; undefined if the source does not know the person. */
  readonly releases: Readonly<Record<string, Float64Array | undefined>>;
  /** Utility of each item, in log-odds: one unit more makes an item e times as likely. */
  readonly utility: Float64Array /* [items] */;
}

export interface Plan {
  readonly warm: number;
  readonly cold: number;
  readonly items: number;
  /** Items that each person has. */
  readonly chosen: number;
  readonly sources: readonly string[];
  readonly dimension: number;
  /** Titles of the items, if they have any. */
  readonly titles?: readonly string[];
  /** True if the sources' letters also have the cold persons, as they have in a federation. */
  readonly releasesCold?: boolean;
}

/** Draws items without replacement in proportion to exp(utility) (Gumbel's trick). */
export function likedItems(utility: Float64Array, count: number, prng: Prng): Uint32Array {
  const keys = Array.from(utility, (value, item) => ({ item, key: value - Math.log(-Math.log(prng.uniform())) }));
  const items = keys.sort((a, b) => b.key - a.key).slice(0, count);
  return Uint32Array.from(items, ({ item }) => item);
}

/** Draws persons and their items. */
export function planted(
  plan: Plan,
  seed: string,
  /** @param row the first `plan.warm` rows are the target's own persons, the others are cold. */
  person: (prng: Prng, row: number) => PlantedPerson,
): PlantedTrial {
  const prng = new Prng(seed);
  const drawn = Array.from({ length: plan.warm + plan.cold }, (_, row) => {
    const { releases, utility } = person(prng, row);
    return { id: `p${row}`, releases, items: likedItems(utility, plan.chosen, prng) };
  });
  const warm = drawn.slice(0, plan.warm);
  const vectorOf = (releases: PlantedPerson['releases'], source: string): Float32Array =>
    Float32Array.from(releases[source] ?? new Float64Array(plan.dimension));
  const byId = new Map(drawn.map((one) => [one.id, one]));
  return {
    target: {
      name: 'target',
      persons: warm.map(({ id }) => id),
      catalogue: Array.from({ length: plan.items }, (_, item) => `item ${item}`),
      ...(plan.titles && { titles: plan.titles }),
      offsets: Uint32Array.from({ length: plan.warm + 1 }, (_, row) => row * plan.chosen),
      items: Uint32Array.from(warm.flatMap(({ items }) => Array.from(items))),
    },
    received: plan.sources.map((source) => {
      const known = (plan.releasesCold === true ? drawn : warm).filter(
        ({ releases }) => releases[source] !== undefined,
      );
      const vectors = new Float32Array(known.length * plan.dimension);
      known.forEach(({ releases }, row) => vectors.set(vectorOf(releases, source), row * plan.dimension));
      const persons = known.map(({ id }) => id);
      return { source, noiseModel: { kind: 'exact' }, dimension: plan.dimension, persons, vectors };
    }),
    cold: drawn.slice(plan.warm).map(({ id, items }) => ({ person: id, positives: items, sourceInteractions: 0 })),
    releasedOf(id) {
      const releases = byId.get(id)?.releases ?? {};
      return plan.sources.flatMap((source) =>
        releases[source] === undefined ? [] : [{ source, vector: vectorOf(releases, source) }],
      );
    },
  };
}

/** A random vector of length 1. */
export function direction(prng: Prng, dimension: number): Float64Array {
  const vector = Float64Array.from({ length: dimension }, () => prng.gaussian());
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

export function noisy(vector: Float64Array, prng: Prng, deviation: number): Float64Array {
  return vector.map((value) => value + deviation * prng.gaussian());
}
