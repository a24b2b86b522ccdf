/**
 * The pieces of the packages that this process's operator allowed: views, trainings, release modes, readouts, item
 * spaces, readers, stores and transports. The host loads them (host/packages/) before any other work, and the registry of each kind looks names
 * with a colon up here.
 * @module
 */
import { PackageError } from './errors.ts';
import { formatPackage, packageIn } from './package-id.ts';
import type { OutsideName, PackageId } from './package-id.ts';

/** The fields that a piece of each kind must have. A registry's interface says what they mean. */
const REQUIRED = {
  views: { law: 'string', settings: 'function', width: 'function', make: 'function' },
  trainings: { settings: 'function', width: 'function', asks: 'function', rounds: 'function', join: 'function' },
  releaseModes: { bound: 'string', width: 'function', bind: 'function' },
  readouts: { summary: 'string', reference: 'string', tune: 'function', restore: 'function' },
  itemSpaces: { summary: 'string', reference: 'string', make: 'function' },
  readers: { columns: 'function', read: 'function' },
  platformStores: { open: 'function' },
  coordinatorStores: { open: 'function' },
  transports: { platform: 'function', coordinator: 'function' },
} as const satisfies Record<string, Readonly<Record<string, 'string' | 'function'>>>;

export type PieceKind = keyof typeof REQUIRED;
export const PIECE_KINDS = Object.keys(REQUIRED) as readonly PieceKind[];

/** A kind in words, for messages. */
export const PIECE_WORDS: Readonly<Record<PieceKind, string>> = {
  views: 'view',
  trainings: 'training',
  releaseModes: 'release mode',
  readouts: 'readout',
  itemSpaces: 'item space',
  readers: 'reader',
  platformStores: 'platform store',
  coordinatorStores: 'coordinator store',
  transports: 'transport',
};

/** The default export of a package's entry, unchecked: pieces by kind, then by name. */
export type GivenPieces = Readonly<Record<string, unknown>>;

interface Loaded {
  readonly id: PackageId;
  readonly pieces: ReadonlyMap<PieceKind, Readonly<Record<string, unknown>>>;
}

const loaded = new Map<string, Loaded>();

/**
 * Makes a package's pieces known to the registries of this process. The same package may be added again.
 * @throws PackageError PACKAGE_BROKEN naming the piece and the field; PACKAGE_OPTION for another version of a package.
 */
export function addPackage(id: PackageId, given: GivenPieces): void {
  const before = loaded.get(id.name)?.id;
  if (before !== undefined && formatPackage(before) !== formatPackage(id)) {
    throw new PackageError(
      'PACKAGE_OPTION',
      `${formatPackage(before)} and ${formatPackage(id)} are both allowed: a process uses one version of a package`,
    );
  }
  const pieces = new Map(Object.entries(given).map(([kind, named]) => checkedKind(id, kind, named)));
  if ([...pieces.values()].every((named) => Object.keys(named).length === 0)) throw broken(id, 'exports no pieces');
  loaded.set(id.name, { id, pieces });
}

/** Forgets every package, so that a test leaves none behind. */
export function forgetPackages(): void {
  loaded.clear();
}

/** In the order in which they were added. */
export function loadedPackages(): readonly PackageId[] {
  return [...loaded.values()].map(({ id }) => id);
}

/** Names of the allowed pieces of one kind, as `package:name`. */
export function outsideNames(kind: PieceKind): readonly OutsideName[] {
  return [...loaded].flatMap(([name, { pieces }]) =>
    Object.keys(pieces.get(kind) ?? {}).map((piece): OutsideName => `${name}:${piece}`),
  );
}

/** True if a package that the operator allowed has this piece. */
export function isLoaded(kind: PieceKind, name: OutsideName): boolean {
  return outsideNames(kind).includes(name);
}

/**
 * A piece of an allowed package.
 * @throws PackageError PACKAGE_NOT_ALLOWED, PACKAGE_PIECE_UNKNOWN.
 */
export function outsidePiece(kind: PieceKind, name: OutsideName): unknown {
  const from = packageIn(name);
  const found = loaded.get(from);
  if (found === undefined) {
    throw new PackageError(
      'PACKAGE_NOT_ALLOWED',
      `${PIECE_WORDS[kind]} "${name}" is of package ${from}, which is not allowed here: install the package, read its code, and give --allow with what "isthmus package ${from}" prints`,
    );
  }
  const piece = found.pieces.get(kind)?.[name.slice(from.length + 1)];
  if (piece !== undefined) return piece;
  throw new PackageError(
    'PACKAGE_PIECE_UNKNOWN',
    `package ${from}@${found.id.version} has no ${PIECE_WORDS[kind]} "${name}"; it has ${outsideNames(kind).join(', ') || 'none'}`,
  );
}

/** The package that a name's piece comes from; undefined for a name of ours. @throws as {@link outsidePiece}. */
export function packageOf(kind: PieceKind, name: string): PackageId | undefined {
  if (!name.includes(':')) return undefined;
  outsidePiece(kind, name as OutsideName);
  return loaded.get(packageIn(name as OutsideName))?.id;
}

/** The package as the claims name it: `name@version`; undefined for a piece of ours. @throws as {@link outsidePiece}. */
export function declarerOf(kind: PieceKind, name: string): string | undefined {
  const id = packageOf(kind, name);
  return id && `${id.name}@${id.version}`;
}

function checkedKind(id: PackageId, kind: string, named: unknown): [PieceKind, Readonly<Record<string, unknown>>] {
  const known = PIECE_KINDS.find((one) => one === kind);
  if (known === undefined) throw broken(id, `exports "${kind}", which is none of ${PIECE_KINDS.join(', ')}`);
  if (!isObject(named)) throw broken(id, `exports ${kind} that are not an object of pieces by name`);
  for (const [name, piece] of Object.entries(named)) checkPiece(id, known, name, piece);
  return [known, named];
}

function checkPiece(id: PackageId, kind: PieceKind, name: string, piece: unknown): void {
  const what = `${PIECE_WORDS[kind]} "${name}"`;
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
    throw broken(id, `has a ${what}, and a name is 1 to 63 of a-z, 0-9 and hyphens`);
  }
  if (!isObject(piece)) throw broken(id, `has a ${what} that is not an object`);
  for (const [field, type] of Object.entries(REQUIRED[kind])) {
    if (typeof piece[field] !== type) throw broken(id, `has a ${what} whose ${field} is not a ${type}`);
  }
  // A mode that sends nothing exists already, and its claim would rest on the package's word alone.
  if (kind === 'releaseModes' && !['unbounded', 'epsilon0'].includes(String(piece.bound))) {
    throw broken(id, `has a ${what} whose bound is neither "unbounded" nor "epsilon0"`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function broken(id: PackageId, why: string): PackageError {
  return new PackageError('PACKAGE_BROKEN', `package ${id.name}@${id.version} ${why}`);
}
