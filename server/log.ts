/**
 * The coordinator's log: for a person on a terminal, JSON lines otherwise. What is logged are the events of events.ts and
 * coded errors; as a second line of defence everything that could be a key, a share or a row is taken out on the way.
 * @module
 */
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import winston from 'winston';
import { messageOf } from '../core/errors/coded-error.ts';
import { HostError } from '../host/errors/host-errors.ts';
import type { CoordinatorEvent } from './events.ts';

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

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
  /** Whether a person reads standard error. */
  readonly human: boolean;
  /** JSON lines to this file instead of standard error. */
  readonly file?: string;
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** @throws HostError LOG_UNWRITABLE. */
export function openLog(settings: LogSettings): Log & { close(): Promise<void> } {
  const { combine, timestamp, json, printf, colorize } = winston.format;
  const redaction = winston.format((info) => redacted(info))();
  const line = printf(({ timestamp: time, level, message, ...fields }) => {
    const tail = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` ${name}=${String(value)}`);
    return `${String(time)} coordinator ${level}: ${String(message)}${tail.join('')}`;
  });
  const isHuman = settings.human && settings.file === undefined;
  const logger = winston.createLogger({
    level: settings.level,
    format: isHuman
      ? combine(redaction, timestamp({ format: 'HH:mm:ss' }), colorize({ level: true }), line)
      : combine(redaction, timestamp(), json()),
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
  // winston declares its transports as interfaces of constructors, which the rule takes for another class.
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

/** Long runs of base64 or hex: keys, shares, signatures, pseudonyms, tokens. */
const SECRET = /[A-Za-z0-9+/_-]{40,}={0,2}/g;

/** The same fields without anything that could be secret. */
export function redacted<Info extends object>(info: Info): Info {
  for (const [name, value] of Object.entries(info)) {
    if (typeof value === 'string') Reflect.set(info, name, value.replace(SECRET, '[redacted]'));
    else if (typeof value === 'object' && value !== null) Reflect.set(info, name, '[redacted]');
  }
  return info;
}

/** Writes an event where an operator would want to read it. */
export function logEvent(log: Log, event: CoordinatorEvent): void {
  switch (event.kind) {
    case 'listening':
      log.info(`listening on ${event.url}`);
      return;
    case 'platform':
      log.info(`platform ${event.platform} is ${event.state}`);
      return;
    case 'progress':
      log.debug(`platform ${event.platform}: ${event.stage}`, { fraction: event.fraction, prepared: event.prepared });
      return;
    case 'attempt':
      log.info(`round ${event.round} of ${event.of}, attempt ${event.attempt} opened`, {
        platforms: event.cohort.length,
      });
      return;
    case 'stage':
      log.debug(`round ${event.round}, attempt ${event.attempt}: ${event.stage}`, { platforms: event.platforms });
      return;
    case 'stage-ended':
      log.debug(`${event.stage} took ${event.seconds.toFixed(3)} s`);
      return;
    case 'attempt-ended': {
      const { round, attempt, outcome, text, charged, seconds } = event;
      const message = `round ${round}, attempt ${attempt}: ${outcome}: ${text}`;
      if (outcome === 'completed') log.info(message, { charged, seconds });
      else log.warn(message, { charged, seconds });
      return;
    }
    case 'epsilon':
      if (event.spent !== null) log.info('privacy spent', { epsilon: event.spent, budget: event.budget });
      else if (event.budget !== null) log.info("privacy is not bounded: the strategy's encoder is made from raw data");
      return;
    case 'declined':
      log.warn(`platform ${event.platform} declined`, { code: event.code });
      return;
    case 'fault':
      log.warn(`platform ${event.platform} broke the masked sum's protocol`, { code: event.code });
      return;
    case 'failure':
      log.warn(event.seen === 'here' ? 'refused a message' : 'a platform refused a message', {
        platform: event.platform,
        code: event.code,
      });
      return;
    case 'mail':
      log.debug(`a letter from ${event.from} to ${event.to}: ${event.outcome}`, { bytes: event.bytes });
      return;
    case 'rounds-over':
      if (event.ending === 'completed') log.info('all rounds are completed', { rounds: event.completedRounds });
      else log.error(`rounds are over: ${event.ending}`, { completedRounds: event.completedRounds });
      return;
    case 'stopped':
      log.info('stopped');
  }
}
