/**
 * The parts of a manifest's next version: all that the operator does not say stays as it was.
 * @module
 */
import { following } from '../core/federation/draft.ts';
import type { ManifestParts } from '../core/federation/draft.ts';
import { platformOf } from '../core/federation/manifest.ts';
import type { Farewell, Manifest, ManifestPlatform, PreviousVersion } from '../core/federation/manifest.ts';
import { planFederation } from '../core/federation/plan.ts';
import { encoderSpec, withSettings } from '../core/transfer/expression.ts';
import { CommandError } from './errors.ts';
import { policyOf } from './policy-options.ts';
import type { PolicyFlags } from './policy-options.ts';

export interface NextVersion {
  readonly coordinator: string;
  /** Platforms that join, or that have new keys or sizes. */
  readonly halves: readonly ManifestPlatform[];
  readonly leaving: readonly string[];
  /** Farewells of platforms that leave, or come back with new keys, by name. */
  readonly farewells?: Readonly<Record<string, Farewell>>;
  /** Rounds that are completed. */
  readonly roundsDone?: number;
  /** Attempts left to the version before; when absent its completed rounds and its spare attempts. */
  readonly attemptsBefore?: number;
  /** The options that were given. */
  readonly flags: Partial<PolicyFlags>;
}

/** @throws CommandError MANIFEST_AFTER; FederationError FEDERATION_UNKNOWN_PLATFORM; TransferError about the encoder */
export function nextVersion(before: Manifest, next: NextVersion): ManifestParts {
  const { halves, leaving, flags, coordinator } = next;
  for (const name of leaving) platformOf(before, name);
  const fixed = (['federation', 'seed'] as const).filter((name) => flags[name] !== undefined);
  if (fixed.length > 0) {
    throw new CommandError(
      'MANIFEST_AFTER',
      `a next version keeps its ${fixed.join(' and ')}: leave out ${fixed.map((name) => `--${name}`).join(' and ')}`,
    );
  }
  const back = halves.find(({ name }) => leaving.includes(name));
  if (back !== undefined) {
    throw new CommandError(
      'MANIFEST_AFTER',
      `${back.name} is to leave with --leave and to be a member with --from: say one of them`,
    );
  }
  const named = flags.encoder ?? flags.strategy;
  const stays = (name: string): boolean => !leaving.includes(name);
  const { privacy, rounds } = policyOf(flags);
  const { sources, clipWeights, ...policy } = before.privacy;
  return {
    ...following(before, succession(before, next)),
    coordinator: { identity: coordinator },
    platforms: membersAfter(before, next),
    encoder: withSettings(
      named === undefined ? before.encoder : encoderSpec(named),
      Object.fromEntries(flags.set ?? []),
    ),
    privacy: {
      ...policy,
      ...(sources && { sources: sources.filter(stays) }),
      ...(clipWeights && {
        clipWeights: Object.fromEntries(Object.entries(clipWeights).filter(([name]) => stays(name))),
      }),
      ...privacy,
      epsilon: privacy.epsilon === undefined ? before.privacy.epsilon : privacy.epsilon,
    },
    rounds: { ...before.rounds, ...rounds },
  };
}

/** Those who stay in their order, then those who join. */
function membersAfter({ platforms }: Manifest, { halves, leaving }: NextVersion): readonly ManifestPlatform[] {
  const handed = new Map(halves.map((half) => [half.name, half]));
  const stay = platforms.filter(({ name }) => !leaving.includes(name)).map((one) => handed.get(one.name) ?? one);
  return [...stay, ...halves.filter(({ name }) => !platforms.some((one) => one.name === name))];
}

/** @throws CommandError MANIFEST_AFTER where rounds were planned and it is not said how many are completed. */
function succession(
  before: Manifest,
  { roundsDone, attemptsBefore, farewells = {} }: NextVersion,
): Omit<PreviousVersion, 'manifest'> {
  const { privacy } = planFederation(before);
  if (privacy.rounds === 0) return { attempts: 0, rounds: before.previous?.rounds ?? 0, farewells };
  const earlier = before.previous?.rounds ?? 0;
  if (roundsDone === undefined || roundsDone < earlier) {
    const least = earlier === 0 ? '' : `, ${earlier} at least`;
    throw new CommandError(
      'MANIFEST_AFTER',
      `say how many rounds are completed with --rounds-done${least}: the coordinator's log, and /v1/status, tell`,
    );
  }
  const most = privacy.rounds + privacy.spareAttempts;
  const counted = Object.values(farewells).map(({ attempts }) => attempts);
  return {
    rounds: roundsDone,
    attempts: attemptsBefore ?? Math.min(most, Math.max(roundsDone - earlier + privacy.spareAttempts, ...counted)),
    farewells,
  };
}
