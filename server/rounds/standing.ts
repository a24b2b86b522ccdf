/**
 * The platforms' records in earlier attempts, which decide about invitations and waiting. A platform that fails in every
 * attempt must not cost every round a deadline. A platform that stays away must not cost every round a time of grace.
 *
 * Privacy does not depend on these decisions: the coordinator chooses cohorts anyway, and thresholds follow the manifest.
 * @module
 */
import type { Outcome } from '../../core/secagg/outcome.ts';

/** A failure weighs twice as much as a success, so that a platform that fails more than one attempt in three sits out. */
const FAILED = 2;
const DID_WELL = 1;
/** Weight of two failures in a row. */
const SITS_OUT_FROM = 2 * FAILED;
/** The longest pause is 2^4 attempts: after it, a platform that was repaired gets another chance. */
const LONGEST_PAUSE = 4;
const HEAVIEST = SITS_OUT_FROM + LONGEST_PAUSE * FAILED;
const LONGEST_CREDIT = 10;

interface Record {
  /** Weight of its failures, less its successes. */
  readonly weight: number;
  /** Number of attempts that it still sits out. */
  readonly sitsOut: number;
  /** Number of times of grace that ran out without it. */
  readonly waits: number;
  /** Number of attempts that completed with it since the last of these. */
  readonly credit: number;
}

const NEW: Record = { weight: 0, sitsOut: 0, waits: 0, credit: 0 };

export interface SitsOut {
  readonly platform: string;
  readonly attempts: number;
}

export class Standing {
  readonly #needed: number;
  readonly #records: Map<string, Record>;

  /** @param needed smallest number of platforms that an attempt can complete with. */
  constructor(platforms: readonly string[], needed: number) {
    this.#needed = needed;
    this.#records = new Map(platforms.map((platform) => [platform, NEW]));
  }

  /** Number of attempts that the platform still sits out, if the others are enough. */
  sitsOut(platform: string): number {
    return this.#of(platform).sitsOut;
  }

  /**
   * The ready platforms that the next attempt invites, in their order. Those that sit out are left out while the others
   * are enough. After a failed attempt all are invited: the others were not enough.
   */
  invited(ready: readonly string[], isRetry: boolean): readonly string[] {
    if (isRetry) return ready;
    const resting = ready.filter((platform) => this.sitsOut(platform) > 0);
    const lacking = Math.max(0, this.#needed - (ready.length - resting.length));
    const lightest = resting.toSorted((a, b) => this.#of(a).weight - this.#of(b).weight).slice(0, lacking);
    return ready.filter((platform) => this.sitsOut(platform) === 0 || lightest.includes(platform));
  }

  /** Counts a begun attempt for the ready platforms that sit it out. */
  began(ready: readonly string[], cohort: readonly string[]): void {
    for (const platform of ready) {
      if (!cohort.includes(platform)) this.#change(platform, { sitsOut: this.sitsOut(platform) - 1 });
    }
  }

  /** Number of platforms that the ready ones should still wait for. */
  awaited(ready: readonly string[]): number {
    return this.#absent(ready).length;
  }

  /**
   * The time of grace ran out. The platforms that used it up are waited for again only after they took part in an attempt,
   * and each time in twice as many.
   */
  graceIsOver(ready: readonly string[]): void {
    for (const platform of this.#absent(ready)) {
      this.#change(platform, { waits: this.#of(platform).waits + 1, credit: 0 });
    }
  }

  /**
   * Records how an attempt went.
   * @param missing platforms of the cohort that fell out, declined, or were silent until a deadline.
   * @returns platforms that sit out from now on.
   */
  ended(cohort: readonly string[], missing: ReadonlySet<string>, outcome: Outcome): readonly SitsOut[] {
    const resting: SitsOut[] = [];
    for (const platform of cohort) {
      const { weight, credit } = this.#of(platform);
      if (missing.has(platform)) {
        const heavier = Math.min(HEAVIEST, weight + FAILED);
        const attempts = heavier < SITS_OUT_FROM ? 0 : 2 ** Math.floor((heavier - SITS_OUT_FROM) / FAILED);
        this.#change(platform, { weight: heavier, sitsOut: attempts });
        if (attempts > 0) resting.push({ platform, attempts });
      } else if (outcome === 'completed') {
        this.#change(platform, { weight: Math.max(0, weight - DID_WELL), sitsOut: 0, credit: credit + 1 });
      }
    }
    return resting;
  }

  #absent(ready: readonly string[]): readonly string[] {
    return [...this.#records].flatMap(([platform, { waits, credit, sitsOut }]) => {
      const due = waits === 0 ? 0 : 2 ** Math.min(LONGEST_CREDIT, waits - 1);
      return ready.includes(platform) || sitsOut > 0 || credit < due ? [] : [platform];
    });
  }

  #of(platform: string): Record {
    return this.#records.get(platform) ?? NEW;
  }

  #change(platform: string, changes: Partial<Record>): void {
    this.#records.set(platform, { ...this.#of(platform), ...changes });
  }
}
