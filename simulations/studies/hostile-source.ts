/**
 * A source that was honest sends crafted vectors. Does a decoder that is fitted again, and so judges its sources again, keep them out of the lists?
 * @module
 */
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import { Prng } from '../../core/random/prng.ts';
import type { Decoder } from '../../core/transfer/decoder/decoder.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { decodersOf, federate, releasedBy } from '../in-one-process.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import type { ColdSplit } from '../../core/evaluation/split.ts';
import type { Domain } from '../../core/data/domain.ts';
import { domainAt } from './pair.ts';
import type { Figures, Study } from './study.ts';
import { tasteWorld, USUAL_TASTES } from './taste-world.ts';
import { coldNdcg } from './transfer.ts';

const METHOD = 'vectors of other persons, guard';
const ABLATION = 'vectors of other persons, not judged again';
const DECODERS = { guard: 'ridge', 'no guard': 'ridge~guard' };
const FILES = ['douban/book.tsv', 'douban/music.tsv'] as const;

export const hostileSource: Study = {
  name: 'hostile-source',
  question:
    'Does a decoder that is fitted again keep the crafted vectors of a source that turned hostile out of the lists?',
  reference: 'Biggio et al., ECML PKDD 2013 (evasion at test time); the guard is that of the decoder',
  metrics: { 'NDCG@10': 'higher' },
  method: METHOD,
  planted: {
    summary: 'the only source begins to deal its vectors to other persons, so that they say nothing about anybody',
    ablation: { method: ABLATION, off: 'the decoder that was fitted to the honest source reads the crafted vectors' },
    margins: { [ABLATION]: 0.03 },
    measure,
  },
  real: [{ name: 'Douban books to music', files: FILES, over: [ABLATION], measure: measureReal }],
  caveats: [
    'The guard judges a source by persons whom the target knows. A source that sends true vectors of those and false ones of arrivals passes it: the rows "opposite vectors of arrivals" show the harm.',
    'A decoder is judged when it is fitted. Until the next fit, a source that becomes hostile does the harm of the rows "not judged again".',
    'Without the guard ("no guard") the default readout still shrinks numbers that say nothing on held-out persons, so little is lost here.',
    'The guard protects the target’s lists and says nothing about privacy.',
  ],
};

interface Honest {
  readonly split: ColdSplit;
  readonly received: ReceivedRepresentations;
}

/** What the target gets in the end, by the attack and by whether it has the guard. */
function figuresOf({ received, split }: Honest, seed: string, negatives: number): Figures {
  const prng = new Prng(`hostile-source/${seed}`);
  const cold = new Set(split.cold.map(({ person }) => person));
  const { dimension, persons } = received;
  const rowOf = (row: number): Float32Array => received.vectors.subarray(row * dimension, (row + 1) * dimension);
  const sent = (vectorOf: (row: number) => Float32Array): ReceivedRepresentations => {
    const vectors = new Float32Array(received.vectors.length);
    persons.forEach((_, row) => vectors.set(vectorOf(row), row * dimension));
    return { ...received, vectors };
  };
  const dealt = prng.shuffle(Uint32Array.from(persons.keys()));
  const attacks = {
    honest: received,
    'vectors of other persons': sent((row) => rowOf(dealt[row])),
    'opposite vectors of arrivals': sent((row) =>
      cold.has(persons[row]) ? rowOf(row).map((value) => -value) : rowOf(row),
    ),
  };
  const { factorise } = factorMemory(seed);
  const fitted = (from: ReceivedRepresentations): readonly Decoder[] =>
    decodersOf({ received: [from] }, { split, factorise, seed }, Object.values(DECODERS));
  const [before] = fitted(received);
  const rows = Object.entries(attacks).flatMap(([attack, from]) => {
    const vectors = new Map(
      persons.map((person, row) => [person, from.vectors.subarray(row * dimension, (row + 1) * dimension)]),
    );
    const releasedOf = releasedBy([{ source: from.source, vectors }]);
    const row = (name: string, decoder: Decoder): readonly [string, Record<string, number>] => {
      const ndcg = coldNdcg(split, (person) => decoder.score(releasedOf(person)), seed, negatives);
      return [`${attack}, ${name}`, { 'NDCG@10': ndcg }];
    };
    const decoders = fitted(from);
    return [
      ...Object.keys(DECODERS).map((name, i) => row(name, decoders[i])),
      ...(from === received ? [] : [row('not judged again', before)]),
    ];
  });
  return {
    ...Object.fromEntries(rows),
    'nothing sent': { 'NDCG@10': coldNdcg(split, () => before.score([]), seed, negatives) },
  };
}

async function honest(
  source: Domain,
  split: ColdSplit,
  seed: string,
  encoder: string,
  epsilon: number | null,
): Promise<Honest> {
  const { factorise } = factorMemory(seed);
  const of = { encoder: encoderNamed(encoder), sources: [source], split, epsilon, delta: 1e-6, seed, factorise };
  const { received } = await federate(of);
  return { split, received: received[0] };
}

async function measure(seed: string): Promise<Figures> {
  const { source, split, traits } = tasteWorld(`hostile-source/${seed}`, { ...USUAL_TASTES, popularity: 1.5 });
  const of = new Map(source.catalogue.map((id, item) => [id, Float32Array.from(traits[item])]));
  const vectors = { dimension: USUAL_TASTES.dimension, of };
  return figuresOf(await honest({ ...source, vectors }, split, seed, 'vectors', null), seed, 49);
}

async function measureReal(folder: string, seed: string): Promise<Figures> {
  const source = await domainAt(folder, FILES[0]);
  const split = coldSplit(await domainAt(folder, FILES[1]), [source], { seed });
  return figuresOf(await honest(source, split, seed, 'private-subspace', 4), seed, 99);
}
