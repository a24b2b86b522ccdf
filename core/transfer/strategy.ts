/**
 * The seam where knowledge moves between domains. A strategy computes; it cannot clip, noise, mask or send anything.
 * @module
 */
import type { Domain, History } from '../data/domain.ts';
import type { ChargedSums, Contribution, SumQuery } from '../privacy/mechanism/mechanism.ts';
import type { ReceivedRepresentations, ReleaseModeName } from '../release/release.ts';
import type { RandomSource } from '../random/source.ts';
import type { TensorBackend } from '../tensor/backend.ts';
import type { Factors } from './factors/implicit-als.ts';

/** Public facts of a federation that a strategy may plan from: they stand in the manifest. */
export interface PublicShape {
  readonly platforms: readonly PublicPlatform[];
  /** M: the most platforms one person may be on. */
  readonly maxPlatformsPerPerson: number;
  /** Rounds the policy allows for the shared model. */
  readonly rounds: number;
  /** How representations are released; absent: raw. A local mode carries few numbers, and a strategy may choose them by it. */
  readonly release?: PublicRelease;
}

export interface PublicRelease {
  readonly mode: ReleaseModeName;
  /** Of one code; null where nothing bounds it. */
  readonly epsilon0: number | null;
}

export interface PublicPlatform {
  readonly name: string;
  /** Catalogue size: a public fact. */
  readonly items: number;
  /** A public round number near the count of persons, chosen by the platform; denominators and learning rates use it. */
  readonly personsAbout: number;
  /** Whether it releases representations; a platform that only receives them needs no encoder, unless it trains in rounds. */
  readonly releases: boolean;
}

/** The shared model's layout: named blocks laid end to end in one float32 vector. Empty for a strategy that shares nothing. */
export interface SharedPlan {
  readonly blocks: readonly SharedBlock[];
  /** How the coordinator turns a decoded mean update into the next shared model. */
  readonly optimiser: { readonly name: 'fedavg' | 'fedadam'; readonly learningRate: number };
  /** Public denominator of the mean update. */
  readonly denominator: number;
}

export interface SharedBlock {
  readonly name: string;
  readonly shape: readonly number[];
}

export type SharedModel = Float32Array;

/** What a strategy promises about what leaves a platform; the claims printed follow from it. */
export type PrivacyProfile =
  /** Encoder made from raw data: nothing beyond sealing. */
  | 'sealed-only'
  /** Encoder made through charged sums alone: C2 and C3 hold; C1 for whatever is trained in rounds. */
  | 'private-encoder';

export interface TransferStrategy<Settings extends object = object> {
  readonly name: string;
  /** One line for tables and --help. */
  readonly summary: string;
  /** Paper and equation. */
  readonly reference: string;
  readonly privacy: PrivacyProfile;
  readonly defaults: Settings;
  /** Parses and checks settings from a manifest; throws with the key and the accepted range. */
  settings(raw: unknown): Settings;
  /** Every noisy sum one platform will release, silo-local or in rounds. */
  queries(shape: PublicShape, platform: string, settings: Settings): readonly SumQuery[];
  /** Numbers of a representation, 1 to 64: a target takes no others from a source of this federation. */
  dimension(shape: PublicShape, settings: Settings): number;
  plan(shape: PublicShape, settings: Settings): SharedPlan;
  /** The shared model before the first round: a public function of the plan and a seed in the manifest. */
  initialModel(plan: SharedPlan, seed: string): SharedModel;
  join(context: PlatformContext<Settings>): PlatformModel;
}

export interface PlatformContext<Settings extends object = object> {
  readonly domain: Domain;
  readonly shape: PublicShape;
  readonly plan: SharedPlan;
  readonly settings: Settings;
  /**
   * Public, of the manifest's seed: a platform that starts again makes the same encoder of the same data. For
   * initialisation and shuffling; never for noise, nor for a choice that must stay secret.
   */
  readonly random: RandomSource;
  readonly backend: TensorBackend;
  /**
   * How the platform factorises its own domain, or a part of its persons; absent: anew each time. Whoever measures several
   * strategies on one domain gives one that remembers.
   */
  readonly factorise?: (domain: Domain) => Factors;
  /** Progress for long work, 0 to 1. */
  readonly onProgress?: (stage: string, fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** One platform's half of a strategy. */
export interface PlatformModel {
  /** Trains what the encoder needs inside the platform; everything private passes through `sums`, which charges it. */
  prepare(sums: ChargedSums): Promise<void>;
  /** One vector per person, streamed, as long as the shared plan. Always computed from `shared`, never from an earlier local state. */
  contributions(shared: SharedModel, round: number): AsyncIterable<Contribution> | Iterable<Contribution>;
  /** The federation's new shared model. */
  adopt(shared: SharedModel): Promise<void>;
  /** The person's representation: depends on this history, public data and released values only (unless `sealed-only`). */
  represent(history: History): Float32Array;
  /**
   * Unit prototypes of this platform's representations, row-major [K, dimension], through charged sums: asked for once,
   * after the last round, where the release mode is `cohort`.
   */
  prototypes(sums: ChargedSums): Promise<Float32Array>;
  /** Learns received representations -> local scores from persons known on both sides, with the negative-transfer guard. */
  fitDecoder(received: readonly ReceivedRepresentations[]): Promise<DecoderReport>;
  /** Scores over the catalogue for one person from what the sources released of them (possibly nothing). */
  score(released: readonly ReleasedVector[]): Float32Array /* [items] */;
  /** Why: weights of sources and the catalogue items nearest to the released vector's direction. */
  explain(released: readonly ReleasedVector[], item: number): Explanation;
  /** Frees tensors and buffers. */
  dispose(): void;
}

export interface ReleasedVector {
  readonly source: string;
  readonly vector: Float32Array;
}

/** What the decoder rests on, chosen on held-out persons of the target, inside the target. */
export interface DecoderReport {
  /** Persons known on both sides that the decoder was fitted on. */
  readonly warmPersons: number;
  /** Blend over decoder, prior and popularity; sums to 1. All on prior or popularity: transfer was shut out. */
  readonly blend: { readonly decoder: number; readonly prior: number; readonly popularity: number };
  /** Held-out NDCG@10 of each alone and of the blend. */
  readonly heldOut: Readonly<Record<string, number>>;
  /** Per source: its weight, and why it was shut out where it was. */
  readonly sources: readonly { readonly source: string; readonly weight: number; readonly shutOutBecause?: string }[];
  /** Hyper-parameters chosen, by name. */
  readonly chosen: Readonly<Record<string, number | string>>;
}

export interface Explanation {
  /** What this answer rests on. */
  readonly basis: 'representation' | 'prior' | 'popularity';
  readonly parts: readonly { readonly name: string; readonly weight: number }[];
}
