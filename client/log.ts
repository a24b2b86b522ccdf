/**
 * The agent's log, on standard error or in a file: for a human on a terminal, JSON lines otherwise. What may be logged:
 * names of platforms, rounds, counts, sizes, durations, error codes. What may not: keys, shares, rows, person ids,
 * pseudonyms, vectors. Values are therefore numbers, booleans and names of this program's own choosing.
 * @module
 */
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import winston from 'winston';
import { messageOf } from '../core/errors/coded-error.ts';
import { HostError } from '../host/errors/host-errors.ts';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Of a file that takes no more, `finish` never comes. */
const CLOSE_MS = 1_000;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogSettings {
  readonly level: LogLevel;
  /** Who writes: the platform's name. */
  readonly name: string;
  /** Whether a person reads standard error. */
  readonly human: boolean;
  /** JSON lines to this file instead of standard error. */
  readonly file?: string;
}

export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** @throws HostError LOG_UNWRITABLE. */
export function openLog(settings: LogSettings): Log & { close(): Promise<void> } {
  const { combine, timestamp, json, printf, colorize } = winston.format;
  const human = combine(
    timestamp({ format: 'HH:mm:ss' }),
    colorize({ level: true }),
    printf(({ timestamp: time, level, message, platform, ...fields }) => {
      const rest = Object.entries(fields).filter(([, value]) => value !== undefined);
      const tail = rest.map(([name, value]) => ` ${name}=${String(value)}`).join('');
      return `${String(time)} ${String(platform)} ${level}: ${String(message)}${tail}`;
    }),
  );
  const isHuman = settings.human && settings.file === undefined;
  const logger = winston.createLogger({
    level: settings.level,
    defaultMeta: { platform: settings.name },
    format: isHuman ? human : combine(timestamp(), json()),
    transports: [destination(settings.file)],
  });
  let isClosed = false;
  logger.on('error', (error: Error) => {
    // A full disk, say. Whoever writes to the log goes on: how the program ends must not hang on it.
    if (!isClosed) process.stderr.write(`isthmus: nothing more is logged: ${error.message}\n`);
    isClosed = true;
  });
  const write =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      // Work that was given up at the end may still have a word to say.
      if (!isClosed) logger.log(level, message, fields);
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    close: () =>
      new Promise((resolve) => {
        if (isClosed) {
          resolve();
          return;
        }
        isClosed = true;
        const timer = setTimeout(resolve, CLOSE_MS);
        logger.once('finish', () => {
          clearTimeout(timer);
          resolve();
        });
        logger.end();
      }),
  };
}

function destination(file: string | undefined): winston.transport {
  // winston declares its transports as interfaces of constructors, which the rule takes for another class
  /* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment */
  if (file === undefined) return new winston.transports.Stream({ stream: process.stderr });
  try {
    closeSync(openSync(file, 'a', 0o640));
    accessSync(file, constants.W_OK);
  } catch (cause) {
    const why = messageOf(cause);
    throw new HostError('LOG_UNWRITABLE', `the log cannot be written: ${why}`, { cause });
  }
  return new winston.transports.File({ filename: file });
  /* eslint-enable @typescript-eslint/no-unsafe-class-instance-assignment */
}

function ignore(): void {
  // nothing is kept
}
