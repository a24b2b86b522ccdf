/**
 * Splits bytes into lines of text. A line whose bytes are not text, or that is too long, is reported as broken and does
 * not affect other lines: one person's row must not decide how other rows are read.
 * @module
 */

/** Encodings that map different bytes to different texts. */
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface LineSink {
  /** Called with the line, without its line end. @param number from 1. */
  line(text: string, number: number): void;
  broken(number: number, reason: string): void;
}

/** A longer line is reported as broken, and its bytes are not kept in memory. */
export const LONGEST_LINE_BYTES = 16 << 20;
export const NOT_UTF8 = 'the line is not UTF-8 text';
const TOO_LONG = 'the line is longer than 16 MiB';
const LINE_END = 0x0a;

/** Reports the lines, numbered from 1. Chunks may end anywhere, also within a character. */
export async function eachLine(bytes: AsyncIterable<Uint8Array>, encoding: Encoding, sink: LineSink): Promise<void> {
  const isWide = encoding === 'utf-16le' || encoding === 'utf-16be';
  const decoder = new TextDecoder(isWide ? 'utf-8' : encoding, { fatal: true, ignoreBOM: true });
  const lines = new Lines((line) => decoder.decode(line), sink);
  for await (const chunk of isWide ? asUtf8(bytes, encoding) : bytes) lines.take(chunk);
  lines.end();
}

class Lines {
  readonly #decode: (bytes: Uint8Array) => string;
  readonly #sink: LineSink;
  /** Start of a line whose end has not arrived yet. */
  #pieces: Uint8Array[] = [];
  #length = 0;
  #isTooLong = false;
  #number = 0;

  /** @param decode throws if the bytes are not text. */
  constructor(decode: (bytes: Uint8Array) => string, sink: LineSink) {
    this.#decode = decode;
    this.#sink = sink;
  }

  take(chunk: Uint8Array): void {
    const last = chunk.lastIndexOf(LINE_END);
    if (last < 0) {
      this.#keep(chunk);
      return;
    }
    const first = chunk.indexOf(LINE_END);
    this.#keep(chunk.subarray(0, first));
    this.#endLine();
    if (last > first) this.#block(chunk.subarray(first + 1, last));
    if (last + 1 < chunk.length) this.#keep(chunk.subarray(last + 1));
  }

  end(): void {
    if (this.#length > 0 || this.#isTooLong) this.#endLine();
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#isTooLong ||= this.#length + bytes.length > LONGEST_LINE_BYTES;
    if (this.#isTooLong) {
      this.#pieces = [];
      this.#length = 0;
      return;
    }
    // A copy, because a stream may reuse its buffer.
    this.#pieces.push(bytes.slice());
    this.#length += bytes.length;
  }

  #endLine(): void {
    const line = this.#pieces.length === 1 ? this.#pieces[0] : joined(this.#pieces, this.#length);
    const isTooLong = this.#isTooLong;
    this.#pieces = [];
    this.#length = 0;
    this.#isTooLong = false;
    if (isTooLong) this.#sink.broken(++this.#number, TOO_LONG);
    else this.#one(line);
  }

  /** Decodes whole lines at once, which is much faster, and one by one only if some line is not text. */
  #block(bytes: Uint8Array): void {
    const text = this.#decoded(bytes);
    if (text !== undefined) {
      for (const line of text.split('\n')) this.#sink.line(withoutReturn(line), ++this.#number);
      return;
    }
    for (let begin = 0; begin <= bytes.length;) {
      const end = bytes.indexOf(LINE_END, begin);
      const stop = end < 0 ? bytes.length : end;
      this.#one(bytes.subarray(begin, stop));
      begin = stop + 1;
    }
  }

  #one(bytes: Uint8Array): void {
    const text = this.#decoded(bytes);
    if (text === undefined) this.#sink.broken(++this.#number, NOT_UTF8);
    else this.#sink.line(withoutReturn(text), ++this.#number);
  }

  #decoded(bytes: Uint8Array): string | undefined {
    try {
      return this.#decode(bytes);
    } catch {
      return undefined;
    }
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Converts UTF-16 to UTF-8. Half of a surrogate pair becomes U+FFFD, which no id may hold. */
async function* asUtf8(bytes: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  for await (const chunk of bytes) yield encoder.encode(decoder.decode(chunk, { stream: true }));
  yield encoder.encode(decoder.decode());
}
