/**
 * Runs a platform as a process: opens its files, starts its agent and its local service, and closes everything at the
 * end.
 * @module
 */
import { resolve } from 'node:path';
import { unsafeSharedKeyPseudonyms } from '../core/crypto/pseudonym.ts';
import { formatReading } from '../core/data/reading.ts';
import { badRowPlace } from '../core/data/rows.ts';
import { memberOf } from '../core/federation/co-signature.ts';
import { consentTargets } from '../core/federation/consent.ts';
import { wireIdentity } from '../core/federation/wire-identity.ts';
import type { RandomStreams } from '../core/random/streams.ts';
import { placeOf } from './defect.ts';
import { openDomain } from './data/open.ts';
import { pinnedReading } from './data/pinned-reading.ts';
import type { EvaluationDocument } from './evaluation/document.ts';
import { readHidden } from './evaluation/hidden.ts';
import type { EvaluationSettings } from './evaluation/settings.ts';
import type { PlatformEvent } from './events.ts';
import { readPseudonymKey } from './pseudonym-key.ts';
import { createPlatform } from './platform.ts';
import type { Platform } from './platform.ts';
import type { PolicyFloor } from './policy.ts';
import { PlatformMetrics } from './serving/metrics.ts';
import { readVocabulary } from './vocabulary.ts';
import { startService } from './serving/service.ts';
import { openStateDirectory } from './state-directory.ts';
import { storeEngineOf } from './store/registry.ts';
import { whenFree } from './store/when-free.ts';
import { coordinatorAddress } from './transport/coordinator-address.ts';
import { platformTransportNamed } from './transport/registry.ts';
import { readIdentity, readManifest } from '../host/federation-files.ts';
import { replaceFile } from '../host/files.ts';
import type { Log } from '../host/log.ts';
import { systemClock, systemStreams } from '../host/system.ts';

export interface RunSettings {
  /** Path, like the next two. */
  readonly manifest: string;
  readonly identity: string;
  readonly data: string;
  /** Path of the reading file. Default: beside the data. */
  readonly reading?: string;
  readonly state: string;
  /** Path of the federation's vocabulary, if the manifest names one. */
  readonly vocabulary?: string;
  /** Name of the store's engine. Default: the one of the state directory, or sqlite for a new one. */
  readonly storeEngine?: string;
  /** The coordinator's address, in a form that the transport knows; for the usual one {@link coordinatorAddress}. */
  readonly coordinator: string;
  /** Name of the transport, which must be the coordinator's. Default: socket.io. */
  readonly transport?: string;
  readonly floor: PolicyFloor;
  readonly log: Log;
  readonly emit: (event: PlatformEvent) => void;
  /** Port of the local service; 0: any free one. */
  readonly servePort: number;
  readonly receives: boolean;
  readonly epoch: number;
  /** Milliseconds to wait for sources that do not answer. Default: ten minutes. */
  readonly releaseTimeoutMs?: number;
  readonly evaluation: EvaluationSettings;
  /** This platform's decoder of received representations: a readout, or readout@space. Default: ridge. */
  readonly decoder?: string;
  /** Path of the pseudonym key that all platforms share. */
  readonly unsafeSharedPseudonymKey?: string;
  /** True if the state accepts this key instead of the one that it was started with. */
  readonly hasNewPseudonyms?: boolean;
  /** Path of the hidden positives. */
  readonly hidden?: string;
  /** The module of the work threads, for a caller with its own strategies: it loads them and then ours. */
  readonly threadModule?: URL;
  /**
   * Default: the operating system's source. A simulation that must repeat gives a seeded one, and nothing that it makes
   * may be released.
   */
  readonly random?: RandomStreams;
}

export interface RunningPlatform {
  readonly platform: Platform;
  readonly url: string;
  /** Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a platform. If it cannot start, everything it opened is closed again.
 * @throws the errors of the files, the store, the port and `createPlatform`.
 */
export async function runPlatform(settings: RunSettings): Promise<RunningPlatform> {
  const { log, random = systemStreams, emit } = settings;
  const closers: (() => void | Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const makeTransport = platformTransportNamed(settings.transport);
    if (settings.transport === undefined) coordinatorAddress(settings.coordinator);
    const manifest = readManifest(settings.manifest, 'its maker collects the signatures and sends it to every member');
    const identity = readIdentity(settings.identity, log);
    // Checked before the state directory is bound to this identity.
    memberOf(manifest, identity);
    const pseudonyms =
      settings.unsafeSharedPseudonymKey === undefined
        ? undefined
        : unsafeSharedKeyPseudonyms(readPseudonymKey(settings.unsafeSharedPseudonymKey, log));
    if (pseudonyms !== undefined) {
      log.warn('UNSAFE pseudonyms: anyone with the shared key can compute all pseudonyms from a list of ids');
    }
    const state = openStateDirectory(settings.state);
    const owner = { federation: manifest.federation, platform: identity.name };
    const engine = storeEngineOf(state.path, state.storeFile, settings.storeEngine);
    const store = await whenFree(() => engine.open(state.storeFile, owner));
    closers.push(() => store.close());
    // A killed agent has left its address behind.
    state.retract();
    const { data, reading: named, hidden } = settings;
    const { path: readingPath, file } = await pinnedReading(store.starts, {
      data,
      ...(named !== undefined && { reading: named }),
    });
    const { domain, bad, rows, disliked, badRows } = await openDomain(data, file, readingPath, { name: identity.name });
    if (bad > 0) {
      const first = badRows.map(badRowPlace).join('; ');
      log.warn('rows of the data do not fit its reading file, and are left out', { bad, rows, first });
    }
    if (disliked > 0) log.info('rows whose rating is not a like are left out', { disliked, rows });
    const platform = createPlatform({
      manifest,
      identity,
      domain,
      ...(settings.vocabulary !== undefined && { vocabulary: readVocabulary(settings.vocabulary) }),
      ...(file.catalogue.origin && { catalogueOrigin: file.catalogue.origin }),
      store,
      transport: makeTransport.platform({
        url: settings.coordinator,
        identity: wireIdentity(manifest, identity),
        clock: systemClock,
        random: random.of('link'),
      }),
      log,
      clock: systemClock,
      random,
      // A seeded run repeats only on one thread.
      ...(settings.random === undefined && {
        threads: { ...(settings.threadModule && { module: settings.threadModule }) },
      }),
      floor: settings.floor,
      receives: settings.receives,
      epoch: settings.epoch,
      ...(settings.releaseTimeoutMs !== undefined && { releaseTimeoutMs: settings.releaseTimeoutMs }),
      evaluation: settings.evaluation,
      ...(settings.decoder !== undefined && { decoder: settings.decoder }),
      ...(pseudonyms && { pseudonyms, hasNewPseudonyms: settings.hasNewPseudonyms === true }),
      ...(hidden !== undefined && { hidden: (laidOut) => readHidden(hidden, laidOut) }),
      onEvaluated: (document) => keep(state.evaluationFile, document),
    });
    closers.push(() => platform.stop());
    store.starts.put({
      platform: identity.name,
      platforms: consentTargets(platform.plan, identity.name),
      data: resolve(data),
      readingPath,
      reading: formatReading(file),
    });
    platform.on(emit);
    const metrics = new PlatformMetrics(() => platform.spending());
    platform.on((event) => metrics.observe(event));
    const { backend } = platform;
    const service = await startService({
      backend,
      metrics,
      token: state.token,
      port: settings.servePort,
      onDefect: (error) => log.error('a defect of this platform, please report it', { at: placeOf(error) }),
    });
    closers.push(() => service.stop());
    state.announce({ url: service.url, pid: process.pid });
    closers.push(() => state.retract());
    emit({ kind: 'listening', url: service.url, warnings: platform.statement.warnings });
    log.info('the local service listens', { url: service.url });
    await platform.start();
    return { platform, url: service.url, stop: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function keep(file: string, document: EvaluationDocument): string {
  replaceFile(file, `${JSON.stringify(document, null, 1)}\n`);
  return file;
}
