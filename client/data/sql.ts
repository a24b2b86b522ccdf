/**
 * Interactions from a database, by the query of a file. The rows stream: they are never all in memory. The transaction is read
 * only. It does not stop a function that acts outside of it (PostgreSQL's dblink), so the role should be one that may only read.
 * @module
 */
import { access, readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'libsql';
import { parseQueryFile } from '../../core/data/query-file.ts';
import type { QueryFile } from '../../core/data/query-file.ts';
import { DataError } from '../../core/data/errors.ts';
import type { Column, SqlReading } from '../../core/data/reading.ts';
import type { RowSink } from '../../core/data/rows.ts';
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';

/** Rows that are fetched at once. */
const BATCH = 1000;

type Row = Readonly<Record<string, unknown>>;

/** One open connection. */
interface Connection {
  columns(query: string): Promise<readonly string[]>;
  /** Batches of rows, in the order of the result. */
  rows(query: string): AsyncIterable<readonly Row[]>;
  close(): Promise<void>;
}

/** The query of a file. @throws DataError naming the line. */
export async function queryOf(file: string): Promise<QueryFile> {
  return parseQueryFile(await readFile(file, 'utf8'));
}

/** Names of the columns of the query's result. @throws DataError. */
export function queryColumns({ connection, query }: QueryFile): Promise<readonly string[]> {
  return connected(connection, (database) => database.columns(query));
}

/**
 * Reads every row of the result. Lines are its row numbers, from 1.
 * @throws DataError DATA_HEADER if the file's query is not the one of the reading; DATA_UNREADABLE.
 */
export async function readQuery(file: string, reading: SqlReading, sink: RowSink, signal?: AbortSignal): Promise<void> {
  const { connection, query } = await queryOf(file);
  if (connection !== reading.connection || query !== reading.query) {
    throw new DataError(
      'DATA_HEADER',
      'its query is not the one that was inspected: inspect it again with "isthmus data inspect"',
    );
  }
  const { person, item, rating, timestamp } = reading.columns;
  const at = (row: Row, column: Column | null): unknown => (column === null ? undefined : row[column]);
  await connected(
    connection,
    async (database) => {
      let line = 0;
      for await (const rows of database.rows(query)) {
        signal?.throwIfAborted();
        for (const row of rows) sink.row(++line, at(row, person), at(row, item), at(row, rating), at(row, timestamp));
      }
    },
    signal,
  );
}

/** Errors of the driver name the variable, and never a password or a token. */
async function connected<Result>(
  variable: string,
  work: (database: Connection) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  let database: Connection | undefined;
  try {
    database = await connect(variable);
    return await work(database);
  } catch (error) {
    if (error instanceof DataError || signal?.aborted === true) throw error;
    throw new DataError(
      'DATA_UNREADABLE',
      `the database of ${variable} does not answer the query: ${messageOf(error)}; correct the address in ${variable}, or the query`,
      { cause: error },
    );
  } finally {
    await database?.close();
  }
}

async function connect(variable: string): Promise<Connection> {
  const address = process.env[variable];
  if (address === undefined || address === '') {
    throw new DataError(
      'DATA_OPTION',
      `the environment variable ${variable} is not set: set it to postgres://USER:PASSWORD@HOST/DATABASE or sqlite:FILE`,
    );
  }
  if (/^postgres(ql)?:/.test(address)) return postgresConnection(address);
  if (address.startsWith('sqlite:')) return sqliteConnection(address.slice('sqlite:'.length));
  throw new DataError('DATA_OPTION', `${variable} is neither a postgres: nor a sqlite: address`);
}

/** Functions of the library that "query_only" does not stop. A view cannot call them. */
const FILE_FUNCTIONS = /\b(readfile|writefile|fsdir)\b/i;

async function sqliteConnection(path: string): Promise<Connection> {
  // The library makes a file that is missing, and its own option "readonly" lets a statement write.
  await access(path).catch(() => {
    // The path is not shown: it may be an address with a token.
    throw new Error('its file does not exist, or this user cannot read it');
  });
  const database = new Database(path);
  database.pragma('query_only = ON');
  // Ids beyond 2^53 would lose digits as doubles.
  const statement = (query: string): Database.Statement => {
    if (FILE_FUNCTIONS.test(query)) throw new Error('readfile, writefile and fsdir reach files outside the database');
    return database.prepare(query).safeIntegers(true);
  };
  return {
    columns: (query) =>
      Promise.resolve(
        statement(query)
          .columns()
          .map(({ name }) => name),
      ),
    async *rows(query) {
      let batch: Row[] = [];
      for (const row of statement(query).iterate()) {
        if (batch.push(row as Row) < BATCH) continue;
        yield batch;
        batch = [];
        // The library reads without a pause, in which no signal would be heard.
        await nextTurn();
      }
      yield batch;
    },
    close: () => Promise.resolve(void database.close()),
  };
}

/** The part of the package `postgres` that is used here. It is optional, so its own types may be absent. */
type Postgres = (address: string, options: object) => PostgresClient;
interface PostgresClient {
  unsafe(query: string): PromiseLike<unknown> & {
    describe(): Promise<{ readonly columns: readonly { readonly name: string }[] }>;
    cursor(rows: number): AsyncIterable<readonly Row[]>;
  };
  end(options: { readonly timeout: number }): Promise<void>;
}

const DRIVER: string = 'postgres';

async function postgresConnection(address: string): Promise<Connection> {
  const postgres = await driver();
  const asText = (value: string): string => value;
  const client = postgres(address, {
    max: 1,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => undefined,
    connection: { DateStyle: 'ISO' },
    // The driver reads a time without a zone in the zone of this machine. Our own reading of the text takes UTC.
    types: { date: { to: 1184, from: [1082, 1114, 1184], serialize: asText, parse: asText } },
  });
  const close = (): Promise<void> => client.end({ timeout: 5 });
  try {
    // A setting of the session could be overruled by the address. With one connection, this is the transaction of the query.
    await client.unsafe('BEGIN READ ONLY');
    return {
      columns: async (query) => (await client.unsafe(query).describe()).columns.map(({ name }) => name),
      rows: (query) => client.unsafe(query).cursor(BATCH),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function driver(): Promise<Postgres> {
  try {
    return ((await import(DRIVER)) as { readonly default: Postgres }).default;
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new DataError('DATA_OPTION', 'PostgreSQL needs the package "postgres": npm install postgres@3', {
      cause: error,
    });
  }
}
