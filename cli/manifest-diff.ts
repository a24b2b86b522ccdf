/**
 * The changes from one version of a manifest to the next, as a document and in words.
 * @module
 */
import { z } from 'zod';
import { upward } from '../core/accounting/printed-epsilon.ts';
import { canonicalJson } from '../core/encoding/canonical-json.ts';
import { manifestHash } from '../core/federation/manifest.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import type { FederationPlan } from '../core/federation/plan.ts';
import { epsilonOfEarlier } from '../core/privacy/plan/plan-lookups.ts';

const versionSchema = z.object({ version: z.int(), hash: z.string().describe('SHA-256, lower-case hex') });
const namesSchema = z.array(z.string());
const epsilonSchema = z.number().nullable();

/** The document of `isthmus manifest diff --json`. */
export const manifestDiffSchema = z.strictObject({
  federation: z.string(),
  from: versionSchema,
  to: versionSchema,
  joins: namesSchema,
  leaves: namesSchema,
  withoutFarewell: namesSchema.describe(
    'platforms that leave, or begin again with new keys, and bound their state to no number of attempts: all that the version before planned are counted for their persons',
  ),
  rejoins: namesSchema.describe(
    'platforms whose keys changed: they begin again, and everything that they released before stays counted',
  ),
  stays: namesSchema,
  rounds: z.object({
    completed: z.int().describe('when the later version was made'),
    leftBefore: z.int(),
    leftAfter: z.int(),
    attemptsBefore: z.int().describe('most attempts at rounds of the version before that a ledger may hold charged'),
  }),
  epsilon: z
    .object({
      budgetBefore: epsilonSchema,
      budgetAfter: epsilonSchema,
      planned: epsilonSchema.describe('epsilon of the whole later version'),
      spent: epsilonSchema.describe(
        'may be spent by what earlier versions released and the attempts that are left to them',
      ),
      leftBefore: epsilonSchema.describe('left of the budget of the version before once that is spent'),
      leftAfter: epsilonSchema.describe('left of the budget of the later version once that is spent'),
    })
    .describe('null without privacy, or where nothing needs noise'),
  changes: z
    .array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() }))
    .describe('settings that differ, by their path in the manifest'),
});

export type ManifestDiff = z.infer<typeof manifestDiffSchema>;

/** The changes from the version before; undefined for a first version. */
export function diffOf({ manifest, privacy, previous }: FederationPlan): ManifestDiff | undefined {
  if (previous === undefined || manifest.previous === undefined) return undefined;
  const before = previous.manifest;
  const identities = (of: Manifest): ReadonlyMap<string, string> =>
    new Map(of.platforms.map(({ name, identity }) => [name, identity]));
  const [old, now] = [identities(before), identities(manifest)];
  const both = [...now.keys()].filter((name) => old.has(name));
  const { rounds: completed, attempts, farewells = {} } = manifest.previous;
  const silent = [...old.keys()].filter((name) => old.get(name) !== now.get(name) && !Object.hasOwn(farewells, name));
  const spent = epsilonOfEarlier(privacy);
  const left = (budget: number | null): number | null =>
    budget === null || spent === null ? null : Math.max(0, budget - spent);
  return {
    federation: manifest.federation,
    from: { version: before.version, hash: hexHash(before) },
    to: { version: manifest.version, hash: hexHash(manifest) },
    joins: [...now.keys()].filter((name) => !old.has(name)),
    leaves: [...old.keys()].filter((name) => !now.has(name)),
    withoutFarewell: previous.privacy.maskedSum ? silent : [],
    rejoins: both.filter((name) => old.get(name) !== now.get(name)),
    stays: both.filter((name) => old.get(name) === now.get(name)),
    rounds: {
      completed,
      leftBefore: before.rounds.count - completed,
      leftAfter: manifest.rounds.count - completed,
      attemptsBefore: attempts,
    },
    epsilon: {
      budgetBefore: before.privacy.epsilon,
      budgetAfter: manifest.privacy.epsilon,
      planned: privacy.epsilon,
      spent,
      leftBefore: left(before.privacy.epsilon),
      leftAfter: left(manifest.privacy.epsilon),
    },
    changes: changesOf(before, manifest),
  };
}

export function diffText(diff: ManifestDiff): string {
  const { from, to, joins, leaves, withoutFarewell, rejoins, stays, rounds, epsilon, changes } = diff;
  const names = (some: readonly string[]): string => some.join(', ') || 'nobody';
  const budget =
    epsilon.spent === null
      ? 'nothing is bounded by epsilon'
      : `up to ${upward(epsilon.spent)} is spent when version ${to.version} begins. Of ${figure(epsilon.budgetBefore)} it leaves ${rest(epsilon.leftBefore)}, of ${figure(epsilon.budgetAfter)} from then on ${rest(epsilon.leftAfter)}; with all that is to come version ${to.version} spends ${figure(epsilon.planned)} at most`;
  const lines = [
    `version      ${from.version} -> ${to.version}`,
    `joins        ${names(joins)}`,
    `leaves       ${names(leaves)}${leaves.length === 0 ? '' : '; what they released stays counted, and the others delete what they received of it'}`,
    ...(withoutFarewell.length === 0
      ? []
      : [
          `no farewell  ${names(withoutFarewell)}: every attempt that version ${from.version} planned is counted for their persons (isthmus manifest farewell)`,
        ]),
    ...(rejoins.length === 0
      ? []
      : [`new keys     ${names(rejoins)}: they begin again, and what they released before stays counted`]),
    `stays        ${names(stays)}; what they released keeps its noise and its charge, and is not drawn again`,
    `rounds       ${rounds.completed} are completed; ${rounds.leftBefore} were left, and ${rounds.leftAfter} are left now`,
    `attempts     ${rounds.attemptsBefore} at rounds of version ${from.version} may stand charged; who signs version ${to.version} charges no more of them`,
    `epsilon      ${budget}`,
    ...changes.map(({ field, before, after }) => `changed      ${field}: ${shown(before)} -> ${shown(after)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function figure(value: number | null): string {
  return value === null ? 'no budget' : upward(value);
}

/** Rounded down: no more is left than it says. */
function rest(left: number | null): string {
  return left === null ? 'no bound' : `${Math.floor(left * 1000) / 1000}`;
}

function shown(value: unknown): string {
  return value === undefined ? 'not set' : typeof value === 'string' ? value : canonicalJson(value);
}

/** Changes of settings. Changes of members are reported separately. */
function changesOf(before: Manifest, after: Manifest): ManifestDiff['changes'] {
  const settings = ({ coordinator, encoder, privacy, rounds, platforms }: Manifest): ReadonlyMap<string, unknown> =>
    new Map<string, unknown>([
      ['coordinator.identity', coordinator.identity],
      ['encoder', encoder],
      ...fields('privacy', privacy),
      ...fields('rounds', rounds),
      ...platforms.flatMap(({ name, items, personsAbout }) => fields(name, { items, personsAbout })),
    ]);
  const names = new Set(
    before.platforms.map(({ name }) => name).filter((name) => after.platforms.some((one) => one.name === name)),
  );
  const isMembers = (field: string): boolean =>
    [...before.platforms, ...after.platforms].some(({ name }) => field.startsWith(`${name}.`) && !names.has(name));
  const [old, now] = [settings(before), settings(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter(
      (field) => !isMembers(field) && canonicalJson(old.get(field) ?? null) !== canonicalJson(now.get(field) ?? null),
    )
    .map((field) => ({ field, before: old.get(field), after: now.get(field) }));
}

function fields(prefix: string, values: object): readonly (readonly [string, unknown])[] {
  return Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value as unknown]);
}

function hexHash(manifest: Manifest): string {
  return Buffer.from(manifestHash(manifest)).toString('hex');
}
