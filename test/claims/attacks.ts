/**
 * The attacks of a deviating coordinator that tries to open more sums than were paid for. Every attempt invites
 * everybody, until no platform takes part any more.
 */
import { Deviation } from './deviation.ts';
import type { DeviationSettings } from './deviation.ts';

export interface AttackResult {
  /** Number of sums opened with everybody's data in them. */
  readonly opened: number;
  /** True if the attack stopped at `most` and not because of the platforms. */
  readonly isEndless: boolean;
  /** Largest excess of opened sums with one honest platform's data over its payments. */
  readonly worst: number;
  /** Most refunds that one honest platform accepted. */
  readonly refunds: number;
  readonly deviation: Deviation;
}

/**
 * @param chooses selects, among the platforms that still take part, those that are told the survivors: as many honest
 *   ones as shares are missing.
 * @param most number of attempts after which the attack counts as endless.
 */
async function attack(
  settings: DeviationSettings,
  chooses: (deviation: Deviation, needed: number) => readonly string[],
  most: number,
): Promise<AttackResult> {
  const deviation = await Deviation.begin(settings);
  const needed = Math.max(0, deviation.plan.privacy.threshold - settings.helpers);
  let opened = 0;
  let worst = 0;
  while (opened < most) {
    const told = chooses(deviation, needed);
    if (told.length < needed) break;
    const sum = await deviation.attempt(new Set(told));
    if (sum?.length !== settings.platforms) break;
    opened += 1;
    worst = Math.max(worst, deviation.worstExcess);
    await deviation.refund();
    worst = Math.max(worst, deviation.worstExcess);
  }
  const refunds = Math.max(...deviation.honest.map((one) => deviation.refundsOf(one)));
  return { opened, isEndless: opened === most, worst, refunds, deviation };
}

/**
 * Opens as many sums over everybody as possible. The shares come from the platforms with the least to take back, then
 * from those that paid least.
 */
export function openEverybody(settings: DeviationSettings, most = 60): Promise<AttackResult> {
  return attack(
    settings,
    (deviation, needed) =>
      deviation.honest
        .toSorted((a, b) => deviation.refundsOf(b) - deviation.refundsOf(a) || deviation.paid(a) - deviation.paid(b))
        .slice(0, needed)
        .map(({ name }) => name),
    most,
  );
}

/** Opens as many sums with one platform's data as possible, without that platform learning of any. */
export function openVictim(settings: DeviationSettings, most = 60): Promise<AttackResult> {
  return attack(
    settings,
    (deviation, needed) =>
      deviation.honest
        .slice(1)
        .toSorted((a, b) => deviation.paid(a) - deviation.paid(b))
        .slice(0, needed)
        .map(({ name }) => name),
    most,
  );
}
