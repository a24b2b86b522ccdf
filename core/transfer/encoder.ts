/**
 * The part of a transfer that leaves a platform: how a source represents its persons (views), and what is trained
 * together (a training). A signed manifest names it. An encoder computes; it cannot clip, noise, mask or send anything.
 * The decoder at the target is a seam of its own (decoder/readout.ts).
 * @module
 */
import type { Domain, History } from '../data/domain.ts';
import type { Places } from '../data/vocabulary.ts';
import type { ChargedSums, Contribution, SumQuery } from '../privacy/mechanism/mechanism.ts';
import type { ReleaseModeName } from '../release/registry.ts';
import type { ReceivedRepresentations, SentHistory } from '../release/release.ts';
import type { RandomSource } from '../random/source.ts';
import type { Factorise } from './factors/factor-memory.ts';
import type { Law } from './law.ts';
import type { PieceSpec } from './piece.ts';
import type { SharedVectors } from './encoder/item-vectors.ts';
import type { OptimiserName } from './training/optimisers.ts';

/** The map of linked persons in the manifest (training/linked-map.ts). */
export interface MapSpec {
  /** Share of the budget (of zero-concentrated DP), relative to the pieces of the encoder. Absent: the usual share. */
  readonly portion?: number;
}

/** An encoder as a manifest names it. */
export interface EncoderSpec {
  /** Side by side: a representation is all of their numbers. None only below a training that reads histories alone. */
  readonly views: readonly PieceSpec[];
  readonly training?: PieceSpec;
  /** Present if the rounds come after the releases: persons whom a target knows on both sides teach a map (training/linked-map.ts). */
  readonly map?: MapSpec;
}

/** An encoder composed from its pieces, as a federation uses it. */
export interface Encoder {
  /** The published name of these pieces, or their expression, such as `subspace+text`. */
  readonly name: string;
  /** One line for tables and --help. */
  readonly summary: string;
  readonly reference: string;
  /** The worst of its pieces' laws. */
  readonly law: Law;
  /** All settings checked and completed. */
  readonly spec: EncoderSpec;
  /** Numbers of a raw representation in which a target may read the history itself; 0: none. */
  ownNumbers(shape: PublicShape): number;
  /** Items of the person's own history that a representation holds themselves; 0: none. */
  readonly ownItems: number;
  /** The place of the history itself in a source's representations; undefined if it is not sent. */
  historyBox(shape: PublicShape, source: string): SentHistory | undefined;
  /** Every noisy sum that one platform will release, alone or in rounds. */
  queries(shape: PublicShape, platform: string): readonly SumQuery[];
  /** Numbers of a representation, 1 to 288: a target takes no others from a source of this federation. */
  dimension(shape: PublicShape): number;
  plan(shape: PublicShape): SharedPlan;
  /** The shared model before the first round: a public function of the plan and of a seed in the manifest. */
  initialModel(plan: SharedPlan, seed: string): SharedModel;
  /**
   * The shared model after a round, if it is no step of the optimiser: a public function of the present one and of the
   * opened sum.
   */
  readonly advance?: (plan: SharedPlan, shared: SharedModel, opened: OpenedRound) => SharedModel;
  /**
   * Vectors of one platform's items, if the shared model holds any: a platform ranks with them for its own persons. Made of
   * released values and the catalogue alone.
   */
  readonly itemVectors?: (plan: SharedPlan, shared: SharedModel, places: Places) => SharedVectors;
  join(context: EncoderContext): PlatformModel;
}

/** A round's masked sum, opened. */
export interface OpenedRound {
  /** The decoded noisy sum of the contributions. */
  readonly sum: Float64Array;
  /** Rounds that were opened before this one. */
  readonly earlier: number;
  /** Standard deviation of the noise in one number of the sum, if every platform took part. */
  readonly noiseDeviation: number;
}

/** Public facts of a federation that an encoder may use for planning. They are in the manifest. */
export interface PublicShape {
  /** The platforms that contribute. One that only takes the shared model is not among them. */
  readonly platforms: readonly PublicPlatform[];
  /** M: largest number of platforms that one person may be on. */
  readonly maxPlatformsPerPerson: number;
  /** Number of rounds for the shared model. */
  readonly rounds: number;
  /**
   * Form in which representations are released; absent: raw. A local mode carries few numbers, and an encoder may
   * choose their number by it.
   */
  readonly release?: PublicRelease;
  /** Number of ids, or of hashed buckets, of the federation's vocabulary; absent: it has none. */
  readonly vocabulary?: number;
}

export interface PublicRelease {
  readonly mode: ReleaseModeName;
  /** Epsilon of one released code; null if the release mode gives no bound. */
  readonly epsilon0: number | null;
}

export interface PublicPlatform {
  readonly name: string;
  /** Catalogue size, a public fact. */
  readonly items: number;
  /**
   * A public round number close to the number of persons, chosen by the platform. Denominators and learning rates use
   * it.
   */
  readonly personsAbout: number;
  /** True if it releases representations. A platform that only receives them makes no encoder. */
  readonly releases: boolean;
}

/**
 * The shared model's layout: named blocks, one after the other in one float32 vector. Empty for an encoder that shares
 * nothing.
 */
export interface SharedPlan {
  readonly blocks: readonly SharedBlock[];
  /** The rule by which the coordinator turns a decoded mean update into the next shared model. */
  readonly optimiser: { readonly name: OptimiserName; readonly learningRate: number };
  /** Public denominator of the mean update. */
  readonly denominator: number;
  /** True if each platform's persons have places of their own in the sum, so that what is opened tells platforms apart. */
  readonly comparesPlatforms?: true;
  /** Present if each round replaces means of platforms, which are a block behind the weights (training/platform-means.ts). */
  readonly means?: PlatformMeans;
  /** Present if the rounds stop early; the last block is then their progress (training/stopping.ts). */
  readonly stopping?: Stopping;
}

export interface PlatformMeans {
  /** Platforms that teach, in the order of the manifest. */
  readonly platforms: number;
  /** Numbers of a mean. */
  readonly features: number;
}

export interface Stopping {
  /** Rounds without a fall of the charged loss after which no further round begins (training/stopping.ts). */
  readonly patience: number;
}

export interface SharedBlock {
  readonly name: string;
  readonly shape: readonly number[];
}

export type SharedModel = Float32Array;

export interface EncoderContext {
  readonly domain: Domain;
  readonly shape: PublicShape;
  readonly plan: SharedPlan;
  /**
   * Public randomness from the manifest's seed, so that a restarted platform makes the same encoder from the same data.
   * Use it for initialisation and shuffling, never for noise or for a choice that must stay secret.
   */
  readonly random: RandomSource;
  /** Factorises the platform's own domain, or a part of its persons; each domain once. */
  readonly factorise: Factorise;
  /** Progress of long work, 0 to 1. */
  readonly onProgress?: (stage: string, fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** One platform's part of an encoder. */
export interface PlatformModel {
  /** Trains the encoder inside the platform. Everything private passes through `sums`, which charges it. */
  prepare(sums: ChargedSums): Promise<void>;
  /**
   * Streams one vector per person, as long as the shared plan. It is always computed from `shared`, never from an
   * earlier local state. Where a map is learnt, one vector per linked person. A vector is valid until the next one is asked for.
   * @param linked what the platform received of persons who let it teach the map; absent: of nobody.
   */
  contributions(
    shared: SharedModel,
    round: number,
    linked?: readonly ReceivedRepresentations[],
  ): AsyncIterable<Contribution> | Iterable<Contribution>;
  /** Takes over the federation's new shared model. */
  adopt(shared: SharedModel): Promise<void>;
  /**
   * The person's representation. It depends only on this history, public data and released values (except in
   * `sealed-only`).
   */
  represent(history: History): Float32Array;
  /**
   * Weights of the history's items in the representation, in the order of the history; undefined if the encoder computes none.
   * They are this platform's own to show: no target is told them. @throws as `represent`.
   */
  attend(history: History): Float32Array | undefined;
  /**
   * Unit prototypes of this platform's representations, row-major [K, dimension], made through charged sums. They are
   * asked for once, after the last round, if the codes of the release mode are prototypes.
   */
  prototypes(sums: ChargedSums): Promise<Float32Array>;
}
