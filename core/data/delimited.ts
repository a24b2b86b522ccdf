/**
 * Delimited text. A line is a row unless the reading says that quoted fields run over lines. So a quotation mark lost
 * in one person's row cannot swallow the rows after it. (csv-parse always reads on to the next mark.)
 * @module
 */
import { DataError } from './errors.ts';
import { eachLine } from './lines.ts';
import type { Encoding } from './lines.ts';
import type { Column, DelimitedReading } from './reading.ts';
import type { RowSink } from './rows.ts';

/** The rule for splitting a text into fields. */
export interface FieldShape {
  readonly encoding: Encoding;
  /** The separator of fields. A single space means any run of spaces and tabs. */
  readonly delimiter: string;
  readonly quotes: 'none' | 'in-a-line' | 'over-lines';
}

export interface RecordSink {
  record(fields: readonly string[], line: number): void;
  broken(line: number, reason: string): void;
  /** Called if a record ran over several lines. */
  spansLines?(): void;
}

/** The reason why a line cannot be split into fields. */
export type QuoteFault = 'open' | 'text after a closing quotation mark';

const OPEN_MARK = 'a quotation mark opens a field and none closes it';
/** Most characters of a record over several lines. The reader assumes that a longer one has lost a closing mark. */
const LONGEST_RECORD = 1 << 20;

/**
 * Splits one line into fields (RFC 4180, section 2, with blanks allowed around a quoted field). A mark inside an
 * unquoted field is an ordinary character.
 */
export function fieldsOf(line: string, { delimiter, quotes }: Omit<FieldShape, 'encoding'>): string[] | QuoteFault {
  if (delimiter === ' ') return line.trim().split(/[ \t]+/);
  if (quotes === 'none' || !line.includes('"')) return line.split(delimiter);
  const fields: string[] = [];
  for (let at = 0; ; at += delimiter.length) {
    const begin = pastBlanks(line, at);
    if (line[begin] !== '"') {
      const end = line.indexOf(delimiter, at);
      fields.push(end < 0 ? line.slice(at) : line.slice(at, end));
      if (end < 0) return fields;
      at = end;
      continue;
    }
    let value = '';
    let from = begin + 1;
    for (;;) {
      const mark = line.indexOf('"', from);
      if (mark < 0) return 'open';
      value += line.slice(from, mark);
      from = mark + 1;
      if (line[from] !== '"') break;
      value += '"';
      from++;
    }
    fields.push(value);
    at = pastBlanks(line, from);
    if (at === line.length) return fields;
    if (!line.startsWith(delimiter, at)) return 'text after a closing quotation mark';
  }
}

/** Passes on rows of fields, each with the number of its first line. Lines without content are left out. */
export function eachRecord(bytes: AsyncIterable<Uint8Array>, shape: FieldShape, sink: RecordSink): Promise<void> {
  const records = new Records(shape, sink);
  return eachLine(bytes, shape.encoding, records).then(() => records.end());
}

class Records {
  readonly #shape: FieldShape;
  readonly #sink: RecordSink;
  /** Lines of a record whose quoted field is not closed yet. */
  #open: { readonly text: string; readonly number: number }[] = [];
  #openLength = 0;

  constructor(shape: FieldShape, sink: RecordSink) {
    this.#shape = shape;
    this.#sink = sink;
  }

  line(text: string, number: number): void {
    // Removes the byte order mark: it would hide a quotation mark behind it.
    const plain = number === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
    if (this.#open.length > 0) this.#goOn(plain, number);
    else if (plain.trim() !== '') this.#begin(plain, number);
  }

  broken(number: number, reason: string): void {
    this.#giveUp();
    this.#sink.broken(number, reason);
  }

  end(): void {
    while (this.#open.length > 0) this.#giveUp();
  }

  #begin(text: string, number: number): void {
    const fields = fieldsOf(text, this.#shape);
    if (typeof fields !== 'string') this.#sink.record(fields, number);
    else if (fields === 'open' && this.#shape.quotes === 'over-lines') this.#keep(text, number);
    else this.#sink.broken(number, fields === 'open' ? OPEN_MARK : fields);
  }

  #goOn(text: string, number: number): void {
    this.#keep(text, number);
    if (this.#openLength > LONGEST_RECORD) {
      this.#giveUp();
      return;
    }
    // Only a quotation mark can close the field. Without one there is no need to parse all open lines again.
    if (!text.includes('"')) return;
    const fields = fieldsOf(this.#open.map((line) => line.text).join('\n'), this.#shape);
    if (fields === 'open') return;
    if (typeof fields === 'string') {
      this.#giveUp();
      return;
    }
    const [first] = this.#open;
    this.#clear();
    this.#sink.spansLines?.();
    this.#sink.record(fields, first.number);
  }

  /** Reports the first open line as broken and reads the lines after it again without it. */
  #giveUp(): void {
    const [first, ...rest] = this.#open;
    if (this.#open.length === 0) return;
    this.#clear();
    this.#sink.broken(first.number, OPEN_MARK);
    for (const { text, number } of rest) this.line(text, number);
  }

  #keep(text: string, number: number): void {
    this.#open.push({ text, number });
    this.#openLength += text.length + 1;
  }

  #clear(): void {
    this.#open = [];
    this.#openLength = 0;
  }
}

/**
 * Reads interactions from delimited text. @throws DataError DATA_HEADER if the header lacks a column of the reading.
 */
export function readDelimited(
  bytes: AsyncIterable<Uint8Array>,
  reading: DelimitedReading,
  sink: RowSink,
): Promise<void> {
  const { header, skip, width } = reading;
  let places = header ? undefined : placesIn(undefined, reading);
  return eachRecord(bytes, reading, {
    record(fields, line) {
      if (line <= skip) return;
      if (places === undefined) {
        places = placesIn(fields, reading);
        return;
      }
      if (fields.length < places.least) {
        sink.bad(line, `${count(fields.length)} instead of at least ${places.least}`);
        return;
      }
      // A delimiter inside a field shifts the fields after it. Another person's id could then be at the person's
      // position.
      if (fields.length > width && fields.slice(width).some((field) => field.trim() !== '')) {
        sink.bad(line, `${count(fields.length)} instead of ${width}`);
        return;
      }
      const { person, item, rating, timestamp } = places;
      sink.row(line, fields[person], fields[item], at(fields, rating), at(fields, timestamp));
    },
    broken(line, reason) {
      if (line <= skip) return;
      // Without its header the file cannot be read: the first row would be taken for the header.
      if (places === undefined)
        throw new DataError('DATA_HEADER', `the header, line ${line}, cannot be read: ${reason}`);
      sink.bad(line, reason);
    },
    spansLines: () => sink.spansLines?.(),
  });
}

interface Places {
  readonly person: number;
  readonly item: number;
  readonly rating: number | undefined;
  readonly timestamp: number | undefined;
  /** Least number of fields in a row. */
  readonly least: number;
}

function placesIn(header: readonly string[] | undefined, { columns, width }: DelimitedReading): Places {
  const names = header?.map((name) => name.trim());
  const place = (column: Column): number => {
    const found = typeof column === 'number' ? column : (names?.indexOf(column) ?? -1);
    if (found >= 0 && found < (names?.length ?? width)) return found;
    throw new DataError(
      'DATA_HEADER',
      `no column ${JSON.stringify(column)} in the header, which is ${listed(names ?? [])}: this is not the file that was inspected; inspect it again with "isthmus data inspect"`,
    );
  };
  const optional = (column: Column | null): number | undefined => (column === null ? undefined : place(column));
  const places = {
    person: place(columns.person),
    item: place(columns.item),
    rating: optional(columns.rating),
    timestamp: optional(columns.timestamp),
  };
  const used = [places.person, places.item, places.rating ?? 0, places.timestamp ?? 0];
  return { ...places, least: 1 + Math.max(...used) };
}

/** Quotes the first twelve column names and cuts long ones. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name));
  return shown.join(', ') + (names.length > 12 ? ', …' : '');
}

function pastBlanks(line: string, from: number): number {
  let at = from;
  while (line[at] === ' ') at++;
  return at;
}

function at(fields: readonly string[], place: number | undefined): string | undefined {
  return place === undefined ? undefined : fields[place];
}

function count(columns: number): string {
  return columns === 1 ? '1 column' : `${columns} columns`;
}
