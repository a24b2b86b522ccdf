/**
 * One honest platform in one attempt: what it holds in memory, what it has made durable, what others have seen of it, and the
 * steps that its rules let it take. What lists it was shown stands beside it, in the worlds that model them.
 *
 * A handler of the platform is a list of steps, each durable or visible before the next. The next step of a handler is the first
 * that is not done, so nothing but the bits below is needed to go on after any of them, and a crash may come after any.
 * Giving up is a thread of its own: its steps fall between those of the others as the adversary likes.
 * @module
 */
import type { Rules, Setting } from './setting.ts';

/** Content of the session's memory, in three bits. */
export const MEMORY = 0b111;
export const Memory = {
  /** Empty: before the attempt, after a crash, or after wiping. */
  gone: 0,
  /** Key pairs. */
  keys: 1,
  /** Also its own share. It has dealt the others. */
  dealt: 2,
  /** Also the shares dealt to it (U2), so that it can mask. */
  masking: 3,
  /** Also its signature over a U3. */
  signed: 4,
  /** Its shares are in a message that is not sent yet. */
  revealing: 5,
  /** Only the key that signs its statement. */
  stating: 6,
} as const;

/** Durable: the attempt, with its own two public keys. */
export const ENTERED = 1 << 3;
/** Seen: its signed keys. */
export const KEYS_OUT = 1 << 4;
/** Durable: its own charge. */
export const CHARGED = 1 << 5;
/** Durable: the same charge, taken over from the coordinator's ledger. */
export const TOLD = 1 << 6;
/** Seen: its first masked chunk. A platform that sends more chunks cannot be safer, so they count as seen too. */
export const UPLOADED = 1 << 7;
/** Durable: that it reveals. */
export const RECORDED = 1 << 8;
/** Seen: its shares. */
export const REVEALED = 1 << 9;
/** Durable: that it has given up. */
export const GIVEN_UP = 1 << 10;
/** Seen: its statement. */
export const STATED = 1 << 11;
/** Durable: its refund. */
export const REFUNDED = 1 << 12;

/** Counts over the past attempts, three bits each. */
const PAST = { charges: 13, refunds: 16, uploads: 19, opened: 22 } as const;
export const PAST_BITS = 25;
export type Past = keyof typeof PAST;

export function past(self: number, what: Past): number {
  return (self >> PAST[what]) & 0b111;
}

export function has(self: number, ...bits: readonly number[]): boolean {
  return bits.every((bit) => (self & bit) !== 0);
}

export function memory(self: number): number {
  return self & MEMORY;
}

export function withMemory(self: number, holds: number): number {
  return (self & ~MEMORY) | holds;
}

export function isCharged(self: number): boolean {
  return (self & (CHARGED | TOLD)) !== 0;
}

/** Charges on its ledger less refunds, including this attempt's. */
export function unrefunded(self: number): number {
  return past(self, 'charges') - past(self, 'refunds') + (isCharged(self) ? 1 : 0) - ((self & REFUNDED) === 0 ? 0 : 1);
}

export function uploads(self: number): number {
  return past(self, 'uploads') + ((self & UPLOADED) === 0 ? 0 : 1);
}

/** The attempt is over in the model. Everything that matters later is kept. */
export function closed(self: number, isOpened: boolean): number {
  const kept = self & ~((1 << 13) - 1);
  return (
    kept +
    ((isCharged(self) ? 1 : 0) << PAST.charges) +
    (((self & REFUNDED) === 0 ? 0 : 1) << PAST.refunds) +
    (((self & UPLOADED) === 0 ? 0 : 1) << PAST.uploads) +
    ((isOpened ? 1 : 0) << PAST.opened)
  );
}

/** The result of a step, and its name; undefined if the handler has nothing left to do. */
export interface Stepped {
  readonly self: number;
  readonly step: string;
}

export class Platform {
  readonly #setting: Setting;
  readonly #rules: Rules;

  constructor(setting: Setting, rules: Rules) {
    this.#setting = setting;
    this.#rules = rules;
  }

  /** Enters the attempt durably, and then shows its keys. */
  enter(self: number): Stepped | undefined {
    if (!has(self, ENTERED)) return { self: withMemory(self | ENTERED, Memory.keys), step: 'records that it enters' };
    if (memory(self) !== Memory.keys || has(self, KEYS_OUT)) return undefined;
    return { self: self | KEYS_OUT, step: 'sends its keys' };
  }

  /** After a grant, once the masks are there. */
  upload(self: number): Stepped | undefined {
    if (memory(self) !== Memory.masking) return undefined;
    for (const step of this.#rules.upload) {
      if (step === 'charge' && !has(self, CHARGED)) return this.#charge(self);
      if (step === 'send' && !has(self, UPLOADED)) return { self: self | UPLOADED, step: 'sends masked chunks' };
    }
    return undefined;
  }

  /** It uploaded, and waits. */
  isUploaded(self: number): boolean {
    return memory(self) === Memory.masking && has(self, UPLOADED) && this.upload(self) === undefined;
  }

  /** @param isAsked true if it was shown enough signatures. */
  reveal(self: number, isAsked: boolean): Stepped | undefined {
    if (memory(self) !== Memory.revealing && !isAsked) return undefined;
    const stepped = this.#revealStep(self);
    if (stepped === undefined) return undefined;
    // The last step is done, and nothing is left of the session.
    const { self: next } = stepped;
    const isDone = memory(next) === Memory.revealing && this.#revealStep(next) === undefined;
    return isDone ? { ...stepped, self: withMemory(next, Memory.gone) } : stepped;
  }

  #revealStep(self: number): Stepped | undefined {
    for (const step of this.#rules.reveal) {
      switch (step) {
        case 'copy':
          if (memory(self) === Memory.revealing) break;
          return { self: withMemory(self, Memory.revealing), step: 'puts its shares into a message' };
        case 'charge':
          if (has(self, CHARGED)) break;
          return this.#charge(self);
        case 'record':
          if (has(self, RECORDED)) break;
          if (this.#rules.noRevealAfterGivingUp && has(self, GIVEN_UP)) return dropped(self, 'is refused its reveal');
          return { self: self | RECORDED, step: 'records that it reveals' };
        case 'send':
          if (has(self, REVEALED)) break;
          return { self: self | REVEALED, step: 'sends its shares' };
      }
    }
    return undefined;
  }

  /**
   * Possible whenever its session ended or its process restarted, but not before it entered, and never after a reveal.
   */
  giveUp(self: number): Stepped | undefined {
    if (!has(self, ENTERED)) return undefined;
    for (const step of this.#rules.giveUp) {
      switch (step) {
        case 'record':
          if (has(self, GIVEN_UP)) break;
          if (this.#rules.noStatementAfterReveal && has(self, RECORDED)) return undefined;
          return { self: self | GIVEN_UP, step: 'records that it gives up' };
        case 'wipe':
          if (memory(self) === Memory.gone) break;
          return { self: withMemory(self, Memory.gone), step: 'wipes its secrets' };
        case 'forget':
          if (memory(self) === Memory.stating) break;
          // A reveal that is not sent yet is sent or lost.
          if (memory(self) === Memory.gone || memory(self) === Memory.revealing) return undefined;
          return { self: withMemory(self | GIVEN_UP, Memory.stating), step: 'forgets all but its statement key' };
        case 'sign':
          if (has(self, STATED)) break;
          if (this.#rules.statements === 'durable') return { self: self | STATED, step: 'signs its statement' };
          if (memory(self) !== Memory.stating) return undefined;
          return { self: withMemory(self | STATED, Memory.gone), step: 'signs its statement' };
      }
    }
    return undefined;
  }

  crash(self: number): Stepped | undefined {
    return memory(self) === Memory.gone ? undefined : dropped(self, 'crashes');
  }

  /** The coordinator's ledger shows this platform a charge of the session with its keys. */
  tell(self: number): Stepped | undefined {
    if (!has(self, KEYS_OUT) || isCharged(self)) return undefined;
    return { self: self | TOLD, step: 'takes over the charge that it is told of' };
  }

  /** True if the platform counts, for itself, as one that revealed nothing and will not. */
  isSilent(self: number): boolean {
    const isOver = has(self, ENTERED) && memory(self) === Memory.gone && !has(self, RECORDED);
    return has(self, STATED) || (this.#rules.statements === 'in-memory' && isOver);
  }

  /** @param unsigned number of platforms without a statement, among those whose statements count. */
  refund(self: number, unsigned: number): Stepped | undefined {
    return this.#refund(self, unsigned, true, 'refunds its charge');
  }

  adopt(self: number, unsigned: number): Stepped | undefined {
    return this.#refund(self, unsigned, this.#rules.proofOnAdoption, 'takes over a refund');
  }

  #refund(self: number, unsigned: number, isProved: boolean, step: string): Stepped | undefined {
    const { threshold, declared, refunds } = this.#setting;
    const { unsigned: allowed = (t, c) => t - 1 - c } = this.#rules;
    if (!has(self, KEYS_OUT) || has(self, REFUNDED)) return undefined;
    if (this.#rules.refundNeedsCharge && !isCharged(self)) return undefined;
    if (this.#rules.refundsAreCapped && past(self, 'refunds') + 1 > refunds) return undefined;
    if (isProved && this.#rules.ownStatementFirst && !this.isSilent(self)) return undefined;
    if (isProved && unsigned > allowed(threshold, declared)) return undefined;
    // From then on it reveals nothing, because the same transaction records it.
    return { self: self | REFUNDED | (this.#rules.statements === 'in-memory' ? GIVEN_UP : 0), step };
  }

  #charge(self: number): Stepped {
    // A charge from the coordinator's ledger counts once, and must fit like any other.
    const after = unrefunded(self) + (isCharged(self) ? 0 : 1);
    if (after > this.#setting.charges) return dropped(self, 'is refused the charge, and leaves');
    return { self: self | CHARGED, step: 'charges' };
  }
}

function dropped(self: number, step: string): Stepped {
  return { self: withMemory(self, Memory.gone), step };
}
