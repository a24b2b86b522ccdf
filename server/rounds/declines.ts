/**
 * Platforms that decline an attempt, and the effect of their reasons on it.
 * @module
 */
import type { Outcome } from '../../core/secagg/outcome.ts';
import type { Missing } from '../../core/secagg/session.ts';
import type { AttemptDeclineBody } from '../../core/wire/body.ts';

export interface Verdict {
  readonly outcome: Exclude<Outcome, 'completed'>;
  readonly text: string;
}

export class Declines {
  readonly #cohort: number;
  readonly #needed: number;
  readonly #codes = new Map<string, string>();

  /** @param needed smallest number of platforms that an attempt can complete with. */
  constructor(cohort: number, needed: number) {
    this.#cohort = cohort;
    this.#needed = needed;
  }

  /** @returns the outcome of the attempt, once too few platforms are left; else undefined. */
  add(platform: string, { code }: AttemptDeclineBody): Verdict | undefined {
    this.#codes.set(platform, code);
    if (this.#cohort - this.#codes.size >= this.#needed) return undefined;
    const text = `${this.#codes.size} of ${this.#cohort} platforms declined, and ${this.#needed} are needed`;
    return { outcome: this.#outcome(), text };
  }

  /** The missing platforms with reasons. For those that declined, the reason is their code. */
  named(missing: readonly Missing[]): readonly Missing[] {
    const declined = [...this.#codes].map(([platform, code]) => ({ platform, because: `it declined with ${code}` }));
    return [...declined, ...missing.filter(({ platform }) => !this.#codes.has(platform))];
  }

  /** Never `budget-exhausted`: a platform reports its own budget, and only the coordinator's ledger ends the rounds. */
  #outcome(): Verdict['outcome'] {
    const codes = [...this.#codes.values()];
    if (codes.some((code) => /^(POLICY_|ATTEMPT_CONFIG|PRIVACY_LEDGER_|LEDGER_)/.test(code)))
      return 'rejected-by-policy';
    if (codes.includes('ROUND_MODEL')) return 'inconsistent-view';
    return 'too-few-platforms';
  }
}
