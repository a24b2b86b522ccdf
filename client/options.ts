/**
 * What a platform is made of. Everything it touches comes in here: time, randomness, store, transport, tensors.
 * @module
 */
import type { PseudonymScheme } from '../core/crypto/pseudonym.ts';
import type { Domain } from '../core/data/domain.ts';
import type { Clock } from '../core/time/clock.ts';
import type { Identity } from '../core/federation/identity.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import type { RandomStreams } from '../core/random/streams.ts';
import type { FactorMemory } from '../core/transfer/factors/factor-memory.ts';
import type { TensorBackend } from '../core/tensor/backend.ts';
import type { PlatformTransport } from '../core/wire/transport.ts';
import type { EvaluationDocument } from './evaluation/document.ts';
import type { HiddenPositives } from './evaluation/hidden.ts';
import type { EvaluationSettings } from './evaluation/settings.ts';
import type { PolicyFloor } from './policy.ts';
import type { PlatformStore } from './store/platform-store.ts';
import type { Log } from '../host/log.ts';

export interface PlatformOptions {
  readonly manifest: Manifest;
  readonly identity: Identity;
  /** Under the platform's own person ids. */
  readonly domain: Domain;
  /** Stays open when the platform stops: it belongs to whoever opened it. */
  readonly store: PlatformStore;
  readonly transport: PlatformTransport;
  readonly backend: TensorBackend;
  readonly log: Log;
  readonly clock: Clock;
  /** Keys, masks and noise come from it: seeded in simulations and tests alone. */
  readonly random: RandomStreams;
  /**
   * Long work is done on threads of its own, whose noise is the operating system's: not for seeded runs. `module`: what the
   * threads run, where it must load more than ours does. Absent: everything on this thread.
   */
  readonly threads?: { readonly module?: URL };
  /** Default {@link DEFAULT_FLOOR}. */
  readonly floor?: PolicyFloor;
  /** Without one this platform neither releases nor receives representations. */
  readonly pseudonyms?: PseudonymScheme;
  /** The platforms have agreed on another pseudonym key than the one this state was started with. */
  readonly hasNewPseudonyms?: boolean;
  /** Whether it asks others for representations. Default true. */
  readonly receives?: boolean;
  /** Release epoch it asks in, from 1. Default 1. */
  readonly epoch?: number;
  /** How long it waits for sources that do not answer before it fits a decoder without them. Default ten minutes. */
  readonly releaseTimeoutMs?: number;
  /** Own person ids, and items of the domain as it is laid out on its coordinates; for measuring alone. */
  readonly hidden?: (domain: Domain) => HiddenPositives;
  readonly evaluation?: EvaluationSettings;
  /** This platform's own way to decode what it receives: readout, or readout@space. Default ridge. */
  readonly decoder?: string;
  /** What remembers the factors of this platform's domain. Default: memory of its own, under the manifest's seed. */
  readonly factors?: FactorMemory;
  /** Keeps the evaluation. @returns where, for people. */
  readonly onEvaluated?: (document: EvaluationDocument) => string | null;
}
