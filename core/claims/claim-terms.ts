/**
 * The facts of a federation on which its claims depend.
 * @module
 */
import { contributorsOf } from '../federation/manifest.ts';
import type { Manifest } from '../federation/manifest.ts';
import type { FederationPlan } from '../federation/plan.ts';
import { lineageOf } from '../federation/versions.ts';
import type { ClaimTerms, CodeTerms } from './claim-sentences.ts';

export function claimTerms({
  encoder,
  law,
  learnsMap,
  manifest,
  ownItems,
  ownNumbers,
  privacy,
  shared,
}: FederationPlan): ClaimTerms {
  const { platforms, unsafeTrial, vocabulary } = manifest;
  return {
    strategy: encoder.name,
    law,
    plan: privacy,
    release: { name: manifest.privacy.release, epsilon0: manifest.privacy.epsilon0 },
    ownNumbers,
    ownItems,
    codes: codeTerms(manifest),
    takers: platforms.length - contributorsOf(manifest).length,
    ...(vocabulary && { vocabulary }),
    ...(shared.comparesPlatforms && { comparesPlatforms: true }),
    ...(learnsMap && { taughtAt: privacy.maxPlatformsPerPerson }),
    unsafeTrial: unsafeTrial === true,
  };
}

/**
 * A platform that left still holds the codes that it received. One that lost its state and begins again with another
 * identity draws again, so each of its identities counts as a source.
 */
function codeTerms(manifest: Manifest): CodeTerms {
  const targets = new Set<string>();
  const senders = new Map<string, Set<string>>();
  for (const version of lineageOf(manifest)) {
    for (const { name } of version.platforms) targets.add(name);
    for (const { name, identity } of contributorsOf(version)) {
      senders.set(name, (senders.get(name) ?? new Set<string>()).add(identity));
    }
  }
  const sourcesOf = (target: string): number =>
    [...senders]
      .map(([name, identities]) => (name === target ? 0 : identities.size))
      .toSorted((a, b) => b - a)
      .slice(0, manifest.privacy.maxPlatformsPerPerson)
      .reduce((sum, count) => sum + count, 0);
  return {
    sources: Math.max(...[...targets].map(sourcesOf)),
    targets: targets.size - 1,
    beginsAgain: [...senders.values()].some(({ size }) => size > 1),
  };
}
