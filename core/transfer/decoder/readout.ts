/**
 * The target's half of a transfer: an item space and a readout make a decoder. Neither leaves the target, so each target
 * chooses its own, and nothing of it stands in the manifest. Types only.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import type { ReceivedRepresentations } from '../../release/release.ts';
import type { Prng } from '../../random/prng.ts';
import type { Factorise } from '../factors/factor-memory.ts';
import type { Factors } from '../factors/implicit-als.ts';
import type { Draws } from '../piece.ts';
import type { HeldOutRanking } from './held-out.ts';
import type { RowsByPerson } from './received-features.ts';
import type { DecoderReport, ReleasedVector } from './report.ts';
import type { HeldScores } from './score-map.ts';
import type { Targets } from './targets.ts';

/** Names a method for people: one file has one exported method, and one line of a registry lists it. */
export interface Method {
  readonly name: string;
  /** One line for tables and --help. */
  readonly summary: string;
  /** Paper and equation. */
  readonly reference: string;
}

/** A method whose settings a decoder's name may carry, as in `ridge@als/dimension=32`. */
export interface Adjustable<One> {
  readonly defaults: Readonly<Record<string, number>>;
  /** Values from which a search draws (`isthmus experiment search`). */
  readonly draws: Draws;
  /** @throws TransferError TRANSFER_SETTING naming the key and the accepted range. */
  at(settings: Readonly<Record<string, unknown>>): One;
}

/** Vectors of the target's items and persons; an inner product scores an item for a person. */
export type ItemSpace = Factors;

export interface SpaceMaker extends Method {
  /** The same space with its mechanism switched off. */
  readonly ablation?: { readonly off: string; readonly space: SpaceMaker };
  /** Absent: it has no settings. */
  readonly adjustable?: Adjustable<SpaceMaker>;
  /** @param domain the target, or a part of its persons. The same domain must give the same space. */
  make(domain: Domain, factorise: Factorise): ItemSpace;
}

/** The persons known on both sides that a readout is fitted on. */
export interface ReadoutTask {
  /** The target's persons whose interactions may be used. */
  readonly domain: Domain;
  readonly space: ItemSpace;
  readonly received: readonly ReceivedRepresentations[];
  /** For each source, the row of each person. */
  readonly rows: readonly RowsByPerson[];
  /** The linked persons to fit on, with their vectors in the space. */
  readonly train: Targets;
  /** All linked persons, held-out ones included. Any other person in `rows` is an arrival, who has no history on the target. */
  readonly linked: readonly string[];
}

/** A task with held-out persons, on whom a readout makes its choices. */
export interface TuningTask extends ReadoutTask {
  readonly ranking: HeldOutRanking;
  /** The persons of `ranking`, with their vectors in the space. */
  readonly heldOut: Targets;
  /** Held-out quality of the prior. A source is let in only if it ranks better by itself. */
  readonly priorQuality: number;
  /** Randomness for the readout. The same task gives the same draws. */
  readonly random: Prng;
}

/** A source that a readout takes, with its share of the readout (all shares sum to 1), or shuts out. */
export type SourceVerdict =
  { readonly source: string; readonly share: number } | { readonly source: string; readonly shutOutBecause: string };

/** A readout whose choices are made. */
export interface Tuned {
  /** Scores of the held-out persons' candidates; undefined if no source was let in. */
  readonly scores: Float32Array | undefined;
  readonly sources: readonly SourceVerdict[];
  readonly chosen: DecoderReport['chosen'];
  /** Fits on these persons with the choices made; only if a source was let in. @returns plain data for `restore`. */
  fit(task: ReadoutTask): object;
}

export interface Readout extends Method {
  /** The same readout with its mechanism switched off. The gain over this is the mechanism's own work. */
  readonly ablation?: { readonly off: string; readonly readout: Readout };
  /** Absent: it has no settings. */
  readonly adjustable?: Adjustable<Readout>;
  tune(task: TuningTask): Tuned;
  /** @param state as `fit` returned it, perhaps in another thread. */
  restore(state: never, space: Pick<ItemSpace, 'dimension' | 'items'>, domain: Domain): LiveReadout;
}

export interface LiveReadout {
  /** Scores over the catalogue, in the units of the prior's; undefined if nothing usable was released. */
  scores(released: readonly ReleasedVector[]): Float32Array | undefined /* [items] */;
  /** The map that gives the scores, if one map gives everybody's from features. The best items are then found without all scores. */
  readonly held?: HeldScores;
  /** The features that `held` takes; undefined if nothing usable was released. */
  features?(released: readonly ReleasedVector[]): Float64Array | undefined;
  /** The direction in the item space in which the released vectors move a person. */
  direction(released: readonly ReleasedVector[]): Float64Array /* [dimension] */;
  /** How much the readout listens to each source for this person; the weights sum to 1. Absent: alike for everybody. */
  attention?(released: readonly ReleasedVector[]): Readonly<Record<string, number>>;
  /** The belief about the person. Absent: the readout does not know its own error. Undefined: nothing usable was released. */
  posterior?(released: readonly ReleasedVector[]): PersonPosterior | undefined;
}

/** Belief about a person's vector in the item space: a normal distribution. */
export interface PersonPosterior {
  readonly mean: Float64Array /* [dimension] */;
  readonly covariance: Float64Array /* [dimension, dimension] */;
}
