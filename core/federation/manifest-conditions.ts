/**
 * The conditions between the fields of a manifest.
 * @module
 */
import type { z } from 'zod';
import { isOutsideName, packageIn } from '../packages/package-id.ts';
import type { PackageId } from '../packages/package-id.ts';
import { isKnownMode, isLocalMode } from '../release/registry.ts';
import type { encoderSchema, ManifestPlatform, privacySchema } from './manifest-fields.ts';

/** The fields of a manifest that conditions are about. */
export interface Conditioned {
  readonly federation: string;
  readonly version: number;
  readonly seed: string;
  readonly previous?: PreviousFields | undefined;
  readonly coordinator: { readonly identity: string };
  readonly platforms: readonly ManifestPlatform[];
  readonly encoder: z.infer<typeof encoderSchema>;
  readonly privacy: z.infer<typeof privacySchema>;
  readonly packages?: readonly PackageId[] | undefined;
  readonly rounds: { readonly count: number };
  readonly unsafeTrial?: true | undefined;
}

interface PreviousFields {
  readonly rounds: number;
  readonly farewells?: Readonly<Record<string, unknown>> | undefined;
  readonly manifest: Conditioned;
}

export interface Problem {
  /** The field that the problem is about. */
  readonly path: (string | number)[];
  readonly message: string;
}

export function problemsOf(manifest: Conditioned): readonly Problem[] {
  return [
    ...successionProblems(manifest),
    ...identityProblems(manifest),
    ...packageProblems(manifest),
    ...privacyProblems(manifest),
  ];
}

/** Problems of members that share a key, and of platforms that share a name. */
function identityProblems({ coordinator, platforms }: Conditioned): readonly Problem[] {
  const problems: Problem[] = [];
  const double = platforms.findIndex(({ identity }) => identity === coordinator.identity);
  if (double !== -1) {
    const message = 'is the same as the coordinator’s; each member needs its own';
    problems.push({ path: ['platforms', double, 'identity'], message });
  }
  const first = new Map<string, number>();
  for (const [index, platform] of platforms.entries()) {
    for (const field of ['name', 'identity', 'seal'] as const) {
      const earlier = first.get(platform[field]);
      if (earlier !== undefined) {
        const message = `is the same as that of platform ${earlier + 1}; each platform needs its own`;
        problems.push({ path: ['platforms', index, field], message });
      }
      first.set(platform[field], index);
    }
  }
  return problems;
}

function privacyProblems({ platforms, privacy }: Conditioned): readonly Problem[] {
  const problems: Problem[] = [];
  const refuse = (path: (string | number)[], message: string): void =>
    void problems.push({ path: ['privacy', ...path], message });
  const { release, epsilon, epsilon0, sampling, clipWeights = {}, sources = [] } = privacy;
  // A manifest with a mode of a package that is not loaded must still be readable. Planning it fails.
  const isLocal = isKnownMode(release) ? isLocalMode(release) : epsilon0 !== null;
  if (isLocal !== (epsilon0 !== null)) {
    refuse(['epsilon0'], `${isLocal ? 'must be given' : 'means nothing'} for release mode ${release}`);
  }
  const byName = new Map(platforms.map((platform) => [platform.name, platform]));
  for (const name of Object.keys(clipWeights)) {
    if (!byName.has(name)) refuse(['clipWeights', name], `"${name}" is no platform of this federation`);
  }
  if (epsilon === null && sampling !== undefined) refuse(['sampling'], 'means nothing without privacy');
  for (const [index, source] of sources.entries()) {
    const platform = byName.get(source);
    if (platform === undefined) refuse(['sources', index], `"${source}" is no platform of this federation`);
    else if (platform.takes === true) {
      const why = `"${source}" only takes the shared model, so it releases nothing: remove it here, or its "takes"`;
      refuse(['sources', index], why);
    }
  }
  if (platforms.every(({ takes }) => takes === true)) {
    problems.push({ path: ['platforms'], message: 'somebody must contribute: not all may only take' });
  }
  return problems;
}

function successionProblems(manifest: Conditioned): readonly Problem[] {
  const { version, previous, rounds, platforms } = manifest;
  const problems: Problem[] = [];
  const need = (holds: boolean, path: (string | number)[], message: string): void => {
    if (!holds) problems.push({ path, message });
  };
  if (previous === undefined) {
    need(version === 1, ['version'], 'must be 1 where there is no version before');
    return problems;
  }
  const before = previous.manifest;
  need(version === before.version + 1, ['version'], `must be ${before.version + 1}: one more than the version before`);
  for (const field of ['federation', 'seed'] as const) {
    need(manifest[field] === before[field], [field], `must be "${before[field]}", as in version ${before.version}`);
  }
  need(
    manifest.unsafeTrial === before.unsafeTrial,
    ['unsafeTrial'],
    'must be as in the version before: a trial stays one, and nothing else becomes one',
  );
  need(
    previous.rounds <= Math.min(before.rounds.count, rounds.count),
    ['previous', 'rounds'],
    'is more than the rounds that one of the two versions plans',
  );
  for (const name of Object.keys(previous.farewells ?? {})) {
    const left = before.platforms.find((one) => one.name === name);
    const path = ['previous', 'farewells', name];
    need(left !== undefined, path, `is no platform of version ${before.version}`);
    need(
      platforms.every(({ identity }) => identity !== left?.identity),
      path,
      'is of a platform that stays',
    );
  }
  const names = new Map(earlierPlatforms(previous).map(({ identity, name }) => [identity, name]));
  for (const [index, { identity, name }] of platforms.entries()) {
    const earlier = names.get(identity) ?? name;
    // Under another name the plan would count the platform's persons as those of one more platform.
    need(earlier === name, ['platforms', `${index}`, 'name'], `must be "${earlier}", as in an earlier version`);
  }
  return problems;
}

/** Problems of packages that are named without need, named twice, or used without being named. */
function packageProblems({ packages = [], encoder, privacy }: Conditioned): readonly Problem[] {
  const { training, views } = encoder;
  const pieces = [...views, ...(training ? [training] : [])].map(({ name }) => name);
  const used = new Set([...pieces, privacy.release].filter(isOutsideName).map(packageIn));
  const named = packages.map(({ name }) => name);
  const unnamed = [...used].filter((name) => !named.includes(name));
  return [
    ...unnamed.map((name) => ({ path: ['packages'], message: `must name ${name}, whose pieces the manifest uses` })),
    ...named.flatMap((name, index) => {
      const isTwice = named.indexOf(name) !== index;
      if (used.has(name) && !isTwice) return [];
      return [
        { path: ['packages', `${index}`], message: isTwice ? 'is named twice' : 'has no piece in this manifest' },
      ];
    }),
  ];
}

/** Entries of the platforms in all earlier versions, oldest first. */
function earlierPlatforms({ manifest }: PreviousFields): readonly ManifestPlatform[] {
  return [...(manifest.previous ? earlierPlatforms(manifest.previous) : []), ...manifest.platforms];
}
