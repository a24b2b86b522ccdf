/**
 * Finds a piece of one kind by its name: one of ours, or one of an allowed package.
 * @module
 */
import { PackageError } from './errors.ts';
import { isOutsideName } from './package-id.ts';
import { outsideNames, outsidePiece, PIECE_WORDS } from './pieces.ts';
import type { PieceKind } from './pieces.ts';

/**
 * @param own our pieces of this kind, by name.
 * @throws PackageError PACKAGE_NOT_ALLOWED, PACKAGE_PIECE_UNKNOWN, naming what there is.
 */
export function pieceNamed<Piece>(kind: PieceKind, own: Readonly<Record<string, Piece>>, name: string): Piece {
  if (isOutsideName(name)) return outsidePiece(kind, name) as Piece;
  if (Object.hasOwn(own, name)) return own[name];
  const known = [...Object.keys(own), ...outsideNames(kind)].join(', ') || 'none';
  throw new PackageError('PACKAGE_PIECE_UNKNOWN', `no ${PIECE_WORDS[kind]} "${name}"; there are ${known}`);
}
