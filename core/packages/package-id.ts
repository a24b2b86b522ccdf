/**
 * The identity of a package from outside this repository: its name, its version and the hash of its files. Operators
 * and manifests name it, so that all members of a federation run the same code.
 * @module
 */
import { z } from 'zod';
import { PackageError } from './errors.ts';

const NAME = String.raw`(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*`;
const VERSION = String.raw`\d+\.\d+\.\d+[-+.0-9A-Za-z]*`;
const HASH = 'sha256-[0-9a-f]{64}';

export const packageSchema = z.strictObject({
  /** The name in its package.json. */
  name: z.string().regex(new RegExp(`^${NAME}$`), 'must be the name of an npm package'),
  version: z.string().regex(new RegExp(`^${VERSION}$`), 'must be a version such as 1.0.0'),
  /** `sha256-` and the SHA-256 of its files (host/packages/package-folder.ts), lower-case hex. */
  hash: z.string().regex(new RegExp(`^${HASH}$`), 'must be sha256- and 64 hex digits'),
});
export type PackageId = Readonly<z.infer<typeof packageSchema>>;

/** The name of a piece that a package brings: `package:piece`. Names of our own pieces have no colon. */
export type OutsideName = `${string}:${string}`;

const PIECE = new RegExp(`^(${NAME}):[a-z0-9][a-z0-9-]{0,62}$`);

/** True for a well-formed name of an outside piece, loaded or not. */
export function isOutsideName(name: string): name is OutsideName {
  return PIECE.test(name);
}

export const outsideNameSchema = z.string().regex(PIECE) as unknown as z.ZodType<OutsideName>;

/** A name of ours, or a well-formed name of an outside piece, loaded or not. */
export function nameSchema<const Names extends readonly string[]>(
  names: Names,
): z.ZodType<Names[number] | OutsideName> {
  const error = ({ input }: { input?: unknown }): string =>
    `names "${String(input)}", which is none of ${names.join(', ')} and no package:name`;
  const outside = z.string({ error }).regex(PIECE, { error }) as unknown as z.ZodType<OutsideName>;
  return z.union([z.enum(names, { error }), outside], { error });
}

/** The package's part of an outside name. */
export function packageIn(name: OutsideName): string {
  return name.slice(0, name.lastIndexOf(':'));
}

/** `name@version#hash`, as in `--allow`. */
export function formatPackage({ name, version, hash }: PackageId): string {
  return `${name}@${version}#${hash}`;
}

/** Reads `name@version#hash`. @throws PackageError PACKAGE_OPTION */
export function parsePackage(text: string): PackageId {
  const match = new RegExp(`^(${NAME})@(${VERSION})#(${HASH})$`).exec(text);
  if (match !== null) return { name: match[1], version: match[2], hash: match[3] };
  throw new PackageError(
    'PACKAGE_OPTION',
    `"${text}" is not name@version#sha256-…: "isthmus package NAME" prints it for an installed package`,
  );
}
