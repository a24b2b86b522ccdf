/**
 * Memory: the linked persons whose released vectors are most like a person's lend their own items and target factors.
 * Nothing is fitted but the reach of a likeness and the share of histories, so it sees what few persons have in common.
 *
 * Weights are a softmax of cosines (Nadaraya-Watson regression) in place of the k nearest.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, personIndex } from '../../data/select.ts';
import { kernels } from '../../kernels/index.ts';
import { admit } from '../decoder/admission.ts';
import { bestOf, blended } from '../decoder/blend.ts';
import { LikenessBank } from '../decoder/likeness.ts';
import type { LikenessState } from '../decoder/likeness.ts';
import { spread } from '../decoder/popularity-list.ts';
import type { LiveReadout, Readout, ReadoutTask, Tuned, TuningTask } from '../decoder/readout.ts';
import type { ReleasedVector } from '../decoder/report.ts';

interface MemoryState {
  readonly bank: LikenessState;
  /** Persons' rows in the domain, in the order of the bank. */
  readonly persons: Uint32Array;
  readonly factors: Float64Array /* [persons, dimension] */;
  readonly reach: number;
  readonly share: number;
  readonly scale: number;
}

const shares = [0, 0.15, 0.3, 0.5, 0.75, 1];

function memoryReadout(reaches: readonly number[]): Readout {
  return {
    ...about,
    tune: (task) => tune(reaches, task),
    restore: (state: MemoryState, { dimension, items }, domain) =>
      new Memory(state, kernels.holdRows(items, dimension), dimension, domain),
  };
}

const about = {
  name: 'memory',
  summary: 'items and factors of the linked persons whose released vectors are most alike',
  reference: 'Nadaraya, Theory of Probability 1964; Herlocker et al., SIGIR 1999',
};

export const memory: Readout = {
  ...memoryReadout([0.03, 0.07, 0.15, 0.3]),
  ablation: { off: 'an infinite reach: everybody weighs the same', readout: memoryReadout([Infinity]) },
};

function tune(reaches: readonly number[], task: TuningTask): Tuned {
  const { ranking, space } = task;
  const scoresOf = (indices: readonly number[], reach: number): { factors: Float32Array; histories: Float32Array } => {
    const model = stateOf(task, indices, { reach, share: 0, scale: 1 });
    const live = new Memory(model, kernels.holdRows(space.items, space.dimension), space.dimension, task.domain);
    const bank = new LikenessBank(model.bank);
    const weights = ranking.persons.map(({ person }) => bank.weights(bank.rowOf(task, person), reach));
    const predicted = new Float64Array(ranking.persons.length * space.dimension);
    weights.forEach((own, p) => own && predicted.set(live.factorOf(own), p * space.dimension));
    const none = new Float32Array(task.domain.catalogue.length);
    return {
      factors: ranking.factorScores(space.items, space.dimension, predicted),
      histories: ranking.personScores((p) => {
        const own = weights[p];
        return own === undefined ? none : live.historyOf(own);
      }),
    };
  };
  const mixed = (indices: readonly number[], reach: number) => {
    const { factors, histories } = scoresOf(indices, reach);
    const scale = spread(factors) / (spread(histories) || 1);
    const qualities = ranking.qualities(
      [factors, histories],
      shares.map((share) => [1 - share, share * scale]),
    );
    const share = shares[bestOf(qualities)];
    return { reach, share, scale, scores: blended(factors, histories, share, scale) };
  };
  const { kept, verdicts } = admit(task, (_, index) => reaches.map((reach) => mixed([index], reach)));
  const indices = kept.map(({ index }) => index);
  const all = kept.length < 2 ? kept : reaches.map((reach) => mixed(indices, reach));
  const best = all.length === 0 ? undefined : all[bestOf(all.map(({ scores }) => ranking.quality(scores)))];
  return {
    scores: best?.scores,
    sources: verdicts(() => 1 / indices.length),
    chosen: { reach: best?.reach ?? 0, historyShare: best?.share ?? 0 },
    fit(full) {
      if (best === undefined) throw new RangeError('there is no source to fit on');
      return stateOf(full, indices, best);
    },
  };
}

function stateOf(
  task: ReadoutTask,
  indices: readonly number[],
  { reach, scale, share }: Pick<MemoryState, 'reach' | 'share' | 'scale'>,
): MemoryState {
  const index = personIndex(task.domain);
  const { factors, persons } = task.train;
  return {
    bank: LikenessBank.fit(task, indices),
    persons: Uint32Array.from(persons, (person) => index.get(person) ?? 0),
    factors,
    reach,
    share,
    scale,
  };
}

class Memory implements LiveReadout {
  readonly #state: MemoryState;
  readonly #items: ReturnType<typeof kernels.holdRows>;
  readonly #dimension: number;
  readonly #domain: Domain;
  readonly #bank: LikenessBank;

  constructor(state: MemoryState, items: ReturnType<typeof kernels.holdRows>, dimension: number, domain: Domain) {
    this.#state = state;
    this.#items = items;
    this.#dimension = dimension;
    this.#domain = domain;
    this.#bank = new LikenessBank(state.bank);
  }

  scores(released: readonly ReleasedVector[]): Float32Array | undefined {
    const weights = this.#weights(released);
    if (weights === undefined) return undefined;
    const { scale, share } = this.#state;
    return blended(this.#items.times(this.factorOf(weights)), this.historyOf(weights), share, scale);
  }

  direction(released: readonly ReleasedVector[]): Float64Array {
    const weights = this.#weights(released) ?? new Float64Array(this.#state.persons.length);
    const everybody = this.factorOf(new Float64Array(weights.length).fill(1 / weights.length));
    return this.factorOf(weights).map((value, i) => value - everybody[i]);
  }

  #weights(released: readonly ReleasedVector[]): Float64Array | undefined {
    const row = this.#bank.row((source) => released.find((one) => one.source === source)?.vector);
    return this.#bank.weights(row, this.#state.reach);
  }

  factorOf(weights: Float64Array): Float64Array {
    const { factors } = this.#state;
    const out = new Float64Array(this.#dimension);
    weights.forEach((weight, p) => {
      for (let o = 0; o < out.length; o++) out[o] += weight * factors[p * out.length + o];
    });
    return out;
  }

  /** Histories have unit length, so that a long one does not count for more. */
  historyOf(weights: Float64Array): Float32Array {
    const out = new Float32Array(this.#domain.catalogue.length);
    weights.forEach((weight, p) => {
      const { items } = historyOf(this.#domain, this.#state.persons[p]);
      const part = weight / Math.sqrt(Math.max(1, items.length));
      for (const item of items) out[item] += part;
    });
    return out;
  }
}
