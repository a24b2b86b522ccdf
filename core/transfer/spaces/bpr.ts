/**
 * Bayesian personalised ranking: item vectors learned from pairs of an item that a person has and one that the person has not
 * (Rendle et al., UAI 2009, algorithm LearnBPR with matrix factorisation). A bias per item is the last number of its vector;
 * that of a person is 1.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { Prng } from '../../random/prng.ts';
import type { ItemSpace, SpaceMaker } from '../decoder/readout.ts';

const FACTORS = 32;
const WIDTH = FACTORS + 1;
const EPOCHS = 40;
/** Epochs over a history whose person is folded in; item vectors stay. */
const FOLD_EPOCHS = 60;
const RATE = 0.05;
const DECAY = 0.01;

function bprSpace(epochs: number): SpaceMaker {
  return { ...about, make: (domain) => make(domain, epochs) };
}

const about = {
  name: 'bpr',
  summary: 'item vectors that rank what a person has above what the person has not',
  reference: 'Rendle, Freudenthaler, Gantner and Schmidt-Thieme, UAI 2009, algorithm 1',
};

export const bpr: SpaceMaker = {
  ...bprSpace(EPOCHS),
  ablation: { off: 'vectors as they start, not trained', space: bprSpace(0) },
};

function make(domain: Domain, epochs: number): ItemSpace {
  const prng = new Prng(about.name);
  const { catalogue, items: seen, offsets } = domain;
  const start = (rows: number, last: number): Float32Array =>
    Float32Array.from({ length: rows * WIDTH }, (_, at) => (at % WIDTH === FACTORS ? last : 0.1 * prng.gaussian()));
  const persons = start(domain.persons.length, 1);
  const items = start(catalogue.length, 0);
  const owners = new Uint32Array(seen.length);
  for (let p = 0; p < domain.persons.length; p++) owners.fill(p, offsets[p], offsets[p + 1]);
  for (let step = 0; step < epochs * seen.length; step++) {
    const at = prng.integer(seen.length);
    const person = owners[at];
    const other = strange(seen.subarray(offsets[person], offsets[person + 1]), catalogue.length, prng);
    if (other >= 0) learn(persons, person * WIDTH, items, seen[at] * WIDTH, other * WIDTH, true);
  }
  return {
    dimension: WIDTH,
    persons,
    items,
    foldIn(history) {
      const own = new Float32Array(WIDTH);
      if (history.length === 0) return own;
      own[FACTORS] = 1;
      const draws = new Prng(`${about.name}/${history.join()}`);
      for (let step = 0; step < FOLD_EPOCHS * history.length; step++) {
        const other = strange(history, catalogue.length, draws);
        if (other >= 0) learn(own, 0, items, history[draws.integer(history.length)] * WIDTH, other * WIDTH, false);
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
): void {
  let difference = 0;
  for (let i = 0; i < WIDTH; i++) difference += persons[person + i] * (items[liked + i] - items[other + i]);
  const slope = RATE / (1 + Math.exp(difference));
  for (let i = 0; i < WIDTH; i++) {
    const own = persons[person + i];
    const a = items[liked + i];
    const b = items[other + i];
    // The last number of a person is the 1 that the items' biases are read with.
    if (i < FACTORS) persons[person + i] += slope * (a - b) - RATE * DECAY * own;
    if (!movesItems) continue;
    items[liked + i] += slope * own - RATE * DECAY * a;
    items[other + i] -= slope * own + RATE * DECAY * b;
  }
}
