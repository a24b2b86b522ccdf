import assert from 'node:assert/strict';
import { answer, wrapped } from '../../simulations/report/answer.ts';
import { claimsOnce } from '../../simulations/report/claims-once.ts';
import { familiesOf, familyColumns, formatFamilies, tableNotes } from '../../simulations/report/families.ts';
import { reportHtml } from '../../simulations/report/html.ts';
import type { GainRow, PrivacyRow, ResultRow, Results } from '../../simulations/results.ts';

type Subject = Pick<ResultRow, 'method' | 'release' | 'epsilon' | 'epsilon0'>;

const subject = (method: string, release = 'none', epsilon: number | null = null, epsilon0: number | null = null) => ({
  ...{ method, release, epsilon, epsilon0 },
});

const row = (of: Subject, mean: number): ResultRow => ({
  ...{ target: 'music', sources: ['films', 'books'], ...of, negatives: 'uniform', twins: 'with', group: 'all' },
  ...{ metric: 'NDCG@10', mean, personMean: mean, std: null, n: 100, seeds: 1 },
});

const gain = (of: Subject, mean: number, half = 0.01, persons = 700): GainRow => ({
  ...{ target: 'music', ...of, over: 'prior', negatives: 'uniform', metric: 'NDCG@10' },
  ...{ mean, low: mean - half, high: mean + half, per: 'persons', persons },
});

const privacy = (of: Subject): PrivacyRow => ({
  ...{ strategy: of.method, release: of.release as 'raw', unit: 'a person', mechanism: 'noise', accountant: 'rdp 1' },
  ...{ epsilon: of.epsilon, epsilon0: of.epsilon0, budget: of.epsilon, delta: 1e-6, rounds: 0, noiseMultiplier: 1 },
  ...{
    maxPlatformsPerPerson: 3,
    honestMinimum: 1,
    noiseShares: 1,
    epsilonAgainst: [],
    notCharged: ['x'],
    warnings: [],
  },
  claims: [
    {
      id: 'C1',
      holds: of.epsilon !== null,
      plain: of.epsilon === null ? 'no limit' : 'a limit',
      text: `exactly ${of.method}`,
    },
    { id: 'C3', holds: false, plain: 'a vector', text: 'the same' },
  ],
});

function resultsOf(strategies: readonly (readonly [Subject, number, GainRow?])[]): Results {
  const reference = (name: string, mean: number): readonly [Subject, number, GainRow] => [
    subject(name),
    mean,
    gain(subject(name), mean - 0.2),
  ];
  const all = [reference('popularity', 0.19), reference('prior', 0.2), ...strategies, reference('ceiling', 0.4)];
  return {
    isthmus: '0',
    run: 'r',
    world: {
      name: 'w',
      platforms: [],
      directions: [{ target: 'music', sources: ['films', 'books'], coldPersons: 7, warmPersons: 9 }],
    },
    trials: { ended: 1, of: 1 },
    protocol: 'sampled',
    seeds: ['1'],
    notes: ['seeded noise'],
    rows: all.map(([of, mean]) => row(of, mean)),
    gains: all.flatMap(([{ method }, , one]) => (one === undefined || method === 'prior' ? [] : [one])),
    choices: [],
    privacy: strategies.map(([of]) => privacy(of)),
    rounds: [],
    restarts: [],
    timing: {},
    config: {},
  };
}

const bounded = subject('private-subspace', 'raw', 4);
const free = subject('linear-bridge', 'raw');

describe('the answer of a simulation', () => {
  it('is five sentences: who, how good, how far, at what price, and without the limit', () => {
    assert.deepEqual(
      answer(
        resultsOf([
          [free, 0.38, gain(free, 0.18)],
          [bounded, 0.3, gain(bounded, 0.1)],
        ]),
      ),
      [
        '7 persons are new on music and known on films or books, and 9 others are known on both sides.',
        'The best method with an epsilon, private-subspace, gives them first lists of NDCG@10 .300; one list for everybody reaches .200.',
        'That is a gain of +.100 [.090, .110] (95 % interval over persons), 50 % of what the ceiling gains with all data in one place (.400).',
        'The price: everything that training tells about a person is limited, under the conditions of C1, to epsilon 4 at delta 0.000001, and nothing limits what music itself can work out from the vector that it receives.',
        'Without that limit linear-bridge reaches .380.',
      ],
    );
  });

  it('claims no gain that chance may explain, and says what is worse', () => {
    const third = (mean: number): string => answer(resultsOf([[bounded, 0.2 + mean, gain(bounded, mean)]]))[2];
    assert.match(third(0.005), /^Chance alone may explain the difference: \+\.005 \[-\.005, \.015\]/);
    assert.match(third(-0.05), /^It is worse than that list: -\.050 \[-\.060, -\.040\]/);
    assert.match(third(0.05), /^That is a gain of/);
    assert.match(answer(resultsOf([[bounded, 0.3]]))[2], /not measured/);
  });

  it('takes the method that held-out persons choose, not the one that turned out best', () => {
    const trunk = subject('shared-trunk', 'raw', 4);
    const results = resultsOf([
      [bounded, 0.3, gain(bounded, 0.1)],
      [trunk, 0.31, gain(trunk, 0.11)],
    ]);
    const choice = (of: Subject, chosen: boolean) => ({
      ...{ target: 'music', ...of, heldOut: chosen ? 0.4 : 0.3, chosen, hindsight: !chosen },
    });
    assert.match(answer(results)[1], /shared-trunk/);
    assert.match(answer({ ...results, choices: [choice(bounded, true), choice(trunk, false)] })[1], /private-subspace/);
  });

  it('claims no gain under .02 on fewer than 600 persons', () => {
    const of = (mean: number, persons: number) =>
      resultsOf([[bounded, 0.2 + mean, gain(bounded, mean, 0.01, persons)]]);
    const third = (mean: number, persons: number): string => answer(of(mean, persons))[2];
    assert.match(
      third(0.015, 599),
      /^There are too few persons to tell: fewer than 600 test persons \(599\), and a gain below \.020, \+\.015 \[/,
    );
    assert.match(third(0.015, 600), /^That is a gain of/);
    assert.match(third(0.02, 599), /^That is a gain of/);
    const table = (mean: number, persons: number): string =>
      formatFamilies(familiesOf(of(mean, persons), 'music'), familyColumns(of(mean, persons)));
    assert.match(table(0.015, 599), /\+\.015 \[\.005, \.025\] \*/);
    assert.doesNotMatch(table(0.015, 600), /\*/);
    assert.match(tableNotes(of(0.015, 599), 'music').join(), /^\*: too few persons to tell/);
    assert.deepEqual(tableNotes(of(0.015, 600), 'music'), []);
  });

  it('never prints a limit that is not there, and rounds one upward', () => {
    const price = (of: Subject): string => answer(resultsOf([[of, 0.3, gain(of, 0.1)]]))[3];
    assert.match(price(free), /nothing limits what training tells .* nothing limits what music itself/);
    assert.match(
      price(subject('a', 'ldp', 3.99991, 2)),
      /epsilon 4 .* the code that music receives is limited to epsilon0 2\.$/,
    );
    assert.match(price(subject('a', 'none', 4)), /music receives nothing about one person\.$/);
    const lines = answer(resultsOf([[free, 0.3, gain(free, 0.1)]]));
    assert.equal(lines.length, 5);
    assert.match(lines[1], /^No method of this run has an epsilon, and the best one, linear-bridge,/);
  });
});

describe('what follows the answer', () => {
  const results = resultsOf([
    [free, 0.38, gain(free, 0.18)],
    [bounded, 0.3, gain(bounded, 0.1)],
    [subject('shared-trunk', 'raw', 4), 0.31, gain(subject('shared-trunk', 'raw', 4), 0.11)],
  ]);

  it('is a table in families that fits 100 characters', () => {
    const text = formatFamilies(familiesOf(results, 'music'), familyColumns(results));
    assert.match(text, /private-subspace +a vector, no limit +4 +\.300 +\+\.100 \[\.090, \.110\]/);
    assert.match(text, /linear-bridge +a vector, no limit +no limit +\.380/);
    assert.match(text, /ceiling +everything +\.400/);
    for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
  });

  it('says each claim once, with the strategies that it is said of', () => {
    assert.deepEqual(
      claimsOnce(results.privacy).map(({ exact, id, plain, strategies }) => [
        id,
        plain,
        strategies.join(),
        exact.length,
      ]),
      [
        ['C1', 'no limit', 'linear-bridge', 1],
        ['C1', 'a limit', 'private-subspace,shared-trunk', 2],
        ['C3', 'a vector', 'linear-bridge,private-subspace,shared-trunk', 1],
      ],
    );
  });

  it('is in the report in the same order, with a picture between answer and table, and loads nothing', async () => {
    const html = await reportHtml(results);
    const places = [answer(results)[0], '<svg', 'platforms that keep their data', '</b> a vector<', '<details>'].map(
      (text) => html.indexOf(text),
    );
    assert.ok(places.every((place) => place > 0));
    assert.ok(places[0] < places[1] && places[1] < places[2]);
    assert.match(html, /prefers-color-scheme: dark/);
    assert.match(html, /@media print/);
    assert.doesNotMatch(html, /(src|href)="https?:/);
    for (const text of ['exactly private-subspace', 'exactly shared-trunk']) assert.equal(html.split(text).length, 2);
  });

  it('wraps prose between words', () => {
    assert.equal(wrapped('one two three four', 9, '  '), 'one two\n  three\n  four');
  });
});
