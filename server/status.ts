/**
 * Where a coordinator stands, for `/v1/status`, readiness and metrics. Public facts only.
 * @module
 */
import type { Member } from './membership.ts';
import type { AttemptRecord } from './store/coordinator-store.ts';
import type { RoundsEnding } from './events.ts';

export interface CoordinatorStatus {
  readonly federation: string;
  readonly strategy: string;
  /** True: nothing is noised, and nobody is promised anything. */
  readonly noPrivacy: boolean;
  readonly rounds: {
    readonly completed: number;
    readonly of: number;
    readonly state: 'gathering' | 'attempting' | 'pausing' | 'over';
    readonly ending: RoundsEnding | null;
    readonly underWay: { readonly round: number; readonly attempt: number; readonly stage: string } | null;
  };
  /** Null where nothing bounds it: without noise, or with a strategy that promises nothing beyond sealing. */
  readonly epsilon: { readonly spent: number | null; readonly budget: number; readonly delta: number } | null;
  readonly platforms: readonly (Member & { readonly letters: number })[];
  /** The last ones. */
  readonly attempts: readonly AttemptRecord[];
  readonly traffic: { readonly sentBytes: number; readonly receivedBytes: number };
  readonly upSeconds: number;
}
