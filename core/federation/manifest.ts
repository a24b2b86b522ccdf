/**
 * The manifest: a YAML file that names a federation's members, their public identities and sizes, the privacy policy
 * and the encoder. Every member signs it (co-signature.ts). Every handshake and every session id contains its hash.
 * @module
 */
import { createHash } from 'node:crypto';
import { isMap, isNode, isSeq, LineCounter, parseDocument, stringify } from 'yaml';
import type { Document, Node } from 'yaml';
import { z } from 'zod';
import { canonicalJson } from '../encoding/canonical-json.ts';
import { FederationError } from './errors.ts';
import { halfSchema } from './manifest-fields.ts';
import type { ManifestPlatform, PublicHalf } from './manifest-fields.ts';
import { manifestSchema } from './manifest-schema.ts';
import type { Manifest } from './manifest-schema.ts';

export { COORDINATOR, platformName } from './manifest-fields.ts';
export type { Farewell, ManifestPlatform, ManifestVocabulary, PublicHalf } from './manifest-fields.ts';
export type { Manifest, PreviousVersion } from './manifest-schema.ts';

/** JSON schema of a manifest, for docs/ and editors. */
export function manifestJsonSchema(): unknown {
  return z.toJSONSchema(manifestSchema, { io: 'input' });
}

/**
 * Reads a manifest from YAML text.
 * @param name name of the file for errors.
 * @throws FederationError MANIFEST_SYNTAX, MANIFEST_INVALID with line and key of each problem.
 */
export function parseManifest(text: string, name = 'manifest'): Manifest {
  return parsed(manifestSchema, text, name);
}

/** Reads a public half. @throws FederationError MANIFEST_SYNTAX, MANIFEST_INVALID with line and key of each problem. */
export function parseHalf(text: string, name = 'public half'): PublicHalf {
  return parsed(halfSchema, text, name);
}

export function formatHalf(half: PublicHalf): string {
  return stringify(half, { lineWidth: 0 });
}

/**
 * Reads a value of this schema from YAML text.
 * @throws FederationError MANIFEST_SYNTAX, MANIFEST_INVALID with line and key of each problem.
 */
export function parsed<Value>(schema: z.ZodType<Value>, text: string, name: string): Value {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = document.errors.at(0);
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    throw new FederationError('MANIFEST_SYNTAX', `${name}:${line}:${col}: not YAML: ${syntax.message}`);
  }
  const result = schema.safeParse(document.toJS());
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const path = issue.path.map(String);
    const line = lineOf(document, issue.path, lines);
    return `${name}:${line}: ${path.length === 0 ? '(top level)' : path.join('.')}: ${issue.message}`;
  });
  throw new FederationError('MANIFEST_INVALID', problems.join('\n'));
}

/** Line of the deepest existing node on the path, so that a missing key is reported at the place where it belongs. */
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

/** Canonical bytes that are signed and hashed: JSON with sorted keys, without the signatures. */
export function canonicalManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(canonicalJson(unsigned(manifest)));
}

/** The signed content: a manifest without its signatures, in all versions. */
function unsigned({ signatures: _, previous, ...rest }: Manifest): object {
  return previous === undefined ? rest : { ...rest, previous: { ...previous, manifest: unsigned(previous.manifest) } };
}

export function manifestHash(manifest: Manifest): Uint8Array {
  return createHash('sha256').update(canonicalManifest(manifest)).digest();
}

/** The members of the masked sum: every platform but those that only take the shared model. */
export function contributorsOf({ platforms }: Pick<Manifest, 'platforms'>): readonly ManifestPlatform[] {
  return platforms.filter(({ takes }) => takes !== true);
}

/** The platform of that name. @throws FederationError FEDERATION_UNKNOWN_PLATFORM with the names that exist. */
export function platformOf(manifest: Manifest, name: string): ManifestPlatform {
  const platform = manifest.platforms.find((candidate) => candidate.name === name);
  if (platform !== undefined) return platform;
  const known = manifest.platforms.map((candidate) => candidate.name).join(', ');
  throw new FederationError(
    'FEDERATION_UNKNOWN_PLATFORM',
    `platform "${name}" is not in the manifest of federation "${manifest.federation}", which names ${known}`,
  );
}
