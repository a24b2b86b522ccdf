import assert from 'node:assert/strict';
import { privacyStatement } from '../../core/claims/claims.ts';
import type { ClaimRequest } from '../../core/claims/claims.ts';
import { formatStatement } from '../../core/claims/statement-text.ts';
import { upward } from '../../core/accounting/printed-epsilon.ts';
import type { SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { epsilonAgainst } from '../../core/privacy/plan/plan-lookups.ts';

const own: SumQuery = {
  label: 'encoder/subspace',
  dimension: 100,
  clip: 1,
  repetitions: 2,
  relativeNoise: 1,
  scope: 'platform',
};
const round: SumQuery = { ...own, label: 'round', scope: 'federation', repetitions: 5 };

function statement(
  queries: readonly SumQuery[],
  given: Partial<ClaimRequest> & { n?: number; epsilon?: number | null; refunds?: number } = {},
) {
  const { n = 10, epsilon = 4, refunds = 3, ...rest } = given;
  const plan = planPrivacy({
    epsilon,
    delta: 1e-6,
    colluding: n > 3 ? 2 : 0,
    dropouts: n > 3 ? 2 : 0,
    maxPlatformsPerPerson: 2,
    spareAttempts: 1,
    refunds,
    platforms: Array.from({ length: n }, (_, i) => ({ name: `p${i}`, personsAbout: 1000, queries })),
  });
  return privacyStatement({
    strategy: 's',
    law: 'charged',
    plan,
    release: { name: 'raw', epsilon0: null },
    ownNumbers: 0,
    ownItems: 0,
    codes: { sources: Math.min(2, n - 1), targets: n - 1 },
    ...rest,
  });
}
const holding = (given: ReturnType<typeof statement>) => given.claims.filter(({ holds }) => holds).map(({ id }) => id);
const textOf = (given: ReturnType<typeof statement>, id: string) => given.claims.find((claim) => claim.id === id)!.text;

/** The numbers of a sentence, in order. */
const numbersIn = (text: string): string[] => text.match(/\d+(\.\d+)?(e-?\d+)?/g) ?? [];
const plainOf = (given: ReturnType<typeof statement>, id: string) =>
  given.claims.find((claim) => claim.id === id)!.plain.replace(/epsilon0/g, 'epsilon');

describe('claims', () => {
  it('tell a person what the exact claims say, with the same numbers, and no more', () => {
    const codes = { release: { name: 'ldp', epsilon0: 1.5 } } as const;
    for (const given of [
      statement([own, round]),
      statement([own, round], codes),
      statement([own, round], { release: { name: 'none', epsilon0: null } }),
      statement([own], codes),
      statement([own], { law: 'sealed-only' }),
      statement([own, round], { epsilon: null }),
      statement([own], { epsilon: null, release: { name: 'cohort', epsilon0: 2 } }),
      statement([], {}),
    ]) {
      const holds = new Set(holding(given));
      for (const { id } of given.claims) {
        for (const number of numbersIn(plainOf(given, id))) {
          assert.ok(numbersIn(textOf(given, id)).includes(number), `${id}: ${number} is none of the exact claim's`);
        }
      }
      assert.equal(/is limited to epsilon/.test(plainOf(given, 'C1')), holds.has('C1'));
      assert.equal(/nothing here limits/.test(plainOf(given, 'C1')), !holds.has('C1'));
      const [limit] = numbersIn(plainOf(given, 'C1'));
      if (holds.has('C1')) assert.ok(textOf(given, 'C1').includes(` is (${limit}, `), plainOf(given, 'C1'));
      assert.equal(/no more than this limit allows/.test(plainOf(given, 'C2')), holds.has('C2'));
      assert.equal(/Nothing here limits/.test(plainOf(given, 'C2')), !holds.has('C2'));
      assert.equal(/A platform that you choose may learn more\./.test(plainOf(given, 'C2')), holds.has('C2'));
      const release = given.release;
      assert.equal(/Nothing here limits/.test(plainOf(given, 'C3')), release === 'raw');
      assert.equal(/at most epsilon .*, and codes add up/.test(plainOf(given, 'C3')), given.epsilon0 !== null);
      const [fewest, exposed] = numbersIn(plainOf(given, 'C4'));
      if (!holds.has('C4')) assert.equal(plainOf(given, 'C4'), 'The coordinator sums nothing.');
      else assert.match(textOf(given, 'C4'), new RegExp(`at least ${fewest} - c'.*; with ${exposed} helpers or more`));
      const exact = (['C1', 'C2', 'C4'] as const).filter((id) => holds.has(id)).map((id) => plainOf(given, id));
      for (const text of exact) assert.match(text, /under the conditions of the exact claim/);
    }
  });

  it('of a trial say in each that rests on the members’ keys, and before all, that nobody compared them', () => {
    const trial = statement([own, round], { unsafeTrial: true });
    const unsafe = /the keys in the manifest are its members’ own \(nobody compared them: --unsafe-trial\)/;
    for (const id of ['C1', 'C2', 'C4']) {
      assert.match(textOf(trial, id), unsafe);
      assert.doesNotMatch(textOf(statement([own, round]), id), /unsafe/);
    }
    assert.match(formatStatement(trial), /^!! UNSAFE TRIAL: --unsafe-trial\. Nobody compared the members’ keys/);
    assert.deepEqual(statement([own, round]).warnings, []);
  });

  it('a trunk in rounds over a private encoder carries all four, with every number', () => {
    const all = statement([own, round]);
    assert.deepEqual(holding(all), ['C1', 'C2', 'C3', 'C4']);
    assert.match(
      textOf(all, 'C1'),
      /is \((3\.9\d+|4), 0\.000001\)-DP with respect to adding or removing one person's data on all platforms, for persons on at most 2 platforms, with one id on each, even if the coordinator deviates, as long as every honest platform has signed this manifest, having compared its words \(not through the coordinator\) and at most 2 platforms collude with the coordinator\. Platforms open only sums of at least 8 contributions\. A platform pays before it uploads, and its data is in at most 6 opened sums: it takes a payment back only on signed proof that the sum was not opened and cannot be, and at most 3 times\.$/,
    );
    assert.match(textOf(statement([own, round], { refunds: 0 }), 'C1'), /6 opened sums: it takes no payment back\.$/);
    assert.match(
      textOf(all, 'C2'),
      /^As long as every honest platform has signed this manifest, having compared its words/,
    );
    assert.match(textOf(all, 'C2'), /counts the encoders of 2 platforms/);
    assert.match(
      textOf(all, 'C4'),
      /at least 8 - c' honest platforms, even if it deviates, while c' < 2t - n = 4 and every honest platform has signed this manifest, having compared its words \(not through the coordinator\); with 4 helpers or more it can see single platforms\. With t = 7 or more it needs no honest platform's share for that\. A platform uploads at most 9 times, whoever lies\./,
    );
    assert.deepEqual(all.openingsAgainst, [6, 6, 6, 9, 9, 9, 9, 9, 9, 9]);
    assert.equal(all.epsilonAgainst.length, 10);
    assert.deepEqual([all.spareAttempts, all.refunds], [1, 3]);
    assert.deepEqual(
      [all.rounds, all.delta, all.honestMinimum, all.noiseShares, all.maxPlatformsPerPerson],
      [5, 1e-6, 6, 6, 2],
    );
    const text = formatStatement(all);
    for (const part of [
      'Unit: a person',
      'add or remove one person',
      'discrete Gaussian: 1/6',
      'rounds 5 with 1 spare and at most 3 refunds',
      'noise multiplier',
      'M 2',
      'c 2',
      'honest minimum 6',
      'noise shares 6',
      'accountant rdp 1',
      'epsilon against a coordinator that deviates, by colluding platforms: 0: ',
      'Not charged: ',
      'Never claimed: ',
    ]) {
      assert.ok(text.includes(part), `${part} is missing in\n${text}`);
    }
  });

  it('prints against every number of colluders how many opened sums are counted, and never less than they cost', () => {
    const all = statement([own, round]);
    const [, table] = /by colluding platforms: (.*)\.$/m.exec(formatStatement(all))!;
    const rows = table.split('), ').map((row) => /^(\d+)(?: to (\d+))?: ([\d.]+) \((\d+) opened sums/.exec(row)!);
    const printed = rows.flatMap(([, first, last = first, epsilon, sums]) =>
      Array.from({ length: Number(last) - Number(first) + 1 }, () => [Number(epsilon), Number(sums)] as const),
    );
    assert.deepEqual(
      printed.map(([, sums]) => sums),
      [6, 6, 6, 9, 9, 9, 9, 9, 9, 9],
    );
    const plan = planPrivacy({
      epsilon: 4,
      delta: 1e-6,
      colluding: 2,
      dropouts: 2,
      maxPlatformsPerPerson: 2,
      spareAttempts: 1,
      refunds: 3,
      platforms: Array.from({ length: 10 }, (_, i) => ({ name: `p${i}`, personsAbout: 1000, queries: [own, round] })),
    });
    for (const [colluders, [epsilon]] of printed.entries()) {
      const exact = epsilonAgainst(plan, colluders)!;
      assert.equal(epsilon, Number(upward(exact)));
      assert.ok(Number.isFinite(epsilon) && epsilon >= exact);
    }
    assert.equal(printed.length, 10);
  });

  it('encoders alone: C1 speaks of them, and there is no sum for C4', () => {
    const alone = statement([own], { n: 2 });
    assert.deepEqual(holding(alone), ['C1', 'C2', 'C3']);
    assert.match(textOf(alone, 'C1'), /Each platform adds all of the noise itself/);
    assert.match(formatStatement(alone), /Not claimed: this run has no sums over platforms/);
    assert.deepEqual(holding(statement([own], { n: 10 })), ['C1', 'C2', 'C3']);
  });

  it('an encoder from raw data carries no bound, whatever the rounds have', () => {
    const sealed = statement([], { law: 'sealed-only' });
    assert.equal(sealed.epsilon, null);
    assert.deepEqual(holding(sealed), ['C3']);
    assert.match(
      textOf(sealed, 'C2'),
      /sealed, but without differential privacy: neither for you nor for the other persons/,
    );
    assert.match(
      textOf(sealed, 'C3'),
      /No differential-privacy bound applies to that platform\. Nothing bounds what it may tell of other/,
    );
    const mixed = statement([round], { law: 'sealed-only' });
    assert.equal(mixed.epsilon, null);
    assert.deepEqual(holding(mixed), ['C3', 'C4']);
    assert.doesNotMatch(formatStatement(mixed), /C1 {2}Everything/);
  });

  it('local modes print eps0 apart and added, and nothing for third persons without a private encoder', () => {
    const release = { name: 'ldp', epsilon0: 2 } as const;
    const local = statement([own, round], { release });
    assert.equal(local.epsilon0, 2);
    assert.match(
      textOf(local, 'C3'),
      /one randomised code with 2-local DP per epoch from each source that knows you \(up to 1e-9 in probability: it is drawn in doubles\)\. From 2 sources, codes pooled: 4, together .* epsilon (7\.9\d+|8) per epoch, delta 0\.000001\./,
    );
    const bare = statement([], { law: 'sealed-only', release });
    assert.match(
      textOf(bare, 'C3'),
      /2-local DP per epoch from each source that knows you \(.*\)\..* Nothing bounds what it may tell of other persons/,
    );
    assert.match(textOf(statement([own], { release: { name: 'none', epsilon0: 0 } }), 'C3'), /what is popular there/);
  });

  it('codes add up over every platform that a person may choose, and so does what they know of the noise', () => {
    const release = { name: 'ldp', epsilon0: 2 } as const;
    const all = statement([own, round], { release });
    const [, codes, total] = /; 9 that pool all they hold: ([\d.]+), together .* epsilon ([\d.]+) per epoch/.exec(
      textOf(all, 'C3'),
    )!;
    assert.equal(Number(codes), 9 * 2 * 2);
    const trained = Number(total) - Number(codes);
    assert.ok(all.epsilonAgainst[9] > all.epsilon!);
    assert.ok(trained >= all.epsilonAgainst[9] && trained < all.epsilonAgainst[9] * 1.01);

    assert.doesNotMatch(textOf(statement([own], { n: 2, release }), 'C3'), /Each further/);
    assert.doesNotMatch(
      textOf(statement([own, round], { release, codes: { sources: 2, targets: 1 } }), 'C3'),
      /Each further/,
    );
    const sealed = textOf(statement([], { law: 'sealed-only', release }), 'C3');
    assert.match(sealed, /codes pooled: 4\. Each further .*; 9 that pool all they hold: 36\. Nothing bounds/);
  });

  it('a cohort is told among prototypes, whose bound is no more than what their sums have', () => {
    const release = { name: 'cohort', epsilon0: 2 } as const;
    assert.match(textOf(statement([own], { release }), 'C3'), /charged in its ledger and counted in C1\./);
    const sealed = statement([own], { law: 'sealed-only', release });
    assert.match(
      textOf(sealed, 'C3'),
      /: epsilon 4 bounds what they reveal through a person's own vector, and nothing/,
    );
    assert.match(sealed.mechanism, /^prototypes alone: /);
    assert.match(textOf(statement([own], { release, epsilon: null }), 'C3'), /made without noise/);
  });

  it('of drawn persons depends on secret coins, and says what is left without the secret; a clip that adapts is named', () => {
    const plan = planPrivacy({
      epsilon: 4,
      delta: 1e-6,
      colluding: 2,
      dropouts: 2,
      maxPlatformsPerPerson: 2,
      sampling: 0.25,
      clipQuantile: 0.5,
      platforms: Array.from({ length: 10 }, (_, i) => ({ name: `p${i}`, personsAbout: 1000, queries: [own, round] })),
    });
    const drawn = statement([], { plan });
    assert.match(
      textOf(drawn, 'C1'),
      /as long as the coins that draw persons stay inside their platforms, every honest/,
    );
    assert.equal(drawn.samplingRate, 0.25);
    assert.ok(drawn.epsilonKnowingCoins! > drawn.epsilon!);
    const text = formatStatement(drawn);
    assert.match(text, /probability 0\.25, by coins that stay inside .* sampling gains nothing: epsilon \d/);
    assert.match(
      text,
      /Poisson sampling of persons at 0\.25 in rounds, per-person clip \(in rounds at quantile 0\.5, its/,
    );
    const everybody = statement([own, round]);
    assert.deepEqual([everybody.samplingRate, everybody.epsilonKnowingCoins], [1, null]);
    assert.doesNotMatch(formatStatement(everybody), /coin|quantile/);
  });

  it('is loud without privacy, and about seeded noise', () => {
    const open = statement([own, round], { epsilon: null });
    assert.deepEqual(holding(open), ['C3', 'C4']);
    assert.deepEqual([open.epsilon, open.epsilonAgainst], [null, []]);
    assert.match(formatStatement(open), /^!! NO PRIVACY/);
    assert.match(
      formatStatement(statement([round], { seededNoise: true })),
      /^!! simulation: seeded noise, not a release/,
    );
    assert.match(textOf(open, 'C1'), /without privacy/);
  });

  it('never prints an epsilon below the computed one', () => {
    for (const epsilon of [0.3, 1, 2.7, 8]) {
      const one = statement([own, round], { epsilon });
      const printed = Number(/\(([\d.]+), 0\.000001\)/.exec(textOf(one, 'C1'))![1]);
      assert.ok(printed >= one.epsilon! && printed < one.epsilon! * 1.002);
    }
    // Any number of digits must round up. A calibrated epsilon is no test of it, because it is always slightly below a
    // short number.
    const plans = [2, 10].map((n) =>
      planPrivacy({
        epsilon: 4,
        delta: 1e-6,
        colluding: n > 3 ? 2 : 0,
        dropouts: n > 3 ? 2 : 0,
        maxPlatformsPerPerson: 2,
        platforms: Array.from({ length: n }, (_, i) => ({
          name: `p${i}`,
          personsAbout: 1000,
          queries: n > 3 ? [own, round] : [own],
        })),
      }),
    );
    const release = { name: 'ldp', epsilon0: 1.23456789 } as const;
    for (let at = 1; at < 40; at++) {
      const epsilon = 0.1 + at * 0.123456789;
      for (const plan of plans) {
        const one = statement([], { plan: { ...plan, epsilon }, release, codes: { sources: 2, targets: 1 } });
        const printed = [
          ...textOf(one, 'C1').matchAll(/is \(([\d.]+), 0\.000001\)-DP/g),
          ...textOf(one, 'C2').matchAll(/whose epsilon ([\d.]+) counts/g),
        ].map(([, figure]) => Number(figure));
        assert.equal(printed.length, 2);
        for (const figure of printed)
          assert.ok(figure >= epsilon && figure < epsilon * 1.002, `${figure} of ${epsilon}`);
        const [, code] = /code with ([\d.]+)-local DP/.exec(textOf(one, 'C3'))!;
        assert.ok(Number(code) >= release.epsilon0 && Number(code) < release.epsilon0 * 1.002);
      }
    }
  });

  it('lists what no ledger counts and what no claim bounds, whatever the run', () => {
    const { notCharged, notClaimed } = statement([own, round]);
    const charged = [
      /metrics that a platform publishes/,
      /item that only one person had met/,
      /epsilon0 of released codes/,
    ];
    for (const part of charged)
      assert.ok(
        notCharged.some((line) => part.test(line)),
        String(part),
      );
    const bounded = [
      /several federations over the same persons/,
      /how many epochs/,
      /whether a source knows you/,
      /you as an item/,
    ];
    for (const part of bounded)
      assert.ok(
        notClaimed.some((line) => part.test(line)),
        String(part),
      );
  });

  it('lists what a run did not charge', () => {
    assert.match(
      formatStatement(statement([own], { notCharged: ['the metrics of this report'] })),
      /the metrics of this report/,
    );
  });
});
