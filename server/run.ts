/**
 * A coordinator as a process: its files opened, started, everything closed again.
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
import { openSqliteStore } from './store/sqlite.ts';

export interface RunSettings {
  /** Paths. */
  readonly manifest: string;
  readonly identity: string;
  /** Beside it stands the operator's token, made where it is missing. */
  readonly store: string;
  readonly host: string;
  /** Names under which HTTP is asked, besides `host`, localhost and addresses. */
  readonly hostNames?: readonly string[];
  /** 0: any free one. */
  readonly port: number;
  readonly log: Log;
  readonly emit: CoordinatorListener;
  /** Default: the operating system's. A simulation that must repeat gives a seeded one. */
  readonly random?: RandomSource;
}

export interface RunningCoordinatorProcess {
  readonly coordinator: Coordinator;
  /** Stops it and closes its store. Idempotent. */
  stop(): Promise<void>;
}

/** How a coordinator ends with its rounds in that state, for scripts and service managers; null: they still go on. */
export function exitCodeOf(ending: RoundsEnding | null): ExitCode {
  switch (ending) {
    case null:
    case 'completed':
      return EXIT.ok;
    case 'budget-exhausted':
      return EXIT.privacy;
    case 'gave-up':
      return EXIT.federation;
  }
}

/** @throws whatever a file, the store, the port or `createCoordinator` refuse, with nothing left open. */
export async function runCoordinator(settings: RunSettings): Promise<RunningCoordinatorProcess> {
  const manifest = readManifest(settings.manifest, '"isthmus manifest make" makes one');
  const identity = readIdentity(settings.identity, settings.log);
  const plan = planFederation(manifest);
  const store = openSqliteStore(settings.store, { federation: manifest.federation, parameters: plan.parameters });
  try {
    const { host, hostNames = [], port, log, random } = settings;
    const carrier = {
      kind: 'sockets',
      host,
      hostNames,
      port,
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
