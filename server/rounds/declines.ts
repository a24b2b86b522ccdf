/**
 * Platforms that decline an attempt, and what their reasons mean for it.
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

  /** @param needed fewest platforms an attempt can end well with. */
  constructor(cohort: number, needed: number) {
    this.#cohort = cohort;
    this.#needed = needed;
  }

  /** The outcome, once too few are left because of those who declined. */
  add(platform: string, { code }: AttemptDeclineBody): Verdict | undefined {
    this.#codes.set(platform, code);
    if (this.#cohort - this.#codes.size >= this.#needed) return undefined;
    const text = `${this.#codes.size} of ${this.#cohort} platforms declined, and ${this.#needed} are needed`;
    return { outcome: this.#outcome(), text };
  }

  /** Those who declined, with their reasons, and the others of the missing. */
  named(missing: readonly Missing[]): readonly Missing[] {
    const declined = [...this.#codes].map(([platform, code]) => ({ platform, because: `it declined with ${code}` }));
    return [...declined, ...missing.filter(({ platform }) => !this.#codes.has(platform))];
  }

  /** Never `budget-exhausted`: a platform speaks of its own budget, and only the coordinator's ledger ends the rounds. */
  #outcome(): Verdict['outcome'] {
    const codes = [...this.#codes.values()];
    if (codes.some((code) => /^(POLICY_|ATTEMPT_CONFIG|PRIVACY_LEDGER_|LEDGER_)/.test(code)))
      return 'rejected-by-policy';
    if (codes.includes('ROUND_MODEL')) return 'inconsistent-view';
    return 'too-few-platforms';
  }
}
