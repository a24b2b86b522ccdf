/**
 * The folder of an installed package from outside this repository, and the hash of its files.
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../core/errors/coded-error.ts';
import { PackageError } from '../../core/packages/errors.ts';
import { packageSchema } from '../../core/packages/package-id.ts';
import type { PackageId } from '../../core/packages/package-id.ts';

/** The record of compliance. It names the hash, so the hash does not cover it. */
export const RECORD_FILE = 'isthmus-compliance.json';

/** Files that npm adds to every package. They hold no code, and the hash does not cover them. */
const PROSE = /^(readme|licen[cs]e|changelog)(\.(md|txt))?$/i;

export interface PackageFolder {
  readonly id: PackageId;
  /** Absolute path, without links. */
  readonly path: string;
  /** Absolute path of the module whose default export holds the pieces. */
  readonly entry: string;
}

const none = z.union([z.undefined(), z.strictObject({}), z.tuple([])], {
  error: 'must be empty: code outside of the package has no hash; bundle it into the package',
});

const manifestSchema = z.object({
  name: packageSchema.shape.name,
  version: packageSchema.shape.version,
  /** The entry, relative to the package. */
  isthmus: z.string({ error: 'must name the module with the pieces, such as "./pieces.js"' }),
  files: z
    .array(
      z
        .string()
        .regex(/^(\.\/)?[A-Za-z0-9_][A-Za-z0-9_./-]*$/, 'must list files and folders, without patterns')
        .refine((file) => !file.split('/').includes('..'), 'must stay inside the package'),
      { error: 'must list the files and folders of the package: the hash covers exactly these' },
    )
    .min(1),
  dependencies: none.optional(),
  optionalDependencies: none.optional(),
  bundleDependencies: none.optional(),
  bundledDependencies: none.optional(),
});

/**
 * Reads a package's folder without running any of its code.
 * @throws PackageError PACKAGE_BROKEN naming file and remedy.
 */
export function readPackageFolder(folder: string): PackageFolder {
  const broken = (why: string, cause?: unknown): PackageError =>
    new PackageError('PACKAGE_BROKEN', `${folder} is no package that can be used: ${why}`, { cause });
  let path: string;
  let json: unknown;
  try {
    path = realpathSync(folder);
    json = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  } catch (error) {
    throw broken(`its package.json cannot be read: ${messageOf(error)}`, error);
  }
  const read = manifestSchema.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw broken(`package.json: ${issue.path.map(String).join('.')} ${issue.message}`);
  }
  const { name, version, files, isthmus } = read.data;
  const covered = [...new Set(['package.json', ...files.flatMap((file) => filesIn(path, resolve(path, file), broken))])]
    .filter((file) => file !== RECORD_FILE)
    .sort();
  const entry = relative(path, resolve(path, isthmus)).split(sep).join('/');
  if (!covered.includes(entry)) throw broken(`its entry ${isthmus} is not among its "files"`);
  const hash = createHash('sha256');
  for (const file of covered) {
    const bytes = readFileSync(join(path, file));
    // Lengths, so that no two sets of files give the same text.
    hash.update(`${Buffer.byteLength(file)} ${file} ${bytes.length} `).update(bytes);
  }
  return { id: { name, version, hash: `sha256-${hash.digest('hex')}` }, path, entry: join(path, entry) };
}

/**
 * Files of an installed package that its hash does not cover, other than prose and the record. Code among them could
 * run without being in the hash, so the loader refuses them.
 */
export function uncoveredFiles({ path }: PackageFolder): readonly string[] {
  const { files } = manifestSchema.parse(JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')));
  const refuse = (why: string): Error => new PackageError('PACKAGE_BROKEN', `${path}: ${why}`);
  const covered = new Set([
    'package.json',
    RECORD_FILE,
    ...files.flatMap((file) => filesIn(path, join(path, file), refuse)),
  ]);
  return filesIn(path, path, refuse).filter((file) => !covered.has(file) && !PROSE.test(file));
}

/** Finds an installed package beside the working directory or beside this program, and above both. */
export function findPackage(name: string, from: readonly string[] = [process.cwd(), import.meta.dirname]): string {
  for (const start of from) {
    for (let at = resolve(start); ; at = dirname(at)) {
      const folder = join(at, 'node_modules', name);
      if (existsSync(join(folder, 'package.json'))) return folder;
      if (dirname(at) === at) break;
    }
  }
  throw new PackageError(
    'PACKAGE_MISSING',
    `package ${name} is not installed beside ${from.join(' or ')}: install it there, for example with npm; this program fetches nothing`,
  );
}

/** Paths of all files of a file or folder, relative to the package, with forward slashes. */
function filesIn(root: string, at: string, broken: (why: string) => Error): string[] {
  const name = relative(root, at).split(sep).join('/');
  const about = existsSync(at) ? lstatSync(at) : undefined;
  if (about === undefined) {
    if (name === RECORD_FILE) return [];
    throw broken(`"files" lists ${name}, which does not exist`);
  }
  if (about.isFile()) return [name];
  if (!about.isDirectory()) throw broken(`${name} is a link: a package holds its files itself`);
  if (/(^|\/)node_modules$/.test(name)) throw broken(`it holds ${name}: bundle other packages into its own files`);
  return readdirSync(at).flatMap((inner) => filesIn(root, join(at, inner), broken));
}
