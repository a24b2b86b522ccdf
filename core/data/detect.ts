/**
 * Which reader a file needs, from its first bytes and, where those leave it open, its name.
 * @module
 */
import type { Delimiter } from './delimited.ts';
import { DataError } from './errors.ts';

export type SourceFormat =
  | { readonly kind: 'delimited'; readonly delimiter: Delimiter }
  | { readonly kind: 'json-lines' }
  | { readonly kind: 'parquet' };

/** For a person. */
export function formatText(format: SourceFormat): string {
  switch (format.kind) {
    case 'delimited':
      return { '\t': 'tab-separated', ',': 'comma-separated', ';': 'semicolon-separated', '::': '"::"-separated' }[
        format.delimiter
      ];
    case 'json-lines':
      return 'JSON lines';
    case 'parquet':
      return 'Parquet';
  }
}

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

/**
 * @param head the first bytes, unpacked: some kilobytes are enough
 * @param fileName without a `.gz` at its end
 * @throws DataError DATA_EMPTY, DATA_FORMAT_UNKNOWN
 */
export function detectFormat(head: Uint8Array, fileName: string): SourceFormat {
  if (head.length === 0) throw new DataError('DATA_EMPTY', `${fileName} is empty`);
  if (startsWith(head, [0x50, 0x41, 0x52, 0x31])) return { kind: 'parquet' };
  const container = CONTAINERS.find(({ magic }) => startsWith(head, magic));
  if (container) {
    throw new DataError('DATA_FORMAT_UNKNOWN', `${fileName} is ${container.name}: unpack it, or convert it to TSV`);
  }
  if (head.includes(0)) {
    throw new DataError('DATA_FORMAT_UNKNOWN', `${fileName} is not text, and its first bytes are of no format known`);
  }
  const line = firstLine(new TextDecoder().decode(head));
  if (line === undefined) throw new DataError('DATA_EMPTY', `${fileName} holds empty lines alone`);
  if (line.trimStart().startsWith('{')) return { kind: 'json-lines' };
  if (line.trimStart().startsWith('[')) {
    throw new DataError('DATA_FORMAT_UNKNOWN', `${fileName} is one JSON array: write one object a line instead`);
  }
  const delimiter = delimiterOf(line, fileName);
  if (delimiter) return { kind: 'delimited', delimiter };
  throw new DataError(
    'DATA_FORMAT_UNKNOWN',
    `${fileName}: no tab, comma, semicolon or "::" in its first line, so it has no columns; ` +
      'sources are TSV, CSV, MovieLens .dat, JSON lines (all also .gz) and Parquet',
  );
}

function delimiterOf(line: string, fileName: string): Delimiter | undefined {
  const present = (['::', '\t', ',', ';'] as const).filter((delimiter) => line.includes(delimiter));
  // A comma may stand in a tab-separated title and the other way round: the name decides where both are there.
  if (/\.csv$/i.test(fileName) && present.includes(',')) return ',';
  if (/\.(tsv|tab)$/i.test(fileName) && present.includes('\t')) return '\t';
  return present.at(0);
}

function firstLine(text: string): string | undefined {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .find((line) => line.trim() !== '');
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return head.length >= magic.length && magic.every((byte, i) => head[i] === byte);
}
