/**
 * The ceiling: the best that is known with all data in one place and no privacy. Kernel ridge regressions from source
 * profiles and source factors to target factors, blended with nearest neighbours and with the linear bridge; kernel, penalty
 * and blend chosen on held-out warm persons, or on the validation persons of a published split.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, personIndex, restrictPersons } from '../../data/select.ts';
import { Prng } from '../../random/prng.ts';
import { HeldOutRanking } from '../decoder/held-out.ts';
import type { RankedPerson } from '../decoder/held-out.ts';
import { spread } from '../decoder/popularity-list.ts';
import { factoriseTarget } from '../decoder/target-factors.ts';
import type { Factors } from '../factors/implicit-als.ts';
import { multiplyVector } from '../linear-algebra/products.ts';
import type { Baseline, BaselineScorer, BaselineWorld } from './baseline.ts';
import type { KernelRidge } from './kernel-ridge.ts';
import { fitKernelRidge } from './kernel-ridge.ts';
import type { ProfileOf } from './source-profiles.ts';
import { fitCentralisedBridge } from './centralised-bridge.ts';
import type { SourceEncoder } from './source-profiles.ts';
import { ProfileIndex, sourceEncoders, sourceFactors, sourceProfiles } from './source-profiles.ts';
import { neighbourScores } from './user-knn.ts';

/** The part of the profiles' cosine in the kernel; the rest is the factors'. */
const profileShares = [0.2, 0.5, 0.8];
const penalties = [0.5, 1, 2, 4];
/** Shares of the neighbours in the blend with the regression. */
const neighbourShares = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8];
/** Shares of the linear bridge in the blend with both. */
const bridgeShares = [0, 0.25, 0.5, 0.75, 1];
/** Choices are made on this many training persons at most: the kernel matrix grows with their square. */
const selectionPersons = 1000;

interface Choice {
  readonly profileShare: number;
  readonly penalty: number;
  readonly neighbourShare: number;
  /** Brings neighbours' scores to the spread of the regression's. */
  readonly neighbourScale: number;
  readonly bridgeShare: number;
  /** Brings the bridge's scores to the spread of the others' blend. */
  readonly bridgeScale: number;
}

export const ceiling: Baseline = {
  name: 'ceiling',
  summary:
    'kernel ridge from source profiles and factors blended with nearest neighbours and the linear bridge, all data in one place',
  needs: 'everything',
  fit(world) {
    const index = personIndex(world.target);
    const warm = world.linked.filter((person) => index.has(person));
    const prng = Prng.fromSource(world.random);
    const profileOf = sourceProfiles(world.sources);
    const encoders = sourceEncoders(world.sources, world.random);
    const inputs = { profileOf, encoders, factorOf: memoised(sourceFactors(encoders)) };
    const choice = choose(world, warm, inputs, prng);
    const factors = world.factors();
    const { bridgeScale, bridgeShare } = choice;
    const bridge = bridgeShare > 0 ? bridgeOf(world, world.target, factors, warm, inputs, prng) : undefined;
    if (bridge !== undefined && bridgeShare === 1) return bridge;
    const model = new Model(world.target, factors, warm, inputs, choice.profileShare);
    const kernel = kernelScorer(model, model.regression(choice.penalty, world.signal), factors, choice);
    if (bridge === undefined) return kernel;
    return (person) => {
      const bridged = bridge(person);
      return kernel(person).map((score, item) => (1 - bridgeShare) * score + bridgeShare * bridgeScale * bridged[item]);
    };
  },
};

interface Inputs {
  readonly profileOf: ProfileOf;
  readonly encoders: readonly SourceEncoder[];
  readonly factorOf: (person: string) => Float32Array;
}

function bridgeOf(
  world: BaselineWorld,
  domain: Domain,
  factors: Factors,
  train: readonly string[],
  { encoders }: Inputs,
  prng: Prng,
): BaselineScorer {
  const factorise = (part: Domain): Factors => (part === domain ? factors : factoriseTarget(part, world.random));
  return fitCentralisedBridge(domain, train, encoders, factorise, prng);
}

function kernelScorer(model: Model, regression: KernelRidge, factors: Factors, choice: Choice): BaselineScorer {
  return (person) => {
    const predicted = regression.predict(model.kernelRow(person));
    const scores = multiplyVector(factors.items, factors.dimension, predicted);
    const near = model.neighbours(person);
    for (let item = 0; item < scores.length; item++) {
      scores[item] =
        (1 - choice.neighbourShare) * scores[item] + choice.neighbourShare * choice.neighbourScale * near[item];
    }
    return scores;
  };
}

function choose(world: BaselineWorld, warm: readonly string[], inputs: Inputs, prng: Prng): Choice {
  const { target, validation } = world;
  const index = personIndex(target);
  const shuffled = prng.shuffle(warm.slice());
  const hidden = validation === undefined ? shuffled.slice(0, Math.max(1, Math.round(0.2 * warm.length))) : [];
  const isHidden = new Set(hidden.map((person) => index.get(person) ?? 0));
  const training =
    isHidden.size === 0
      ? target
      : restrictPersons(
          target,
          target.persons.map((_, row) => row).filter((row) => !isHidden.has(row)),
        );
  const ranked: readonly RankedPerson[] =
    validation ?? hidden.map((person) => ({ person, positives: historyOf(target, index.get(person) ?? 0).items }));
  const ranking = new HeldOutRanking(training, ranked, `${prng.uint32()}`);
  const factors = isHidden.size === 0 ? world.factors() : factoriseTarget(training, world.random);
  const train = shuffled.slice(hidden.length, hidden.length + selectionPersons);
  const d = factors.dimension;

  let best: (Omit<Choice, 'bridgeShare' | 'bridgeScale'> & { quality: number; scores: Float32Array }) | undefined;
  let neighbours: Float32Array | undefined;
  for (const profileShare of profileShares) {
    const model = new Model(training, factors, train, inputs, profileShare);
    neighbours ??= ranking.personScores((p) => model.neighbours(ranking.persons[p].person));
    const kernels = ranking.persons.map(({ person }) => model.kernelRow(person));
    for (const penalty of penalties) {
      const regression = model.regression(penalty, world.signal);
      const predicted = new Float64Array(kernels.length * d);
      kernels.forEach((kernel, p) => {
        predicted.set(regression.predict(kernel), p * d);
      });
      const scores = ranking.factorScores(factors.items, d, predicted);
      const neighbourScale = spread(scores) / (spread(neighbours) || 1);
      for (const neighbourShare of neighbourShares) {
        const near = neighbours;
        const mixed = scores.map(
          (score, at) => (1 - neighbourShare) * score + neighbourShare * neighbourScale * near[at],
        );
        const quality = ranking.quality(mixed).mean;
        if (best === undefined || quality > best.quality) {
          best = { profileShare, penalty, neighbourShare, neighbourScale, quality, scores: mixed };
        }
      }
    }
  }
  if (best === undefined) throw new RangeError('no kernel to choose from');
  const { scores, quality: _, ...kernel } = best;
  const bridge = bridgeOf(world, training, factors, shuffled.slice(hidden.length), inputs, prng);
  return {
    ...kernel,
    ...chooseBridge(
      ranking,
      scores,
      ranking.personScores((p) => bridge(ranking.persons[p].person)),
    ),
  };
}

function chooseBridge(
  ranking: HeldOutRanking,
  scores: Float32Array,
  bridged: Float32Array,
): Pick<Choice, 'bridgeShare' | 'bridgeScale'> {
  const bridgeScale = spread(scores) / (spread(bridged) || 1);
  const qualities = bridgeShares.map(
    (share) => ranking.quality(scores.map((score, at) => (1 - share) * score + share * bridgeScale * bridged[at])).mean,
  );
  return { bridgeShare: bridgeShares[qualities.indexOf(Math.max(...qualities))], bridgeScale };
}

/** Training persons with their kernel. */
class Model {
  readonly #target: Domain;
  readonly #inputs: Inputs;
  readonly #profileShare: number;
  readonly #index: ProfileIndex;
  readonly #vectors: readonly Float32Array[];
  readonly #rows: readonly number[];
  readonly #y: Float64Array;
  readonly #d: number;
  readonly #train: readonly string[];
  #kernel: Float32Array | undefined;

  constructor(target: Domain, factors: Factors, train: readonly string[], inputs: Inputs, profileShare: number) {
    const index = personIndex(target);
    this.#target = target;
    this.#inputs = inputs;
    this.#profileShare = profileShare;
    this.#index = new ProfileIndex(train.map(inputs.profileOf));
    this.#vectors = train.map(inputs.factorOf);
    this.#rows = train.map((person) => index.get(person) ?? 0);
    this.#d = factors.dimension;
    this.#y = new Float64Array(train.length * this.#d);
    this.#rows.forEach((row, i) => {
      this.#y.set(factors.persons.subarray(row * this.#d, (row + 1) * this.#d), i * this.#d);
    });
    this.#train = train;
  }

  regression(penalty: number, signal?: AbortSignal): KernelRidge {
    const n = this.#train.length;
    this.#kernel ??= this.#fullKernel();
    return fitKernelRidge(this.#kernel, n, this.#y, this.#d, penalty, signal);
  }
  #fullKernel(): Float32Array {
    const n = this.#train.length;
    const kernel = new Float32Array(n * n);
    this.#train.forEach((person, row) => {
      kernel.set(this.kernelRow(person), row * n);
    });
    return kernel;
  }

  kernelRow(person: string): Float32Array {
    const row = this.#index.cosines(this.#inputs.profileOf(person));
    const own = this.#inputs.factorOf(person);
    for (let i = 0; i < row.length; i++) {
      const other = this.#vectors[i];
      let sum = 0;
      for (let j = 0; j < own.length; j++) sum += own[j] * other[j];
      row[i] = this.#profileShare * row[i] + (1 - this.#profileShare) * sum;
    }
    return row;
  }

  neighbours(person: string): Float32Array {
    return neighbourScores(this.#target, this.#rows, this.#index.cosines(this.#inputs.profileOf(person)));
  }
}

function memoised(of: (person: string) => Float32Array): (person: string) => Float32Array {
  const known = new Map<string, Float32Array>();
  return (person) => {
    const found = known.get(person);
    if (found !== undefined) return found;
    const made = of(person);
    known.set(person, made);
    return made;
  };
}
