/**
 * The world as one honest platform, the victim, needs it: small enough to be explored to the end for every size.
 *
 * Every claim is about one platform at a time, and what the others do matters to it only through the shares that they give away
 * and the statements that they sign. So the others keep no ledger and see no lists, and every check of a list is taken to
 * pass: once its keys are in the victim's list, another platform may reveal whenever it likes, and then gives the share of the
 * victim's seed, whatever U2 and U3 it was shown and whoever signed. The victim reveals once it has uploaded. Every way of the
 * world in full is a way of this one with the lists forgotten (its moves are moves here, or change nothing), and the adversary
 * knows at least as much here. So a claim that holds here holds there.
 *
 * *Order.* Only the victim's ledger joins two attempts. Whatever was done in the attempt that it charges first (name it the first)
 * can be done before the other begins: it enables no less, and a refund that came earlier leaves no less room. Nor does anything
 * that another platform does after it sent its keys enable the victim's key list, so it is done after. Neither order loses a state
 * that a claim looks at.
 *
 * The other platforms are interchangeable: a state holds them sorted.
 * @module
 */
import { brokenOf } from './claims.ts';
import type { Claimed } from './claims.ts';
import { isOut } from './knowledge.ts';
import {
  closed,
  GIVEN_UP,
  has,
  KEYS_OUT,
  Memory,
  memory,
  PAST_BITS,
  Platform,
  RECORDED,
  REFUNDED,
  REVEALED,
  STATED,
  UPLOADED,
  withMemory,
} from './platform.ts';
import type { Stepped } from './platform.ts';
import type { Model, State } from './search.ts';
import type { Rules, Setting } from './setting.ts';

/** Its keys are in the list of platforms that the victim dealt shares to. */
const HOLDER = 1 << PAST_BITS;

/** A state is the header, the victim, and the others. */
const VICTIM = 1;
const OTHERS = 2;

/** The header has the attempt, the corrupt holders and the restored platforms, four bits each. */
const attemptOf = (header: number): number => header & 15;
const corruptHoldersOf = (header: number): number => (header >> 4) & 15;
const restoredOf = (header: number): number => (header >> 8) & 15;

export class VictimWorld implements Model {
  readonly width: number;
  readonly #setting: Setting;
  readonly #rules: Rules;
  readonly #claimed: Claimed;
  readonly #platform: Platform;
  readonly #least: number;
  /** True if any rule depends on platforms that hold no share of the victim's. */
  readonly #othersMatter: boolean;

  constructor(setting: Setting, rules: Rules, claimed: Claimed = 'every') {
    this.#setting = setting;
    this.#rules = rules;
    this.#claimed = claimed;
    this.#platform = new Platform(setting, rules);
    this.#othersMatter = rules.holders !== 'dealt-to' || !rules.listIsOwn;
    this.#least = Math.max(setting.threshold, setting.noiseThreshold);
    this.width = 1 + setting.platforms - setting.corrupt;
  }

  initial(): State {
    const state = new Int32Array(this.width);
    state[0] = 1;
    return state;
  }

  rename(state: State): void {
    state.subarray(OTHERS).sort();
  }

  moves(from: State, emit: (to: State, move: string) => void, isNamed: boolean): void {
    const next = new Int32Array(this.width);
    const become = (at: number, self: number, move: string): void => {
      next.set(from);
      next[at] = self;
      emit(next, isNamed ? `${at === VICTIM ? 'the victim' : `platform ${at - OTHERS}`} ${move}` : '');
    };
    const take = (at: number, stepped: Stepped | undefined): void => {
      if (stepped !== undefined) become(at, stepped.self, stepped.step);
    };
    const platform = this.#platform;
    const victim = from[VICTIM];
    take(VICTIM, platform.enter(victim));
    if (memory(victim) === Memory.keys && has(victim, KEYS_OUT)) this.#showKeyList(from, emit, isNamed);
    take(VICTIM, platform.upload(victim));
    take(VICTIM, platform.reveal(victim, platform.isUploaded(victim)));
    take(VICTIM, platform.giveUp(victim));
    take(VICTIM, platform.crash(victim));
    take(VICTIM, platform.tell(victim));
    if (has(victim, HOLDER)) {
      const unsigned = this.#unsigned(from);
      take(VICTIM, platform.refund(victim, unsigned));
      take(VICTIM, platform.adopt(victim, unsigned));
    }
    for (let at = OTHERS; at < this.width; at++) {
      // One of several equal platforms is enough.
      if (at > OTHERS && from[at] === from[at - 1] && !isNamed) continue;
      const self = from[at];
      if (!has(victim, HOLDER)) {
        take(at, platform.enter(self));
        continue;
      }
      if (!has(self, HOLDER) && !this.#othersMatter) continue;
      take(at, platform.reveal(self, memory(self) === Memory.keys && has(self, KEYS_OUT)));
      take(at, platform.giveUp(self));
      take(at, platform.crash(self));
      if (restoredOf(from[0]) < this.#setting.restored && has(self, RECORDED)) {
        next.set(from);
        next[0] += 1 << 8;
        next[at] = withMemory(self & ~(RECORDED | GIVEN_UP), Memory.gone);
        emit(next, isNamed ? `platform ${at - OTHERS} is restored from a copy made before it revealed` : '');
      }
    }
    if (attemptOf(from[0]) < this.#setting.attempts && has(victim, HOLDER)) {
      next.fill(0);
      next[0] = (attemptOf(from[0]) + 1) | (restoredOf(from[0]) << 8);
      next[VICTIM] = closed(victim, this.#isOpened(from)) & ~HOLDER;
      emit(next, isNamed ? `attempt ${attemptOf(next[0])} begins` : '');
    }
  }

  broken(state: State): string | undefined {
    const self = state[VICTIM];
    const canBeOpened = has(self, REFUNDED) && this.#shares(state, true) >= this.#setting.threshold;
    const { corrupt, restored } = this.#setting;
    const colluding = corrupt + (this.#rules.restoredCounts ? restored : 0);
    const seen = { self, isOpened: this.#isOpened(state), canBeOpened, colluding };
    return brokenOf(seen, this.#setting, this.#claimed, false);
  }

  #isOpened(state: State): boolean {
    return has(state[VICTIM], UPLOADED) && this.#shares(state, false) >= this.#setting.threshold;
  }

  /** Shares of the victim's seed that the adversary has, or can still get. */
  #shares(state: State, withPossible: boolean): number {
    let shares = corruptHoldersOf(state[0]);
    for (let at = VICTIM; at < this.width; at++) {
      const self = state[at];
      if (has(self, HOLDER) && (has(self, REVEALED) || (withPossible && !isOut(self)))) shares++;
    }
    return shares;
  }

  #unsigned(state: State): number {
    const { platforms: n, corrupt } = this.#setting;
    let holders = corruptHoldersOf(state[0]);
    let unsigned = 0;
    let stated = corrupt;
    let known = corrupt;
    for (let at = VICTIM; at < this.width; at++) {
      const self = state[at];
      if (has(self, HOLDER)) holders++;
      const hasStated = at === VICTIM ? this.#platform.isSilent(self) : has(self, STATED);
      if (has(self, HOLDER) && !hasStated) unsigned++;
      if (hasStated) stated++;
      if (has(self, KEYS_OUT)) known++;
    }
    if (!this.#rules.listIsOwn) return Math.max(0, Math.min(this.#least, known) - stated);
    if (this.#rules.holders === 'cohort') return Math.max(0, holders - stated);
    if (this.#rules.holders === 'n') return n - stated;
    return unsigned;
  }

  /** Any sufficient set of those that sent keys and of corrupt ones. */
  #showKeyList(from: State, emit: (to: State, move: string) => void, isNamed: boolean): void {
    const { corrupt } = this.#setting;
    const next = new Int32Array(this.width);
    const known = [...from.keys()].filter((at) => at >= OTHERS && has(from[at], KEYS_OUT));
    // They are interchangeable until the victim has its list, so only their number matters.
    for (let honest = 0; honest <= known.length; honest++) {
      for (let liars = 0; liars <= corrupt; liars++) {
        if (1 + honest + liars < this.#least) continue;
        next.set(from);
        next[0] = (from[0] & ~0xf0) | (liars << 4);
        next[VICTIM] = withMemory(from[VICTIM], Memory.masking) | HOLDER;
        for (const at of known.slice(known.length - honest)) next[at] |= HOLDER;
        if (!this.#othersMatter) for (let at = OTHERS; at < this.width; at++) if (!has(next[at], HOLDER)) next[at] = 0;
        emit(
          next,
          isNamed ? `the victim is shown the keys of ${honest} honest and ${liars} corrupt others, and deals` : '',
        );
      }
    }
  }
}
