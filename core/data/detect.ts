/**
 * Finds the format of a file from its first bytes and, if they do not decide, from its name. Only `isthmus data
 * inspect` and simulations call this. The result is written down, and a platform reads by the written format.
 * @module
 */
import { DataError } from './errors.ts';
import type { Encoding } from './lines.ts';

export type SourceFormat = { readonly kind: 'text'; readonly encoding: Encoding } | { readonly kind: 'parquet' };

/** First bytes of containers that this project does not open. */
const CONTAINERS: readonly { readonly name: string; readonly magic: readonly number[] }[] = [
  { name: 'a zip archive', magic: [0x50, 0x4b, 0x03, 0x04] },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68] },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { name: 'Zstandard', magic: [0x28, 0xb5, 0x2f, 0xfd] },
];
const SQLITE = [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65];

export function isGzip(head: Uint8Array): boolean {
  return startsWith(head, [0x1f, 0x8b]);
}

export function isParquet(head: Uint8Array): boolean {
  return startsWith(head, [0x50, 0x41, 0x52, 0x31]);
}

/**
 * @param head the first bytes, decompressed; a few kilobytes are enough.
 * @param encoding of the text, if it is known.
 * @throws DataError DATA_EMPTY, DATA_FORMAT_UNKNOWN
 */
export function detectFormat(head: Uint8Array, fileName: string, encoding?: Encoding): SourceFormat {
  if (head.length === 0) throw new DataError('DATA_EMPTY', `${fileName} is empty`);
  if (isParquet(head)) return { kind: 'parquet' };
  if (startsWith(head, SQLITE)) {
    throw new DataError(
      'DATA_FORMAT_UNKNOWN',
      `${fileName} is an SQLite database: write a query into a file that ends in .sql ("isthmus data inspect --help" shows one)`,
    );
  }
  const container = CONTAINERS.find(({ magic }) => startsWith(head, magic));
  if (container) {
    throw new DataError('DATA_FORMAT_UNKNOWN', `${fileName} is ${container.name}: unpack it, or convert it to TSV`);
  }
  const found = encoding ?? wideEncoding(head) ?? 'utf-8';
  if ((found === 'utf-8' || found === 'windows-1252') && head.includes(0)) {
    throw new DataError('DATA_FORMAT_UNKNOWN', `${fileName} is not text, and its first bytes match no known format`);
  }
  return { kind: 'text', encoding: found };
}

/** Recognises UTF-16 by its byte order mark or, without one, by the zero in every second byte of English text. */
function wideEncoding(head: Uint8Array): Encoding | undefined {
  if (startsWith(head, [0xff, 0xfe])) return 'utf-16le';
  if (startsWith(head, [0xfe, 0xff])) return 'utf-16be';
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i % 2]++;
  const half = head.length / 2;
  if (zeros[0] === 0 && zeros[1] > 0.7 * half) return 'utf-16le';
  return zeros[1] === 0 && zeros[0] > 0.7 * half ? 'utf-16be' : undefined;
}

/** The rule by which the lines of a text split into fields, as far as its first lines show it. */
export interface TextLayout {
  readonly kind: 'delimited' | 'json-lines';
  readonly delimiter: string;
  readonly skip: number;
}

/** The delimiter in words. */
export function delimiterText(delimiter: string): string {
  const names: Partial<Record<string, string>> = {
    '\t': 'tab-separated',
    ',': 'comma-separated',
    ';': 'semicolon-separated',
    ' ': 'separated by blanks',
  };
  return names[delimiter] ?? `${JSON.stringify(delimiter)}-separated`;
}

/**
 * @param lines the first lines; the last of them must be complete.
 * @param chosen the delimiter, if it is known.
 * @throws DataError DATA_EMPTY, DATA_FORMAT_UNKNOWN with the line that was found
 */
export function detectLayout(lines: readonly string[], fileName: string, chosen?: string): TextLayout {
  const unknown = (why: string): DataError => new DataError('DATA_FORMAT_UNKNOWN', `${fileName}: ${why}`);
  const skip = linesBefore(lines);
  const rows = lines.slice(skip).filter((line) => line.trim() !== '');
  const first = rows.at(0)?.replace(/^\uFEFF/, '');
  if (first === undefined) throw new DataError('DATA_EMPTY', `${fileName} holds only empty lines`);
  if (chosen !== undefined) return { kind: 'delimited', delimiter: chosen, skip };
  if (first.trimStart().startsWith('{')) return { kind: 'json-lines', delimiter: '', skip: 0 };
  if (first.trimStart().startsWith('[')) throw unknown('one JSON array: write one object per line instead');
  if (/^\d+:$/.test(first.trim())) {
    throw unknown(
      `its first line is ${JSON.stringify(first.trim())}, as in files with a block of persons per item (Netflix): write one person and one item per line`,
    );
  }
  if (first.includes('\r')) throw unknown('its lines end in CR only: save it with Unix or Windows line ends');
  const delimiter = separatorLine(lines) ?? doubleTabs(rows) ?? delimiterOf(first, fileName) ?? blanks(rows, unknown);
  if (delimiter !== undefined) return { kind: 'delimited', delimiter, skip };
  throw unknown(
    `no tab, comma, semicolon, "::", "|" or blank in its first line, which is ${shown(first)}, so it has no columns: name their separator with --delimiter; ` +
      'sources are TSV, CSV, MovieLens .dat, JSON lines (all also .gz) and Parquet',
  );
}

/**
 * Number of lines before the header: Excel's `sep=` line, or comments. An id may begin with # as well, so # starts a
 * comment only before a blank, or before words and a colon.
 */
function linesBefore(lines: readonly string[]): number {
  if (separatorLine(lines) !== undefined) return 1;
  const at = lines.findIndex((line) => !/^\uFEFF?\s*([#%]+(\s|$)|[#%]+[A-Za-z ]+:)/.test(line));
  return Math.max(0, at);
}

function separatorLine(lines: readonly string[]): string | undefined {
  return /^\uFEFF?"?sep=(.)"?$/i.exec(lines.at(0) ?? '')?.[1];
}

function delimiterOf(line: string, fileName: string): string | undefined {
  const present = ['::', '\t', ',', ';', '|'].filter((delimiter) => line.includes(delimiter));
  // A tab-separated title may contain a comma, and the other way round. The file name decides if both are present.
  if (/\.csv$/i.test(fileName) && present.includes(',')) return ',';
  if (/\.(tsv|tab)$/i.test(fileName) && present.includes('\t')) return '\t';
  return present.at(0);
}

/** Jester's files have two tabs between values. The separator " " means any run of blanks and tabs. */
function doubleTabs(rows: readonly string[]): string | undefined {
  return rows.every((row) => /^[^\t]+(\t\t[^\t]+)+\t*$/.test(row)) ? ' ' : undefined;
}

/** Blanks separate columns only if every line has the same number of values. */
function blanks(rows: readonly string[], unknown: (why: string) => DataError): string | undefined {
  const counts = new Set(rows.slice(0, 1000).map((row) => row.trim().split(/[ \t]+/).length));
  const [most] = [...counts].sort((a, b) => b - a);
  if (most < 2) return undefined;
  if (counts.size === 1) return ' ';
  throw unknown(
    'its lines hold different numbers of values separated by blanks, as in lists of a person and their items (LightGCN): write one person and one item per line, or name the separator of columns with --delimiter',
  );
}

export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return head.length >= magic.length && magic.every((byte, i) => head[i] === byte);
}
