/**
 * Splits messages longer than a chunk into fragments, and reassembles and checks them at the other end.
 * @module
 */
import { createHash } from 'node:crypto';
import { isthmus } from '../../proto/gen/isthmus.js';
import { encodeBody } from './body-codec.ts';
import { WireError } from './errors.ts';
import type { FragmentBody } from './link-body.ts';

/** Shortest piece except the last. Otherwise a message could arrive as a flood of tiny frames. */
const LEAST_PIECE_BYTES = 1024;

export interface PieceSizes {
  /** Longest body in one frame. */
  readonly frameBytes: number;
  readonly chunkBytes: number;
}

/** An encoded body that all its links share. It is hashed once, and only if it must be split. */
export class EncodedBody {
  readonly bytes: Uint8Array;
  #sha256: Uint8Array | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Number of frames that it needs: one if it fits, else one per chunk. */
  pieces({ frameBytes, chunkBytes }: PieceSizes): number {
    return this.bytes.length <= frameBytes ? 1 : Math.ceil(this.bytes.length / chunkBytes);
  }

  /** Piece `index`: the body itself if it fits into a frame, else an encoded fragment. */
  piece(index: number, sizes: PieceSizes, transfer: number): Uint8Array {
    const count = this.pieces(sizes);
    if (count === 1) return this.bytes;
    const { chunkBytes } = sizes;
    this.#sha256 ??= createHash('sha256').update(this.bytes).digest();
    return encodeBody({
      kind: 'fragment',
      transfer,
      index,
      count,
      totalBytes: this.bytes.length,
      sha256: this.#sha256,
      bytes: this.bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
    });
  }
}

/** Reassembles fragments. They must come in order and unmixed; anything else is an error and drops the transfer. */
export class Assembly {
  readonly #maxMessageBytes: number;
  #first: FragmentBody | undefined;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  get underWay(): boolean {
    return this.#first !== undefined;
  }

  /**
   * The whole message, once its last fragment has arrived.
   * @throws WireError WIRE_FRAGMENT; WireError WIRE_MESSAGE_TOO_LARGE, WIRE_MALFORMED.
   */
  take(fragment: FragmentBody, sequence: number): isthmus.Envelope | undefined {
    try {
      return this.#take(fragment, sequence);
    } catch (error) {
      this.drop();
      throw error;
    }
  }

  drop(): void {
    this.#first = undefined;
    this.#parts = [];
    this.#bytes = 0;
  }

  #take(fragment: FragmentBody, sequence: number): isthmus.Envelope | undefined {
    if (fragment.totalBytes > this.#maxMessageBytes) {
      const detail = `${fragment.totalBytes} bytes, at most ${this.#maxMessageBytes}`;
      throw new WireError('WIRE_MESSAGE_TOO_LARGE', detail);
    }
    const first = (this.#first ??= fragment);
    const expected = sequence - fragment.index;
    if (
      fragment.transfer !== expected ||
      fragment.transfer !== first.transfer ||
      fragment.index !== this.#parts.length ||
      fragment.count !== first.count ||
      fragment.index >= fragment.count ||
      fragment.totalBytes !== first.totalBytes ||
      Buffer.compare(fragment.sha256, first.sha256) !== 0
    ) {
      throw new WireError('WIRE_FRAGMENT', `fragment ${fragment.index} of transfer ${fragment.transfer}`);
    }
    this.#bytes += fragment.bytes.length;
    const isLast = fragment.index === first.count - 1;
    if (this.#bytes > first.totalBytes || (fragment.bytes.length < LEAST_PIECE_BYTES && !isLast)) {
      throw new WireError('WIRE_FRAGMENT', 'its size is not the announced one');
    }
    this.#parts.push(fragment.bytes);
    if (this.#parts.length < first.count) return undefined;
    const whole = Buffer.concat(this.#parts);
    const { totalBytes, sha256 } = first;
    this.drop();
    if (whole.length !== totalBytes) throw new WireError('WIRE_FRAGMENT', 'its size is not the announced one');
    if (Buffer.compare(createHash('sha256').update(whole).digest(), sha256) !== 0) {
      throw new WireError('WIRE_FRAGMENT', 'its hash is not the announced one');
    }
    try {
      return isthmus.Envelope.decode(new Uint8Array(whole.buffer, whole.byteOffset, whole.length));
    } catch {
      throw new WireError('WIRE_MALFORMED', 'what the fragments make is no message');
    }
  }
}
