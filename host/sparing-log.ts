/**
 * A log that others cannot fill: what one end sends the other may bring about the same line over and over. The first of a kind is
 * written at once, the others of the next second as one line, the last of them, with their number.
 * @module
 */
import type { Cancel, Clock } from '../core/time/clock.ts';

export interface Log<Fields> {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

type Level = keyof Log<never>;

interface Held {
  /** Lines since the last one that was written. */
  times: number;
  /** Writes the last of them. */
  write: (times: number) => void;
  cancel: Cancel;
}

const PERIOD_MS = 1000;
/** Kinds of lines in a second; beyond them, all others are one kind. Codes are words that the other end chooses. */
const MOST_KINDS = 100;
const OTHERS = 'others';
/** Fields that name who sent what the line is about. */
const SENDERS = ['platform', 'from', 'source'];

/** @returns the same log, with a field `times` in lines that stand for several; `flush` writes what is held back. */
export function sparingLog<Fields extends object>(log: Log<Fields>, clock: Clock): Log<Fields> & { flush(): void } {
  const kinds = new Map<string, Held>();
  const rest = (kind: string): void => {
    const held = kinds.get(kind);
    if (held === undefined) return;
    kinds.delete(kind);
    if (held.times === 0) return;
    held.write(held.times);
    hold(kind, { ...held, times: 0 });
  };
  const hold = (kind: string, held: Omit<Held, 'cancel'>): void => {
    kinds.set(kind, { ...held, cancel: clock.after(PERIOD_MS, () => rest(kind)) });
  };
  const writer =
    (level: Level) =>
    (message: string, fields?: Fields): void => {
      const own = kindOf(level, message, fields);
      const kind = kinds.has(own) || kinds.size < MOST_KINDS ? own : OTHERS;
      const write = (times: number): void => {
        if (times === 1) log[level](message, fields);
        else log[level](message, { ...(fields as Fields), times });
      };
      const held = kinds.get(kind);
      if (held === undefined) {
        write(1);
        hold(kind, { times: 0, write });
      } else {
        held.times += 1;
        held.write = write;
      }
    };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    flush: () => {
      for (const { times, write, cancel } of kinds.values()) {
        cancel();
        if (times > 0) write(times);
      }
      kinds.clear();
    },
  };
}

/**
 * Complaints are alike by their code and sender, whatever numbers and texts of the other end they hold: those come after a colon.
 * Other lines tell what happened, and are alike where they say the same.
 */
function kindOf(level: Level, message: string, fields: object | undefined): string {
  if (level === 'debug' || level === 'info') return `${level} ${message}`;
  const [stem] = message.split(':', 1);
  const field = (name: string): unknown => (fields as Record<string, unknown> | undefined)?.[name];
  return [level, stem.replace(/\d+/g, '#'), field('code'), ...SENDERS.map(field)].map(String).join(' ');
}
