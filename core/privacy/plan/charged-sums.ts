/**
 * The sums a platform may release on its own: declared, charged before they are seen, and never drawn twice.
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
 * Values already drawn, kept durably inside the platform. With them a restart finds what was paid for, and a crash
 * between drawing and charging neither overspends nor loses a repetition: what is kept here has not left.
 */
export interface DrawnSums {
  get(fingerprint: string, repetition: number): Float64Array | undefined;
  put(fingerprint: string, repetition: number, values: Float64Array): void;
}

export interface ChargedSumsOptions {
  readonly plan: PrivacyPlan;
  readonly platform: string;
  /** Item ids in their order, which coordinates stand for: with another catalogue a sum is another release, and charged anew. */
  readonly catalogue?: readonly string[];
  readonly mechanism: PrivacyMechanism;
  /** Each release draws from a stream of its own. */
  readonly random: RandomStreams;
  /** Charges durably, once: the same charge again costs nothing. `Ledger.charge` does. */
  readonly charge: (charge: Charge) => unknown;
  readonly drawn?: DrawnSums;
}

/**
 * A strategy's door to its own persons' data. `release` refuses a label that was not declared for this platform alone
 * and a repetition beyond the declared ones (PRIVACY_UNDECLARED_SUM); when the charge is refused nothing is returned.
 * Releases are numbered in the order they are asked for, so a strategy that runs again after a restart asks in the same
 * order and gets the same values.
 */
export function createChargedSums(options: ChargedSumsOptions): ChargedSums {
  const { plan, platform, catalogue, mechanism, random, charge, drawn } = options;
  const asked = new Map<string, number>();
  return {
    noiseDeviation(label) {
      const sum = plannedSum(plan, platform, label);
      return (sum.localSigma * Math.sqrt(sum.noiseShares)) / sum.scale;
    },
    async release(label, contributions) {
      const sum = plannedSum(plan, platform, label);
      if (sum.scope !== 'platform') {
        throw new PrivacyError('PRIVACY_UNDECLARED_SUM', `sum "${label}" is the federation's: it leaves only masked`);
      }
      const repetition = (asked.get(label) ?? 0) + 1;
      if (repetition > sum.repetitions) {
        throw new PrivacyError(
          'PRIVACY_UNDECLARED_SUM',
          `platform ${platform} declared ${sum.repetitions} releases of "${label}" and asked for one more; declare them all before any data is touched`,
        );
      }
      asked.set(label, repetition);
      const fingerprint = sumFingerprint(platform, sum, catalogue);
      const kept = drawn?.get(fingerprint, repetition);
      const values = kept ?? draw();
      if (kept === undefined) drawn?.put(fingerprint, repetition, values);
      await charge(platformCharge(platform, sum, repetition, catalogue));
      // A copy: strategies work in place, and what is kept must stay what was released.
      return Float64Array.from(values);

      function draw(): Float64Array {
        const stream = random.of(`noise/${label}/${repetition}`);
        const { integers } = mechanism.bound(sum, contributions, stream);
        return mechanism.decode(sum, mechanism.addNoise(sum, integers, stream));
      }
    },
  };
}
