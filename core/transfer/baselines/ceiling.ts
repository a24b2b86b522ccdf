/**
 * The ceiling: the best method we know with all data in one place and without privacy. Kernel ridge regressions from
 * source profiles and source factors to target factors are blended with nearest neighbours and with the linear bridge.
 * Kernel, penalty and blend are chosen on held-out warm persons, or on the validation persons of a published split.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, personIndex, restrictPersons } from '../../data/select.ts';
import { kernels } from '../../kernels/index.ts';
import { Prng } from '../../random/prng.ts';
import { bestOf, blended } from '../decoder/blend.ts';
import { HeldOutRanking } from '../decoder/held-out.ts';
import type { RankedPerson } from '../decoder/held-out.ts';
import { spread } from '../decoder/popularity-list.ts';
import type { Factors } from '../factors/implicit-als.ts';
import type { Baseline, BaselineScorer, BaselineWorld } from './baseline.ts';
import type { KernelRidge, PersonFeatures } from './kernel-ridge.ts';
import { KernelRidgePath } from './kernel-ridge.ts';
import { fitCentralisedBridge } from './centralised-bridge.ts';
import type { SourceEncoder, SourceProfiles } from './source-profiles.ts';
import { sourceEncoders, sourceFactors, sourceProfiles } from './source-profiles.ts';
import { Neighbours } from './user-knn.ts';

/** Share of the profiles' cosine in the kernel. The rest is the factors' inner product. */
const profileShares = [0.2, 0.5, 0.8];
const penalties = [0.5, 1, 2, 4];
/** Shares of the neighbours in the blend with the regression. */
const neighbourShares = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8];
/** Shares of the linear bridge in the blend with both. */
const bridgeShares = [0, 0.25, 0.5, 0.75, 1];
/** Choices are made on this many training persons at most. */
const selectionPersons = 1000;

interface Choice {
  readonly profileShare: number;
  readonly penalty: number;
  readonly neighbourShare: number;
  /** Factor that gives the neighbours' scores the spread of the regression's. */
  readonly neighbourScale: number;
  readonly bridgeShare: number;
  /** Factor that gives the bridge's scores the spread of the other two's blend. */
  readonly bridgeScale: number;
}

export const ceiling: Baseline = {
  name: 'ceiling',
  summary:
    'all data in one place and no privacy: kernel ridge from source profiles and factors, blended with nearest neighbours and the linear bridge',
  needs: 'everything',
  fit(world) {
    const index = personIndex(world.target);
    const warm = world.linked.filter((person) => index.has(person));
    const prng = Prng.fromSource(world.random);
    const profiles = sourceProfiles(world.sources);
    const encoders = sourceEncoders(world.sources, world.factorise);
    const inputs = { profiles, encoders, factorOf: memoised(sourceFactors(encoders)) };
    world.onProgress?.(0.15);
    const choice = choose(world, warm, inputs, prng);
    world.onProgress?.(0.7);
    const factors = world.factorise(world.target);
    const { bridgeScale, bridgeShare } = choice;
    const bridge =
      bridgeShare > 0 ? fitCentralisedBridge(world.target, warm, encoders, world.factorise, prng) : undefined;
    if (bridge !== undefined && bridgeShare === 1) return bridge;
    const model = new Model(world.target, factors, warm, inputs);
    const [regression] = model.regressions(choice.profileShare, [choice.penalty], world.signal);
    const kernel = kernelScorer(model, regression, factors, choice);
    if (bridge === undefined) return kernel;
    return (person) => blended(kernel(person), bridge(person), bridgeShare, bridgeScale);
  },
};

interface Inputs {
  readonly profiles: SourceProfiles;
  readonly encoders: readonly SourceEncoder[];
  readonly factorOf: (person: string) => Float32Array;
}

function kernelScorer(model: Model, regression: KernelRidge, factors: Factors, choice: Choice): BaselineScorer {
  const { neighbourScale, neighbourShare } = choice;
  const items = kernels.holdRows(factors.items, factors.dimension);
  return (person) => {
    const scores = items.times(regression.predict(model.featuresOf(person)));
    return neighbourShare === 0 ? scores : blended(scores, model.neighbours(person), neighbourShare, neighbourScale);
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
  const factors = world.factorise(training);
  const train = shuffled.slice(hidden.length, hidden.length + selectionPersons);
  const d = factors.dimension;

  const model = new Model(training, factors, train, inputs);
  const neighbours = ranking.personScores((p) => model.neighbours(ranking.persons[p].person));
  const features = ranking.persons.map(({ person }) => model.featuresOf(person));
  let best: (Omit<Choice, 'bridgeShare' | 'bridgeScale'> & { quality: number; scores: Float32Array }) | undefined;
  for (const [round, profileShare] of profileShares.entries()) {
    world.onProgress?.(0.2 + (0.3 * round) / profileShares.length);
    const regressions = model.regressions(profileShare, penalties, world.signal);
    for (const [at, penalty] of penalties.entries()) {
      const predicted = new Float64Array(features.length * d);
      features.forEach((person, p) => {
        predicted.set(regressions[at].predict(person), p * d);
      });
      const scores = ranking.factorScores(factors.items, d, predicted);
      const neighbourScale = spread(scores) / (spread(neighbours) || 1);
      const blends = neighbourShares.map((share) => [1 - share, share * neighbourScale]);
      const qualities = ranking.qualities([scores, neighbours], blends);
      const place = bestOf(qualities);
      const quality = qualities[place].mean;
      if (best === undefined || quality > best.quality) {
        best = { profileShare, penalty, neighbourShare: neighbourShares[place], neighbourScale, quality, scores };
      }
    }
  }
  if (best === undefined) throw new RangeError('no kernel to choose from');
  const { scores, quality: _, ...kernel } = best;
  const mixed = blended(scores, neighbours, kernel.neighbourShare, kernel.neighbourScale);
  const bridge = fitCentralisedBridge(training, shuffled.slice(hidden.length), inputs.encoders, world.factorise, prng);
  return {
    ...kernel,
    ...chooseBridge(
      ranking,
      mixed,
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
  const blends = bridgeShares.map((share) => [1 - share, share * bridgeScale]);
  return { bridgeShare: bridgeShares[bestOf(ranking.qualities([scores, bridged], blends))], bridgeScale };
}

/** The regression and the neighbours, both made from the same training persons. */
class Model {
  readonly #inputs: Inputs;
  readonly #neighbours: Neighbours;
  readonly #path: KernelRidgePath;

  constructor(target: Domain, factors: Factors, train: readonly string[], inputs: Inputs) {
    const index = personIndex(target);
    const d = factors.dimension;
    const rows = train.map((person) => index.get(person) ?? 0);
    const y = new Float64Array(train.length * d);
    rows.forEach((row, i) => y.set(factors.persons.subarray(row * d, (row + 1) * d), i * d));
    this.#inputs = inputs;
    this.#neighbours = new Neighbours(target, rows, train.map(inputs.profiles.of));
    this.#path = new KernelRidgePath(
      train.map((person) => this.featuresOf(person)),
      inputs.profiles.items,
      y,
      d,
    );
  }

  regressions(profileShare: number, asked: readonly number[], signal?: AbortSignal): KernelRidge[] {
    return this.#path.fit(profileShare, asked, signal);
  }

  featuresOf(person: string): PersonFeatures {
    return { profile: this.#inputs.profiles.of(person), factor: this.#inputs.factorOf(person) };
  }

  neighbours(person: string): Float32Array {
    return this.#neighbours.scores(this.#inputs.profiles.of(person));
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
