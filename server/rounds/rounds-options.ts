/**
 * Everything that the rounds of a federation depend on.
 * @module
 */
import type { CryptoEngine } from '../../core/crypto/engine.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import type { Ledger } from '../../core/privacy/ledger/ledger.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Body } from '../../core/wire/body.ts';
import type { CoordinatorEvent } from '../events.ts';
import type { Membership } from '../membership.ts';
import type { CoordinatorStore } from '../store/coordinator-store.ts';
import type { RoundSettings } from './settings.ts';

export interface RoundsOptions {
  readonly plan: FederationPlan;
  readonly store: Pick<CoordinatorStore, 'rounds' | 'sessions'>;
  readonly ledger: Ledger;
  readonly membership: Membership;
  readonly engine: CryptoEngine;
  readonly clock: Clock;
  readonly settings: RoundSettings;
  /** Queues a message for those of the platforms that have a link. */
  readonly send: (to: readonly string[], body: Body, session?: Uint8Array) => void;
  /** The ledger has a new entry. */
  readonly onCharged: () => void;
  /** Queues the new ledger entries for all platforms. */
  readonly tellLedger: () => void;
  readonly emit: (event: CoordinatorEvent) => void;
  /** Receives an error of the store. The coordinator cannot continue without its store. */
  readonly onError: (error: unknown) => void;
  /** Receives a defect, an error that should be impossible, for the log. */
  readonly onDefect: (defect: unknown) => void;
}
