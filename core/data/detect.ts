/**
 * Finds the format of a file from its first bytes and, if they leave it open, from its name. Only `isthmus data inspect`
 * and simulations call this: the result is written down, and a platform reads by what is written.
 * @module
 */
import { DataError } from './errors.ts';
import type { Encoding } from './lines.ts';

export type SourceFormat = { readonly kind: 'text'; readonly encoding: Encoding } | { readonly kind: 'parquet' };

/** First bytes of containers this project does not open. */
const CONTAINERS: readonly { readonly name: string; readonly magic: readonly number[] }[] = [
  { name: 'a zip archive', magic: [0x50, 0x4b, 0x03, 0x04] },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68] },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { name: 'Zstandard', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'an SQLite database', magic: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65] },
];

export function isGzip(head: Uint8Array): boolean {
  return startsWith(head, [0x1f, 0x8b]);
}

export function isParquet(head: Uint8Array): boolean {
  return startsWith(head, [0x50, 0x41, 0x52, 0x31]);
}

/**
 * @param head the first bytes, unpacked: some kilobytes are enough
 * @param encoding what the text is in, where it is known
 * @throws DataError DATA_EMPTY, DATA_FORMAT_UNKNOWN
 */
export function detectFormat(head: Uint8Array, fileName: string, encoding?: Encoding): SourceFormat {
  if (head.length === 0) throw new DataError('DATA_EMPTY', `${fileName} is empty`);
  if (isParquet(head)) return { kind: 'parquet' };
  const container = CONTAINERS.find(({ magic }) => startsWith(head, magic));
  if (container) {
    throw new DataError('DATA_FORMAT_UNKNOWN', `${fileName} is ${container.name}: unpack it, or convert it to TSV`);
  }
  const found = encoding ?? wideEncoding(head) ?? 'utf-8';
  if ((found === 'utf-8' || found === 'windows-1252') && head.includes(0)) {
    throw new DataError('DATA_FORMAT_UNKNOWN', `${fileName} is not text, and its first bytes are of no format known`);
  }
  return { kind: 'text', encoding: found };
}

/** Finds UTF-16 by its byte order mark, or, without one, by the zero in every second byte of English text. */
function wideEncoding(head: Uint8Array): Encoding | undefined {
  if (startsWith(head, [0xff, 0xfe])) return 'utf-16le';
  if (startsWith(head, [0xfe, 0xff])) return 'utf-16be';
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i % 2]++;
  const half = head.length / 2;
  if (zeros[0] === 0 && zeros[1] > 0.7 * half) return 'utf-16le';
  return zeros[1] === 0 && zeros[0] > 0.7 * half ? 'utf-16be' : undefined;
}

/** How the lines of a text fall into fields, as far as its first lines tell. */
export interface TextLayout {
  readonly kind: 'delimited' | 'json-lines';
  readonly delimiter: string;
  readonly skip: number;
}

/** For a person. */
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
 * @param lines the first ones, the last of them whole
 * @param chosen the delimiter, where it is known
 * @throws DataError DATA_EMPTY, DATA_FORMAT_UNKNOWN saying what was seen
 */
export function detectLayout(lines: readonly string[], fileName: string, chosen?: string): TextLayout {
  const unknown = (why: string): DataError => new DataError('DATA_FORMAT_UNKNOWN', `${fileName}: ${why}`);
  const skip = linesBefore(lines);
  const rows = lines.slice(skip).filter((line) => line.trim() !== '');
  const first = rows.at(0)?.replace(/^\uFEFF/, '');
  if (first === undefined) throw new DataError('DATA_EMPTY', `${fileName} holds empty lines alone`);
  if (chosen !== undefined) return { kind: 'delimited', delimiter: chosen, skip };
  if (first.trimStart().startsWith('{')) return { kind: 'json-lines', delimiter: '', skip: 0 };
  if (first.trimStart().startsWith('[')) throw unknown('one JSON array: write one object a line instead');
  if (/^\d+:$/.test(first.trim())) {
    throw unknown(
      `its first line is ${JSON.stringify(first.trim())}, as in blocks of one item's persons (Netflix): write one person and one item a line`,
    );
  }
  if (first.includes('\r')) throw unknown('its lines end in CR alone: save it with line ends of Unix or Windows');
  const delimiter = separatorLine(lines) ?? delimiterOf(first, fileName) ?? blanks(rows, unknown);
  if (delimiter !== undefined) return { kind: 'delimited', delimiter, skip };
  throw unknown(
    `no tab, comma, semicolon, "::", "|" or blank in its first line, which is ${shown(first)}, so it has no columns: name what separates them with --delimiter; ` +
      'sources are TSV, CSV, MovieLens .dat, JSON lines (all also .gz) and Parquet',
  );
}

/** Lines before the header: Excel's `sep=`, comments. An id may begin with # too, so a comment is followed by a blank or a word. */
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
  // A comma may stand in a tab-separated title and the other way round: the name decides where both are there.
  if (/\.csv$/i.test(fileName) && present.includes(',')) return ',';
  if (/\.(tsv|tab)$/i.test(fileName) && present.includes('\t')) return '\t';
  return present.at(0);
}

/** Blanks part columns where every line has as many of them. */
function blanks(rows: readonly string[], unknown: (why: string) => DataError): string | undefined {
  const counts = new Set(rows.slice(0, 1000).map((row) => row.trim().split(/[ \t]+/).length));
  const [most] = [...counts].sort((a, b) => b - a);
  if (most < 2) return undefined;
  if (counts.size === 1) return ' ';
  throw unknown(
    'its lines hold unlike numbers of values separated by blanks, as in lists of a person and their items (LightGCN): write one person and one item a line, or name what separates columns with --delimiter',
  );
}

export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return head.length >= magic.length && magic.every((byte, i) => head[i] === byte);
}
