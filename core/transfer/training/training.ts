/**
 * Trainings: small models that all platforms train together through the masked sum, above the views or above the
 * histories alone. Types only.
 * @module
 */
import type { Places } from '../../data/vocabulary.ts';
import type { Catalogue } from '../../data/domain.ts';
import type { RandomSource } from '../../random/source.ts';
import type { OpenedRound, PublicRelease, PublicShape, SharedModel, SharedPlan } from '../encoder.ts';
import type { Ask, PerPerson, PersonSums } from '../per-person.ts';
import type { Piece } from '../piece.ts';
import type { SharedVectors } from '../encoder/item-vectors.ts';
import type { Attend, Encode, Made } from '../views/view.ts';

export interface Training<Settings extends object = object> extends Piece<Settings> {
  /**
   * True if it reads the views, and only sources teach it. False if it reads histories alone: views stand beside it, and
   * every platform that contributes teaches it.
   */
  readonly readsViews: boolean;
  /** True if it reads the views' vectors of items, so that every view must have some. */
  readonly readsItems?: true;
  /** Its usual share of the budget, relative to 1 for all views together. */
  readonly portion: number;
  /** Numbers of a representation, 1 to 288. @param inputs width of all views together. */
  width(inputs: number, settings: Settings, release?: PublicRelease): number;
  /** Sums that one source releases alone before the first round. */
  asks(shape: PublicShape, platform: string, inputs: number, settings: Settings): readonly Ask[];
  /** The masked sums of the rounds. Absent for a training that needs no round: its own sums have all of its share. */
  rounds?(shape: PublicShape, inputs: number, settings: Settings): RoundsPlan;
  /** The shared model before the first round: a public function of the plan and of a seed in the manifest. */
  initialModel(plan: SharedPlan, seed: string): SharedModel;
  /** As in `Encoder.advance` (encoder.ts). */
  advance?(plan: SharedPlan, settings: Settings, shared: SharedModel, opened: OpenedRound): SharedModel;
  /** As in `Encoder.itemVectors` (encoder.ts). */
  itemVectors?(plan: SharedPlan, settings: Settings, shared: SharedModel, places: Places): SharedVectors;
  join(context: TrainingContext<Settings>): Promise<Trainee>;
}

/** One kind of masked sum: all blocks of the shared model are one vector under one clip. */
export interface RoundsPlan extends SharedPlan {
  /** L2 bound on one person's contribution on one platform. */
  readonly clip: number;
  /** Present if contributions are sums of outer products: the most that one person has in one block. */
  readonly outerProducts?: number;
  /** Share of the training's budget for all rounds together, relative to the sums of `asks`. */
  readonly portion: number;
}

export interface TrainingContext<Settings> {
  readonly shape: PublicShape;
  /** The platform's name and its number in the manifest, from 0; -1 for one that only takes the shared model. */
  readonly platform: { readonly name: string; readonly number: number };
  readonly plan: SharedPlan;
  readonly settings: Settings;
  /** The views in their order, and all of them side by side. */
  readonly views: readonly Made[];
  readonly inputs: Encode;
  /** Width of all views together, and of each. */
  readonly width: number;
  readonly widths: readonly number[];
  /** Public facts about the platform's items. */
  readonly catalogue: Catalogue;
  /** The place of each item in the federation's vocabulary; -1: it has none. Absent without a vocabulary. */
  readonly places?: Int32Array;
  readonly sums: PersonSums;
  readonly random: RandomSource;
  readonly signal?: AbortSignal;
}

/** One source's part. It keeps no state of its own: everything is computed from the shared model that is handed in. */
export interface Trainee {
  /** Minus a gradient if the optimiser steps, statistics if `advance` computes the next model; zeros for a person who teaches nothing. */
  contribution(shared: SharedModel, round: number): PerPerson;
  encode(shared: SharedModel): Encode;
  /** The weights of a person's items in `encode`. Only a training that weighs the items of a history has this. */
  attend?(shared: SharedModel): Attend;
}
