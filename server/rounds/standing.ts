/**
 * Whom an attempt invites, and whom those that are ready wait for: by how the platforms did in the attempts before. One that
 * fails again and again must not cost every round a deadline, and one that stays away not every round a time of grace.
 *
 * Nothing of it touches the privacy: which platforms are in a cohort is the coordinator's choice anyway, and thresholds
 * follow the manifest.
 * @module
 */
import type { Outcome } from '../../core/secagg/outcome.ts';

/** Failing weighs twice what doing well does: whoever fails more often than one time in three sits out in the end. */
const FAILED = 2;
const DID_WELL = 1;
/** Two failures in a row. */
const SITS_OUT_FROM = 2 * FAILED;
/** The longest pause is 2^4 attempts; without an end to it, a platform that was mended would be waited for too long. */
const LONGEST_PAUSE = 4;
const HEAVIEST = SITS_OUT_FROM + LONGEST_PAUSE * FAILED;
const LONGEST_CREDIT = 10;

interface Record {
  /** What weighs against it. */
  readonly weight: number;
  /** Attempts that it still sits out. */
  readonly sitsOut: number;
  /** Times of grace that ran out without it. */
  readonly waits: number;
  /** Attempts completed with it since the last of them. */
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

  /** @param needed fewest platforms an attempt can end well with. */
  constructor(platforms: readonly string[], needed: number) {
    this.#needed = needed;
    this.#records = new Map(platforms.map((platform) => [platform, NEW]));
  }

  /** Attempts that the platform still sits out while the others are enough. */
  sitsOut(platform: string): number {
    return this.#of(platform).sitsOut;
  }

  /**
   * Those of the ready whom the next attempt invites, in their order: as many as are ready, or as are needed. After a failed
   * attempt all of them: that the others were enough has proved wrong.
   */
  invited(ready: readonly string[], isRetry: boolean): readonly string[] {
    if (isRetry) return ready;
    const resting = ready.filter((platform) => this.sitsOut(platform) > 0);
    const lacking = Math.max(0, this.#needed - (ready.length - resting.length));
    const lightest = resting.toSorted((a, b) => this.#of(a).weight - this.#of(b).weight).slice(0, lacking);
    return ready.filter((platform) => this.sitsOut(platform) === 0 || lightest.includes(platform));
  }

  /** An attempt has begun with these of the ready: it counts for those who sit it out. */
  began(ready: readonly string[], cohort: readonly string[]): void {
    for (const platform of ready) {
      if (!cohort.includes(platform)) this.#change(platform, { sitsOut: this.sitsOut(platform) - 1 });
    }
  }

  /** How many platforms those that are ready should still wait for. */
  awaited(ready: readonly string[]): number {
    return this.#absent(ready).length;
  }

  /** The time of grace ran out: whoever used it up is waited for again only after it took part, each time twice as often. */
  graceIsOver(ready: readonly string[]): void {
    for (const platform of this.#absent(ready)) {
      this.#change(platform, { waits: this.#of(platform).waits + 1, credit: 0 });
    }
  }

  /**
   * How an attempt went.
   * @param missing those of the cohort who fell out, declined, or were silent until a deadline.
   * @returns who sits out from now on.
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
