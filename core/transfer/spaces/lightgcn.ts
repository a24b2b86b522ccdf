/**
 * LightGCN: vectors are means over layers of the normalised graph of persons and items, and only the vectors before the first
 * layer are learned, by pairs as in BPR (He et al., SIGIR 2020, eq. 7, 8 and 15).
 *
 * A person is placed by the layers above the first, which come from the history alone, so a person who was not in the graph is
 * placed in the same way.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { Prng } from '../../random/prng.ts';
import { transposeInteractions } from '../factors/transpose.ts';
import type { ItemSpace, SpaceMaker } from '../decoder/readout.ts';

const DIMENSION = 32;
const LAYERS = 4;
const STEPS = 40;
const RATE = 0.03;
const DECAY = 1e-4;

function lightgcnSpace(layers: number): SpaceMaker {
  return { ...about, make: (domain) => make(domain, layers) };
}

const about = {
  name: 'lightgcn',
  summary: 'item vectors smoothed over the graph of persons and items',
  reference: 'LightGCN, He et al., SIGIR 2020, eq. 7, 8 and 15',
};

export const lightgcn: SpaceMaker = {
  ...lightgcnSpace(LAYERS),
  ablation: { off: 'no layer: vectors of single items, not smoothed', space: lightgcnSpace(0) },
};

/** Vectors of persons and items. */
interface Both {
  readonly persons: Float64Array;
  readonly items: Float64Array;
}

interface Graph {
  readonly persons: number;
  readonly items: number;
  readonly domain: Pick<Domain, 'offsets' | 'items'>;
  /** One over the root of each person's degree. */
  readonly ofPerson: Float64Array;
  readonly ofItem: Float64Array;
}

function make(domain: Domain, layers: number): ItemSpace {
  const graph = graphOf(domain);
  const prng = new Prng(about.name);
  const start = (rows: number): Float64Array =>
    Float64Array.from({ length: rows * DIMENSION }, () => 0.1 * prng.gaussian());
  const learned = { persons: start(graph.persons), items: start(graph.items) };
  train(graph, learned, layers, prng);
  const items = Float32Array.from(smoothed(graph, learned, layers).items);
  const folded = foldingOf(graph, learned, layers);
  const persons = new Float32Array(graph.persons * DIMENSION);
  for (let p = 0; p < graph.persons; p++) {
    persons.set(folded(domain.items.subarray(domain.offsets[p], domain.offsets[p + 1])), p * DIMENSION);
  }
  return { dimension: DIMENSION, persons, items, foldIn: folded };
}

/** Each layer's person is made of the items of the layer below it. */
function foldingOf(graph: Graph, learned: Both, layers: number): (history: Uint32Array) => Float32Array {
  const below = new Float64Array(learned.items.length);
  let layer: Both = learned;
  for (let l = 0; l < Math.max(1, layers); l++) {
    if (l > 0) layer = propagated(graph, layer);
    layer.items.forEach((value, at) => (below[at] += value / (Math.max(1, layers) + 1)));
  }
  return (history) => {
    const out = new Float32Array(DIMENSION);
    const own = 1 / Math.sqrt(Math.max(1, history.length));
    for (const item of history) {
      const weight = own * graph.ofItem[item];
      for (let i = 0; i < DIMENSION; i++) out[i] += weight * below[item * DIMENSION + i];
    }
    return out;
  };
}

function graphOf(domain: Domain): Graph {
  const inverseRoot = (offsets: Uint32Array): Float64Array =>
    Float64Array.from(
      { length: offsets.length - 1 },
      (_, row) => 1 / Math.sqrt(Math.max(1, offsets[row + 1] - offsets[row])),
    );
  return {
    persons: domain.persons.length,
    items: domain.catalogue.length,
    domain,
    ofPerson: inverseRoot(domain.offsets),
    ofItem: inverseRoot(transposeInteractions(domain, domain.catalogue.length).offsets),
  };
}

/** One layer: each vector becomes the weighted sum of its neighbours'. The operator is symmetric. */
function propagated({ domain, ofItem, ofPerson }: Graph, { items, persons }: Both): Both {
  const out = { persons: new Float64Array(persons.length), items: new Float64Array(items.length) };
  for (let p = 0; p < ofPerson.length; p++) {
    const person = p * DIMENSION;
    for (let at = domain.offsets[p]; at < domain.offsets[p + 1]; at++) {
      const weight = ofPerson[p] * ofItem[domain.items[at]];
      const item = domain.items[at] * DIMENSION;
      for (let i = 0; i < DIMENSION; i++) {
        out.persons[person + i] += weight * items[item + i];
        out.items[item + i] += weight * persons[person + i];
      }
    }
  }
  return out;
}

/** The mean over layers 0 to `layers`. */
function smoothed(graph: Graph, learned: Both, layers: number): Both {
  const sum = { persons: learned.persons.slice(), items: learned.items.slice() };
  let layer: Both = learned;
  for (let l = 0; l < layers; l++) {
    layer = propagated(graph, layer);
    layer.persons.forEach((value, at) => (sum.persons[at] += value));
    layer.items.forEach((value, at) => (sum.items[at] += value));
  }
  return {
    persons: sum.persons.map((value) => value / (layers + 1)),
    items: sum.items.map((value) => value / (layers + 1)),
  };
}

/** Adam on all pairs at once, with a new negative for each pair and step. Changes `learned` in place. */
function train(graph: Graph, learned: Both, layers: number, prng: Prng): void {
  const parts = [learned.persons, learned.items];
  const mean = parts.map((part) => new Float64Array(part.length));
  const square = parts.map((part) => new Float64Array(part.length));
  for (let step = 1; step <= STEPS; step++) {
    // The mean over layers is symmetric, so the gradient before the layers is the smoothed gradient after them.
    const slope = smoothed(graph, slopeOf(graph, smoothed(graph, learned, layers), prng), layers);
    const correction = Math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step);
    [slope.persons, slope.items].forEach((part, k) => {
      for (let i = 0; i < part.length; i++) {
        const value = part[i] + DECAY * parts[k][i];
        mean[k][i] = 0.9 * mean[k][i] + 0.1 * value;
        square[k][i] = 0.999 * square[k][i] + 0.001 * value * value;
        parts[k][i] -= (RATE * correction * mean[k][i]) / (Math.sqrt(square[k][i]) + 1e-8);
      }
    });
  }
}

function slopeOf({ domain, items: count, persons: rows }: Graph, { items, persons }: Both, prng: Prng): Both {
  const out = { persons: new Float64Array(persons.length), items: new Float64Array(items.length) };
  for (let p = 0; p < rows; p++) {
    const person = p * DIMENSION;
    for (let at = domain.offsets[p]; at < domain.offsets[p + 1]; at++) {
      const liked = domain.items[at] * DIMENSION;
      const other = prng.integer(count) * DIMENSION;
      let difference = 0;
      for (let i = 0; i < DIMENSION; i++) difference += persons[person + i] * (items[liked + i] - items[other + i]);
      const slope = 1 / (1 + Math.exp(difference));
      for (let i = 0; i < DIMENSION; i++) {
        out.persons[person + i] -= slope * (items[liked + i] - items[other + i]);
        out.items[liked + i] -= slope * persons[person + i];
        out.items[other + i] += slope * persons[person + i];
      }
    }
  }
  return out;
}
