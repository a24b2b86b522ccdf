/**
 * The messages that a coordinator can invent for one platform and that pass the platform's checks, made from everything it has
 * seen and everything that corrupt platforms give it. It cannot sign for an honest platform, nor open or forge a packet between
 * two of them. A message that fails a check ends the session there, as a crash does. A platform that is shown other parameters
 * is in another session, without any of these messages.
 * @module
 */
import { dealers, dealtTo, isWithin, listsOf, session, setsBetween, SIZE, survivors, variant } from './lists.ts';
import { has, KEYS_OUT, STATED } from './platform.ts';
import type { Rules, Setting } from './setting.ts';

export class Coordinator {
  readonly #setting: Setting;
  readonly #rules: Rules;
  readonly #honest: number;
  readonly #corruptBits: number;
  /** Smallest number of members of every list. */
  readonly #least: number;
  readonly #variants: number;

  constructor(setting: Setting, rules: Rules) {
    const { platforms: n, threshold: t, corrupt, noiseThreshold } = setting;
    this.#setting = setting;
    this.#rules = rules;
    this.#honest = n - corrupt;
    this.#corruptBits = ((1 << n) - 1) & ~((1 << this.#honest) - 1);
    this.#least = rules.noiseThreshold ? Math.max(t, noiseThreshold) : t;
    // Only a session with t members, and so with t - c' honest ones, reaches an upload. In any other one, an honest
    // platform behaves as one that has seen no list.
    this.#variants = corrupt === 0 ? 1 : Math.max(1, Math.floor(this.#honest / Math.max(1, t - corrupt)));
  }

  /**
   * Any sufficient set of platforms whose signed keys it has, including this one. Corrupt ones may sign several keys.
   */
  *keyLists(platforms: Int32Array, p: number): Generator<number, undefined> {
    let known = this.#corruptBits;
    for (let q = 0; q < this.#honest; q++) if (has(platforms[q], KEYS_OUT)) known |= 1 << q;
    for (const u1 of setsBetween(1 << p, known, this.#least)) {
      const variants = (u1 & this.#corruptBits) === 0 ? 1 : this.#variants;
      for (let which = 0; which < variants; which++) yield listsOf(u1, which, 0, 0);
    }
  }

  /** Packets of any sufficient set of platforms that dealt in the same session. */
  *packets(lists: Int32Array, p: number): Generator<number, undefined> {
    const own = lists[p];
    let dealt = dealtTo(own) & this.#corruptBits;
    for (let q = 0; q < this.#honest; q++) if (session(lists[q]) === session(own)) dealt |= 1 << q;
    for (const u2 of setsBetween(1 << p, dealt, this.#least)) yield listsOf(dealtTo(own), variant(own), u2, 0);
  }

  /** Any U3 with enough platforms. */
  *survivors(own: number, p: number): Generator<number, undefined> {
    const most = this.#rules.survivorsDealt ? dealers(own) : dealtTo(own);
    for (const u3 of setsBetween(1 << p, most, this.#least)) {
      yield listsOf(dealtTo(own), variant(own), dealers(own), u3);
    }
  }

  /** True if the coordinator has enough signatures over the U3 that this platform signed. */
  hasSignatures(lists: Int32Array, own: number): boolean {
    if (!this.#rules.consistency) return true;
    const u3 = survivors(own);
    let signatures = SIZE[u3 >> this.#honest];
    for (let q = 0; q < this.#honest; q++) {
      const other = lists[q];
      if (isWithin(u3, q) && session(other) === session(own) && survivors(other) === u3) signatures++;
    }
    return signatures >= this.#setting.threshold;
  }

  /**
   * Holders without a statement, when it hands over every statement there is: with fewer no more is refunded.
   * @param silent the platform itself, as a bit, where it knows of itself that it reveals nothing.
   */
  unsigned(platforms: Int32Array, own: number, silent: number): number {
    let stated = this.#corruptBits | silent;
    let known = this.#corruptBits;
    for (let q = 0; q < this.#honest; q++) {
      if (has(platforms[q], STATED)) stated |= 1 << q;
      if (has(platforms[q], KEYS_OUT)) known |= 1 << q;
    }
    // Any list of enough signed keys: one of those that made a statement, with others added.
    if (!this.#rules.listIsOwn) return Math.max(0, Math.min(this.#least, SIZE[known]) - SIZE[stated]);
    const holders = dealtTo(own);
    switch (this.#rules.holders) {
      case 'dealt-to':
        return SIZE[holders & ~stated];
      case 'dealers':
        return SIZE[dealers(own) & ~stated];
      case 'cohort':
        return Math.max(0, SIZE[holders] - SIZE[stated]);
      case 'n':
        return this.#setting.platforms - SIZE[stated];
    }
  }
}
