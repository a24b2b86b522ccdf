/**
 * Do lists mirror all interests of a person, and those of persons with short and long histories alike?
 * @module
 */
import { classShares, groupGap, miscalibration } from '../../core/evaluation/calibration.ts';
import { listNdcg } from '../../core/evaluation/exposure.ts';
import { activityGroup, mean } from '../../core/evaluation/results.ts';
import { historyLength, historyOf } from '../../core/data/select.ts';
import type { Domain } from '../../core/data/domain.ts';
import { Prng } from '../../core/random/prng.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { multiplyVector } from '../../core/transfer/linear-algebra/products.ts';
import { calibratedList } from '../../core/transfer/reranking/calibrated.ts';
import { domainAt } from './pair.ts';
import { itemColumn } from './item-column.ts';
import type { Figures, Study } from './study.ts';

const LENGTH = 10;
const LAMBDAS = [0, 0.5, 0.9, 0.99];
const METHOD = 'lambda 0.9';
const OTHERS = 'lambda 0.9, interests of another person';

export const calibration: Study = {
  name: 'calibration',
  question: 'Do lists mirror all interests of a person, and those of persons with short and long histories alike?',
  reference: 'Steck, RecSys 2018, eq. 6 to 8',
  metrics: {
    miscalibration: 'lower',
    'NDCG@10': 'higher',
    'gap in miscalibration': 'lower',
    'gap in NDCG@10': 'lower',
  },
  method: METHOD,
  planted: {
    summary: 'each person has a main and a lesser interest, and the scores rank the main interest before all else',
    ablation: { method: 'lambda 0', off: 'weight 0: the list is that of the scores' },
    margins: { 'lambda 0': 0.7, [OTHERS]: 1.5 },
    measure,
  },
  real: [
    {
      name: 'Amazon beauty',
      files: ['amazon/beauty.tsv', 'amazon/beauty.items.tsv'],
      over: ['lambda 0', OTHERS],
      measure: measureReal,
    },
  ],
  caveats: [
    'A list is made to lower this very miscalibration, so its gain shows how far that can go, and not that persons are served better: on Amazon beauty NDCG@10 falls from .038 to .032, and the gap in miscalibration between short and long histories grows from .26 to .32.',
    'A gap is the difference between the best and the worst served group of persons, by the length of their history.',
    'Interests are the categories of a person’s known items, so a person without items has none to calibrate to.',
    'The data have neither sex nor age, so nothing is said of groups by them.',
  ],
};

interface Reader {
  /** Scores of the items; -Infinity for those that the person has. */
  readonly scores: () => Float32Array;
  readonly positives: Uint32Array;
  readonly wanted: Float64Array;
  readonly group: string;
}

function figuresOf(readers: readonly Reader[], classes: Int32Array): Figures {
  const groups = readers.map(({ group }) => group);
  const row = (lambda: number, wantedOf: (p: number) => Float64Array): Record<string, number> => {
    const lists = readers.map(({ scores }, p) =>
      calibratedList({ scores: scores(), classes, wanted: wantedOf(p), lambda, length: LENGTH }),
    );
    const ndcg = lists.map((list, p) => listNdcg(list, readers[p].positives));
    const cost = lists.map((list, p) =>
      miscalibration(readers[p].wanted, classShares(list, classes, readers[p].wanted.length)),
    );
    return {
      miscalibration: mean(cost),
      'NDCG@10': mean(ndcg),
      'gap in miscalibration': groupGap(cost, groups),
      'gap in NDCG@10': groupGap(ndcg, groups),
    };
  };
  const rows = LAMBDAS.map((lambda) => [`lambda ${lambda}`, row(lambda, (p) => readers[p].wanted)] as const);
  return {
    ...Object.fromEntries(rows),
    [OTHERS]: row(0.9, (p) => readers[(p + 1) % readers.length].wanted),
  };
}

function measure(seed: string): Figures {
  const prng = new Prng(`calibration/${seed}`);
  const [count, items] = [6, 240];
  const classes = Int32Array.from({ length: items }, (_, item) => item % count);
  const readers = Array.from({ length: 300 }, (): Reader => {
    const [main, lesser] = prng.sample(count, 2);
    const share = 0.6 + 0.2 * prng.uniform();
    const known = prng.uniform() < 0.5 ? 8 : 40;
    const liking = Float64Array.from({ length: items }, () => prng.gaussian());
    const drawn = (): number => (prng.uniform() < share ? main : lesser);
    const wanted = new Float64Array(count);
    for (let i = 0; i < known; i++) wanted[drawn()] += 1 / known;
    const best = [...liking.keys()].sort((a, b) => liking[b] - liking[a]);
    const hidden = new Set<number>();
    while (hidden.size < LENGTH) {
      const of = drawn();
      const item = best.find((one) => classes[one] === of && !hidden.has(one) && prng.uniform() < 0.4);
      if (item !== undefined) hidden.add(item);
    }
    const scores = Float32Array.from(
      liking,
      (value, item) => value + 0.5 * prng.gaussian() + (classes[item] === main ? 4 : classes[item] === lesser ? 2 : 0),
    );
    return { scores: () => scores, positives: Uint32Array.from(hidden), wanted, group: activityGroup(known) };
  });
  return figuresOf(readers, classes);
}

/** Persons of beauty with at least ten items; the last three are hidden. */
async function measureReal(folder: string, seed: string): Promise<Figures> {
  const beauty = await domainAt(folder, 'amazon/beauty.tsv');
  const categories = await itemColumn(folder, 'amazon/beauty.items.tsv', 'category');
  // "Beauty > Makeup > Face > Concealers": the second part.
  const names = beauty.catalogue.map((id) => categories.get(id)?.split(' > ').at(1) ?? '');
  const places = new Map([...new Set(names)].filter((name) => name !== '').map((name, place) => [name, place]));
  const classes = Int32Array.from(names, (name) => places.get(name) ?? -1);
  const long = [...beauty.persons.keys()].filter((p) => historyLength(beauty, p) >= 10);
  const chosen = new Prng(`calibration/${seed}`).shuffle(long).slice(0, 1000);
  const known = withoutLast(beauty, new Set(chosen), 3);
  const { dimension, items, persons } = factorMemory(seed).factorise(known);
  const readers = chosen.map((p): Reader => {
    const own = historyOf(known, p).items;
    return {
      scores: () => {
        const scores = multiplyVector(items, dimension, persons.subarray(p * dimension, (p + 1) * dimension));
        for (const item of own) scores[item] = -Infinity;
        return scores;
      },
      positives: historyOf(beauty, p).items.subarray(own.length),
      wanted: classShares(own, classes, places.size),
      group: activityGroup(own.length),
    };
  });
  return figuresOf(
    readers.filter(({ wanted }) => wanted.some((share) => share > 0)),
    classes,
  );
}

/** The domain without the last `count` interactions of these persons. */
function withoutLast(domain: Domain, persons: ReadonlySet<number>, count: number): Domain {
  const { catalogue, name } = domain;
  const histories = domain.persons.map((_, p) => {
    const { items } = historyOf(domain, p);
    return persons.has(p) ? items.subarray(0, items.length - count) : items;
  });
  const offsets = new Uint32Array(histories.length + 1);
  histories.forEach(({ length }, p) => (offsets[p + 1] = offsets[p] + length));
  const items = Uint32Array.from(histories.flatMap((own) => Array.from(own)));
  return { name, persons: domain.persons, catalogue, offsets, items };
}
