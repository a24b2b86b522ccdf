/**
 * The reading: one document with every fact about a source that would otherwise be guessed from its rows. A platform
 * reads by a fixed reading, so that one person's row cannot change how other rows are read. `isthmus data inspect`
 * writes it.
 * @module
 */
import { Document, isSeq, parseDocument } from 'yaml';
import { z } from 'zod';
import { DataError } from './errors.ts';
import { ENCODINGS } from './lines.ts';
import { isOutsideName, outsideNameSchema } from '../packages/package-id.ts';
import { TIME_FORMS } from './times.ts';

/** A column by name, if a header, JSON or Parquet names it; otherwise by position from 0. */
const column = z.union([z.string().min(1), z.int().min(0)]);
export type Column = z.infer<typeof column>;

const number = z.number();
const common = {
  columns: z.strictObject({
    person: column,
    item: column,
    rating: column.nullable(),
    timestamp: column.nullable(),
  }),
  /** Unit or layout of the timestamp. Parquet columns of a date type do not need one. */
  time: z.enum(TIME_FORMS).nullable(),
  likes: z.strictObject({
    scale: z.tuple([number, number]).readonly().nullable(),
    from: number.nullable(),
    to: number.nullable(),
  }),
};
const text = { encoding: z.enum(ENCODINGS) };

const delimited = z.strictObject({
  format: z.literal('delimited'),
  ...text,
  /** The separator of fields. A single space means any run of spaces and tabs. */
  delimiter: z.string().min(1).max(4),
  quotes: z.enum(['none', 'in-a-line', 'over-lines']),
  /** Number of lines before the header and the rows. */
  skip: z.int().min(0),
  header: z.boolean(),
  /** Number of columns in a row. A row with further columns that are not empty is a bad row. */
  width: z.int().min(2),
  ...common,
});
const jsonLines = z.strictObject({ format: z.literal('json-lines'), ...text, ...common });
const parquet = z.strictObject({ format: z.literal('parquet'), ...common });
const sql = z.strictObject({
  format: z.literal('sql'),
  /** The environment variable with the address of the database. */
  connection: z.string().min(1),
  query: z.string().min(1),
  ...common,
});

/** A format of an outside package's reader. */
const outside = z.strictObject({ format: outsideNameSchema, ...common });

const readingSchema = z.discriminatedUnion('format', [delimited, jsonLines, parquet, sql]);
export type OutsideReading = z.infer<typeof outside>;
export type Reading = z.infer<typeof readingSchema> | OutsideReading;
export type DelimitedReading = z.infer<typeof delimited>;
export type JsonLinesReading = z.infer<typeof jsonLines>;
export type ParquetReading = z.infer<typeof parquet>;
export type SqlReading = z.infer<typeof sql>;

/** The items of the platform: a file of ids and titles, with its size and hash. */
const catalogue = z.strictObject({
  /** A path relative to the reading file's folder, or an absolute one. */
  file: z.string().min(1),
  items: z.int().min(1),
  /** SHA-256 of the file's bytes, in hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /**
   * Source of the items. `rows`: some of them are known only from persons' rows. `private`: the owner does not publish the
   * file. Absent: a public file of items.
   */
  origin: z.enum(['rows', 'private']).optional(),
  /** Vectors of the items, made without looking at interactions; absent: none. */
  vectors: z.strictObject({ file: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }).optional(),
});
export type CatalogueEntry = z.infer<typeof catalogue>;

/** A file of persons with their coarse attributes. It grows with the persons, so it has no hash. */
const persons = z.strictObject({ file: z.string().min(1) }).optional();

const fileSchema = z.strictObject({ isthmusReading: z.literal(1), reading: readingSchema, catalogue, persons });
const outsideFileSchema = fileSchema.extend({ reading: outside });

/** A reading file. */
export interface ReadingFile {
  readonly reading: Reading;
  readonly catalogue: CatalogueEntry;
  /** Path of a file of attributes, as the catalogue's; absent: none. */
  readonly persons?: { readonly file: string };
}

/** Gives the same text for the same content. Two readings are equal exactly if these texts are. */
export function formatReading({ reading, catalogue: entry, persons: people }: ReadingFile): string {
  const { format, columns, time, likes, ...shape } = reading;
  const ordered = {
    isthmusReading: 1,
    reading: { format, ...shape, columns, time, likes },
    catalogue: entry,
    ...(people && { persons: people }),
  };
  const document = new Document(ordered);
  const scale = document.getIn(['reading', 'likes', 'scale'], true);
  if (isSeq(scale)) scale.flow = true;
  return `${HEAD}${document.toString({ lineWidth: 0 })}`;
}

const HEAD = `# How a platform's rows are read. "isthmus data inspect" writes this file; change it with the options of that command.
# A row that does not fit is left out and counted.
# likes: a row whose rating is below "from" or above "to" is left out; ratings change nothing else.
# catalogue: a row of any other item is left out.
`;

/** @param file the name used in messages. @throws DataError DATA_READING naming file, key and remedy. */
export function parseReading(yaml: string, file: string): ReadingFile {
  const document = parseDocument(yaml);
  const refuse = (why: string): DataError =>
    new DataError('DATA_READING', `${file} is not a reading file: ${why}; write it again with "isthmus data inspect"`);
  if (document.errors.length > 0) throw refuse(document.errors[0].message.split('\n')[0]);
  const format: unknown = document.getIn(['reading', 'format']);
  const isOutside = typeof format === 'string' && isOutsideName(format);
  const parsed = (isOutside ? outsideFileSchema : fileSchema).safeParse(document.toJS());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse(`${issue.path.map(String).join('.') || 'the document'}: ${issue.message}`);
  }
  const { reading, catalogue: entry, persons: people } = parsed.data;
  return { reading, catalogue: entry, ...(people && { persons: people }) };
}

/**
 * Lists the differences between two readings, such as "likes.from: 3 -> 4". It compares the catalogue's hash, not its
 * path.
 */
export function readingChanges(first: ReadingFile, second: ReadingFile): readonly string[] {
  const [before, after] = [first, second].map(({ reading, catalogue: entry }) => {
    const { vectors, ...rest } = entry;
    const hashes = { ...rest, file: '', ...(vectors && { vectors: { sha256: vectors.sha256 } }) };
    return new Map(leavesOf({ ...reading, catalogue: hashes }));
  });
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((key) => ({ key, from: before.get(key) ?? 'none', to: after.get(key) ?? 'none' }))
    .filter(({ from, to }) => from !== to)
    .map(({ key, from, to }) => `${key}: ${from} -> ${to}`);
}

function leavesOf(value: object, path = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, string][] => {
    const isBranch = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return isBranch
      ? leavesOf(inner, `${path}${key}.`)
      : [[`${path}${key}`, inner === null ? 'none' : JSON.stringify(inner)]];
  });
}
