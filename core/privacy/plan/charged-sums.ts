/**
 * The sums that a platform may release on its own. The plan declares each sum, the ledger charges it before the strategy
 * sees it, and the platform never draws it twice.
 * @module
 */
import type { RandomStreams } from '../../random/streams.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import type { Charge } from '../ledger/ledger.ts';
import type { ChargedSums, PrivacyMechanism } from '../mechanism/mechanism.ts';
import { platformCharge, sumFingerprint } from './plan-events.ts';
import { plannedSum } from './plan-lookups.ts';
import type { PrivacyPlan } from './privacy-plan.ts';

/**
 * Values already drawn, kept durably inside the platform. After a restart the platform finds the values that it has paid
 * for. A crash between drawing and charging neither overspends nor loses a repetition: the value is kept, and has not
 * been released yet.
 */
export interface DrawnSums {
  get(fingerprint: string, repetition: number): Kept | Promise<Kept>;
  /** Durable when it returns, or when its promise resolves. */
  put(fingerprint: string, repetition: number, values: Float64Array): void | Promise<void>;
}

type Kept = Float64Array | undefined;

export interface ChargedSumsOptions {
  readonly plan: PrivacyPlan;
  readonly platform: string;
  readonly mechanism: PrivacyMechanism;
  /** Gives each release a random stream of its own. */
  readonly random: RandomStreams;
  /** Charges durably, once; the same charge again costs nothing. `Ledger.charge` does this. */
  readonly charge: (charge: Charge) => unknown;
  readonly drawn?: DrawnSums;
}

/**
 * The only way for a strategy to use its own persons' data. `release` throws PRIVACY_UNDECLARED_SUM for a label that
 * was not declared for this platform alone and for a repetition beyond the declared ones. If the charge is refused it
 * returns nothing. Releases are numbered in the order of the calls, so a strategy that runs again after a restart must
 * ask in the same order to get the same values.
 */
export function createChargedSums(options: ChargedSumsOptions): ChargedSums {
  const { plan, platform, mechanism, random, charge, drawn } = options;
  const asked = new Map<string, number>();
  return {
    noiseDeviation(label) {
      const sum = plannedSum(plan, platform, label);
      return (sum.localSigma * Math.sqrt(sum.noiseShares)) / sum.scale;
    },
    async release(label, contributions) {
      const sum = plannedSum(plan, platform, label);
      if (sum.scope !== 'platform') {
        throw new PrivacyError('PRIVACY_UNDECLARED_SUM', `sum "${label}" is a federation sum: it leaves only masked`);
      }
      const repetition = (asked.get(label) ?? 0) + 1;
      if (repetition > sum.repetitions) {
        throw new PrivacyError(
          'PRIVACY_UNDECLARED_SUM',
          `platform ${platform} declared ${sum.repetitions} releases of "${label}" and asked for one more; declare them all before any data is touched`,
        );
      }
      asked.set(label, repetition);
      const fingerprint = sumFingerprint(platform, sum);
      const kept = await drawn?.get(fingerprint, repetition);
      const values = kept ?? draw();
      if (kept === undefined) await drawn?.put(fingerprint, repetition, values);
      await charge(platformCharge(platform, sum, repetition));
      // The caller gets a copy: strategies work in place, and the kept value must stay the released one.
      return Float64Array.from(values);

      function draw(): Float64Array {
        const stream = random.of(`noise/${label}/${repetition}`);
        const { integers } = mechanism.bound(sum, contributions, stream);
        return mechanism.decode(sum, mechanism.addNoise(sum, integers, stream));
      }
    },
  };
}
