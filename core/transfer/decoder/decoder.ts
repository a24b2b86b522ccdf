/**
 * The decoder: released representations, from one or several sources and with whatever noise, to scores over the local
 * catalogue. It never leaves its platform, so it may be fitted on everything there.
 *
 * Ridge regression from released vectors to target factors over the persons known on both sides (EMCDR's linear mapping,
 * Man et al., IJCAI 2017, eq. 5), its features and penalty chosen on held-out persons; sources that do not help are shut
 * out; then the blend with prior and popularity that ranks the held-out persons best.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, itemCounts, personIndex, restrictPersons } from '../../data/select.ts';
import type { ReceivedRepresentations } from '../../privacy/release.ts';
import type { Prng } from '../../random/prng.ts';
import type { Factors } from '../factors/implicit-als.ts';
import { multiplyVector } from '../linear-algebra/products.ts';
import type { DecoderReport, Explanation, ReleasedVector } from '../strategy.ts';
import type { Blend } from './blend.ts';
import { chooseBlend } from './blend.ts';
import { explainScore } from './explain.ts';
import { featureShapes } from './features.ts';
import { HeldOutRanking } from './held-out.ts';
import type { RankedPerson } from './held-out.ts';
import type { RowsByPerson } from './received-features.ts';
import type { Inputs, PenaltyChoice, Regression, Targets } from './regression.ts';
import { choosePenalty, fitRegression } from './regression.ts';
import { applyLinearMap } from './ridge-path.ts';

export interface DecoderContext {
  /** The target, cold persons hidden. */
  readonly domain: Domain;
  /** Factors of the target, or of a part of its persons: the same method and settings both times. */
  readonly factorise: (domain: Domain) => Factors;
  readonly random: Prng;
}

export interface Decoder {
  readonly report: DecoderReport;
  score(released: readonly ReleasedVector[]): Float32Array /* [items] */;
  explain(released: readonly ReleasedVector[], item: number): Explanation;
}

/** Fewer persons known on both sides than this, and nothing can be judged: popularity alone. */
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
  return new FittedDecoder(domain, factors, meanFactor(train, factors.dimension), regression, {
    warmPersons: warm.length,
    blend: selection.blend,
    heldOut: selection.heldOut,
    sources: selection.sources,
    chosen: selection.chosen,
  });
}

interface Selection {
  readonly inputs: Inputs;
  readonly penalty: number;
  readonly blend: Blend;
  readonly heldOut: DecoderReport['heldOut'];
  readonly sources: DecoderReport['sources'];
  readonly chosen: DecoderReport['chosen'];
}

/** Every choice, on persons whose interactions neither the factors nor the regression have seen. */
function select(
  context: DecoderContext,
  received: readonly ReceivedRepresentations[],
  rows: readonly RowsByPerson[],
  persons: { readonly train: readonly string[]; readonly heldOut: readonly string[] },
): Selection {
  const { domain } = context;
  const index = personIndex(domain);
  const heldOutRows = Uint32Array.from(persons.heldOut, (person) => index.get(person) ?? 0);
  const hidden = new Set(heldOutRows);
  const training = restrictPersons(
    domain,
    domain.persons.map((_, row) => row).filter((row) => !hidden.has(row)),
  );
  const ranking = new HeldOutRanking(
    training,
    Array.from(heldOutRows, (row) => ({ person: domain.persons[row], positives: historyOf(domain, row).items })),
    `${context.random.uint32()}`,
  );
  const factors = context.factorise(training);
  const d = factors.dimension;
  const train = targetsOf(training, factors, persons.train);
  const heldOut = foldedIn(factors, ranking.persons);
  const rank = (predicted: Float64Array): Float32Array => ranking.factorScores(factors.items, d, predicted);

  const prior = meanFactor(train, d);
  const priorScores = rank(repeat(prior, ranking.persons.length));
  const priorQuality = ranking.quality(priorScores);
  const judged = received.map((source, s) => {
    if (source.dimension === 0) return { shutOutBecause: 'released nothing' };
    const inputsOf = (shape: Inputs['chosen'][number]['shape']): Inputs => ({
      chosen: [{ received: source, shape }],
      rows: [rows[s]],
    });
    let best: { inputs: Inputs; choice: PenaltyChoice; quality: number } | undefined;
    for (const shape of featureShapes(source.noiseModel, source.dimension)) {
      const inputs = inputsOf(shape);
      const choice = choosePenalty(inputs, train, heldOut, factors);
      const quality = ranking.quality(rank(choice.predicted)).mean;
      if (best === undefined || quality > best.quality) best = { inputs, choice, quality };
    }
    return best === undefined || best.quality <= priorQuality.mean
      ? { shutOutBecause: `ranks held-out persons no better than the prior (${best?.quality.toFixed(4) ?? 'none'})` }
      : best;
  });

  const kept = judged.filter((one) => 'inputs' in one);
  const joined: Inputs = {
    chosen: kept.flatMap((one) => one.inputs.chosen),
    rows: kept.flatMap((one) => one.inputs.rows),
  };
  const choice =
    kept.length === 0 ? undefined : kept.length === 1 ? kept[0].choice : choosePenalty(joined, train, heldOut, factors);
  const decoderScores = choice && rank(choice.predicted);
  const { list, scale } = popularityOnScaleOf(training, multiplyVector(factors.items, d, prior));
  const popularityScores = ranking.listScores(list);
  const { blend, quality } = chooseBlend(ranking, priorScores, popularityScores, decoderScores);
  return {
    inputs: joined,
    penalty: choice?.penalty ?? 1,
    blend,
    heldOut: {
      blend: quality.mean,
      prior: priorQuality.mean,
      popularity: ranking.quality(popularityScores).mean,
      ...(decoderScores && { decoder: ranking.quality(decoderScores).mean }),
      persons: ranking.persons.length,
    },
    sources: received.map(({ source }, s) => {
      const one = judged[s];
      if (!('inputs' in one)) return { source, weight: 0, shutOutBecause: one.shutOutBecause };
      const weight = choice === undefined ? 0 : blend.decoder * blockShare(choice.regression, source);
      return blend.decoder > 0
        ? { source, weight }
        : { source, weight: 0, shutOutBecause: 'the blend without the decoder ranks held-out persons best' };
    }),
    chosen: {
      penalty: choice?.penalty ?? 0,
      popularityScale: scale,
      ...Object.fromEntries(
        joined.chosen.map(({ received: { source }, shape }) => [
          `${source}/features`,
          `${shape.dimensions}${shape.products ? ' with products' : ''}`,
        ]),
      ),
    },
  };
}

/** The part of the regression's weight that a source's block holds. */
function blockShare({ layout, map }: Regression, source: string): number {
  let own = 0;
  let all = 0;
  for (const block of layout.blocks) {
    let square = 0;
    for (let i = block.offset * map.outputs; i < (block.offset + block.map.width) * map.outputs; i++) {
      square += map.weights[i] ** 2;
    }
    all += square;
    if (block.source === source) own += square;
  }
  return all > 0 ? own / all : 0;
}

class FittedDecoder implements Decoder {
  readonly report: DecoderReport;
  readonly #domain: Domain;
  readonly #factors: Factors;
  readonly #prior: Float64Array;
  readonly #regression: Regression | undefined;
  readonly #priorScores: Float32Array;
  readonly #popularity: Float32Array;

  constructor(
    domain: Domain,
    factors: Factors,
    prior: Float64Array,
    regression: Regression | undefined,
    report: DecoderReport,
  ) {
    this.#domain = domain;
    this.#factors = factors;
    this.#prior = prior;
    this.#regression = regression;
    this.#priorScores = multiplyVector(factors.items, factors.dimension, prior);
    this.#popularity = popularityOnScaleOf(domain, this.#priorScores).list;
    this.report = report;
  }

  score(released: readonly ReleasedVector[]): Float32Array {
    const { decoder, prior, popularity } = this.report.blend;
    const out = new Float32Array(this.#priorScores.length);
    const predicted = decoder > 0 ? this.#predict(released) : undefined;
    const decoded =
      predicted === undefined
        ? this.#priorScores
        : multiplyVector(this.#factors.items, this.#factors.dimension, predicted);
    for (let item = 0; item < out.length; item++) {
      out[item] = decoder * decoded[item] + prior * this.#priorScores[item] + popularity * this.#popularity[item];
    }
    return out;
  }

  explain(released: readonly ReleasedVector[], item: number): Explanation {
    return explainScore(
      {
        domain: this.#domain,
        factors: this.#factors,
        prior: this.#prior,
        blend: this.report.blend,
        popularity: this.#popularity,
        regression: this.#regression,
      },
      released,
      item,
    );
  }

  /** Undefined when nothing usable was released: then the prior stands in. */
  #predict(released: readonly ReleasedVector[]): Float64Array | undefined {
    if (this.#regression === undefined) return undefined;
    const { layout, map } = this.#regression;
    const features = layout.row((source) => released.find((one) => one.source === source)?.vector);
    return features.some((value) => value !== 0) ? applyLinearMap(map, features) : undefined;
  }
}

function popularityAlone(
  context: DecoderContext,
  warmPersons: number,
  received: readonly ReceivedRepresentations[],
): Decoder {
  const list = popularityOnScaleOf(context.domain, undefined).list;
  const shutOutBecause = `${warmPersons} persons known on both sides, and fewer than ${fewestWarm} cannot be judged`;
  return {
    report: {
      warmPersons,
      blend: { decoder: 0, prior: 0, popularity: 1 },
      heldOut: {},
      sources: received.map(({ source }) => ({ source, weight: 0, shutOutBecause })),
      chosen: {},
    },
    score: () => list.slice(),
    explain: () => ({ basis: 'popularity', parts: [{ name: 'popularity', weight: 1 }] }),
  };
}

/** log(1 + count), brought to the spread of `reference` so that both can be mixed. */
function popularityOnScaleOf(
  domain: Domain,
  reference: Float32Array | undefined,
): { readonly list: Float32Array; readonly scale: number } {
  const list = Float32Array.from(itemCounts(domain), (count) => Math.log1p(count));
  const own = spread(list);
  const scale = reference === undefined || own === 0 ? 1 : spread(reference) / own;
  return { list: list.map((value) => value * scale), scale };
}

function spread(list: Float32Array): number {
  let sum = 0;
  let square = 0;
  for (const value of list) {
    sum += value;
    square += value * value;
  }
  const mean = sum / list.length;
  return Math.sqrt(Math.max(0, square / list.length - mean * mean));
}

function historyLengthOf(domain: Domain, person: number | undefined): number {
  return person === undefined ? 0 : domain.offsets[person + 1] - domain.offsets[person];
}

function targetsOf(domain: Domain, factors: Factors, persons: readonly string[]): Targets {
  const d = factors.dimension;
  const index = personIndex(domain);
  const out = new Float64Array(persons.length * d);
  persons.forEach((person, p) => {
    const row = index.get(person) ?? 0;
    out.set(factors.persons.subarray(row * d, row * d + d), p * d);
  });
  return { persons, factors: out };
}

function foldedIn(factors: Factors, persons: readonly RankedPerson[]): Targets {
  const d = factors.dimension;
  const out = new Float64Array(persons.length * d);
  persons.forEach(({ positives }, p) => {
    out.set(factors.foldIn(positives), p * d);
  });
  return { persons: persons.map(({ person }) => person), factors: out };
}

function meanFactor(targets: Targets, d: number): Float64Array {
  const mean = new Float64Array(d);
  targets.factors.forEach((value, at) => (mean[at % d] += value / Math.max(1, targets.persons.length)));
  return mean;
}

function repeat(vector: Float64Array, times: number): Float64Array {
  const out = new Float64Array(vector.length * times);
  for (let i = 0; i < times; i++) out.set(vector, i * vector.length);
  return out;
}
