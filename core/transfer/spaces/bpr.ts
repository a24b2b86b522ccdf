/**
 * Bayesian personalised ranking: item vectors learned from pairs of an item that a person has and one that the person has not
 * (Rendle et al., UAI 2009, algorithm LearnBPR with matrix factorisation). A bias per item is the last number of its vector;
 * that of a person is 1.
 * @module
 */
import { z } from 'zod';
import type { Domain } from '../../data/domain.ts';
import { Prng } from '../../random/prng.ts';
import type { ItemSpace, SpaceMaker } from '../decoder/readout.ts';
import { adjustable } from '../settings.ts';

const schema = z.strictObject({
  factors: z.int().min(2).max(256).default(32),
  epochs: z.int().min(1).max(500).default(40),
  rate: z.number().min(0.001).max(1).default(0.05),
  decay: z.number().min(0).max(1).default(0.01),
});
type Settings = z.output<typeof schema>;

const draws = { factors: [16, 32, 64], epochs: [20, 40], rate: [0.02, 0.05, 0.1], decay: [0.003, 0.01, 0.03] };

/** Epochs over a history whose person is folded in; item vectors stay. */
const FOLD_EPOCHS = 60;

function bprSpace(settings: Settings): SpaceMaker {
  return { ...about, make: (domain) => make(domain, settings) };
}

const about = {
  name: 'bpr',
  summary: 'item vectors that rank what a person has above what the person has not',
  reference: 'Rendle, Freudenthaler, Gantner and Schmidt-Thieme, UAI 2009, algorithm 1',
};

export const bpr: SpaceMaker = adjustable(about.name, schema, draws, (settings): SpaceMaker => ({
  ...bprSpace(settings),
  ablation: { off: 'vectors as they start, not trained', space: bprSpace({ ...settings, epochs: 0 }) },
}));

function make(domain: Domain, settings: Settings): ItemSpace {
  const { epochs, factors } = settings;
  const width = factors + 1;
  const prng = new Prng(about.name);
  const { catalogue, items: seen, offsets } = domain;
  const start = (rows: number, last: number): Float32Array =>
    Float32Array.from({ length: rows * width }, (_, at) => (at % width === factors ? last : 0.1 * prng.gaussian()));
  const persons = start(domain.persons.length, 1);
  const items = start(catalogue.length, 0);
  const owners = new Uint32Array(seen.length);
  for (let p = 0; p < domain.persons.length; p++) owners.fill(p, offsets[p], offsets[p + 1]);
  for (let step = 0; step < epochs * seen.length; step++) {
    const at = prng.integer(seen.length);
    const person = owners[at];
    const other = strange(seen.subarray(offsets[person], offsets[person + 1]), catalogue.length, prng);
    if (other >= 0) learn(persons, person * width, items, seen[at] * width, other * width, true, settings);
  }
  return {
    dimension: width,
    persons,
    items,
    foldIn(history) {
      const own = new Float32Array(width);
      if (history.length === 0) return own;
      own[factors] = 1;
      const random = new Prng(`${about.name}/${history.join()}`);
      for (let step = 0; step < FOLD_EPOCHS * history.length; step++) {
        const other = strange(history, catalogue.length, random);
        if (other >= 0)
          learn(own, 0, items, history[random.integer(history.length)] * width, other * width, false, settings);
      }
      return own;
    },
  };
}

/** An item that is not in the history; -1 if a few draws find none. */
function strange(history: Uint32Array, items: number, prng: Prng): number {
  for (let draw = 0; draw < 20; draw++) {
    const item = prng.integer(items);
    if (!history.includes(item)) return item;
  }
  return -1;
}

/** One step for one pair: the person, the item that the person has, and one that the person has not. */
function learn(
  persons: Float32Array,
  person: number,
  items: Float32Array,
  liked: number,
  other: number,
  movesItems: boolean,
  { decay, factors, rate }: Settings,
): void {
  let difference = 0;
  for (let i = 0; i <= factors; i++) difference += persons[person + i] * (items[liked + i] - items[other + i]);
  const slope = rate / (1 + Math.exp(difference));
  for (let i = 0; i <= factors; i++) {
    const own = persons[person + i];
    const a = items[liked + i];
    const b = items[other + i];
    // The last number of a person is the 1 that the items' biases are read with.
    if (i < factors) persons[person + i] += slope * (a - b) - rate * decay * own;
    if (!movesItems) continue;
    items[liked + i] += slope * own - rate * decay * a;
    items[other + i] -= slope * own + rate * decay * b;
  }
}
