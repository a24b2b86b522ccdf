/**
 * A coordinator's state in memory, for simulations in one process and for tests. It ends with the process.
 * @module
 */
import type { Outcome } from '../../core/secagg/outcome.ts';
import { memoryVersions } from '../../core/federation/versions.ts';
import { MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { LedgerStore } from '../../core/privacy/ledger/ledger.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import { conflict } from '../errors.ts';
import { memorySessions } from './memory-sessions.ts';
import type {
  AttemptEnded,
  AttemptRecord,
  AttemptStarted,
  CompletedRound,
  CoordinatorStore,
  MailboxStore,
  RoundStore,
  StoredLetter,
} from './coordinator-store.ts';

export function memoryStore(): CoordinatorStore {
  let isClosed = false;
  const open = (): void => {
    if (isClosed) throw new StoreError('STORE_CLOSED', 'the store is closed: the coordinator is stopping');
  };
  const ledger = new MemoryLedgerStore();
  const versions = memoryVersions();
  const guarded: LedgerStore = {
    append: (entry) => {
      open();
      ledger.append(structuredClone(entry));
    },
    entries: () => {
      open();
      return ledger.entries();
    },
  };
  return {
    rounds: new MemoryRounds(open),
    sessions: memorySessions(open),
    ledger: guarded,
    versions: {
      all: () => {
        open();
        return versions.all();
      },
      append: (records) => {
        open();
        versions.append(records);
      },
    },
    mailbox: new MemoryMailbox(open),
    close: () => {
      isClosed = true;
    },
  };
}

class MemoryRounds implements RoundStore {
  readonly #open: () => void;
  readonly #attempts: AttemptRecord[] = [];
  readonly #rounds: CompletedRound[] = [];

  constructor(open: () => void) {
    this.#open = open;
  }

  latest(): CompletedRound | undefined {
    this.#open();
    return this.#rounds.at(-1);
  }

  model(round: number): Float32Array | undefined {
    this.#open();
    return this.#rounds.at(round - 1)?.model;
  }

  begin(attempt: AttemptStarted): void {
    this.#open();
    if (this.#attempts.some((known) => known.end === undefined)) throw conflict(attempt, 'another one is under way');
    if (this.#attempts.some((known) => isSame(known, attempt))) throw conflict(attempt, 'it was begun before');
    this.#attempts.push({ ...attempt, end: undefined });
  }

  end(attempt: AttemptEnded): void {
    this.#open();
    const index = this.#attempts.findIndex((known) => isSame(known, attempt) && known.end === undefined);
    if (index < 0) throw conflict(attempt, 'it is not under way');
    const { round: _round, attempt: _attempt, ...end } = attempt;
    this.#attempts[index] = { ...this.#attempts[index], end };
  }

  complete(attempt: AttemptEnded, completed: CompletedRound): void {
    this.#open();
    if (completed.round !== this.#rounds.length + 1) throw conflict(attempt, 'it is not of the next round');
    this.end(attempt);
    this.#rounds.push({ ...completed, model: completed.model.slice() });
  }

  attempts(most: number): readonly AttemptRecord[] {
    this.#open();
    return this.#attempts.slice(-most);
  }

  find(round: number, attempt: number): AttemptRecord | undefined {
    this.#open();
    return this.#attempts.find((known) => isSame(known, { round, attempt }));
  }

  lastAttempt(round: number): number {
    this.#open();
    return Math.max(0, ...this.#attempts.filter((known) => known.round === round).map((known) => known.attempt));
  }

  outcomes(): ReadonlyMap<Outcome, number> {
    this.#open();
    const counts = new Map<Outcome, number>();
    for (const { end } of this.#attempts) if (end) counts.set(end.outcome, (counts.get(end.outcome) ?? 0) + 1);
    return counts;
  }
}

class MemoryMailbox implements MailboxStore {
  readonly #open: () => void;
  #letters: StoredLetter[] = [];
  #order = 0;

  constructor(open: () => void) {
    this.#open = open;
  }

  add(letter: Omit<StoredLetter, 'order'>): boolean {
    this.#open();
    if (this.#letters.some((known) => known.from === letter.from && isEqual(known.id, letter.id))) return false;
    this.#letters.push({ ...letter, order: ++this.#order });
    return true;
  }

  next(to: string, order: number): StoredLetter | undefined {
    this.#open();
    return this.#letters.find((letter) => letter.to === to && letter.order > order);
  }

  load(to: string, from?: string): { letters: number; bytes: number } {
    this.#open();
    const waiting = this.#letters.filter((letter) => letter.to === to && (from === undefined || letter.from === from));
    return { letters: waiting.length, bytes: waiting.reduce((sum, letter) => sum + letter.sealed.length, 0) };
  }

  remove(to: string, id: Uint8Array): string | undefined {
    this.#open();
    const found = this.#letters.find((letter) => letter.to === to && isEqual(letter.id, id));
    if (found !== undefined) this.#letters = this.#letters.filter((letter) => letter !== found);
    return found?.from;
  }

  expire(now: number): readonly Pick<StoredLetter, 'id' | 'from' | 'to'>[] {
    this.#open();
    const gone = this.#letters.filter((letter) => letter.expiresAt <= now);
    if (gone.length > 0) this.#letters = this.#letters.filter((letter) => letter.expiresAt > now);
    return gone.map(({ id, from, to }) => ({ id, from, to }));
  }
}

function isSame(a: { round: number; attempt: number }, b: { round: number; attempt: number }): boolean {
  return a.round === b.round && a.attempt === b.attempt;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
