/**
 * Where a coordinator stands, for whoever runs it: `/v1/status` and metrics. Nothing of a person; what others are shown is in
 * public-status.ts.
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
  readonly strategy: string;
  /** True: nothing is noised, and nobody is promised anything. */
  readonly noPrivacy: boolean;
  readonly rounds: {
    readonly completed: number;
    readonly of: number;
    readonly state: RoundState['kind'];
    /** In state `waiting`: platforms whose statements of attempts that they gave up could free room in the budget. */
    readonly waitingFor: readonly string[] | null;
    /** `gave-up` is for now: state `given-up` ends when a platform that was missing is back. */
    readonly ending: RoundsEnding | null;
    /** Platforms that the failed attempts at the current round lacked, most often missing first. */
    readonly missed: readonly Missed[];
    readonly underWay: { readonly round: number; readonly attempt: number; readonly stage: string } | null;
  };
  /** Null where nothing bounds it: without noise, or with a strategy that promises nothing beyond sealing. */
  readonly epsilon: { readonly spent: number | null; readonly budget: number; readonly delta: number } | null;
  /** What the coordinator's ledger holds of rounds: attempts that are charged and not taken back, and how many were. */
  readonly ledger: LedgerCounts;
  readonly platforms: readonly (Member & {
    /** Attempts that it still sits out, as long as the others are enough. */
    readonly sitsOut: number;
    readonly letters: number;
  })[];
  /** The last ones. */
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
    strategy: plan.strategy.name,
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

/** Whether what is spent bounds anything: with an encoder made from raw data it does not. */
export function isBounded({ strategy }: FederationPlan): boolean {
  return strategy.privacy === 'private-encoder';
}
