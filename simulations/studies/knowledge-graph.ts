/**
 * Item vectors from a knowledge graph of public facts: do they know which facts hold, and do they help persons without a history?
 * @module
 */
import { join } from 'node:path';
import type { Domain } from '../../core/data/domain.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import { Prng } from '../../core/random/prng.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { fitTransR, hitsAtTen, TRANS_R_SETTINGS, tripleKey } from '../../core/transfer/graph/trans-r.ts';
import type { GraphVectors, Triple, TransRSettings } from '../../core/transfer/graph/trans-r.ts';
import { tableAt } from './item-column.ts';
import { commonAt } from './pair.ts';
import type { Figures, Study } from './study.ts';
import { coldNdcg, transferOf } from './transfer.ts';

const METHODS: Readonly<Record<string, TransRSettings>> = {
  TransR: TRANS_R_SETTINGS,
  TransE: { ...TRANS_R_SETTINGS, hasMatrices: false },
};
/** Facts made of purchases (also_viewed, bought_together, ...) are left out: they would tell who bought what. */
const PUBLIC = new Set(['brand', 'category']);

export const knowledgeGraph: Study = {
  name: 'knowledge-graph',
  question: 'Do item vectors from a knowledge graph know which facts hold, and help persons without a history?',
  reference: 'Lin et al., AAAI 2015, eq. 7 to 9 (TransR); Bordes et al., NIPS 2013 (TransE, filtered hits@10)',
  metrics: { 'hits@10': 'higher', 'NDCG@10': 'higher' },
  method: 'TransR',
  planted: {
    summary:
      'items are alike in one of two respects, which have nothing to do with each other, and a relation holds by one respect alone',
    ablation: { method: 'TransE', off: 'the matrices of all relations are the identity' },
    margins: { TransE: 0.3 },
    measure,
  },
  real: [
    {
      name: 'Amazon beauty, brands and categories; beauty to food',
      files: ['amazon-beauty-kg/triples.tsv', 'amazon/beauty.tsv', 'amazon/food.tsv'],
      over: ['TransE'],
      measure: measureBeauty,
    },
    { name: 'Last.fm, all relations', files: ['lastfm/kg.tsv'], over: ['TransE'], measure: measureLastfm },
  ],
  caveats: [
    'One fact in ten is hidden; its tail is ranked among all tails of the relation.',
    'NDCG is of cold persons who are known on beauty alone, through the view `vectors`, which takes the vectors from a file.',
    'The platforms are cut to the persons whom they have in common.',
    'Facts made of purchases, such as bought_together, are left out.',
  ],
};

interface Facts {
  readonly triples: readonly Triple[];
  readonly size: { readonly entities: number; readonly relations: number };
}

/** Hits of both methods on hidden facts, with what they know. @param mostJudged hidden facts that are ranked */
function figuresOf(
  { size, triples }: Facts,
  seed: string,
  mostJudged: number,
): readonly { readonly method: string; readonly graph: GraphVectors; readonly hits: number }[] {
  const order = new Prng(`knowledge-graph/${seed}`).shuffle([...triples.keys()]);
  const hidden = Math.round(triples.length / 10);
  const train = order.slice(hidden).map((i) => triples[i]);
  const judged = order.slice(0, Math.min(hidden, mostJudged)).map((i) => triples[i]);
  const known = new Set(triples.map(tripleKey));
  const tails = Array.from({ length: size.relations }, (_, relation) => [
    ...new Set(triples.filter((one) => one.relation === relation).map(({ tail }) => tail)),
  ]);
  return Object.entries(METHODS).map(([method, settings]) => {
    const graph = fitTransR(train, size, settings, seed);
    return { method, graph, hits: hitsAtTen(graph, judged, known, (relation) => tails[relation]) };
  });
}

function measure(seed: string): Figures {
  const prng = new Prng(`knowledge-graph/${seed}/facts`);
  const [items, kinds] = [240, 16];
  const respects = [0, 1].map(() => Array.from({ length: items }, () => prng.integer(kinds)));
  const triples = respects.flatMap((of, relation) =>
    of.flatMap((kind, head) =>
      [...of.keys()].flatMap((tail) =>
        tail !== head && of[tail] === kind && prng.uniform() < 0.6 ? [{ head, relation, tail }] : [],
      ),
    ),
  );
  const judged = figuresOf({ triples, size: { entities: items, relations: 2 } }, seed, 400);
  return Object.fromEntries(judged.map(({ hits, method }) => [method, { 'hits@10': hits }]));
}

interface Named extends Facts {
  /** Number of each entity, by its name. */
  readonly entities: ReadonlyMap<string, number>;
}

/**
 * @param takes the relations that count
 * @param tailOf name of the entity that a tail stands for
 */
async function factsAt(
  path: string,
  takes: (relation: string) => boolean,
  tailOf: (relation: string, tail: string) => string,
): Promise<Named> {
  const entities = new Map<string, number>();
  const relations = new Map<string, number>();
  const numberOf = (numbers: Map<string, number>, name: string): number => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  };
  const [, ...rows] = await tableAt(path);
  const triples = rows
    .filter(([, relation]) => takes(relation))
    .flatMap(([head, relation, tails]) =>
      tails.split('|').map((tail) => ({
        head: numberOf(entities, head),
        relation: numberOf(relations, relation),
        tail: numberOf(entities, tailOf(relation, tail)),
      })),
    );
  return { triples, entities, size: { entities: entities.size, relations: relations.size } };
}

async function measureLastfm(folder: string, seed: string): Promise<Figures> {
  const facts = await factsAt(
    join(folder, 'lastfm/kg.tsv'),
    () => true,
    (_, tail) => tail,
  );
  const judged = figuresOf(facts, seed, 1000);
  return Object.fromEntries(judged.map(({ hits, method }) => [method, { 'hits@10': hits }]));
}

async function measureBeauty(folder: string, seed: string): Promise<Figures> {
  const facts = await factsAt(
    join(folder, 'amazon-beauty-kg/triples.tsv'),
    (relation) => PUBLIC.has(relation),
    // A brand may have the name of a category.
    (relation, tail) => `${relation}/${tail}`,
  );
  const [source, target] = await commonAt(folder, ['amazon/beauty.tsv', 'amazon/food.tsv']);
  const split = coldSplit(target, [source], { seed });
  const { factorise } = factorMemory(seed);
  const figures: Record<string, Record<string, number>> = {};
  for (const { graph, hits, method } of figuresOf(facts, seed, 1000)) {
    const sources = [{ ...source, vectors: vectorsOf(source, graph, facts.entities) }];
    const of = async (shuffled: boolean): Promise<number> => {
      const settings = { 'vectors.numbers': graph.dimension, 'vectors.shuffled': shuffled };
      const options = { sources, split, seed, encoder: 'vectors', settings, epsilon: null, factorise };
      const { score } = await transferOf(options);
      return coldNdcg(split, score, seed);
    };
    figures[method] = { 'hits@10': hits, 'NDCG@10': await of(false) };
    if (method === 'TransR') figures['TransR, vectors dealt to other items'] = { 'NDCG@10': await of(true) };
  }
  return figures;
}

function vectorsOf(
  { catalogue }: Domain,
  { dimension, entities }: GraphVectors,
  numbers: ReadonlyMap<string, number>,
): NonNullable<Domain['vectors']> {
  const of = catalogue.flatMap((id) => {
    const at = numbers.get(id);
    return at === undefined
      ? []
      : [[id, Float32Array.from(entities.subarray(at * dimension, (at + 1) * dimension))] as const];
  });
  return { dimension, of: new Map(of) };
}
