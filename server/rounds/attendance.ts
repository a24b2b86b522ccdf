/**
 * The platforms that are there for the next attempt, those that it invites, and those that the attempts so far lacked.
 * @module
 */
import type { Outcome } from '../../core/secagg/outcome.ts';
import type { Missing } from '../../core/secagg/session.ts';
import type { Membership } from '../membership.ts';
import { MissedRecord } from './missed.ts';
import type { Missed } from './missed.ts';
import type { Present } from './round-machine.ts';
import { Standing } from './standing.ts';
import type { SitsOut } from './standing.ts';

export class Attendance {
  readonly #membership: Membership;
  readonly #standing: Standing;
  readonly #missed = new MissedRecord();
  readonly #back = new Set<string>();

  /** @param needed smallest number of platforms that an attempt can complete with. */
  constructor(membership: Membership, needed: number) {
    this.#membership = membership;
    this.#standing = new Standing(
      membership.contributors.map(({ platform }) => platform),
      needed,
    );
  }

  get present(): Present {
    const { ready } = this.#membership;
    return { ready: ready.length, awaited: this.#standing.awaited(ready) };
  }

  /** Platforms that the failed attempts at the current round lacked. */
  get missed(): readonly Missed[] {
    return this.#missed.all;
  }

  cameBack(platform: string): void {
    this.#back.add(platform);
  }

  /** True if a platform that the failed attempts lacked has shown that it lives since the last one began. */
  get isBack(): boolean {
    return this.missed.length === 0 || this.missed.some(({ platform }) => this.#back.has(platform));
  }

  sitsOut(platform: string): number {
    return this.#standing.sitsOut(platform);
  }

  graceIsOver(): void {
    this.#standing.graceIsOver(this.#membership.ready);
  }

  /** Platforms that an attempt would invite now, ascending by name. */
  invited(): readonly string[] {
    return this.#standing.invited(this.#membership.ready, this.missed.length > 0);
  }

  /** Records that an attempt began with these platforms. */
  began(cohort: readonly string[]): void {
    this.#back.clear();
    this.#standing.began(this.#membership.ready, cohort);
  }

  /** Platforms outside this cohort, with the reason. */
  absent(cohort: readonly string[]): readonly Missing[] {
    return this.#membership.contributors
      .filter(({ platform }) => !cohort.includes(platform))
      .map(({ platform, state, prepared }) => {
        if (state !== 'online') return { platform, because: 'it was not connected' };
        return { platform, because: prepared ? 'it was not invited' : 'it was not prepared' };
      });
  }

  /**
   * Records an attempt for the platforms that were in it, and for those it lacked.
   * @returns the platforms that sit out from now on.
   */
  ended(cohort: readonly string[], lacked: readonly Missing[], outcome: Outcome): readonly SitsOut[] {
    if (outcome === 'completed') this.#missed.clear();
    else this.#missed.add(lacked);
    return this.#standing.ended(cohort, new Set(lacked.map(({ platform }) => platform)), outcome);
  }
}
