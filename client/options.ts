/**
 * The parts that a platform is made of. Time, randomness, store and transport come from the caller.
 * @module
 */
import type { PseudonymScheme } from '../core/crypto/pseudonym.ts';
import type { Domain } from '../core/data/domain.ts';
import type { Clock } from '../core/time/clock.ts';
import type { Identity } from '../core/federation/identity.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import type { RandomStreams } from '../core/random/streams.ts';
import type { FactorMemory } from '../core/transfer/factors/factor-memory.ts';
import type { PlatformTransport } from '../core/wire/transport.ts';
import type { EvaluationDocument } from './evaluation/document.ts';
import type { HiddenPositives } from './evaluation/hidden.ts';
import type { EvaluationSettings } from './evaluation/settings.ts';
import type { PolicyFloor } from './policy.ts';
import type { PlatformStore } from './store/platform-store.ts';
import type { VocabularyFile } from './vocabulary.ts';
import type { Log } from '../host/log.ts';

export interface PlatformOptions {
  readonly manifest: Manifest;
  readonly identity: Identity;
  /** The domain under the platform's own person ids. */
  readonly domain: Domain;
  /** The vocabulary file of a federation that names one. */
  readonly vocabulary?: VocabularyFile;
  /** The origin of the catalogue. Absent: a public file of items. */
  readonly catalogueOrigin?: 'rows' | 'private';
  /** The store stays open when the platform stops: the caller that opened it closes it. */
  readonly store: PlatformStore;
  readonly transport: PlatformTransport;
  readonly log: Log;
  readonly clock: Clock;
  /** The source of keys, masks and noise. Only simulations and tests give a seeded one. */
  readonly random: RandomStreams;
  /**
   * Runs long work on threads. A thread draws its noise from the operating system, so seeded runs cannot use threads.
   * `module` is the code of the threads, for a caller whose threads must load more than ours. Absent: all work on this
   * thread.
   */
  readonly threads?: { readonly module?: URL };
  /** Default {@link DEFAULT_FLOOR}. */
  readonly floor?: PolicyFloor;
  /** The scheme that makes pseudonyms. Absent: this platform neither releases nor receives representations. */
  readonly pseudonyms?: PseudonymScheme;
  /** True if the platforms have agreed on another pseudonym key than the one this state was started with. */
  readonly hasNewPseudonyms?: boolean;
  /** True if it requests representations from others. Default: true. */
  readonly receives?: boolean;
  /** Release epoch of its requests, from 1. Default: 1. */
  readonly epoch?: number;
  /**
   * Milliseconds to wait for sources that do not answer, before it fits a decoder without them. Default: ten minutes.
   */
  readonly releaseTimeoutMs?: number;
  /**
   * Hidden positives, for measuring only. They use own person ids, and items on the coordinates of the given domain.
   */
  readonly hidden?: (domain: Domain) => HiddenPositives;
  readonly evaluation?: EvaluationSettings;
  /** This platform's decoder of received representations: a readout, or readout@space. Default: ridge. */
  readonly decoder?: string;
  /** Remembers the factors of this platform's domain. Default: a memory of its own, with the manifest's seed. */
  readonly factors?: FactorMemory;
  /** Stores the evaluation. @returns its place, for people; null: not stored. */
  readonly onEvaluated?: (document: EvaluationDocument) => string | null;
}
