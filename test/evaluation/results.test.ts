import assert from 'node:assert/strict';
import { buildDomain } from '../../core/data/build.ts';
import type { ColdPerson } from '../../core/data/cold-person.ts';
import type { Evaluation } from '../../core/evaluation/evaluate.ts';
import { gainOverSeeds, pairedGain, studentQuantile } from '../../core/evaluation/gains.ts';
import { gains } from '../../core/evaluation/metrics.ts';
import { activityGroup, aggregate, seedRows } from '../../core/evaluation/results.ts';
import type { RowSubject } from '../../core/evaluation/results.ts';
import { findTwins, withoutTwins } from '../../core/evaluation/twins.ts';
import { Prng } from '../../core/random/prng.ts';

const subject: RowSubject = {
  target: 'music',
  sources: ['book'],
  method: 'popularity',
  release: 'none',
  epsilon: null,
  epsilon0: null,
};

describe('rows', () => {
  const cold: ColdPerson[] = [3, 8, 60].map((sourceInteractions, i) => ({
    person: `p${i}`,
    positives: Uint32Array.of(0),
    sourceInteractions,
  }));
  const evaluation = (...ranks: number[]): Evaluation => ({
    negatives: 'uniform',
    ranks: Uint32Array.from(ranks),
    offsets: Uint32Array.of(0, 1, 2, 3),
  });
  const rows = [evaluation(1, 11, 11), evaluation(1, 1, 11)].flatMap((e, seed) =>
    seedRows({
      subject,
      seed,
      evaluations: [e],
      cold,
      popularity: Uint32Array.of(1),
      cutoffs: [10],
      groupCutoffs: [10],
      keep: Uint8Array.of(1, 0, 1),
    }),
  );

  it('carry mean and standard deviation over seeds, by twins and by activity group', () => {
    const hr = aggregate(rows).filter(({ metric }) => metric === 'HR@10');
    assert.deepEqual(
      hr.map(({ group, twins, mean, n }) => [group, twins, Number(mean.toFixed(4)), n]),
      [
        ['all', 'with', 0.5, 3],
        ['all', 'without', 0.5, 2],
        ['history 1-5', 'with', 1, 1],
        ['history 6-10', 'with', 0.5, 1],
        ['history 51+', 'with', 0, 1],
      ],
    );
    assert.ok(Math.abs(hr[0].std! - Math.SQRT1_2 / 3) < 1e-12);
    assert.equal(hr[0].seeds, 2);
    assert.equal('seed' in hr[0], false);
  });

  it('leave an epsilon that nothing bounds null, and a spread over one seed too', () => {
    const [row] = JSON.parse(JSON.stringify(aggregate(rows.filter(({ seed }) => seed === 0)))) as Record<
      string,
      unknown
    >[];
    assert.equal(row.epsilon, null);
    assert.equal(row.std, null);
  });

  it('make no column without twins where they are rare', () => {
    const plain = seedRows({
      subject,
      seed: 0,
      evaluations: [evaluation(1, 2, 3)],
      cold,
      popularity: Uint32Array.of(1),
      keep: Uint8Array.of(1, 1, 1),
    });
    assert.ok(plain.length > 0 && plain.every(({ twins }) => twins === 'with'));
  });

  it('name activity groups without gaps', () => {
    assert.deepEqual(
      [1, 5, 6, 20, 50, 51].map((n) => activityGroup(n)),
      ['history 1-5', 'history 1-5', 'history 6-10', 'history 11-20', 'history 21-50', 'history 51+'],
    );
  });
});

describe('paired gains', () => {
  it('cover the truth as often as they say, with persons of many positives and few', () => {
    const prng = new Prng('coverage');
    let covered = 0;
    for (let trial = 0; trial < 400; trial++) {
      const offsets = new Uint32Array(81);
      const method: number[] = [];
      const reference: number[] = [];
      for (let i = 0; i < 80; i++) {
        // All positives of a person share their luck, so persons, not positives, are the independent draws. True gain:
        // 0.
        const lucky = prng.uniform() < 0.5;
        const count = 1 + prng.integer(10);
        for (let p = 0; p < count; p++) {
          method.push(lucky ? 1 : 50);
          reference.push(prng.uniform() < 0.5 ? 1 : 50);
        }
        offsets[i + 1] = method.length;
      }
      const as = (ranks: number[]): Evaluation => ({ negatives: 'full', offsets, ranks: Uint32Array.from(ranks) });
      const { low, high } = pairedGain(as(method), as(reference), (rank) => gains.hr(rank, 10));
      if (low <= 0 && high >= 0) covered++;
    }
    assert.ok(covered / 400 > 0.92 && covered / 400 < 0.98, `${covered / 400}`);
  });

  it('refuse what was not measured on the same positives', () => {
    const e: Evaluation = { negatives: 'full', ranks: Uint32Array.of(1, 2), offsets: Uint32Array.of(0, 2) };
    const mrr = gains.mrr;
    assert.throws(() => pairedGain(e, { ...e, offsets: Uint32Array.of(0, 1, 2) }, mrr), {
      code: 'EVALUATION_NOT_PAIRED',
    });
    assert.throws(() => pairedGain(e, { ...e, negatives: 'uniform' }, mrr), { code: 'EVALUATION_NOT_PAIRED' });
  });

  it('over seeds use Student’s t', () => {
    const gain = gainOverSeeds([0.1, 0.2, 0.3]);
    assert.ok(Math.abs(gain.mean - 0.2) < 1e-12);
    assert.ok(Math.abs(gain.high - (0.2 + (4.30265 * 0.1) / Math.sqrt(3))) < 1e-9);
    assert.equal(gainOverSeeds([0.1]).low, -Infinity);
    // Tables of Student's t, 97.5 %.
    assert.ok(Math.abs(studentQuantile(11) - 2.20099) < 2e-4);
    assert.ok(Math.abs(studentQuantile(30) - 2.04227) < 1e-4);
    assert.ok(Math.abs(studentQuantile(1000) - 1.96234) < 1e-4);
  });
});

describe('twins', () => {
  const warm = Array.from({ length: 12 }, (_, i) => `w${i}`);
  const side = (name: string, raters: Record<string, readonly number[]>) =>
    buildDomain(
      name,
      Object.entries(raters).flatMap(([item, persons]) =>
        persons.map((p) => ({ person: p < 12 ? `w${p}` : `c${p}`, item })),
      ),
    );
  // Person 20 is cold: the target hides their rows, and never counts them as ratings.
  const source = side('films', {
    same: [0, 1, 2, 3, 20],
    near: [4, 5, 6, 7],
    far: [0, 5, 8],
    rare: [9, 10],
    mine: [20],
  });
  const target = side('discs', { same: [0, 1, 2, 3], near: [4, 5, 6, 8], far: [1, 2, 9, 10, 11], rare: [9, 10] });
  const twins = findTwins(source, target, warm);
  const at = (domain: typeof target, id: string) => domain.catalogue.indexOf(id);

  it('are pairs with near-identical raters, three at least', () => {
    assert.deepEqual(
      Array.from(twins, ([b, as]) => [target.catalogue[b], as.map((a) => source.catalogue[a])]),
      [
        ['near', ['near']],
        ['same', ['same']],
      ],
    );
  });

  it('take away the positives whose twin the person already has, and no other', () => {
    const cold: ColdPerson[] = [
      { person: 'c20', positives: Uint32Array.of(at(target, 'near'), at(target, 'same')), sourceInteractions: 2 },
      { person: 'stranger', positives: Uint32Array.of(at(target, 'same')), sourceInteractions: 0 },
    ];
    assert.deepEqual([...withoutTwins(cold, [{ domain: source, twins }])], [1, 0, 1]);
  });
});
