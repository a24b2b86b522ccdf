/**
 * A list of pieces by name. A name with a colon is looked up among the packages that the operator allowed.
 * @module
 */
import { isOutsideName } from '../packages/package-id.ts';
import { isLoaded, outsidePiece } from '../packages/pieces.ts';
import type { PieceKind } from '../packages/pieces.ts';
import { TransferError } from './errors.ts';
import type { Piece } from './piece.ts';

export class Pieces<One extends Pick<Piece, 'name'>> {
  readonly #kind: string;
  readonly #outside: PieceKind;
  readonly #byName = new Map<string, One>();

  /** @param kind for messages: "view". @param outside the kind of pieces that packages bring. */
  constructor(kind: string, outside: PieceKind, pieces: readonly One[]) {
    this.#kind = kind;
    this.#outside = outside;
    for (const piece of pieces) this.add(piece);
  }

  /** @throws TransferError TRANSFER_PIECE for a name that is taken, or that an expression cannot hold. */
  add(piece: One): void {
    const { name } = piece;
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
      throw new TransferError('TRANSFER_PIECE', `${this.#kind} "${name}": a name is 1 to 40 of a-z, 0-9 and hyphens`);
    }
    if (this.#byName.has(name)) throw new TransferError('TRANSFER_PIECE', `there is a ${this.#kind} "${name}" already`);
    this.#byName.set(name, piece);
  }

  get all(): readonly One[] {
    return [...this.#byName.values()];
  }

  /** True for a piece of ours, or of a package that is allowed here. */
  has(name: string): boolean {
    return isOutsideName(name) ? isLoaded(this.#outside, name) : this.#byName.has(name);
  }

  /** @throws PackageError PACKAGE_NOT_ALLOWED, PACKAGE_PIECE_UNKNOWN for a name with a colon. */
  find(name: string): One | undefined {
    if (isOutsideName(name)) return { ...(outsidePiece(this.#outside, name) as One), name };
    return this.#byName.get(name);
  }

  /** @throws as {@link find}; TransferError TRANSFER_PIECE, naming those that exist. */
  named(name: string): One {
    const found = this.find(name);
    if (found !== undefined) return found;
    throw new TransferError(
      'TRANSFER_PIECE',
      `no ${this.#kind} "${name}"; there are ${[...this.#byName.keys()].join(', ')}`,
    );
  }
}
