/**
 * The claims that must hold after every move, for every honest platform p.
 *
 * While no more platforms collude than declared (c' <= c):
 *   paid     p is in no more opened sums than its ledger has charges that are not refunded
 *   budget   and in no more than R
 *   refund   p was refunded no sum that is opened or can still be opened
 * With any number of colluders:
 *   uploads  p uploaded at most R + F times
 *   silent   p was refunded no attempt in which it reveals
 * and, where all honest platforms keep ledgers, for c < c' < t:
 *   openings p is in at most floor(R (n - c') / (t - c')) opened sums. It follows from `silent`: each opened sum takes
 *            t - c' honest reveals, and n - c' platforms reveal R times each.
 * A sum over fewer than t_noise - c' honest platforms is never opened while c' < 2t - n; `sums.ts` has that one.
 * @module
 */
import { has, past, RECORDED, REFUNDED, REVEALED, unrefunded, uploads } from './platform.ts';
import type { Setting } from './setting.ts';

/**
 * `every`: all claims. `printed`: only those that a statement prints, so that a trace continues until a printed number
 * is false.
 */
export type Claimed = 'every' | 'printed';

export interface Seen {
  readonly self: number;
  readonly isOpened: boolean;
  readonly canBeOpened: boolean;
  /** Number of platforms that count as corrupt. */
  readonly colluding: number;
}

/** @returns the claim that is broken for this platform. */
export function brokenOf(
  { self, isOpened, canBeOpened, colluding }: Seen,
  setting: Setting,
  claimed: Claimed,
  othersPay: boolean,
): string | undefined {
  const { platforms: n, threshold: t, declared, charges, refunds } = setting;
  const opened = past(self, 'opened') + (isOpened ? 1 : 0);
  if (colluding <= declared && opened > charges) return `budget: in ${opened} opened sums, and R = ${charges}`;
  if (othersPay && declared < colluding && colluding < t) {
    const most = Math.floor((charges * (n - colluding)) / (t - colluding));
    if (opened > most) return `openings: in ${opened} opened sums, and at most ${most} were printed`;
  }
  if (uploads(self) > charges + refunds) {
    return `uploads: ${uploads(self)} of them, and R + F = ${charges + refunds}`;
  }
  if (claimed === 'printed') return undefined;
  if (colluding <= declared) {
    if (opened > unrefunded(self)) return `paid: in ${opened} opened sums, with ${unrefunded(self)} charges`;
    if (has(self, REFUNDED) && isOpened) return 'refund: of a sum that is opened';
    if (has(self, REFUNDED) && canBeOpened) return 'refund: of a sum that can still be opened';
  }
  if (has(self, REFUNDED) && (has(self, RECORDED) || has(self, REVEALED))) {
    return 'silent: it was refunded an attempt in which it reveals';
  }
  return undefined;
}
