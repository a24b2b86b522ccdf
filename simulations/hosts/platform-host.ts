/**
 * One platform of a simulation: the real agent with seeded randomness, in a child process or in this one.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { openByReadingBeside } from '../../client/data/open.ts';
import type { EvaluationDocument } from '../../client/evaluation/document.ts';
import type { EvaluationSettings } from '../../client/evaluation/settings.ts';
import { readHidden } from '../../client/evaluation/hidden.ts';
import type { PlatformEvent } from '../../client/events.ts';
import { readPseudonymKey } from '../../client/pseudonym-key.ts';
import { openLog } from '../../host/log.ts';
import { createPlatform } from '../../client/platform.ts';
import type { Platform } from '../../client/platform.ts';
import { DEFAULT_FLOOR } from '../../client/policy.ts';
import { openStateDirectory } from '../../client/state-directory.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { readVocabulary } from '../../client/vocabulary.ts';
import { unsafeSharedKeyPseudonyms } from '../../core/crypto/pseudonym.ts';
import { LATEST_EXPIRY } from '../../core/federation/consent.ts';
import type { Consent } from '../../core/federation/consent.ts';
import { PURPOSE_NAMES } from '../../core/federation/purposes.ts';
import { parseManifest } from '../../core/federation/manifest.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { wireIdentity } from '../../core/federation/wire-identity.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import type { FactorMemory } from '../../core/transfer/factors/factor-memory.ts';
import { seededStreams } from '../../core/random/streams.ts';
import type { PlatformTransport, WireIdentity } from '../../core/wire/transport.ts';
import { factorFolder } from '../factor-folder.ts';
import { failedReport } from '../failed-report.ts';
import type { FailedReport } from '../failed-report.ts';
import type { SpentReport } from './spent.ts';
import { readIdentity } from '../../host/federation-files.ts';
import type { Log } from '../../host/log.ts';
import { systemClock } from '../../host/system.ts';

export interface PlatformHostConfig {
  readonly name: string;
  readonly manifestFile: string;
  readonly keyFile: string;
  readonly dataFile: string;
  readonly stateFolder: string;
  readonly logFile: string;
  readonly pseudonymKey: string;
  /** The platform that receives representations. */
  readonly target: string;
  /** Persons who consent to a release to the target, one id per line. */
  readonly consenting: string;
  /** File of the hidden positives; null unless this platform is the target. */
  readonly hidden: string | null;
  /** Path of the federation's vocabulary; null if it has none. */
  readonly vocabulary: string | null;
  /** Decoders of the target: the first one serves, and all are measured. */
  readonly decoders: readonly string[];
  readonly evaluation: EvaluationSettings;
  /** Folder of factors that the seed's processes share. */
  readonly factors: string;
  readonly seed: string;
}

export type PlatformReport =
  | { readonly kind: 'event'; readonly event: PlatformEvent }
  | { readonly kind: 'evaluation'; readonly document: EvaluationDocument }
  | { readonly kind: 'settled' }
  | SpentReport
  | FailedReport;

export interface HostedPlatform {
  /** Domains that it factorised itself. */
  readonly factorisations: number;
  stop(): Promise<void>;
}

const EPOCH = 1;

/** @param connect makes the transport once identity and manifest are known. */
export async function hostPlatform(
  config: PlatformHostConfig,
  connect: (identity: WireIdentity) => PlatformTransport,
  report: (report: PlatformReport) => void,
): Promise<HostedPlatform> {
  const log = openLog({ level: 'info', name: config.name, human: false, file: config.logFile });
  let store: PlatformStore | undefined;
  try {
    const opened = openSqliteStore(openStateDirectory(config.stateFolder).storeFile);
    store = opened;
    const manifest = parseManifest(await readFile(config.manifestFile, 'utf8'), config.manifestFile);
    const factors = factorMemory(manifest.seed, factorFolder(config.factors));
    const platform = await platformOf({ config, manifest, factors }, opened, log, connect, report);
    platform.on((event) => report({ kind: 'event', event }));
    await platform.start();
    platform.settled.then(
      () => report({ kind: 'settled' }),
      () => undefined,
    );
    void platform.failed.then((error) => report(failedReport(error)));
    return {
      get factorisations() {
        return factors.made;
      },
      async stop() {
        await platform.stop();
        opened.close();
        await log.close();
      },
    };
  } catch (error) {
    store?.close();
    await log.close();
    throw error;
  }
}

async function platformOf(
  { config, factors, manifest }: { config: PlatformHostConfig; factors: FactorMemory; manifest: Manifest },
  store: PlatformStore,
  log: Log,
  connect: (identity: WireIdentity) => PlatformTransport,
  report: (report: PlatformReport) => void,
): Promise<Platform> {
  const identity = readIdentity(config.keyFile, log);
  const { domain } = await openByReadingBeside(config.dataFile, { name: config.name });
  const { hidden } = config;
  const releases = (manifest.privacy.sources ?? []).includes(config.name) && config.name !== config.target;
  if (releases && store.consents.list().length === 0) {
    store.consents.add(await consents(config, new Set(domain.persons)));
  }
  return createPlatform({
    manifest,
    identity,
    domain,
    ...(config.vocabulary !== null && { vocabulary: readVocabulary(config.vocabulary) }),
    store,
    transport: connect(wireIdentity(manifest, identity)),
    log,
    clock: systemClock,
    random: seededStreams(`${config.seed}/${config.name}`),
    // A simulation runs every manifest it is given, so the platform's floor refuses none.
    floor: { ...DEFAULT_FLOOR, acceptNoPrivacy: true, maxEpsilon: Infinity, maxDelta: 1, minNoiseMultiplier: 0 },
    pseudonyms: unsafeSharedKeyPseudonyms(readPseudonymKey(config.pseudonymKey, log)),
    receives: config.name === config.target,
    decoder: config.decoders[0],
    epoch: EPOCH,
    factors,
    ...(hidden !== null && {
      hidden: (laidOut) => readHidden(hidden, laidOut),
      evaluation: { ...config.evaluation, decoders: config.decoders },
    }),
    onEvaluated: (document) => {
      report({ kind: 'evaluation', document });
      return null;
    },
  });
}

/** Simulated persons consent to every purpose, so that each of their rows can be measured. */
async function consents(config: PlatformHostConfig, persons: ReadonlySet<string>): Promise<Consent[]> {
  const consenting = (await readFile(config.consenting, 'utf8')).split('\n');
  return consenting
    .filter((person) => persons.has(person))
    .map((person) => ({ person, target: config.target, epoch: EPOCH, expires: LATEST_EXPIRY, also: PURPOSE_NAMES }));
}
