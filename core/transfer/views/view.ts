/**
 * Views: how a source turns one person's history into numbers. Only a `sealed-only` view is given the platform's rows. The
 * others see one history at a time, so their output cannot depend on another person but through a charged sum. Types
 * only.
 * @module
 */
import type { Catalogue, Domain, History } from '../../data/domain.ts';
import type { RandomSource } from '../../random/source.ts';
import type { ItemVectors } from '../encoder/item-vectors.ts';
import type { PublicPlatform, PublicRelease } from '../encoder.ts';
import type { Factorise } from '../factors/factor-memory.ts';
import type { Ask, PersonSums } from '../per-person.ts';
import type { Piece } from '../piece.ts';

/** A person's numbers, as many as the view's width: of length 1, or zeros if the view knows nothing of the history. */
export type Encode = (history: History) => Float32Array;

/**
 * The weight of each item of a history in its representation, in the order of the history. They add up to 1; an item that is not
 * looked at has 0.
 */
export type Attend = (history: History) => Float32Array;

export interface Made {
  readonly encode: Encode;
  /** One vector per item, if `encode` is the unit sum of the vectors of the history's items. Trained pieces may use them. */
  readonly items?: ItemVectors;
}

/** Everything that a view which carries a claim may depend on. */
export interface ViewContext<Settings> {
  readonly platform: PublicPlatform;
  /** The form of the release; absent: raw, or a training reads the view. */
  readonly release?: PublicRelease;
  /** Public facts about the platform's items. */
  readonly catalogue: Catalogue;
  readonly settings: Settings;
  /** Public randomness from the manifest's seed, the same after a restart. Never for noise. */
  readonly random: RandomSource;
  /** Progress of long work, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

interface AnyView<Settings extends object> extends Piece<Settings> {
  /** Numbers of a person: the same on every platform of the federation, 1 to 288. */
  width(release: PublicRelease | undefined, settings: Settings): number;
  /** True if `make` gives no vectors of items, so that a training by towers cannot read it. */
  readonly hasNoItems?: true;
}

export interface PublicView<Settings extends object = object> extends AnyView<Settings> {
  readonly law: 'public';
  /** True if a target may read the history itself in the numbers: the statement says so, and in how many (C3.own). */
  readonly sendsHistory: boolean;
  /** Number of items, if the numbers are a box of them (encoder/history-box.ts), which the target reads; absent: they are coordinates. */
  slots?(settings: Settings): number;
  /** Why a number may mean something else on another platform, with the remedy; undefined if it does not. Absent: nobody knows. */
  meansItsOwn?(settings: Settings): string | undefined;
  make(context: ViewContext<Settings>): Promise<Made>;
}

export interface ChargedView<Settings extends object = object> extends AnyView<Settings> {
  readonly law: 'charged';
  /** Every noisy sum that one platform releases for this view. */
  asks(platform: PublicPlatform, release: PublicRelease | undefined, settings: Settings): readonly Ask[];
  make(context: ViewContext<Settings> & { readonly sums: PersonSums }): Promise<Made>;
}

export interface RawView<Settings extends object = object> extends AnyView<Settings> {
  readonly law: 'sealed-only';
  make(context: ViewContext<Settings> & { readonly domain: Domain; readonly factorise: Factorise }): Promise<Made>;
}

export type View<Settings extends object = object> = PublicView<Settings> | ChargedView<Settings> | RawView<Settings>;
