/**
 * The manifest: a signed YAML file that names a federation's platforms, their public identities and shapes, the privacy
 * policy and the strategy. Every platform pins it; its hash is in every handshake and every session id.
 * @module
 */
import { createHash } from 'node:crypto';
import { isMap, isNode, isSeq, LineCounter, parseDocument, stringify } from 'yaml';
import type { Document, Node } from 'yaml';
import { z } from 'zod';
import { canonicalJson } from '../encoding/canonical-json.ts';
import { defaultRefunds } from '../privacy/plan/openings.ts';
import { defaultDropouts } from '../privacy/plan/trust.ts';
import { FederationError } from './errors.ts';

const key32 = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be a 32-byte key in base64 (44 characters)')
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be a 32-byte key in base64');

export const platformName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'must be 1 to 32 of a-z, 0-9 and inner hyphens')
  .refine((name) => name !== 'coordinator', 'is the name of the coordinator itself: choose another');

const platformSchema = z.strictObject({
  name: platformName,
  /** Ed25519 identity: signs every envelope. */
  identity: key32,
  /** X25519 key to which letters are sealed. */
  seal: key32,
  /** Catalogue size: public. */
  items: z.int().min(1).max(10_000_000),
  /** A round number near the count of persons, chosen by the platform: public. */
  personsAbout: z.int().min(1).max(1_000_000_000),
});

const privacySchema = z.strictObject({
  /** Total epsilon for everything trained; null only under an explicit no-privacy federation. */
  epsilon: z.number().positive().max(100).nullable(),
  delta: z.number().positive().max(0.01).default(1e-6),
  /** Platforms that may pool what they saw with the coordinator's. */
  colluding: z.int().min(0).default(0),
  /** Platforms whose noise may be missing from a sum that is still opened. When absent one, in rounds of four platforms or more. */
  dropouts: z.int().min(0).optional(),
  maxPlatformsPerPerson: z.int().min(1).default(2),
  release: z.enum(['raw', 'ldp', 'cohort', 'none']).default('raw'),
  epsilon0: z.number().positive().max(64).nullable().default(null),
  /** Platforms that release representations; all when absent. */
  sources: z.array(platformName).optional(),
  /** Share of its persons that each platform draws anew, by coins it keeps to itself, for every round; everybody when absent. */
  sampling: z.number().min(0.01).lt(1).optional(),
  /** The bound on a person's contribution to a round follows this quantile of all lengths; fixed by the strategy when absent. */
  clipQuantile: z.number().min(0.05).max(0.95).optional(),
  /** How much of the bound on one person a platform takes in rounds, relative to the others; those not named have 1. */
  clipWeights: z.record(platformName, z.number().min(0.01).max(100)).optional(),
});

const roundFieldsSchema = z.strictObject({
  count: z.int().min(0).max(10_000).default(0),
  /** A stage that has not ended by then ends with who is there. */
  stageTimeoutMs: z.int().min(100).default(30_000),
  /** Training inside the platforms is part of stage 2. */
  trainTimeoutMs: z.int().min(100).default(600_000),
  /** Attempts that may be charged and lost for good (their sum may still be opened) and all rounds still fit the budget. */
  spareAttempts: z.int().min(0).default(1),
  /**
   * Attempts that a ledger may take a charge back for, on proof that their sum was not opened and cannot be. A platform
   * uploads at most count + spareAttempts + refunds times, whoever lies. When absent a third of count, and 3 at least.
   */
  refunds: z.int().min(0).max(10_000).optional(),
  /** Tries at one round before the coordinator stops. */
  maxAttempts: z.int().min(1).default(5),
});

const roundsSchema = roundFieldsSchema.transform((rounds) => ({
  ...rounds,
  refunds: rounds.refunds ?? defaultRefunds(rounds.count),
}));

const manifestSchema = z
  .strictObject({
    isthmus: z.literal(1),
    federation: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and hyphens'),
    /** Makes the first shared model; any public text. */
    seed: z.string().min(1),
    coordinator: z.strictObject({ identity: key32 }),
    platforms: z.array(platformSchema).min(2, 'a federation has at least two platforms').max(10_000),
    strategy: z.strictObject({ name: z.string(), settings: z.record(z.string(), z.unknown()).default({}) }),
    privacy: privacySchema,
    rounds: roundsSchema.prefault({}),
    /** Ed25519 by the coordinator's identity over the canonical manifest without this field, base64. */
    signature: z.string().optional(),
  })
  .superRefine((manifest, context) => {
    const names = new Map<string, number>();
    manifest.platforms.forEach((platform, index) => {
      const unique: readonly [string, string][] = [
        [platform.name, 'name'],
        [platform.identity, 'identity'],
        [platform.seal, 'seal'],
      ];
      for (const [value, field] of unique) {
        const earlier = names.get(value);
        if (earlier !== undefined) {
          const message = `is the same as that of platform ${earlier + 1}; each platform needs its own`;
          context.addIssue({ code: 'custom', path: ['platforms', index, field], message });
        }
        names.set(value, index);
      }
    });
    const { release, epsilon0 } = manifest.privacy;
    const local = release === 'ldp' || release === 'cohort';
    if (local !== (epsilon0 !== null)) {
      const message = local ? `must be given for release mode ${release}` : `means nothing for release mode ${release}`;
      context.addIssue({ code: 'custom', path: ['privacy', 'epsilon0'], message });
    }
    for (const name of Object.keys(manifest.privacy.clipWeights ?? {})) {
      if (manifest.platforms.some((platform) => platform.name === name)) continue;
      const message = `"${name}" is no platform of this federation`;
      context.addIssue({ code: 'custom', path: ['privacy', 'clipWeights', name], message });
    }
    if (manifest.privacy.epsilon === null && manifest.privacy.sampling !== undefined) {
      const message = 'means nothing without privacy';
      context.addIssue({ code: 'custom', path: ['privacy', 'sampling'], message });
    }
    for (const [index, source] of (manifest.privacy.sources ?? []).entries()) {
      if (!manifest.platforms.some((platform) => platform.name === source)) {
        const message = `"${source}" is no platform of this federation`;
        context.addIssue({ code: 'custom', path: ['privacy', 'sources', index], message });
      }
    }
  })
  .transform((manifest) => {
    const { privacy, platforms, rounds } = manifest;
    const { dropouts = rounds.count > 0 ? defaultDropouts(platforms.length) : 0 } = privacy;
    return { ...manifest, privacy: { ...privacy, dropouts } };
  });

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestPlatform = Manifest['platforms'][number];

/** JSON schema of a manifest, for docs/ and editors. */
export function manifestJsonSchema(): unknown {
  return z.toJSONSchema(manifestSchema, { io: 'input' });
}

/**
 * Reads a manifest from YAML text.
 * @param name what to call the file in an error.
 * @throws FederationError MANIFEST_SYNTAX, MANIFEST_INVALID: each problem with its line and key.
 */
export function parseManifest(text: string, name = 'manifest'): Manifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = document.errors.at(0);
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    throw new FederationError('MANIFEST_SYNTAX', `${name}:${line}:${col}: not YAML: ${syntax.message}`);
  }
  const result = manifestSchema.safeParse(document.toJS());
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const path = issue.path.map(String);
    const line = lineOf(document, issue.path, lines);
    return `${name}:${line}: ${path.length === 0 ? '(top level)' : path.join('.')}: ${issue.message}`;
  });
  throw new FederationError('MANIFEST_INVALID', problems.join('\n'));
}

/** Line of the deepest node on the path that exists: a missing key is reported where it should stand. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String((item.key as { value?: unknown }).value) === String(key));
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return lines.linePos(offset).line;
}

export function formatManifest(manifest: Manifest): string {
  return stringify(manifest, { lineWidth: 0 });
}

/** Canonical bytes that are signed and hashed: JSON with sorted keys, without the signature. */
export function canonicalManifest(manifest: Manifest): Uint8Array {
  const { signature: _, ...signed } = manifest;
  return new TextEncoder().encode(canonicalJson(signed));
}

export function manifestHash(manifest: Manifest): Uint8Array {
  return createHash('sha256').update(canonicalManifest(manifest)).digest();
}

/** The platform of that name. @throws FederationError FEDERATION_UNKNOWN_PLATFORM naming those that are there. */
export function platformOf(manifest: Manifest, name: string): ManifestPlatform {
  const platform = manifest.platforms.find((candidate) => candidate.name === name);
  if (platform !== undefined) return platform;
  const known = manifest.platforms.map((candidate) => candidate.name).join(', ');
  throw new FederationError(
    'FEDERATION_UNKNOWN_PLATFORM',
    `platform "${name}" is not in the manifest of federation "${manifest.federation}", which names ${known}`,
  );
}
