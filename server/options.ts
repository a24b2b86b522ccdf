/**
 * What a coordinator is made of, and what it is to those who run it.
 * @module
 */
import type { Clock } from '../core/time/clock.ts';
import type { Identity } from '../core/federation/identity.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import type { FederationPlan } from '../core/federation/plan.ts';
import type { RandomSource } from '../core/random/source.ts';
import type { CoordinatorEndOptions } from '../core/wire/coordinator-end.ts';
import type { CoordinatorTransport } from '../core/wire/transport.ts';
import type { Log } from '../host/log.ts';
import type { CoordinatorListener, RoundsEnding } from './events.ts';
import type { MailboxLimits } from './mailbox/mailbox.ts';
import type { RoundSettings } from './rounds/settings.ts';
import type { CoordinatorStatus } from './status.ts';
import type { CoordinatorStore } from './store/coordinator-store.ts';

export interface CoordinatorOptions {
  /** Signed by every member; see core/federation/co-signature.ts. */
  readonly manifest: Manifest;
  readonly identity: Identity;
  /** What the manifest comes to; made here when absent. For strategies that are not in the registry. */
  readonly plan?: FederationPlan;
  /** Stays open after `stop`: whoever opened it closes it. */
  readonly store: CoordinatorStore;
  /** Platforms over sockets, and HTTP, on one port; or over another transport, without HTTP. */
  readonly carrier:
    | {
        readonly kind: 'sockets';
        readonly host: string;
        readonly port: number;
        /** Names under which HTTP is asked, besides `host`, localhost and addresses. */
        readonly hostNames?: readonly string[];
        /** Opens `/metrics` and all of `/v1/status`. Without one nobody is shown either. */
        readonly operatorToken?: string;
      }
    | { readonly kind: 'transport'; readonly make: (options: CoordinatorEndOptions) => CoordinatorTransport };
  readonly log?: Log;
  readonly clock?: Clock;
  /** Nonces of links alone: neither a round nor a letter depends on it. */
  readonly random?: RandomSource;
  readonly rounds?: Partial<RoundSettings>;
  readonly mailbox?: Partial<MailboxLimits>;
}

export interface Coordinator {
  readonly plan: FederationPlan;
  /** Takes platforms from now on. @throws HostError PORT_IN_USE, LISTEN_*; StoreError. */
  start(): Promise<void>;
  /** Ends what is under way as abandoned, tells the platforms, frees the port. Idempotent. */
  stop(): Promise<void>;
  /** Where it listens; undefined before `start` and without sockets. */
  readonly address: string | undefined;
  status(): CoordinatorStatus;
  /** @returns how to leave. */
  on(listener: CoordinatorListener): () => void;
  /** Resolves when no further round will come, or none for now (`gave-up`, the first time): at once where none are planned. */
  readonly roundsOver: Promise<RoundsEnding>;
  /** Resolves when it cannot go on, with the reason, e.g. a full disk; it has stopped then. */
  readonly failed: Promise<unknown>;
}
