/**
 * Item vectors of several models, for example of images and of texts, fused into one table for the view `vectors`.
 * @module
 */
import type { Domain, ItemTable } from '../../core/data/domain.ts';
import { fusedVectors } from '../../core/data/fused-vectors.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import type { ColdSplit } from '../../core/evaluation/split.ts';
import { Prng } from '../../core/random/prng.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { titleVectors } from '../../core/transfer/text/title-vectors.ts';
import { itemColumn } from './item-column.ts';
import { commonAt } from './pair.ts';
import type { Figures, Study } from './study.ts';
import { tasteWorld, USUAL_TASTES } from './taste-world.ts';
import { coldNdcg, transferOf } from './transfer.ts';

const METHOD = 'both, fused';
const SHUFFLED = 'both, the second shuffled';
const FIRST = 'first alone';
const SECOND = 'second alone';

export const multimodal: Study = {
  name: 'multimodal',
  question: 'Do item vectors of two models say more together than each alone?',
  reference:
    'Baltrušaitis, Ahuja and Morency, TPAMI 2019, section 5.1 (early fusion); He and McAuley, AAAI 2016, eq. 3',
  metrics: { 'NDCG@10': 'higher' },
  method: METHOD,
  planted: {
    summary:
      'a taste has six directions; one model sees three of them in an item, and the other model the other three, both among as many idle numbers',
    ablation: { method: SHUFFLED, off: 'the second model’s vectors are dealt to other items' },
    margins: { [SHUFFLED]: 0.05, [FIRST]: 0.05, [SECOND]: 0.03 },
    measure,
  },
  real: [
    {
      name: 'Amazon beauty to food: titles, and categories with brands',
      files: ['amazon/beauty.tsv', 'amazon/beauty.items.tsv', 'amazon/food.tsv'],
      over: [SHUFFLED, FIRST, SECOND],
      measure: measureReal,
    },
  ],
  caveats: [
    'The data here have no images and no sounds: on real data the two models are of titles and of attributes.',
    'The platforms are cut to the persons whom they have in common.',
    'Both tables are fused alike; nothing is learned about which of them matters.',
  ],
};

async function figuresOf(
  source: Domain,
  split: ColdSplit,
  [first, second]: readonly [ItemTable, ItemTable],
  seed: string,
  negatives: number,
): Promise<Figures> {
  const { factorise } = factorMemory(seed);
  const of = async (tables: readonly ItemTable[]): Promise<Record<string, number>> => {
    const vectors = fusedVectors(tables);
    const { score } = await transferOf({
      sources: [{ ...source, vectors }],
      split,
      seed,
      encoder: 'vectors',
      settings: { 'vectors.numbers': vectors.dimension },
      epsilon: null,
      factorise,
    });
    return { 'NDCG@10': coldNdcg(split, score, seed, negatives) };
  };
  return {
    [METHOD]: await of([first, second]),
    [SHUFFLED]: await of([first, shuffled(second, seed)]),
    [FIRST]: await of([first]),
    [SECOND]: await of([second]),
  };
}

function shuffled({ dimension, of }: ItemTable, seed: string): ItemTable {
  const ids = new Prng(`multimodal/${seed}`).shuffle([...of.keys()]);
  return { dimension, of: new Map([...of.values()].map((vector, i) => [ids[i], vector])) };
}

function measure(seed: string): Promise<Figures> {
  const { source, split, traits } = tasteWorld(`multimodal/${seed}`);
  const prng = new Prng(`multimodal/${seed}/idle`);
  const half = USUAL_TASTES.dimension / 2;
  const seen = (from: number): ItemTable => ({
    dimension: 2 * half,
    of: new Map(
      source.catalogue.map((id, item) => [
        id,
        Float32Array.from({ length: 2 * half }, (_, i) => (i < half ? traits[item][from + i] : 0.3 * prng.gaussian())),
      ]),
    ),
  });
  return figuresOf(source, split, [seen(0), seen(half)], seed, 49);
}

/** Numbers of each model's vectors on real data. */
const NUMBERS = 48;

async function measureReal(folder: string, seed: string): Promise<Figures> {
  const [source, target] = await commonAt(folder, ['amazon/beauty.tsv', 'amazon/food.tsv']);
  const split = coldSplit(target, [source], { seed });
  const columns = await Promise.all(
    ['title', 'category', 'brand'].map((column) => itemColumn(folder, 'amazon/beauty.items.tsv', column)),
  );
  const [titles, categories, brands] = columns.map((column) => source.catalogue.map((id) => column.get(id) ?? ''));
  const tableOf = (texts: readonly string[]): ItemTable => {
    const { vectors } = titleVectors(texts, NUMBERS);
    const of = source.catalogue.map(
      (id, item) => [id, vectors.subarray(item * NUMBERS, (item + 1) * NUMBERS)] as const,
    );
    return { dimension: NUMBERS, of: new Map(of) };
  };
  const attributes = categories.map((category, item) => `${category} ${brands[item]}`);
  return figuresOf(source, split, [tableOf(titles), tableOf(attributes)], seed, 99);
}
