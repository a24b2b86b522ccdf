/**
 * The log of a process, on standard error or in a file: for a person on a terminal, JSON lines otherwise. Callers log
 * names, rounds, counts, sizes, durations and error codes, never keys, shares, rows, person ids, pseudonyms or vectors.
 * As a second line of defence the log removes whatever could be a secret before it writes a line.
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
  /** Resolves when every line is written, or after a second. Lines that come later are dropped. Idempotent. */
  close(): Promise<void>;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogSettings {
  readonly level: LogLevel;
  /** The process that writes: a platform's name, or `coordinator`. */
  readonly name: string;
  /** A person reads standard error. */
  readonly human: boolean;
  /** JSON lines to this file, readable to its owner alone, instead of standard error. */
  readonly file?: string;
}

/** A file on a stuck disk never reports that it has finished. */
const CLOSE_MS = 1_000;
const OWNER_ALONE = 0o600;

const ignore = (): void => undefined;
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** @throws HostError LOG_UNWRITABLE. */
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
      // For example a full disk. The program goes on without its log.
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
        // After an error too, if there is one.
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
      // Work that was abandoned at the end may still log.
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

/** @returns the file for appending, opened at once so that a wrong path is told before anything else happens. */
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
 * Keys, shares, signatures, tokens: a long run of base64 or hex. Pseudonyms: 128 bits in base64url, which are 22 characters;
 * both cases are demanded of these, so that error codes of that length stay.
 */
const SECRET =
  /[A-Za-z0-9+/_-]{40,}={0,2}|(?<![A-Za-z0-9_-])(?=[A-Z0-9_-]*[a-z])(?=[a-z0-9_-]*[A-Z])[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])/g;

/** Names of folders and volumes, in a form that nothing of ours has. */
const UUID = /(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])/g;
/** As people write: letters of one case, or words with capitals, with digits at one end; or digits alone, such as a date. */
const WORD = /^(?=.{0,32}$)(?:\d{0,4}(?:[A-Z]*|[a-z]*(?:[A-Z][a-z]+)*)\d{0,4}|\d{8})$/;
/** Such as temporary folders have: longer than that, what is no word may be a piece of a key. */
const MOST_ODD = 8;

/** Removes, in place, what could be secret: long encoded runs within texts, and every value that is an object. */
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
 * Whether a long run is made of words, as paths are, and long names: all of it, or three quarters where it has a slash. Random bytes
 * are not, in hex or base64: about one key in a million passes (test/host/log.test.ts).
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
