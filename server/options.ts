/**
 * The parts that a coordinator is made of, and its interface for the program that runs it.
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
  /** The manifest with every member's signature; see core/federation/co-signature.ts. */
  readonly manifest: Manifest;
  readonly identity: Identity;
  /** The plan for this manifest; absent: made here. A caller gives one for a strategy that is not in the registry. */
  readonly plan?: FederationPlan;
  /** The store stays open after `stop`: the caller that opened it closes it. */
  readonly store: CoordinatorStore;
  /** The carrier of messages: sockets and HTTP on one port, or another transport without HTTP. */
  readonly carrier:
    | {
        readonly kind: 'sockets';
        readonly host: string;
        readonly port: number;
        /** Name of the transport. Default: socket.io. */
        readonly transport?: string;
        /** Names that HTTP requests may use for this host, besides `host`, localhost and addresses. */
        readonly hostNames?: readonly string[];
        /**
         * Grants access to `/metrics` and all of `/v1/status`. Without a token the coordinator shows neither to
         * anybody.
         */
        readonly operatorToken?: string;
      }
    | { readonly kind: 'transport'; readonly make: (options: CoordinatorEndOptions) => CoordinatorTransport };
  readonly log?: Log;
  readonly clock?: Clock;
  /** Used only for the nonces of links: neither a round nor a letter depends on it. */
  readonly random?: RandomSource;
  readonly rounds?: Partial<RoundSettings>;
  readonly mailbox?: Partial<MailboxLimits>;
}

export interface Coordinator {
  readonly plan: FederationPlan;
  /** Starts to accept platforms. @throws HostError PORT_IN_USE, LISTEN_*; StoreError. */
  start(): Promise<void>;
  /** Abandons the attempt under way, tells the platforms, and frees the port. Idempotent. */
  stop(): Promise<void>;
  /** URL of the coordinator; undefined before `start` and without sockets. */
  readonly address: string | undefined;
  status(): CoordinatorStatus;
  /** @returns a function that removes the listener. */
  on(listener: CoordinatorListener): () => void;
  /**
   * Resolves once no further round will run, or the rounds pause for the first time (`gave-up`). At once if no rounds
   * are planned.
   */
  readonly roundsOver: Promise<RoundsEnding>;
  /**
   * Resolves with the reason if the coordinator cannot continue, e.g. because the disk is full. It has stopped by then.
   */
  readonly failed: Promise<unknown>;
}
