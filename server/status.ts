/**
 * The full status of a coordinator, for its operator: `/v1/status` and metrics. It holds nothing about a person. The
 * status for everybody else is in public-status.ts.
 * @module
 */
import type { FederationPlan } from '../core/federation/plan.ts';
import type { Ledger } from '../core/privacy/ledger/ledger.ts';
import type { LedgerCounts } from '../host/metrics.ts';
import type { Member } from './membership.ts';
import type { Missed } from './rounds/missed.ts';
import type { RoundState } from './rounds/round-machine.ts';
import type { Rounds } from './rounds/rounds.ts';
import type { AttemptRecord, RoundStore } from './store/coordinator-store.ts';
import type { RoundsEnding } from './events.ts';

export interface CoordinatorStatus {
  readonly federation: string;
  /** Version of the manifest. */
  readonly version: number;
  readonly strategy: string;
  /** True if the federation adds no noise and promises no privacy to anybody. */
  readonly noPrivacy: boolean;
  readonly rounds: {
    readonly completed: number;
    readonly of: number;
    readonly state: RoundState['kind'];
    /**
     * Platforms whose statements about attempts that they gave up could free budget, in state `waiting`; null in other
     * states.
     */
    readonly waitingFor: readonly string[] | null;
    /**
     * How the rounds ended; null: they are not over. `gave-up` is not final: state `given-up` ends when a missing
     * platform is back.
     */
    readonly ending: RoundsEnding | null;
    /** Platforms that the failed attempts at the current round lacked, most often missing first. */
    readonly missed: readonly Missed[];
    readonly underWay: { readonly round: number; readonly attempt: number; readonly stage: string } | null;
  };
  /** Null if nothing bounds it: without noise, or with a strategy that promises nothing beyond sealing. */
  readonly epsilon: { readonly spent: number | null; readonly budget: number; readonly delta: number } | null;
  /** Counts in the coordinator's ledger: attempts charged and not taken back, and attempts taken back. */
  readonly ledger: LedgerCounts;
  readonly platforms: readonly (Member & {
    /** Number of attempts that it still sits out, if the others are enough. */
    readonly sitsOut: number;
    readonly letters: number;
  })[];
  /** The most recent attempts. */
  readonly attempts: readonly AttemptRecord[];
  readonly traffic: { readonly sentBytes: number; readonly receivedBytes: number };
  readonly upSeconds: number;
}

const ATTEMPTS_SHOWN = 20;

export interface StatusParts {
  readonly plan: FederationPlan;
  readonly rounds: Pick<
    Rounds,
    'state' | 'completed' | 'of' | 'ending' | 'underWay' | 'waitingFor' | 'missed' | 'sitsOut'
  >;
  readonly ledger: Pick<Ledger, 'spent' | 'attempts' | 'refunds'>;
  readonly members: readonly Member[];
  readonly lettersOf: (platform: string) => number;
  readonly attempts: Pick<RoundStore, 'attempts'>;
  readonly traffic: CoordinatorStatus['traffic'];
  readonly upSeconds: number;
}

export function statusOf({ plan, rounds, ...parts }: StatusParts): CoordinatorStatus {
  const { budget, delta } = plan.privacy;
  const { state, completed, of, ending, underWay, waitingFor, missed } = rounds;
  return {
    federation: plan.manifest.federation,
    version: plan.manifest.version,
    strategy: plan.encoder.name,
    noPrivacy: budget === null,
    rounds: {
      completed,
      of,
      state: state.kind,
      waitingFor: waitingFor ?? null,
      ending: ending ?? null,
      missed,
      underWay: underWay ?? null,
    },
    epsilon: budget === null || !isBounded(plan) ? null : { spent: parts.ledger.spent(), budget, delta },
    ledger: { attempts: parts.ledger.attempts, refunds: parts.ledger.refunds },
    platforms: parts.members.map((member) => ({
      ...member,
      sitsOut: rounds.sitsOut(member.platform),
      letters: parts.lettersOf(member.platform),
    })),
    attempts: parts.attempts.attempts(ATTEMPTS_SHOWN),
    traffic: parts.traffic,
    upSeconds: parts.upSeconds,
  };
}

/** True if the spent epsilon bounds anything. An encoder made from raw data makes it meaningless. */
export function isBounded({ encoder }: FederationPlan): boolean {
  return encoder.law !== 'sealed-only';
}
