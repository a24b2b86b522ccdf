/**
 * Will a person click? Attributes of persons and items, and whether pairs and triples of them say more than their sum.
 * @module
 */
import { areaUnderRoc, logLoss } from '../../core/evaluation/clicks.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import { historyOf, personIndex } from '../../core/data/select.ts';
import { Prng } from '../../core/random/prng.ts';
import { CLICK_SETTINGS, fitClicks } from '../../core/transfer/click/click-model.ts';
import type { ClickExample, ClickSettings } from '../../core/transfer/click/click-model.ts';
import { itemColumn } from './item-column.ts';
import { domainAt } from './pair.ts';
import type { Figures, Study } from './study.ts';

const METHODS: Readonly<Record<string, ClickSettings>> = {
  DeepFM: CLICK_SETTINGS,
  'factorisation machine': { ...CLICK_SETTINGS, hidden: 0 },
  'logistic regression': { ...CLICK_SETTINGS, factors: 0, hidden: 0 },
};

export const clickThrough: Study = {
  name: 'click-through',
  question: 'Will a person click on an item, from attributes of both?',
  reference: 'Rendle, ICDM 2010, eq. 1; Guo et al., IJCAI 2017, eq. 1 to 4',
  metrics: { AUC: 'higher', 'log loss': 'lower' },
  method: 'DeepFM',
  planted: {
    summary:
      'pairs of a person’s and an item’s attribute decide a click, and so does one triple; no attribute says anything by itself',
    ablation: { method: 'logistic regression', off: 'no vectors and no network: attributes add up' },
    margins: { 'logistic regression': 0.3, 'factorisation machine': 0.05 },
    measure,
  },
  real: [
    {
      name: 'Amazon sports to toys',
      files: ['amazon/sports.tsv', 'amazon/sports.items.tsv', 'amazon/toys.tsv', 'amazon/toys.items.tsv'],
      over: ['logistic regression', 'factorisation machine'],
      measure: measureReal,
    },
  ],
  caveats: [
    'On the real data DeepFM has the worst log loss of the three, .509 against .481 (factorisation machine) and .485 (logistic regression): its probabilities are too bold.',
    'The data have no clicks: on real data a purchase counts as one, beside four items per purchase that are drawn by their popularity.',
    'There a person’s attributes are those of the sports goods that the person has, which a federation would release as the view `attributes`; they are used here without privacy.',
    'Log loss is against the share of clicks among the examples drawn, not that of a live platform.',
  ],
};

function figuresOf(
  train: readonly ClickExample[],
  test: readonly ClickExample[],
  attributes: number,
  seed: string,
): Figures {
  const clicked = test.map((one) => one.clicked);
  return Object.fromEntries(
    Object.entries(METHODS).map(([method, settings]) => {
      const model = fitClicks(train, attributes, settings, seed);
      const probabilities = test.map(({ fields }) => model.probability(fields));
      return [method, { AUC: areaUnderRoc(probabilities, clicked), 'log loss': logLoss(probabilities, clicked) }];
    }),
  );
}

function measure(seed: string): Figures {
  const prng = new Prng(`click-through/${seed}`);
  const kinds = 6;
  // Rows and columns sum to about 0, so that neither attribute says anything alone.
  const pairs = Array.from({ length: kinds }, () => Array.from({ length: kinds }, () => 2 * prng.gaussian()));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const columns = pairs[0].map((_, b) => mean(pairs.map((row) => row[b])));
  const centred = pairs.map((row) => row.map((value, b) => value - mean(row) - columns[b] + mean(columns)));
  const examples = Array.from({ length: 8000 }, (): ClickExample => {
    const [a, b] = [prng.integer(kinds), prng.integer(kinds)];
    const signs = [prng.integer(2), prng.integer(2), prng.integer(2)];
    const triple = signs.reduce((product, sign) => product * (2 * sign - 1), 1);
    const logit = centred[a][b] + 1.5 * triple;
    const first = 2 * kinds;
    return {
      fields: [[a], [kinds + b], ...signs.map((sign, i) => [first + 2 * i + sign])],
      clicked: prng.uniform() < 1 / (1 + Math.exp(-logit)),
    };
  });
  return figuresOf(examples.slice(0, 6000), examples.slice(6000), 2 * kinds + 6, seed);
}

/** Attributes of a person that are kept: the ones most typical of the person’s sports goods. */
const MOST_OF_PERSON = 8;
/** Persons with which an attribute of sports goods, and items with which one of toys is kept. */
const LEAST = 5;
const DRAWN = 4;

async function measureReal(folder: string, seed: string): Promise<Figures> {
  const [sports, toys] = [await domainAt(folder, 'amazon/sports.tsv'), await domainAt(folder, 'amazon/toys.tsv')];
  const { cold, linked, target } = coldSplit(toys, [sports], { seed });
  const attributesOf = async (path: string, ids: readonly string[]): Promise<readonly (readonly string[])[]> => {
    const column = await itemColumn(folder, path, 'attributes');
    return ids.map((id) => (column.get(id) ?? '').split(' ').filter((one) => one !== ''));
  };
  const goods = await attributesOf('amazon/sports.items.tsv', sports.catalogue);
  const toysHave = await attributesOf('amazon/toys.items.tsv', target.catalogue);

  const rows = personIndex(sports);
  const typical = typicalOf(
    new Map(
      [...linked, ...cold.map(({ person }) => person)].map((person) => {
        const row = rows.get(person);
        const items = row === undefined ? [] : Array.from(historyOf(sports, row).items);
        return [person, items.flatMap((item) => goods[item])];
      }),
    ),
  );
  const places = new Map<string, number>();
  const placesOf = (kind: string, lists: readonly (readonly string[])[]): readonly (readonly number[])[] => {
    const counts = countsOf(lists);
    return lists.map((own) =>
      own
        .filter((one) => (counts.get(one) ?? 0) >= LEAST)
        .map((one) => {
          const name = `${kind}/${one}`;
          const place = places.get(name) ?? places.size;
          places.set(name, place);
          return place;
        }),
    );
  };
  const persons = [...typical.keys()];
  const ofPerson = placesOf('person', [...typical.values()]);
  const personFields = new Map(persons.map((person, p) => [person, ofPerson[p]]));
  const itemFields = placesOf('item', toysHave);

  const prng = new Prng(`click-through/${seed}`);
  const examplesOf = (person: string, items: ArrayLike<number>): readonly ClickExample[] => {
    const own = new Set(Array.from(items));
    const of = (item: number, clicked: boolean): ClickExample => ({
      fields: [personFields.get(person) ?? [], itemFields[item]],
      clicked,
    });
    return [...own].flatMap((item) => {
      const others = Array.from({ length: DRAWN }, () => target.items[prng.integer(target.items.length)]);
      return [of(item, true), ...others.filter((other) => !own.has(other)).map((other) => of(other, false))];
    });
  };
  const targetRows = personIndex(target);
  const train = linked.flatMap((person) => {
    const row = targetRows.get(person);
    return row === undefined ? [] : examplesOf(person, historyOf(target, row).items);
  });
  const test = cold.flatMap(({ person, positives }) => examplesOf(person, positives));
  return figuresOf(train, test, places.size, seed);
}

function countsOf(lists: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of lists.flatMap((own) => [...new Set(own)])) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}

/** The attributes that a person has often and few others have (term frequency times inverse frequency among persons). */
function typicalOf(all: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const counts = countsOf([...all.values()]);
  return new Map(
    [...all].map(([person, own]) => {
      const weight = (one: string): number =>
        own.filter((other) => other === one).length * Math.log(all.size / (counts.get(one) ?? 1));
      const distinct = [...new Set(own)].filter((one) => (counts.get(one) ?? 0) >= LEAST);
      return [person, distinct.sort((a, b) => weight(b) - weight(a)).slice(0, MOST_OF_PERSON)];
    }),
  );
}
