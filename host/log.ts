/**
 * The log of a process, on standard error or in a file: text for a person on a terminal, JSON lines otherwise. Callers log
 * names, rounds, counts, sizes, durations and error codes, never keys, shares, rows, person ids, pseudonyms or vectors.
 * As a second line of defence, the log removes everything that could be a secret before it writes a line.
 * @module
 */
import { createWriteStream, openSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import winston from 'winston';
import { messageOf } from '../core/errors/coded-error.ts';
import { HostError } from './errors/host-errors.ts';

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface OpenLog extends Log {
  /** Resolves when every line is written, or after a second. Later lines are dropped. Idempotent. */
  close(): Promise<void>;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogSettings {
  readonly level: LogLevel;
  /** The process that writes: a platform's name, or `coordinator`. */
  readonly name: string;
  /** True if a person reads standard error. */
  readonly human: boolean;
  /** If given, JSON lines go to this file instead of standard error. A new file is readable only to its owner. */
  readonly file?: string;
}

/** Longest wait for the last lines: a file on a stuck disk never reports that it has finished. */
const CLOSE_MS = 1_000;
const OWNER_ALONE = 0o600;

const ignore = (): void => undefined;
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** @throws HostError LOG_UNWRITABLE */
export function openLog({ level, name, human, file }: LogSettings): OpenLog {
  const stream = file === undefined ? undefined : openFile(file);
  const logger = winston.createLogger({
    level,
    defaultMeta: { name },
    format: winston.format.combine(
      winston.format((info) => redacted(info))(),
      human && file === undefined ? forPeople() : forPrograms(),
    ),
    // winston declares its transports as interfaces of constructors, which the rule takes for another class.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    transports: [new winston.transports.Stream({ stream: stream ?? process.stderr })],
  });
  let isOver = false;
  let closing: Promise<void> | undefined;
  const broken = new Promise<void>((resolve) => {
    const stop = (error: Error): void => {
      // The disk may be full, for example. The program continues without its log.
      process.stderr.write(`isthmus: nothing more is logged: ${error.message}\n`);
      isOver = true;
      resolve();
    };
    logger.on('error', stop);
    stream?.on('error', stop);
  });
  const finish = async (): Promise<void> => {
    isOver = true;
    const written = new Promise<void>((resolve) => {
      logger.once('finish', () => {
        if (stream === undefined) resolve();
        // A stream emits 'close' after an error as well.
        else stream.end().once('close', resolve);
      });
    });
    logger.end();
    const patience = new AbortController();
    const tooLong = setTimeout(CLOSE_MS, undefined, { signal: patience.signal }).catch(ignore);
    await Promise.race([written, broken, tooLong]);
    patience.abort();
  };
  const write =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      // Work that was abandoned when the process ended may still log.
      if (!isOver) logger.log(level, message, fields);
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    close: () => (closing ??= finish()),
  };
}

/** Opens the file for appending, at once, so that a wrong path is reported before anything else happens. */
function openFile(file: string): WriteStream {
  try {
    return createWriteStream(file, { fd: openSync(file, 'a', OWNER_ALONE) });
  } catch (cause) {
    throw new HostError('LOG_UNWRITABLE', `the log cannot be written: ${messageOf(cause)}`, { cause });
  }
}

function forPrograms(): winston.Logform.Format {
  return winston.format.combine(winston.format.timestamp(), winston.format.json());
}

function forPeople(): winston.Logform.Format {
  const { combine, timestamp, printf, colorize } = winston.format;
  const line = printf(({ timestamp: time, level, message, name, ...fields }) => {
    const tail = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => ` ${field}=${String(value)}`);
    return `${String(time)} ${String(name)} ${level}: ${String(message)}${tail.join('')}`;
  });
  return combine(timestamp({ format: 'HH:mm:ss' }), colorize({ level: true }), line);
}

/**
 * Matches runs that could be secret. Keys, shares, signatures and tokens are long runs of base64 or hex. Pseudonyms are 128 bits in
 * base64url, which take 22 characters; these must contain letters of both cases, so that error codes of that length stay.
 */
const SECRET =
  /[A-Za-z0-9+/_-]{40,}={0,2}|(?<![A-Za-z0-9_-])(?=[A-Z0-9_-]*[a-z])(?=[a-z0-9_-]*[A-Z])[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])/g;

/** UUIDs, which can name folders and volumes. None of our secrets has this form. */
const UUID = /(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])/g;
/** A word as people write it: letters of one case, or words with capitals, with up to four digits at each end; or 8 digits. */
const WORD = /^(?=.{0,32}$)(?:\d{0,4}(?:[A-Z]*|[a-z]*(?:[A-Z][a-z]+)*)\d{0,4}|\d{8})$/;
/** Most characters of a piece that is not a word, as temporary folders have. A longer piece may be a part of a key. */
const MOST_ODD = 8;

/** Removes in place everything that could be secret: long encoded runs within texts, and every value that is an object. */
function redacted<Info extends object>(info: Info): Info {
  for (const [name, value] of Object.entries(info)) {
    if (typeof value === 'string')
      Reflect.set(
        info,
        name,
        value.replace(SECRET, (run) => (isPath(run) ? run : '[redacted]')),
      );
    else if (typeof value === 'object' && value !== null) Reflect.set(info, name, '[redacted]');
  }
  return info;
}

/**
 * True if a long run consists of words, as long names and paths do: all of it, or at least three quarters if it has a slash. Random
 * bytes in hex or base64 do not: about one key in a million passes (test/host/log.test.ts).
 */
function isPath(run: string): boolean {
  if (/[+=]/.test(run)) return false;
  const odd = run
    .replace(UUID, '')
    .split(/[/_-]/)
    .filter((word) => !WORD.test(word));
  return (
    odd.every((word) => word.length <= MOST_ODD) && odd.join('').length <= (run.includes('/') ? run.length / 4 : 0)
  );
}
