/**
 * The world in full: every honest platform with every list that the coordinator showed it. Corrupt platforms need no state: the
 * coordinator has all their shares, and signs for them what it wants.
 *
 * Attempts are one after the other. Moves of two platforms commute, and so do moves of one platform in two attempts but for
 * what its ledger admits: that one platform charges the second attempt first and another the first is all that is left out.
 * `victim.ts` leaves nothing out.
 * @module
 */
import { brokenOf } from './claims.ts';
import type { Claimed } from './claims.ts';
import { Coordinator } from './coordinator.ts';
import { canBeOpened, isOpened } from './knowledge.ts';
import { dealers, dealtTo, listsOf, named, survivors, variant } from './lists.ts';
import { closed, has, KEYS_OUT, Memory, memory, Platform, REFUNDED, withMemory } from './platform.ts';
import type { Stepped } from './platform.ts';
import type { Model, State } from './search.ts';
import type { Rules, Setting } from './setting.ts';
import { smallestSum } from './sums.ts';
import { Symmetry } from './symmetry.ts';

/**
 * `all`: every move, every claim.
 * `ledgers`: all claims but the size of sums, for which who masked with whom need not be remembered. Nobody crashes: a platform
 * that stays silent and may give up at any time does whatever one does that crashed. Nor is anybody told of a charge.
 * `sums`: only the size of sums. Nobody crashes, gives up, states or refunds either, each of which only stops a platform.
 */
export type Scope = 'all' | 'ledgers' | 'sums';

type Emit = (to: State, move: string) => void;

export class ExactWorld implements Model {
  readonly width: number;
  readonly #setting: Setting;
  readonly #scope: Scope;
  readonly #claimed: Claimed;
  readonly #platform: Platform;
  readonly #coordinator: Coordinator;
  readonly #symmetry: Symmetry;
  readonly #honest: number;
  readonly #keepsDealers: boolean;
  /** The parts of the current state, and the buffer for its successors. */
  readonly #platforms: Int32Array;
  readonly #lists: Int32Array;
  readonly #next: Int32Array;
  #from: State;
  #emit: Emit = () => undefined;
  #isNamed = false;

  constructor(setting: Setting, rules: Rules, scope: Scope, claimed: Claimed = 'every') {
    this.#setting = setting;
    this.#scope = scope;
    this.#claimed = claimed;
    // Rules that only the platform's own store notices are left out if the scope is sums only.
    const kept: Rules = scope === 'sums' ? { ...rules, upload: ['send'], reveal: ['copy', 'send'] } : rules;
    this.#platform = new Platform(setting, kept);
    this.#coordinator = new Coordinator(setting, rules);
    this.#honest = setting.platforms - setting.corrupt;
    this.#symmetry = new Symmetry(this.#honest, setting.corrupt);
    this.#keepsDealers = scope !== 'ledgers' || rules.holders === 'dealers' || !rules.survivorsDealt;
    this.width = 1 + 2 * this.#honest;
    this.#platforms = new Int32Array(this.#honest);
    this.#lists = new Int32Array(this.#honest);
    this.#next = new Int32Array(this.width);
    this.#from = this.#next;
  }

  /** A state is a header with the attempt, then the platforms' bits, then their lists. */
  initial(): State {
    const state = new Int32Array(this.width);
    state[0] = 1;
    return state;
  }

  rename(state: State): void {
    this.#symmetry.rename(state);
  }

  moves(from: State, emit: Emit, isNamed: boolean): void {
    const h = this.#honest;
    this.#emit = emit;
    this.#isNamed = isNamed;
    this.#from = from;
    for (let p = 0; p < h; p++) {
      this.#platforms[p] = from[1 + p];
      this.#lists[p] = from[1 + h + p];
    }
    if (this.#takeAtOnce()) return;
    for (let p = 0; p < h; p++) this.#movesOf(p);
    if (from[0] >= this.#setting.attempts || !this.#platforms.some((self) => has(self, KEYS_OUT))) return;
    const next = from.slice();
    next[0]++;
    for (let p = 0; p < h; p++) {
      next[1 + p] = closed(from[1 + p], isOpened(this.#platforms, this.#lists, p, this.#setting.threshold));
      next[1 + h + p] = 0;
    }
    emit(next, `attempt ${next[0]} begins`);
  }

  broken(state: State): string | undefined {
    const { platforms: n, threshold: t, noiseThreshold, corrupt } = this.#setting;
    // This is asked between two moves from one state, so the parsed parts stay valid.
    const platforms = state.subarray(1, 1 + this.#honest);
    const lists = state.subarray(1 + this.#honest);
    if (this.#scope !== 'sums') {
      for (let p = 0; p < this.#honest; p++) {
        const seen = {
          self: platforms[p],
          isOpened: isOpened(platforms, lists, p, t),
          canBeOpened: has(platforms[p], REFUNDED) && canBeOpened(platforms, lists, p, t),
          colluding: corrupt,
        };
        const broken = brokenOf(seen, this.#setting, this.#claimed, true);
        if (broken !== undefined) return broken;
      }
    }
    if (this.#scope !== 'ledgers' && corrupt < 2 * t - n) {
      const smallest = smallestSum(platforms, lists, t);
      if (smallest < noiseThreshold - corrupt) return `noise: a sum over ${smallest} honest platforms is opened`;
    }
    return undefined;
  }

  /**
   * Moves that take no choice from anybody and add to what the adversary can do or knows need not wait: a way to a state without
   * them goes on to one with them that breaks the same claims. So, outside the full scope, everybody sends keys first; where only
   * sums count, vectors and shares are sent as soon as they can be.
   */
  #takeAtOnce(): boolean {
    if (this.#scope === 'all') return false;
    let isTaken = false;
    for (let p = 0; p < this.#honest; p++) {
      const self = this.#platforms[p];
      let stepped = this.#platform.enter(self);
      if (this.#scope === 'sums') {
        stepped ??= this.#platform.upload(self) ?? this.#platform.reveal(self, this.#isAsked(p));
      }
      this.#take(p, stepped);
      // All of them, not only the first, because the first depends on names.
      isTaken ||= stepped !== undefined;
    }
    return isTaken;
  }

  #movesOf(p: number): void {
    const self = this.#platforms[p];
    const platform = this.#platform;
    this.#take(p, platform.enter(self));
    this.#showLists(p);
    this.#take(p, platform.upload(self));
    this.#take(p, platform.reveal(self, this.#isAsked(p)));
    if (this.#scope === 'sums') return;
    this.#take(p, platform.giveUp(self));
    if (this.#scope === 'all') {
      this.#take(p, platform.crash(self));
      this.#take(p, platform.tell(self));
    }
    const own = this.#lists[p];
    if (dealtTo(own) === 0) return;
    const silent = platform.isSilent(self) ? 1 << p : 0;
    const unsigned = this.#coordinator.unsigned(this.#platforms, own, silent);
    this.#take(p, platform.refund(self, unsigned));
    this.#take(p, platform.adopt(self, unsigned));
  }

  #showLists(p: number): void {
    const self = this.#platforms[p];
    const own = this.#lists[p];
    if (memory(self) === Memory.keys && has(self, KEYS_OUT)) {
      for (const lists of this.#coordinator.keyLists(this.#platforms, p)) {
        const other = variant(lists) > 0 ? ` (other keys of corrupt ones, ${variant(lists)})` : '';
        const move = this.#isNamed ? `is shown U1 = ${named(dealtTo(lists))}${other}, and deals` : '';
        this.#become(p, withMemory(self, Memory.dealt), lists, move);
      }
    }
    if (memory(self) === Memory.dealt) {
      for (const lists of this.#coordinator.packets(this.#lists, p)) {
        const move = this.#isNamed ? `is shown packets of U2 = ${named(dealers(lists))}` : '';
        this.#become(p, withMemory(self, Memory.masking), lists, move);
      }
    }
    if (this.#platform.isUploaded(self)) {
      for (const lists of this.#coordinator.survivors(own, p)) {
        const move = this.#isNamed ? `is shown U3 = ${named(survivors(lists))}, and signs it` : '';
        this.#become(p, withMemory(self, Memory.signed), lists, move);
      }
    }
  }

  #isAsked(p: number): boolean {
    const isWaiting = memory(this.#platforms[p]) === Memory.signed;
    return isWaiting && this.#coordinator.hasSignatures(this.#lists, this.#lists[p]);
  }

  #take(p: number, stepped: Stepped | undefined): void {
    if (stepped !== undefined) this.#become(p, stepped.self, this.#lists[p], stepped.step);
  }

  #become(p: number, self: number, lists: number, move: string): void {
    const next = this.#next;
    for (let i = 0; i < this.width; i++) next[i] = this.#from[i];
    next[1 + p] = self;
    next[1 + this.#honest + p] = this.#remembered(self, lists);
    this.#emit(next, this.#isNamed ? `platform ${p} ${move}` : '');
  }

  /** Forgets whatever no later move and no claim depends on, so that more states coincide. */
  #remembered(self: number, lists: number): number {
    if (this.#keepsDealers || memory(self) === Memory.masking) return lists;
    // A platform that reveals does so for U3, and U3 is a subset of U2.
    return listsOf(dealtTo(lists), variant(lists), survivors(lists), survivors(lists));
  }
}
