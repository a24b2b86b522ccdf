/**
 * Do a person's links help first recommendations on another platform? The links are a source like any other: a platform whose items
 * are persons.
 * @module
 */
import type { Domain } from '../../../core/data/domain.ts';
import { coldSplit } from '../../../core/evaluation/split.ts';
import type { ColdSplit } from '../../../core/evaluation/split.ts';
import { Prng } from '../../../core/random/prng.ts';
import { seededRandom } from '../../../core/random/seeded.ts';
import { baselineNamed } from '../../../core/transfer/baselines/registry.ts';
import { encoderNamed } from '../../../core/transfer/compose.ts';
import { DEFAULT_DECODER } from '../../../core/transfer/readouts/registry.ts';
import { factorMemory } from '../../../core/transfer/decoder/target-factors.ts';
import { decodersOf, federate } from '../../in-one-process.ts';
import { domainOf } from '../../worlds/planted/encoder-worlds.ts';
import { likedItems } from '../../worlds/planted/planted.ts';
import { rankedAt10 } from '../ranking.ts';
import type { Figures, RealStudy, Study } from '../study.ts';
import { FILM_TRUST, LAST_FM, openSocial } from './data.ts';
import type { SocialSet } from './data.ts';

/** Total epsilon of the source's training. */
const EPSILON = 8;
const DELTA = 1e-6;
/** Fewest links, and fewest items, of a person who is scored or linked. */
const FEWEST = 2;

export const trust: Study = {
  name: 'trust',
  question: 'Do links of trust or friendship, as a source, help first recommendations on another platform?',
  reference:
    'Hardt and Price, NeurIPS 2014 (subspace of the links); Jamali and Ester, RecSys 2010 (trust for cold persons)',
  metrics: { 'NDCG@10': 'higher', 'HR@10': 'higher' },
  method: 'subspace',
  planted: {
    summary: 'persons of one of ten groups trust persons of their group, and like items of their group',
    ablation: { method: 'trustees permuted', off: 'each person is given the trustees of another' },
    margins: { prior: 0.1, 'trustees permuted': 0.1, popularity: 0.1 },
    measure: (seed) => measured({ ...plantedWorld(seed), negatives: 49, seed }),
  },
  real: [LAST_FM, FILM_TRUST].map(realOf),
  caveats: [
    `The subspace is trained at a total epsilon of ${EPSILON}; the projection is public, and the target may work out the links themselves from it.`,
    'A link is data of the person who made it. Whoever is trusted is an item of that platform, and no claim covers that; each printed statement says so.',
    'Friends of Last.fm stand in both persons’ rows, so that one friendship is data of two persons.',
  ],
};

function realOf(set: SocialSet): RealStudy {
  return {
    name: set.name,
    files: set.files,
    over: ['prior', 'trustees permuted', 'popularity', 'projection'],
    async measure(folder, seed) {
      const { histories, links } = await openSocial(folder, set);
      const split = coldSplit(histories, [links], { minInteractions: FEWEST, seed });
      return measured({ source: links, split, negatives: 99, seed });
    },
  };
}

interface Asked {
  /** Row p holds whom person p trusts. */
  readonly source: Domain;
  readonly split: ColdSplit;
  readonly negatives: number;
  readonly seed: string;
}

async function measured({ negatives, seed, source, split }: Asked): Promise<Figures> {
  const { cold, linked, target } = split;
  const { factorise } = factorMemory(seed);
  const figuresOf = (score: (person: string) => Float32Array): Figures[string] =>
    rankedAt10({ target, cold, negatives, seed }, score);
  const readBy = async (view: string, from: Domain): Promise<Figures[string]> => {
    const encoder = encoderNamed(view);
    const options = { encoder, sources: [from], split, epsilon: EPSILON, delta: DELTA, seed, factorise };
    const federated = await federate(options);
    const [decoder] = decodersOf(federated, options, [DEFAULT_DECODER]);
    return figuresOf((person) => decoder.score(federated.releasedOf(person)));
  };
  const baseline = (name: string): Figures[string] =>
    figuresOf(baselineNamed(name).fit({ target, linked, sources: [], random: seededRandom(seed), factorise }));
  return {
    subspace: await readBy('subspace', source),
    projection: await readBy('projection', source),
    prior: baseline('prior'),
    popularity: baseline('popularity'),
    'trustees permuted': await readBy('subspace', permuted(source, seed)),
  };
}

/** The same rows under the names of other persons. */
function permuted(source: Domain, seed: string): Domain {
  return { ...source, persons: new Prng(`${seed}/trustees`).shuffle([...source.persons]) };
}

const PERSONS = 1200;
const COLD = 250;
const GROUPS = 10;
const ITEMS = 120;
const TRUSTED = 8;
const CHOSEN = 6;

function plantedWorld(seed: string): Pick<Asked, 'source' | 'split'> {
  const prng = new Prng(`trust/${seed}`);
  const groups = Array.from({ length: PERSONS }, () => prng.integer(GROUPS));
  const liking = (of: (at: number) => number, count: number, group: number): Float64Array =>
    Float64Array.from({ length: count }, (_, at) => (of(at) === group ? 4 : 0));
  const persons = groups.map((group, p) => {
    const trustees = liking((at) => groups[at], PERSONS, group);
    trustees[p] = -Infinity;
    return {
      id: `p${p}`,
      trusts: likedItems(trustees, TRUSTED, prng),
      items: likedItems(
        liking((item) => item % GROUPS, ITEMS, group),
        CHOSEN,
        prng,
      ),
    };
  });
  const ids = persons.map(({ id }) => id);
  const warm = persons.slice(COLD);
  const names = warm.map(({ id }) => id);
  return {
    source: domainOf(
      'trust',
      persons.map(({ id, trusts }) => ({ id, items: trusts })),
      ids,
    ),
    split: {
      target: domainOf(
        'shop',
        warm,
        Array.from({ length: ITEMS }, (_, item) => `item ${item}`),
      ),
      cold: persons
        .slice(0, COLD)
        .map(({ id, items }) => ({ person: id, positives: items, sourceInteractions: TRUSTED })),
      warm: names,
      linked: names,
      unmetPositives: 0,
    },
  };
}
