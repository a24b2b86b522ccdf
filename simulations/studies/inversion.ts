/**
 * How much of a person's history can a target work out from the released vector, and what is the vector worth?
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import { historyOf, personIndex } from '../../core/data/select.ts';
import { mean } from '../../core/evaluation/results.ts';
import type { ColdSplit } from '../../core/evaluation/split.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { linearAttack, matchingPursuit, popularityGuess, probed, recalls } from '../audit/inversion.ts';
import type { Attack, Person } from '../audit/inversion.ts';
import { domainAt } from './pair.ts';
import { COMPARED_RELEASES } from './release-modes.ts';
import type { Figures, Study } from './study.ts';
import { tasteWorld } from './taste-world.ts';
import { coldNdcg, transferOf } from './transfer.ts';

const MOST_VICTIMS = 300;
const FILES = ['douban/book.tsv', 'douban/music.tsv'] as const;

export const inversion: Study = {
  name: 'inversion',
  question:
    'How much of a person’s history can a target work out from the released vector, and what is the vector worth?',
  reference: 'Fredrikson, Jha and Ristenpart, CCS 2015 (inversion); Pati, Rezaiifar and Krishnaprasad 1993 (pursuit)',
  metrics: { 'items found': 'lower', 'NDCG@10': 'higher' },
  method: 'ldp at 8',
  planted: {
    summary: 'persons choose items along their taste, and a public projection of 48 numbers is released about each',
    ablation: { method: 'raw vector', off: 'no noise on the released vector' },
    margins: { 'raw vector': 0.4 },
    measure,
  },
  real: [{ name: 'Douban books to music', files: FILES, over: ['raw vector'], measure: measureReal }],
  caveats: [
    'Items found: the share of ten guessed items that the person has, out of as many as could be right, by the stronger of two attacks. Guessing the most popular items is the row `none`.',
    'The attacker knows the histories of all linked persons and can ask the encoder about any history; a stronger attacker may find more.',
  ],
};

async function figuresOf(
  source: Domain,
  split: ColdSplit,
  encoder: {
    readonly name: string;
    readonly settings?: Readonly<Record<string, unknown>>;
    readonly epsilon: number | null;
  },
  seed: string,
  negatives: number,
): Promise<Figures> {
  const { factorise } = factorMemory(seed);
  const rows = personIndex(source);
  const items = source.catalogue.length;
  const figures: Record<string, Record<string, number>> = {};
  for (const [name, release] of Object.entries(COMPARED_RELEASES)) {
    const { federated, score } = await transferOf({
      sources: [source],
      split,
      seed,
      encoder: encoder.name,
      ...(encoder.settings && { settings: encoder.settings }),
      epsilon: encoder.epsilon,
      release,
      factorise,
    });
    const personOf = (id: string): Person => ({
      vector: federated.releasedOf(id).at(0)?.vector ?? null,
      history: historyOf(source, rows.get(id) ?? 0).items,
    });
    const linked = split.linked.filter((id) => rows.has(id)).map(personOf);
    const victims = split.cold.slice(0, MOST_VICTIMS).map(({ person }) => personOf(person));
    const vectors = probed((history) => federated.represent(source.name, history), items);
    const attacks: readonly Attack[] = [
      popularityGuess(linked, items),
      linearAttack(linked, items),
      ...(vectors === undefined ? [] : [matchingPursuit(vectors, linked)]),
    ];
    const found = attacks.map((attack) => mean([...recalls(attack, victims)]));
    figures[name] = { 'items found': Math.max(...found), 'NDCG@10': coldNdcg(split, score, seed, negatives) };
  }
  return figures;
}

function measure(seed: string): Promise<Figures> {
  const { source, split } = tasteWorld(`inversion/${seed}`);
  const encoder = { name: 'projection', settings: { 'projection.numbers': 48 }, epsilon: null };
  return figuresOf(source, split, encoder, seed, 49);
}

async function measureReal(folder: string, seed: string): Promise<Figures> {
  const source = await domainAt(folder, FILES[0]);
  const split = coldSplit(await domainAt(folder, FILES[1]), [source], { seed });
  return figuresOf(source, split, { name: 'private-subspace', epsilon: 4 }, seed, 99);
}
