/**
 * Runs a coordinator as a process: opens its files, starts it, and closes everything at the end.
 * @module
 */
import { planFederation } from '../core/federation/plan.ts';
import type { RandomSource } from '../core/random/source.ts';
import { EXIT } from '../host/exit-codes.ts';
import type { ExitCode } from '../host/exit-codes.ts';
import { tokenIn } from '../host/bearer.ts';
import { readIdentity, readManifest } from '../host/federation-files.ts';
import type { Log } from '../host/log.ts';
import { createCoordinator } from './coordinator.ts';
import type { Coordinator } from './options.ts';
import type { CoordinatorListener, RoundsEnding } from './events.ts';
import { coordinatorStoreNamed } from './store/registry.ts';

export interface RunSettings {
  /** Path, like the next two. */
  readonly manifest: string;
  readonly identity: string;
  /** The operator's token is stored beside it, and made if it is missing. */
  readonly store: string;
  /** Name of the store's engine. Default: sqlite. */
  readonly storeEngine?: string;
  /** Name of the transport, which all platforms must use. Default: socket.io. */
  readonly transport?: string;
  readonly host: string;
  /** Names that HTTP requests may use for this host, besides `host`, localhost and addresses. */
  readonly hostNames?: readonly string[];
  /** Port to listen on; 0: any free one. */
  readonly port: number;
  readonly log: Log;
  readonly emit: CoordinatorListener;
  /** Default: the operating system's source. A simulation that must repeat gives a seeded one. */
  readonly random?: RandomSource;
}

export interface RunningCoordinatorProcess {
  readonly coordinator: Coordinator;
  /** Stops the coordinator and closes its store. Idempotent. */
  stop(): Promise<void>;
}

/** Exit code for scripts and service managers, by the state of the rounds; null: they are not over. */
export function exitCodeOf(ending: RoundsEnding | null): ExitCode {
  switch (ending) {
    case null:
    case 'completed':
    case 'stopped-early':
      return EXIT.ok;
    case 'budget-exhausted':
      return EXIT.privacy;
    case 'gave-up':
      return EXIT.federation;
  }
}

/**
 * Starts a coordinator. If it cannot start, everything it opened is closed again.
 * @throws the errors of the files, the store, the port and `createCoordinator`.
 */
export async function runCoordinator(settings: RunSettings): Promise<RunningCoordinatorProcess> {
  const manifest = readManifest(settings.manifest, '"isthmus manifest make" makes one');
  const identity = readIdentity(settings.identity, settings.log);
  const plan = planFederation(manifest);
  const store = coordinatorStoreNamed(settings.storeEngine).open(settings.store, {
    federation: manifest.federation,
    parameters: plan.parameters,
  });
  try {
    const { host, hostNames = [], port, log, random, transport } = settings;
    const carrier = {
      kind: 'sockets',
      host,
      hostNames,
      port,
      ...(transport !== undefined && { transport }),
      operatorToken: tokenIn(`${settings.store}.token`),
    } as const;
    const coordinator = createCoordinator({ manifest, identity, plan, store, carrier, log, ...(random && { random }) });
    coordinator.on(settings.emit);
    await coordinator.start();
    return {
      coordinator,
      stop: async () => {
        await coordinator.stop();
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw error;
  }
}
