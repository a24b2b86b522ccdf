/**
 * A coordinator as a process: its files opened, started, everything closed again.
 * @module
 */
import { readFileSync, statSync } from 'node:fs';
import { FederationError } from '../core/federation/errors.ts';
import { parseIdentity } from '../core/federation/identity.ts';
import type { Identity } from '../core/federation/identity.ts';
import { parseManifest } from '../core/federation/manifest.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { verifyManifest } from '../core/federation/manifest-signature.ts';
import { planFederation } from '../core/federation/plan.ts';
import type { RandomSource } from '../core/random/source.ts';
import { createCoordinator } from './coordinator.ts';
import type { Coordinator } from './options.ts';
import type { CoordinatorListener } from './events.ts';
import type { Log } from '../host/log.ts';
import { openSqliteStore } from './store/sqlite.ts';

export interface RunSettings {
  /** Paths. */
  readonly manifest: string;
  readonly identity: string;
  readonly store: string;
  readonly host: string;
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

/** @throws whatever a file, the store, the port or `createCoordinator` refuse, with nothing left open. */
export async function runCoordinator(settings: RunSettings): Promise<RunningCoordinatorProcess> {
  const manifest = readManifest(settings.manifest);
  const identity = readKeyFile(settings.identity, settings.log);
  const plan = planFederation(manifest);
  const store = openSqliteStore(settings.store, { federation: manifest.federation, parameters: plan.parameters });
  try {
    const { host, port, log, random } = settings;
    const carrier = { kind: 'sockets', host, port } as const;
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

/** @throws FederationError MANIFEST_UNREADABLE, MANIFEST_SYNTAX, MANIFEST_INVALID, MANIFEST_UNSIGNED, MANIFEST_SIGNATURE. */
function readManifest(file: string): Manifest {
  const manifest = parseManifest(read(file, 'MANIFEST_UNREADABLE'), file);
  verifyManifest(manifest);
  return manifest;
}

/** @throws FederationError IDENTITY_UNREADABLE, IDENTITY_INVALID. */
function readKeyFile(file: string, log: Log): Identity {
  const text = read(file, 'IDENTITY_UNREADABLE');
  const others = statSync(file).mode & 0o077;
  if (others !== 0) log.warn(`${file} can be read or changed by other users: chmod 600 it`);
  return parseIdentity(text, file);
}

const REMEDY = {
  MANIFEST_UNREADABLE: 'name the signed manifest with --manifest; "isthmus init" makes one',
  IDENTITY_UNREADABLE: 'name the coordinator\'s key file with --identity; "isthmus init" makes it',
};

function read(file: string, code: keyof typeof REMEDY): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    // The system's reason without its code and path, which the sentence has already.
    const reason = /^[A-Z]+: ([^,]+),/.exec(message)?.[1] ?? message;
    throw new FederationError(code, `cannot read ${file}: ${reason}; ${REMEDY[code]}`, { cause });
  }
}
