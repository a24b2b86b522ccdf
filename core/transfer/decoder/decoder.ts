/**
 * The decoder turns released representations, from one or several sources and with any noise, into scores over the
 * local catalogue. It never leaves its platform, so it may be fitted on everything there.
 *
 * It is a ridge regression from released vectors to target factors over the persons known on both sides (the linear
 * mapping of EMCDR, Man et al., IJCAI 2017, eq. 5). Held-out persons choose its features and penalty, shut out the
 * sources that do not help, and then choose the blend with prior and popularity that ranks them best.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { personIndex } from '../../data/select.ts';
import type { ReceivedRepresentations } from '../../release/release.ts';
import type { Factors } from '../factors/implicit-als.ts';
import { multiplyVector } from '../linear-algebra/products.ts';
import type { DecoderData, DecoderReport, Explanation, ReleasedVector } from '../strategy.ts';
import { explainScore } from './explain.ts';
import { popularityOnScaleOf } from './popularity-list.ts';
import { FeatureLayout } from './received-features.ts';
import type { BlockState, RowsByPerson } from './received-features.ts';
import { fitRegression } from './regression.ts';
import type { LinearMap } from './ridge-path.ts';
import { factorScoreMap, HeldScores, historyScoreMap, mixedScoreMap } from './score-map.ts';
import type { ScoreMap } from './score-map.ts';
import type { DecoderContext, Fitted } from './decoder-parts.ts';
import { select } from './selection.ts';
import { meanFactor, targetsOf } from './targets.ts';

export interface Decoder {
  readonly report: DecoderReport;
  /** All of it but the domain. */
  readonly data: DecoderData;
  score(released: readonly ReleasedVector[]): Float32Array /* [items] */;
  explain(released: readonly ReleasedVector[], item: number): Explanation;
}

/** Data of a decoder that more than popularity stands in. */
interface FittedData extends DecoderData {
  readonly factors: Pick<Factors, 'dimension' | 'items'>;
  /** Mean target factor. */
  readonly prior: Float64Array;
  /** Undefined where no source was let in. */
  readonly regression:
    { readonly blocks: readonly BlockState[]; readonly map: LinearMap; readonly scores: ScoreMap } | undefined;
}

/** Least number of persons known on both sides. With fewer nothing can be judged, and popularity is used alone. */
const fewestWarm = 20;
const heldOutShare = 0.2;

export function fitDecoder(context: DecoderContext, received: readonly ReceivedRepresentations[]): Decoder {
  const { domain } = context;
  const rows = received.map((source): RowsByPerson => new Map(source.persons.map((person, row) => [person, row])));
  const index = personIndex(domain);
  const warm = [...new Set(received.flatMap((source) => source.persons))]
    .filter((person) => historyLengthOf(domain, index.get(person)) > 0)
    .sort();
  if (warm.length < fewestWarm) return popularityAlone(context, warm.length, received);

  const shuffled = context.random.shuffle(warm.slice());
  const heldOutCount = Math.max(1, Math.round(heldOutShare * warm.length));
  const selection = select(context, received, rows, {
    heldOut: shuffled.slice(0, heldOutCount),
    train: shuffled.slice(heldOutCount),
  });

  const factors = context.factorise(domain);
  const train = targetsOf(domain, factors, warm);
  const regression =
    selection.inputs.chosen.length === 0
      ? undefined
      : fitRegression(selection.inputs, train, factors.dimension, selection.penalty);
  const { share, scale } = selection.histories;
  const { blend, heldOut, sources, chosen } = selection;
  const data: FittedData = {
    report: { warmPersons: warm.length, blend, heldOut, sources, chosen },
    factors: { dimension: factors.dimension, items: factors.items },
    prior: meanFactor(train, factors.dimension),
    regression: regression && {
      blocks: regression.layout.state,
      map: regression.map,
      scores: mixedScoreMap(factorScoreMap(regression, factors), historyScoreMap(regression, domain), share, scale),
    },
  };
  return new FittedDecoder(domain, data);
}

/** The decoder that was fitted on this domain, perhaps in another thread. */
export function restoreDecoder(domain: Domain, data: DecoderData): Decoder {
  return isFitted(data) ? new FittedDecoder(domain, data) : popularityOf(domain, data);
}

function isFitted(data: DecoderData): data is FittedData {
  return 'factors' in data;
}

class FittedDecoder implements Decoder {
  readonly data: FittedData;
  readonly #domain: Domain;
  readonly #fitted: Fitted | undefined;
  readonly #priorScores: Float32Array;
  readonly #popularity: Float32Array;

  constructor(domain: Domain, data: FittedData) {
    this.#domain = domain;
    this.data = data;
    const { factors, prior, regression } = data;
    this.#fitted = regression && {
      regression: { layout: new FeatureLayout(regression.blocks), map: regression.map },
      scores: new HeldScores(regression.scores),
    };
    this.#priorScores = multiplyVector(factors.items, factors.dimension, prior);
    this.#popularity = popularityOnScaleOf(domain, this.#priorScores).list;
  }

  get report(): DecoderReport {
    return this.data.report;
  }

  score(released: readonly ReleasedVector[]): Float32Array {
    const { decoder, prior, popularity } = this.report.blend;
    const out = new Float32Array(this.#priorScores.length);
    const decoded = (decoder > 0 ? this.#decode(released) : undefined) ?? this.#priorScores;
    for (let item = 0; item < out.length; item++) {
      out[item] = decoder * decoded[item] + prior * this.#priorScores[item] + popularity * this.#popularity[item];
    }
    return out;
  }

  explain(released: readonly ReleasedVector[], item: number): Explanation {
    return explainScore(
      {
        domain: this.#domain,
        factors: this.data.factors,
        blend: this.report.blend,
        popularity: this.#popularity,
        fitted: this.#fitted,
        priorScores: this.#priorScores,
      },
      released,
      item,
    );
  }

  /** Undefined if nothing usable was released. The prior is used in its place then. */
  #decode(released: readonly ReleasedVector[]): Float32Array | undefined {
    if (this.#fitted === undefined) return undefined;
    const { regression, scores } = this.#fitted;
    const features = regression.layout.row((source) => released.find((one) => one.source === source)?.vector);
    return features.some((value) => value !== 0) ? scores.of(features) : undefined;
  }
}

function popularityAlone(
  context: Pick<DecoderContext, 'domain'>,
  warmPersons: number,
  received: readonly ReceivedRepresentations[],
): Decoder {
  const shutOutBecause = `${warmPersons} persons are known on both sides; with fewer than ${fewestWarm} no source can be judged`;
  const sources = received.map(({ source }) => ({ source, weight: 0, shutOutBecause }));
  return popularityOf(context.domain, {
    report: { warmPersons, blend: { decoder: 0, prior: 0, popularity: 1 }, heldOut: {}, sources, chosen: {} },
  });
}

function popularityOf(domain: Domain, data: DecoderData): Decoder {
  const list = popularityOnScaleOf(domain, undefined).list;
  return {
    data,
    report: data.report,
    score: () => list.slice(),
    explain: () => ({ basis: 'popularity', parts: [{ name: 'popularity', weight: 1 }] }),
  };
}

/** A decoder before anything was fitted: what is popular on the platform. */
export function popularityDecoder(domain: Domain): Decoder {
  return popularityAlone({ domain }, 0, []);
}

function historyLengthOf(domain: Domain, person: number | undefined): number {
  return person === undefined ? 0 : domain.offsets[person + 1] - domain.offsets[person];
}
