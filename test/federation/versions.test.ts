import assert from 'node:assert/strict';
import { encoderSpec, withSettings } from '../../core/transfer/expression.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { composedEpsilon } from '../../core/accounting/composition.ts';
import type { CountedEvent } from '../../core/accounting/composition.ts';
import { draftManifest, following, newManifest } from '../../core/federation/draft.ts';
import type { ManifestParts } from '../../core/federation/draft.ts';
import { roundSum } from '../../core/federation/attempt.ts';
import { generateIdentity, publicEntry } from '../../core/federation/identity.ts';
import type { Identity } from '../../core/federation/identity.ts';
import { ledgerRules } from '../../core/federation/ledger-rules.ts';
import { formatManifest, manifestHash, parseManifest } from '../../core/federation/manifest.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { manifestWords } from '../../core/federation/manifest-words.ts';
import { planFederation, planOfVersion } from '../../core/federation/plan.ts';
import { Ledger, MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { LedgerEntry } from '../../core/privacy/ledger/ledger.ts';
import {
  attemptCharge,
  eventOf,
  ledgerBudget,
  platformCharge,
  sumFingerprint,
} from '../../core/privacy/plan/plan-events.ts';
import { epsilonAgainst, epsilonOfEarlier, planOpenings } from '../../core/privacy/plan/plan-lookups.ts';
import type { PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { enterSession } from '../privacy/refunds.ts';

const random = seededRandom('versions');
const identity = (name: string): Identity => generateIdentity(name, random);
const coordinator = identity('coordinator');
const [a, b, c, d, e, f] = ['a', 'b', 'c', 'd', 'e', 'f'].map(identity);

const TRUNK = encoderSpec('shared-trunk', {
  'autoencoder.hidden': 8,
  'autoencoder.bottleneck': 4,
  'subspace.steps': 1,
});
const entry = (own: Identity, items = 100): ManifestParts['platforms'][number] => ({
  ...publicEntry(own),
  items,
  personsAbout: 500,
});

const first = draftManifest({
  federation: 'growing',
  seed: 'growing',
  coordinator,
  platforms: [a, b, c].map((own) => ({ identity: own, items: 100, personsAbout: 500 })),
  encoder: TRUNK,
  privacy: { epsilon: 4, maxPlatformsPerPerson: 2 },
  rounds: { count: 10, spareAttempts: 1 },
});

interface Next {
  readonly attempts?: number;
  readonly rounds?: number;
  readonly members?: readonly ReturnType<typeof entry>[];
  readonly privacy?: Partial<Manifest['privacy']>;
  readonly count?: number;
  readonly encoder?: ManifestParts['encoder'];
  readonly more?: Partial<ManifestParts>;
}

/** The version after `before`, once five rounds of it are completed. */
function next(before: Manifest, given: Next = {}): Manifest {
  const { attempts = 6, rounds = 5, members, privacy, count = 10, encoder = TRUNK, more } = given;
  return newManifest({
    ...following(before, { attempts, rounds }),
    coordinator: { identity: publicEntry(coordinator).identity },
    platforms: members ?? before.platforms,
    encoder,
    privacy: { epsilon: 4, maxPlatformsPerPerson: 2, ...privacy },
    rounds: { count, spareAttempts: 1 },
    ...more,
  });
}

const joined = next(first, { members: [a, b, c, d].map((own) => entry(own)) });
const own = (plan: PrivacyPlan, platform: string) => plan.sums[platform].filter(({ scope }) => scope === 'platform');

/** Own sums of a platform, in any version and under any identity. */
const ever = (plan: PrivacyPlan, platform: string) => [
  ...(platform in plan.sums ? own(plan, platform) : []),
  ...plan.earlier.sums.flatMap((lost) => (lost.platform === platform ? lost.sums : [])),
];

/** All events of a person on those platforms, one by one, as ledgers would charge them. */
function spendOf(plan: PrivacyPlan, platforms: readonly string[], counted: 'attempts' | 'planned'): number {
  const events: CountedEvent[] = platforms.flatMap((name) =>
    ever(plan, name).map((sum) => ({ event: eventOf(sum), count: sum.repetitions })),
  );
  for (const one of plan.earlier.rounds) events.push({ event: eventOf(one.sum), count: one[counted] });
  const now = Object.values(plan.sums)[0].find(({ scope }) => scope === 'federation');
  if (now !== undefined) events.push({ event: eventOf(now), count: plan.rounds + plan.spareAttempts });
  return composedEpsilon(events, plan.delta);
}

/**
 * The plan's epsilon is the most that a person on any two platforms spends.
 * @param counted attempts of earlier versions: those left to them, or all that they planned.
 */
function isWorstOf(plan: PrivacyPlan, names: readonly string[], counted: 'attempts' | 'planned' = 'attempts'): void {
  const pairs = names.flatMap((one, i) => names.slice(i + 1).map((other) => spendOf(plan, [one, other], counted)));
  const most = Math.max(...pairs);
  assert.ok(
    most <= 4 && plan.epsilon !== null && Math.abs(most - plan.epsilon) < 1e-6,
    `${most} ${String(plan.epsilon)}`,
  );
}

describe('versions of a manifest', () => {
  it('hold the one before whole, under every member’s signature and in the words', () => {
    const read = parseManifest(formatManifest(joined));
    assert.deepEqual(read, joined);
    assert.deepEqual(manifestHash(read), manifestHash(joined));
    assert.equal(read.version, 2);
    assert.deepEqual(manifestHash(read.previous!.manifest), manifestHash(first), 'whoever has signed it there');
    const { seed: _, ...rest } = first;
    const rewritten = { ...joined, previous: { ...joined.previous!, manifest: { ...rest, seed: 'x' } } };
    assert.notDeepEqual(manifestHash(rewritten), manifestHash(joined));
    assert.notEqual(manifestWords(next(first, { attempts: 7 })), manifestWords(next(first)));
  });

  it('keep the sums of those who stay: their noise, fingerprint and charge', () => {
    const [one, two] = [planFederation(first).privacy, planFederation(joined).privacy];
    assert.equal(two.version, 2);
    for (const name of ['a', 'b', 'c']) {
      assert.deepEqual(own(two, name), own(one, name));
      assert.ok(own(two, name).length > 0);
      for (const [i, sum] of own(two, name).entries()) {
        assert.equal(sumFingerprint(name, sum), sumFingerprint(name, own(one, name)[i]));
        assert.deepEqual(platformCharge(name, sum, 1), platformCharge(name, own(one, name)[i], 1));
      }
    }
    for (const sum of two.sums.d) assert.equal(sum.version, 2);
    const round = roundSum(planFederation(joined));
    assert.deepEqual([round.version, round.repetitions], [2, 5], 'the rounds that are left');
  });

  it('calibrate what is to come to what is left, for everybody: no two platforms and all rounds cost more than the budget', () => {
    const plan = planFederation(joined).privacy;
    assert.ok(plan.epsilon !== null && plan.epsilon <= 4 && plan.epsilon > 3.98, String(plan.epsilon));
    isWorstOf(plan, ['a', 'b', 'c', 'd']);
    // Fewer attempts for the first version leave more budget, and so less noise, to the second.
    const frugal = planFederation(next(first, { attempts: 5 })).privacy;
    assert.ok(
      roundSum(planFederation(next(first, { attempts: 5 }))).noiseMultiplier <
        roundSum(planFederation(next(first))).noiseMultiplier,
    );
    assert.deepEqual(
      [planOpenings(frugal, 1), planOpenings(plan, 1)],
      [5 + 6, 6 + 6],
      'attempts of both versions, spare ones included',
    );
    assert.ok(epsilonAgainst(plan, 1)! <= 4 && epsilonAgainst(plan, 3)! > 4);
  });

  it('tell what earlier versions account for: what was released in them, and every attempt that is left to them', () => {
    const [one, two] = [first, joined].map((manifest) => planFederation(manifest).privacy);
    // The two most expensive platforms of the first version, and six attempts; nothing of the platform that joins.
    const released = ['a', 'b', 'c'].flatMap((name) => own(one, name)).slice(0, 2 * own(one, 'a').length);
    const events = [
      ...released.map((sum) => ({ event: eventOf(sum), count: sum.repetitions })),
      { event: eventOf(roundSum(planFederation(first))), count: 6 },
    ];
    assert.ok(Math.abs(epsilonOfEarlier(two)! - composedEpsilon(events, two.delta)) < 1e-9);
    assert.ok(epsilonOfEarlier(two)! < two.epsilon!);
    assert.equal(epsilonOfEarlier(one), 0);
  });

  it('count on who leaves, and take who comes back with the same identity as who never left', () => {
    const left = next(joined, { attempts: 4, rounds: 8, members: [a, b, d].map((one) => entry(one)) });
    const [two, three] = [planFederation(joined).privacy, planFederation(left).privacy];
    assert.deepEqual(
      three.earlier.sums.map(({ platform, sums }) => [platform, sums]),
      [['c', own(two, 'c')]],
    );
    assert.deepEqual(
      three.earlier.rounds.map(({ version, attempts }) => [version, attempts]),
      [
        [1, 6],
        [2, 4],
      ],
    );
    isWorstOf(three, ['a', 'b', 'c', 'd']);
    // If a platform that left had more sums of its own than those that stay, persons on it decide.
    const others = next(joined, { attempts: 4, rounds: 8, members: [d, e, f].map((one) => entry(one)) });
    isWorstOf(planFederation(others).privacy, ['a', 'b', 'c', 'd', 'e', 'f']);
    const back = next(left, { attempts: 2, rounds: 9, members: [a, b, c, d].map((one) => entry(one)) });
    const four = planFederation(back).privacy;
    assert.deepEqual(own(four, 'c'), own(two, 'c'));
    assert.deepEqual(four.earlier.sums, []);
  });

  it('let a platform that lost its state join again with a new identity, and count what it had released', () => {
    const lost = identity('c');
    const again = next(first, { attempts: 5, members: [entry(a), entry(b), entry(lost)] });
    const plan = planFederation(again).privacy;
    assert.equal(own(plan, 'c')[0].version, 2, 'drawn anew');
    assert.deepEqual(plan.earlier.sums[0].sums, own(planFederation(first).privacy, 'c'));
    // A person on "c" is in both its encoders, which count as one platform's because they have one name.
    const before = plan.earlier.sums[0].sums.map((sum) => ({ event: eventOf(sum), count: sum.repetitions }));
    const lostSpend = ledgerBudget(plan, { platform: 'c' }).elsewhere;
    for (const { event } of before) assert.ok(lostSpend.some((counted) => counted.event.kind === event.kind));
    assert.equal(lostSpend.length, own(plan, 'a').length + before.length);
    // Nothing binds the identity that is lost to the attempts that were left, and its name goes on in the next version.
    isWorstOf(plan, ['a', 'b', 'c'], 'planned');
    const stayed = planFederation(next(first, { attempts: 5 })).privacy;
    assert.ok(plan.noiseMultiplier > stayed.noiseMultiplier, 'which leaves less to the rounds');
  });

  it('are refused where something would be drawn again, with what would keep it', () => {
    const refused = (given: Next, code: string, message: RegExp): void => {
      assert.throws(() => planFederation(next(first, given)), { code, message });
    };
    refused(
      { members: [entry(a, 150), entry(b), entry(c)] },
      'PRIVACY_REDRAWN',
      /platform a would release "encoder\/counts" again.*dimension 100 in version 1, and 150 now.*join again/,
    );
    const steps = withSettings(TRUNK, { 'subspace.steps': 2 });
    refused({ encoder: steps }, 'PRIVACY_REDRAWN', /"encoder\/subspace" again.*repetitions 1 in version 1, and 2 now/);
    const hidden = withSettings(TRUNK, { 'autoencoder.hidden': 9 });
    refused({ encoder: hidden }, 'MANIFEST_SUCCESSION', /shared model of another shape/);
    refused({ attempts: 12 }, 'MANIFEST_SUCCESSION', /leaves 12 attempts to version 1, which plans 11/);
    refused({ count: 5 }, 'MANIFEST_SUCCESSION', /has no round left/);
    refused(
      { privacy: { epsilon: 2 } },
      'PRIVACY_PLAN_REFUSED',
      /earlier versions may have spent epsilon [23]\.\d+ of 2/,
    );
    refused({ privacy: { maxPlatformsPerPerson: 3 } }, 'PRIVACY_PLAN_REFUSED', /at most 2 platforms.* on 3/);
    // The first version may spend everything that was planned, so nothing is left.
    refused(
      { attempts: 11, privacy: { epsilon: 3.9 } },
      'PRIVACY_PLAN_REFUSED',
      /earlier versions may have spent epsilon 4 of 3\.9.*leave fewer attempts to version 1/,
    );
  });

  it('keep the platforms that an encoder compares, because each has a place of its own in the shared model', () => {
    const compares = (adaptation: string): ManifestParts['encoder'] =>
      encoderSpec('subspace>two-towers', { 'two-towers.adaptation': adaptation });
    const after = (adaptation: string, members: readonly Identity[]): unknown => {
      const encoder = compares(adaptation);
      const before = newManifest({ ...first, encoder });
      return planFederation(next(before, { encoder, members: members.map((one) => entry(one)) }));
    };
    for (const adaptation of ['mmd', 'adversarial']) {
      for (const members of [
        [a, b, c, d],
        // As many as before, so that the shared model has the same shape, and places of other platforms.
        [a, b, d],
        [b, a, c],
      ]) {
        const refused = {
          code: 'MANIFEST_SUCCESSION',
          message: /compares a, b, c.*keep these.*begin another federation/,
        };
        assert.throws(() => after(adaptation, members), refused);
      }
      after(adaptation, [a, b, c]);
    }
    after('none', [a, b, d]);
  });

  it('follow the one before in number, name and seed, stay a trial or none, and keep each platform’s name', () => {
    const refused = (more: Partial<ManifestParts>, message: RegExp): void => {
      assert.throws(() => next(first, { more }), { code: 'MANIFEST_INVALID', message });
    };
    refused({ version: 3 }, /version: must be 2/);
    refused({ version: 1 }, /version: must be 2/);
    refused({ federation: 'other' }, /federation: must be "growing"/);
    refused({ seed: 'other' }, /seed: must be "growing"/);
    refused({ unsafeTrial: true }, /unsafeTrial: must be as in the version before/);
    assert.throws(() => next(first, { rounds: 11 }), { message: /previous\.rounds: is more than the rounds/ });
    const [renamed] = first.platforms;
    const under = (name: string): ReturnType<typeof entry>[] => [{ ...renamed, name }, entry(b), entry(c)];
    assert.throws(() => next(first, { members: under('z') }), { message: /platforms\.0\.name: must be "a"/ });
    const { previous: _, ...alone } = joined;
    assert.throws(() => parseManifest(formatManifest(alone)), { message: /version: must be 1/ });
  });
});

describe('a ledger over versions', () => {
  const [one, two] = [planFederation(first), planFederation(joined)];
  const session = (round: number): string => `${round}`.padStart(64, '0');
  const open = (
    plan: typeof one,
    side: 'coordinator' | { platform: string },
    entries: readonly LedgerEntry[] = [],
  ): Ledger => {
    const store = new MemoryLedgerStore();
    for (const one_ of entries) store.append(one_);
    return Ledger.open('growing', store, ledgerBudget(plan.privacy, side), ledgerRules(plan, nodeEngine));
  };
  const made = open(one, 'coordinator');
  for (let round = 1; round <= 5; round++) made.charge(attemptCharge(roundSum(one), round, 1, session(round)));

  it('goes on with its entries, each judged by the plan of its version', () => {
    const goesOn = open(two, 'coordinator', made.entries);
    for (let round = 6; round <= 10; round++) {
      goesOn.charge(attemptCharge(roundSum(two), round, 1, session(round)));
    }
    const joiner = open(two, { platform: 'd' });
    for (const sum of own(two.privacy, 'd')) {
      for (let i = 1; i <= sum.repetitions; i++) joiner.charge(platformCharge('d', sum, i));
    }
    assert.equal(
      joiner.accept(goesOn.entries).length,
      10,
      'who joins counts what was before it: persons may be on others too',
    );
    assert.deepEqual([joiner.attemptsOf(1), joiner.attemptsOf(2)], [5, 5]);
    for (const ledger of [goesOn, joiner])
      assert.ok(ledger.spent()! <= 4 && ledger.spent()! > 3.2, String(ledger.spent()));
    assert.deepEqual([planOfVersion(two, 1)?.manifestHash, planOfVersion(two, 3)], [one.manifestHash, undefined]);
  });

  it('refuses a charge of another version’s plan, of no version, and more of the earlier one than was left to it', () => {
    const told = (charge: object): (() => unknown) => {
      const theirs = open(two, 'coordinator', made.entries);
      const loose = Ledger.open(
        'growing',
        new MemoryLedgerStore(),
        {
          ...theirs.budget,
          epsilon: null,
          attempts: 99,
          earlier: new Map([
            [1, { attempts: 99, refunds: 9 }],
            [7, { attempts: 9, refunds: 9 }],
          ]),
        },
        {
          chargeProblem: () => undefined,
          refundProblem: () => undefined,
          mostRefunds: 9,
        },
      );
      for (const { charge: earlier } of made.entries) loose.charge(earlier!);
      const { spent } = { spent: attemptCharge(roundSum(two), 6, 1, session(6)) };
      loose.charge({ ...spent, ...charge });
      return () => open(two, { platform: 'd' }).accept(loose.entries);
    };
    told({})();
    const { event } = attemptCharge(roundSum(one), 6, 1, session(6));
    assert.throws(told({ event }), { code: 'PRIVACY_LEDGER_REFUSED', message: /noise that is not the plan’s/ });
    assert.throws(told({ version: 7 }), { message: /one more than the 0 attempts of version 7/ });
    assert.throws(told({ round: 5, attempt: 2 }), { message: /the plan's rounds are 6 to 10/ });
    // One more attempt of the first version is allowed, and a second one is not.
    told({ version: 1, event })();
    const greedy = open(one, 'coordinator', made.entries);
    for (const round of [6, 7]) greedy.charge(attemptCharge(roundSum(one), round, 1, session(round)));
    assert.throws(() => open(two, { platform: 'd' }).accept(greedy.entries), {
      message: /round 7, attempt 1 \("round"\), one more than the 6 attempts of version 1/,
    });
    const stays = open(two, 'coordinator', made.entries);
    stays.charge(attemptCharge(roundSum(one), 6, 1, session(6)));
    assert.throws(() => stays.charge(attemptCharge(roundSum(one), 7, 1, session(7))), {
      code: 'PRIVACY_BUDGET_EXHAUSTED',
    });
  });

  it('takes a ledger in which more attempts stood at a time than are left now, and were refunded', () => {
    const signers = [a, b, c].map(({ name, identity: { secretKey } }) => ({ name, secretKey }));
    const attempts = [1, 2, 3].map((attempt) => enterSession('growing', signers, 1, attempt));
    const everybody = signers.map(({ name }) => name);
    const refunded = open(one, 'coordinator');
    const charges = attempts.map(({ attempt, session: id }) => attemptCharge(roundSum(one), 1, attempt, id));
    for (const charge of charges) refunded.charge(charge);
    for (const [i, charge] of charges.entries()) refunded.refund(attempts[i].refund(charge, everybody));
    for (const left of [0, 1]) {
      const plan = planFederation(next(first, { attempts: left, rounds: left }));
      // Three uploads of each platform were made and taken back, whatever is left: the plan counts them, and C4 says so.
      assert.deepEqual(
        plan.privacy.earlier.rounds.map(({ attempts: counted, refunds }) => [counted, refunds]),
        [[left, 4]],
      );
      if (left === 1) refunded.charge(attemptCharge(roundSum(one), 1, 4, session(1)));
      const joiner = open(plan, { platform: 'd' });
      joiner.accept(refunded.entries);
      assert.equal(joiner.attemptsOf(1), left);
      assert.deepEqual(joiner.accept(refunded.entries), []);
    }
    refunded.charge(attemptCharge(roundSum(one), 1, 5, session(2)));
    const plan = planFederation(next(first, { attempts: 1, rounds: 1 }));
    assert.throws(() => open(plan, { platform: 'd' }).accept(refunded.entries), {
      message: /round 1, attempt 5 \("round"\), one more than the 1 attempts of version 1/,
    });
  });
});
