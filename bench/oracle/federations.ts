/**
 * Federations of every kind that a manifest can ask for, drawn from a seed: uneven sources, several M, weights, clips that follow
 * a quantile, drawn persons, cohorts.
 */
import type { Domain } from '../../core/data/domain.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { isLocalMode, RELEASE_MODES, releaseBound } from '../../core/release/registry.ts';

export interface GeneratedFederation {
  readonly name: string;
  readonly manifest: Manifest;
  readonly domains: readonly Domain[];
  /**
   * By person: the platforms that know the person. There is one person for each choice of M platforms, so that the
   * worst is among them.
   */
  readonly persons: readonly (readonly string[])[];
}

export function generatedFederation(seed: number): GeneratedFederation {
  const prng = new Prng(`oracle ${seed}`);
  const pick = <Value>(values: readonly Value[]): Value => values[prng.integer(values.length)];
  const count = 3 + prng.integer(6);
  const names = Array.from({ length: count }, (_, i) => `p${i}`);
  const dropouts = count === 3 ? 0 : prng.integer(count > 6 ? 3 : 2);
  const colluding = count > 6 ? 1 + prng.integer(2) : 1;
  const honest = count - dropouts - colluding;
  const split = 1 + prng.integer(Math.min(3, honest));
  const hasRounds = prng.uniform() < 0.75;
  const options = hasRounds
    ? pick(['plain', 'weights', 'sampling', 'quantile', 'both', 'weights and sampling'])
    : 'plain';
  const release = pick(RELEASE_MODES.filter((name) => releaseBound(name) !== 'nothing-sent'));
  const sources = names.filter(() => prng.uniform() < 0.6);
  if (sources.length === 0) sources.push(pick(names));
  const rate = 0.1 + 0.8 * prng.uniform();
  const identity = (name: string) => generateIdentity(name, seededRandom(name));
  const manifest = draftManifest({
    federation: `oracle-${seed}`,
    seed: String(seed),
    coordinator: identity('coordinator'),
    platforms: names.map((name) => ({
      identity: identity(name),
      items: 20 + prng.integer(60),
      personsAbout: Math.round(10 ** (2 + 2 * prng.uniform())),
    })),
    strategy: hasRounds
      ? { name: 'shared-trunk', settings: { hidden: 1 + prng.integer(3), bottleneck: 4, steps: 1 + prng.integer(2) } }
      : { name: 'private-subspace', settings: { steps: 1 + prng.integer(3) } },
    privacy: {
      epsilon: pick([0.5, 1, 2, 4, 8]),
      delta: pick([1e-5, 1e-6, 1e-8]),
      maxPlatformsPerPerson: split,
      release,
      epsilon0: isLocalMode(release) ? 2 : null,
      sources,
      ...(hasRounds && { colluding, dropouts }),
      ...(/sampling|both/.test(options) && { sampling: rate }),
      ...(/quantile|both/.test(options) && { clipQuantile: pick([0.2, 0.5, 0.9]) }),
      ...(options.includes('weights') && {
        clipWeights: Object.fromEntries(names.map((name) => [name, 0.5 + 2 * prng.uniform()])),
      }),
    },
    rounds: { count: hasRounds ? 1 + prng.integer(4) : 0, spareAttempts: prng.integer(3) },
  });
  const persons = choices(names, split);
  const domains = manifest.platforms.map(({ name, items }) =>
    domainOf(
      name,
      items,
      persons.map((on) => (on.includes(name) ? 6 + prng.integer(8) : 0)),
      prng,
    ),
  );
  return {
    name: `${seed}: ${count} platforms, M ${split}, ${manifest.strategy.name}, ${options}, ${release}`,
    manifest,
    domains,
    persons,
  };
}

/** Every subset of this size. */
function choices(names: readonly string[], many: number): readonly (readonly string[])[] {
  if (many === 0) return [[]];
  return names.flatMap((name, at) => choices(names.slice(at + 1), many - 1).map((rest) => [name, ...rest]));
}

/** All domains have the same persons. A person unknown to a platform has no history there. */
function domainOf(name: string, items: number, lengths: readonly number[], prng: Prng): Domain {
  const offsets = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, person) => (offsets[person + 1] = offsets[person] + length));
  return {
    name,
    persons: lengths.map((_, person) => `person ${person}`),
    catalogue: Array.from({ length: items }, (_, item) => `item ${item}`),
    offsets,
    items: Uint32Array.from(lengths.flatMap((length) => [...prng.sample(items, length)].sort((a, b) => a - b))),
  };
}
