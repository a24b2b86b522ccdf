/**
 * The decoder turns released representations, from one or several sources and with any noise, into scores over the
 * local catalogue. It never leaves its platform, so it may be fitted on everything there.
 *
 * A readout maps released vectors to scores in an item space (decoder/readout.ts). Held-out persons make its choices,
 * shut out the sources that do not help, and then choose the blend with prior and popularity that ranks them best.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { personIndex } from '../../data/select.ts';
import type { ReceivedRepresentations } from '../../release/release.ts';
import type { Prng } from '../../random/prng.ts';
import type { Factorise } from '../factors/factor-memory.ts';
import { multiplyVector } from '../linear-algebra/products.ts';
import { DEFAULT_DECODER, decoderNamed } from '../readouts/registry.ts';
import type { DecoderMethod } from '../readouts/registry.ts';
import { BestRows, bestOfAll } from './best-rows.ts';
import type { Best } from './best-rows.ts';
import { explainScore, ItemDirections, listed, ScoresBySources } from './explain.ts';
import type { ItemScores, NearItem } from './explain.ts';
import { hide, inSpace } from './held-out-target.ts';
import { popularityOnScaleOf } from './popularity-list.ts';
import { moveBy } from './own-items.ts';
import type { ItemSpace, LiveReadout, PersonPosterior } from './readout.ts';
import type { RowsByPerson } from './received-features.ts';
import type { DecoderData, DecoderReport, Explanation, ReleasedVector } from './report.ts';
import type { HeldScores } from './score-map.ts';
import { select } from './selection.ts';
import { meanFactor, targetsOf } from './targets.ts';
import { HistoryReader, learnHistories } from './told-histories.ts';
import type { ToldHistories } from './told-histories.ts';

export interface DecoderContext {
  /** The target's domain, without the interactions of cold persons. */
  readonly domain: Domain;
  /** Factorises the target or a part of its persons, with the same method and settings each time. */
  readonly factorise: Factorise;
  readonly random: Prng;
}

export interface Decoder {
  readonly report: DecoderReport;
  /** The decoder as plain data, without the domain. */
  readonly data: DecoderData;
  /** @param own items that the person has here already; they move the scores of all others. */
  score(released: readonly ReleasedVector[], own?: Uint32Array): Float32Array /* [items] */;
  /** The k items with the highest of these scores above -Infinity, without the own ones. */
  best(released: readonly ReleasedVector[], k: number, own?: Uint32Array): Best;
  /** Parts of an item's score. The same lists may be asked about several items at little cost. */
  explain(released: readonly ReleasedVector[], item: number, own?: Uint32Array): Explanation;
  /** The readout’s belief about the person, with its certainty; undefined if it has no such belief, or nothing was released. */
  posterior?(released: readonly ReleasedVector[]): PersonPosterior | undefined;
}

/** Data of a decoder that uses more than popularity. */
interface FittedData extends DecoderData {
  /** Name of the method, as `decoderNamed` knows it. */
  readonly method: string;
  readonly space: Pick<ItemSpace, 'dimension' | 'items'>;
  /** Mean vector of the persons known on both sides. */
  readonly prior: Float64Array;
  /** The readout's own; undefined where no source was let in. */
  readonly readout: object | undefined;
  /** What was learnt from histories that sources sent themselves. */
  readonly told: ToldHistories;
  /** See own-items.ts; undefined if own items do not move a person. */
  readonly pull: number | undefined;
}

/** Least number of persons known on both sides. With fewer nothing can be judged, and popularity is used alone. */
export const FEWEST_WARM = 20;
const heldOutShare = 0.2;

/** @throws TransferError TRANSFER_DECODER_UNKNOWN */
export function fitDecoder(
  context: DecoderContext,
  received: readonly ReceivedRepresentations[],
  method: string | DecoderMethod = DEFAULT_DECODER,
): Decoder {
  return fitDecoders(context, received, [method])[0];
}

/** Fits several methods to the same releases and held-out persons. @throws TransferError TRANSFER_DECODER_UNKNOWN */
export function fitDecoders(
  { domain, factorise, random }: DecoderContext,
  released: readonly ReceivedRepresentations[],
  methods: readonly (string | DecoderMethod)[],
): readonly Decoder[] {
  const found = methods.map((method) => (typeof method === 'string' ? decoderNamed(method) : method));
  const told = learnHistories(released, factorise);
  const received = new HistoryReader(told).all(released);
  const rows = received.map((source): RowsByPerson => new Map(source.persons.map((person, row) => [person, row])));
  const index = personIndex(domain);
  const warm = [...new Set(received.flatMap((source) => source.persons))]
    .filter((person) => historyLengthOf(domain, index.get(person)) > 0)
    .sort();
  if (warm.length < FEWEST_WARM) return methods.map(() => popularityAlone(domain, warm.length, received));

  const shuffled = random.shuffle(warm.slice());
  const heldOutCount = Math.max(1, Math.round(heldOutShare * warm.length));
  const seed = `${random.uint32()}`;
  const target = hide(domain, shuffled.slice(0, heldOutCount), seed);
  const fitOne = (method: DecoderMethod): Decoder => {
    const { name, space: maker } = method;
    const held = inSpace(target, maker.make(target.domain, factorise), shuffled.slice(heldOutCount));
    const { tuned, pull, ...chosen } = select(method, target, held, { received, rows, linked: warm }, seed);
    const space = maker.make(domain, factorise);
    const train = targetsOf(domain, space, warm);
    const state = tuned.scores && tuned.fit({ domain, space, received, rows, train, linked: warm });
    return new FittedDecoder(domain, {
      report: { warmPersons: warm.length, ...chosen },
      method: name,
      space: { dimension: space.dimension, items: space.items },
      prior: meanFactor(train, space.dimension),
      readout: state,
      told,
      pull,
    });
  };
  return found.map(fitOne);
}

/** The decoder that was fitted on this domain, perhaps in another thread. */
export function restoreDecoder(domain: Domain, data: DecoderData): Decoder {
  return isFitted(data) ? new FittedDecoder(domain, data) : popularityOf(domain, data);
}

function isFitted(data: DecoderData): data is FittedData {
  return 'method' in data;
}

const NO_ITEMS = new Uint32Array(0);

interface Asked {
  readonly scores: ScoresBySources;
  near?: readonly NearItem[] | undefined;
  /** The move of the person by the own items that were asked about last. */
  moved?: { readonly own: Uint32Array; readonly by: Float64Array } | undefined;
}

class FittedDecoder implements Decoder {
  readonly data: FittedData;
  readonly #domain: Domain;
  readonly #readout: LiveReadout | undefined;
  readonly #priorScores: Float32Array;
  readonly #popularity: Float32Array;
  /** Made when the best items are asked for the first time. */
  #best: BestRows | undefined;
  /** Made when something is explained for the first time. */
  #directions: ItemDirections | undefined;
  /** The person who was scored or explained last. */
  #last: Asked | undefined;

  constructor(domain: Domain, data: FittedData) {
    this.#domain = domain;
    this.data = data;
    const { method, prior, readout, space, told } = data;
    this.#readout =
      readout && new HistoryReader(told).before(decoderNamed(method).readout.restore(readout as never, space, domain));
    this.#priorScores = multiplyVector(space.items, space.dimension, prior);
    this.#popularity = popularityOnScaleOf(domain, this.#priorScores).list;
  }

  get report(): DecoderReport {
    return this.data.report;
  }

  score(released: readonly ReleasedVector[], own?: Uint32Array): Float32Array {
    const out = this.#transferred(this.#of(released).scores.all.all());
    const move = this.#moveBy(released, own);
    if (move === undefined) return out;
    const moved = this.#changeBy(move).all();
    for (let item = 0; item < out.length; item++) out[item] += moved[item];
    return out;
  }

  best(released: readonly ReleasedVector[], k: number, own = NO_ITEMS): Best {
    const { held } = this.#readout ?? {};
    const features = this.report.blend.decoder > 0 ? this.#readout?.features?.(released) : undefined;
    if (held === undefined || features === undefined) return bestOfAll(this.score(released, own), k, own);
    this.#best ??= this.#bestRows(held);
    const move = this.#moveBy(released, own);
    const weighted = features.map((value) => this.report.blend.decoder * value);
    const vectors =
      this.data.pull === undefined ? [weighted] : [weighted, move ?? new Float64Array(this.data.prior.length)];
    return this.#best.best(vectors, k, (some) => this.#scoresOf(held, features, move, some), new Set(own));
  }

  /** Scores of some items, the same to the bit as by `score`. */
  #scoresOf(held: HeldScores, features: Float64Array, move: Float64Array | undefined, some: Uint32Array): Float32Array {
    const out = this.#transferred(held.ofSome(features, some), some);
    const moved = move && this.#changeBy(move);
    if (moved !== undefined) some.forEach((item, at) => (out[at] += moved.of(item)));
    return out;
  }

  /** @param held the part of the scores that depends on the person; the rest is the same for everybody. */
  #bestRows({ map }: HeldScores): BestRows {
    const { decoder, prior, popularity } = this.report.blend;
    const { pull, space } = this.data;
    const constants = new Float32Array(map.intercept.length);
    // Sums of float32 numbers in another order differ by a few units in the last place of their absolute values.
    const doubts = new Float32Array(map.intercept.length);
    for (let item = 0; item < constants.length; item++) {
      const parts = [
        decoder * map.intercept[item],
        prior * this.#priorScores[item],
        popularity * this.#popularity[item],
      ];
      constants[item] = parts[0] + parts[1] + parts[2];
      doubts[item] = 2 ** -20 * (Math.abs(parts[0]) + Math.abs(parts[1]) + Math.abs(parts[2]));
    }
    const own = pull === undefined ? [] : [{ x: space.items, width: space.dimension }];
    return new BestRows([{ x: map.items, width: map.width }, ...own], constants, doubts);
  }

  /** The move of the person's vector by the own items. */
  #moveBy(released: readonly ReleasedVector[], own: Uint32Array | undefined): Float64Array | undefined {
    const { pull, space } = this.data;
    if (own === undefined || own.length === 0 || pull === undefined) return undefined;
    const last = this.#of(released);
    if (last.moved?.own !== own) {
      const before = this.#transferred(
        Float32Array.from(own, (item) => last.scores.all.of(item)),
        own,
      );
      last.moved = { own, by: moveBy(space, own, Float64Array.from(before), pull) };
    }
    return last.moved.by;
  }

  /** The change of scores by a move of the person's vector. */
  #changeBy(move: Float64Array): ItemScores {
    const { dimension: d, items } = this.data.space;
    return {
      all: () => multiplyVector(items, d, move),
      of: (item) => multiplyVector(items.subarray(item * d, item * d + d), d, move)[0],
    };
  }

  /** Blends decoded scores with prior and popularity. @param some the items that they are of; absent: all */
  #transferred(decoded: Float32Array, some?: Uint32Array): Float32Array {
    const { decoder, prior, popularity } = this.report.blend;
    const out = new Float32Array(decoded.length);
    for (let at = 0; at < out.length; at++) {
      const item = some === undefined ? at : some[at];
      out[at] = decoder * decoded[at] + prior * this.#priorScores[item] + popularity * this.#popularity[item];
    }
    return out;
  }

  explain(released: readonly ReleasedVector[], item: number, own?: Uint32Array): Explanation {
    const last = this.#of(released);
    const move = this.#moveBy(released, own);
    const near = (scores: ScoresBySources): readonly NearItem[] | undefined => {
      const direction = this.#readout?.direction(scores.groups.flat());
      if (direction === undefined) return undefined;
      this.#directions ??= new ItemDirections(this.data.space);
      return this.#directions.nearest(direction);
    };
    return explainScore(
      {
        domain: this.#domain,
        blend: this.report.blend,
        popularity: this.#popularity,
        priorScores: this.#priorScores,
        moved: move && this.#changeBy(move),
        near: (scores) => (last.near ??= near(scores)),
        attention: (scores) => this.#readout?.attention?.(scores.groups.flat()),
      },
      last.scores,
      item,
    );
  }

  posterior(released: readonly ReleasedVector[]): PersonPosterior | undefined {
    return this.#readout?.posterior?.(released);
  }

  #of(released: readonly ReleasedVector[]): Asked {
    if (this.#last?.scores.released !== released) {
      this.#last = { scores: new ScoresBySources(released, (known) => this.#decode(known), this.#priorScores) };
    }
    return this.#last;
  }

  /** The readout's scores; undefined if transfer was shut out or nothing usable was released, and the prior's scores take their place. */
  #decode(released: readonly ReleasedVector[]): ItemScores | undefined {
    if (this.#readout === undefined || this.report.blend.decoder === 0) return undefined;
    const { held } = this.#readout;
    if (held === undefined) {
      const scores = this.#readout.scores(released);
      return scores && listed(scores);
    }
    const features = this.#readout.features?.(released);
    return features && { all: () => held.of(features), of: (item) => held.ofSome(features, Uint32Array.of(item))[0] };
  }
}

function popularityAlone(domain: Domain, warmPersons: number, received: readonly ReceivedRepresentations[]): Decoder {
  const shutOutBecause = `${warmPersons} persons are known on both sides; with fewer than ${FEWEST_WARM} no source can be judged`;
  const sources = received.map(({ source }) => ({ source, weight: 0, shutOutBecause }));
  return popularityOf(domain, {
    report: { warmPersons, blend: { decoder: 0, prior: 0, popularity: 1 }, heldOut: {}, sources, chosen: {} },
  });
}

function popularityOf(domain: Domain, data: DecoderData): Decoder {
  const list = popularityOnScaleOf(domain, undefined).list;
  return {
    data,
    report: data.report,
    score: () => list.slice(),
    best: (_, k, own = NO_ITEMS) => bestOfAll(list, k, own),
    explain: () => ({ basis: 'popularity', parts: [{ name: 'popularity', weight: 1 }] }),
  };
}

/** A decoder before anything was fitted: what is popular on the platform. */
export function popularityDecoder(domain: Domain): Decoder {
  return popularityAlone(domain, 0, []);
}

function historyLengthOf(domain: Domain, person: number | undefined): number {
  return person === undefined ? 0 : domain.offsets[person + 1] - domain.offsets[person];
}
