/**
 * Federations of every kind that a manifest can ask for, drawn from a seed: uneven sources, several M, weights, clips that follow
 * a quantile, drawn persons, cohorts.
 */
import type { Domain } from '../../core/data/domain.ts';
import { encoderName, encoderSpec } from '../../core/transfer/expression.ts';
import { draftManifest, following } from '../../core/federation/draft.ts';
import type { Draft } from '../../core/federation/draft.ts';
import { farewellTo, signFarewell } from '../../core/federation/farewell.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Manifest, ManifestPlatform } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { isLocalMode, RELEASE_MODES, releaseBound } from '../../core/release/registry.ts';

export interface GeneratedFederation {
  readonly name: string;
  /** Its versions, the first one first. */
  readonly versions: readonly Manifest[];
  /** Domains of all platforms that any version names. */
  readonly domains: readonly Domain[];
  /** The platforms that know each person. There is one person for each choice of M platforms, so the costliest choice is among them. */
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
    encoder: hasRounds
      ? encoderSpec('shared-trunk', {
          'autoencoder.hidden': 1 + prng.integer(3),
          'autoencoder.bottleneck': 4,
          'subspace.steps': 1 + prng.integer(2),
        })
      : encoderSpec('private-subspace', { 'subspace.steps': 1 + prng.integer(3) }),
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
  const about = `${count} platforms, M ${split}, ${encoderName(manifest.encoder)}, ${options}, ${release}`;
  return federationOf(`${seed}: ${about}`, [manifest], prng);
}

/**
 * Federations with a second version, and half of them with a third: platforms join and leave after any round. Undefined if the first
 * version has too few platforms, or leaves no budget to a second one.
 */
export function generatedVersions(seed: number): GeneratedFederation | undefined {
  const {
    name,
    versions: [first],
  } = generatedFederation(seed);
  // In a federation of three each platform adds all of the noise, which is counted differently.
  if (first.platforms.length < 4) return undefined;
  const prng = new Prng(`oracle versions ${seed}`);
  const versions = [first];
  const most = prng.uniform() < 0.5 ? 2 : 3;
  try {
    while (versions.length < most) versions.push(nextOf(versions[versions.length - 1], prng));
  } catch (error) {
    if (!(error instanceof PrivacyError && error.code === 'PRIVACY_PLAN_REFUSED')) throw error;
  }
  if (versions.length < 2) return undefined;
  const told = versions.map(({ platforms }) => platforms.map((one) => one.name).join(' ')).join(' -> ');
  return federationOf(`${name}, versions ${told}`, versions, prng);
}

/** @throws PrivacyError PRIVACY_PLAN_REFUSED */
function nextOf(before: Manifest, prng: Prng): Manifest {
  const { platforms, rounds, privacy, encoder, version } = before;
  const leaves = platforms.length > 4 && prng.uniform() < 0.6 ? prng.integer(platforms.length) : -1;
  const stay = platforms.filter((_, at) => at !== leaves);
  const joins = leaves === -1 || prng.uniform() < 0.6 ? [`v${version + 1}`] : [];
  const done = before.previous?.rounds ?? 0;
  const more = rounds.count === 0 ? 0 : prng.integer(rounds.count - done + 1);
  const isKept = (name: string): boolean => stay.some((one) => one.name === name);
  const { sources, clipWeights, ...policy } = privacy;
  const identity = (name: string) => generateIdentity(name, seededRandom(name));
  const attempts = more === 0 ? 0 : more + prng.integer(rounds.spareAttempts + 1);
  // A platform that leaves signs a farewell. So no platform can spend in an earlier version, and the accounting counts what the trace
  // spends.
  const farewells = platforms
    .filter((_, at) => at === leaves)
    .map(({ name }) => {
      const said = signFarewell(before, identity(name), { attempts, refunds: 0 });
      return farewellTo(before, said, `${name}.farewell.yaml`);
    });
  const draft: Draft = {
    ...following(before, { rounds: done + more, attempts, farewells: Object.fromEntries(farewells) }),
    coordinator: identity('coordinator'),
    platforms: [
      ...stay.map(({ name, items, personsAbout }) => ({ identity: identity(name), items, personsAbout })),
      ...joins.map((name) => ({ identity: identity(name), items: 20 + prng.integer(60), personsAbout: 300 })),
    ],
    encoder,
    privacy: {
      ...policy,
      ...(sources && { sources: [...sources.filter(isKept), ...joins] }),
      ...(clipWeights && {
        clipWeights: Object.fromEntries(Object.entries(clipWeights).filter(([name]) => isKept(name))),
      }),
    },
    // A version plans at least one round more than are completed.
    rounds: { ...rounds, count: rounds.count === 0 ? 0 : Math.max(rounds.count, done + more + 1) },
  };
  const manifest = draftManifest(draft);
  planFederation(manifest);
  return manifest;
}

function federationOf(name: string, versions: readonly Manifest[], prng: Prng): GeneratedFederation {
  const platforms = new Map<string, ManifestPlatform>(
    versions.flatMap((manifest) => manifest.platforms.map((platform) => [platform.name, platform])),
  );
  const persons = choices([...platforms.keys()], versions[0].privacy.maxPlatformsPerPerson);
  const domains = [...platforms.values()].map((platform) =>
    domainOf(
      platform.name,
      platform.items,
      persons.map((on) => (on.includes(platform.name) ? 6 + prng.integer(8) : 0)),
      prng,
    ),
  );
  return { name, versions, domains, persons };
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
