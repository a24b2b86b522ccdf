/**
 * A log that the other end cannot fill. Messages from it may cause the same line over and over. The first line of a kind is written
 * at once. Of the lines of that kind within the next second, only the last is written, with their number.
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
  readonly sender: string;
  /** Number of lines since the last one that was written. */
  times: number;
  /** Writes the last of these lines. */
  write: (times: number) => void;
  cancel: Cancel;
}

const PERIOD_MS = 1000;
/** Most kinds of lines per second. Further ones count as one kind, because the other end chooses the codes, and so the kinds. */
const MOST_KINDS = 100;
/** Most kinds of lines per second about one sender: a sender that invents codes must not hide lines about others. */
const MOST_OF_SENDER = 10;
const OTHERS = 'others';
/** Fields that name the sender of the message that the line is about. */
const SENDERS = ['platform', 'from', 'source'];

/** @returns a log whose lines have a field `times` if they stand for several. `flush` writes the lines that are held back. */
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
  const heldAs = (kind: string, sender: string): string => {
    if (kinds.has(kind)) return kind;
    const own = sender === '' ? 0 : [...kinds.values()].filter((held) => held.sender === sender).length;
    const few = own < MOST_OF_SENDER ? kind : `${OTHERS} of ${sender}`;
    return kinds.has(few) || kinds.size < MOST_KINDS ? few : OTHERS;
  };
  const writer =
    (level: Level) =>
    (message: string, fields?: Fields): void => {
      const sender = senderOf(fields);
      const kind = heldAs(kindOf(level, message, fields), sender);
      const write = (times: number): void => {
        if (times === 1) log[level](message, fields);
        else log[level](message, { ...(fields as Fields), times });
      };
      const held = kinds.get(kind);
      if (held === undefined) {
        write(1);
        hold(kind, { sender, times: 0, write });
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
 * The kind of a line. Warnings and errors are of one kind if level, text, code and sender agree. Numbers and the text after a colon
 * do not count, because the other end may choose them. Other lines are of one kind if their whole text agrees.
 */
function kindOf(level: Level, message: string, fields: object | undefined): string {
  if (level === 'debug' || level === 'info') return `${level} ${message}`;
  const [stem] = message.split(':', 1);
  return [level, stem.replace(/\d+/g, '#'), String(fieldOf(fields, 'code')), senderOf(fields)].join(' ');
}

/** The sender that a line names; empty if it names none. */
function senderOf(fields: object | undefined): string {
  const senders = SENDERS.map((name) => fieldOf(fields, name) ?? '').map(String);
  return senders.every((sender) => sender === '') ? '' : senders.join('/');
}

function fieldOf(fields: object | undefined, name: string): unknown {
  return (fields as Record<string, unknown> | undefined)?.[name];
}
