/** Platforms that leave: their farewells, and how much a later version counts with and without them. */
import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { composedEpsilon } from '../../core/accounting/composition.ts';
import type { CountedEvent } from '../../core/accounting/composition.ts';
import { claimTerms } from '../../core/claims/claim-terms.ts';
import { privacyStatement } from '../../core/claims/claims.ts';
import { formatStatement } from '../../core/claims/statement-text.ts';
import { draftManifest, following, newManifest } from '../../core/federation/draft.ts';
import type { ManifestParts } from '../../core/federation/draft.ts';
import { farewellTo, formatFarewell, parseFarewell, signFarewell } from '../../core/federation/farewell.ts';
import { generateIdentity, publicEntry } from '../../core/federation/identity.ts';
import type { Identity } from '../../core/federation/identity.ts';
import { roundSum } from '../../core/federation/attempt.ts';
import { formatManifest, parseManifest } from '../../core/federation/manifest.ts';
import type { Farewell, Manifest } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { openingsOf } from '../../core/privacy/plan/earlier.ts';
import { eventOf } from '../../core/privacy/plan/plan-events.ts';
import { epsilonAgainst, planOpenings, planUploads } from '../../core/privacy/plan/plan-lookups.ts';
import type { PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const random = seededRandom('farewells');
const identity = (name: string): Identity => generateIdentity(name, random);
const coordinator = identity('coordinator');
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(identity);
const TRUNK = encoderSpec('shared-trunk', {
  'autoencoder.hidden': 8,
  'autoencoder.bottleneck': 4,
  'subspace.steps': 1,
});

const first = draftManifest({
  federation: 'shrinking',
  seed: 'shrinking',
  coordinator,
  platforms: [a, b, c, d].map((own) => ({ identity: own, items: 100, personsAbout: 500 })),
  encoder: TRUNK,
  privacy: { epsilon: 4, maxPlatformsPerPerson: 2 },
  rounds: { count: 10, spareAttempts: 1 },
});

/** A farewell of this platform to the first version. */
function goodbye(own: Identity, attempts: number, refunds = 0): Readonly<Record<string, Farewell>> {
  return Object.fromEntries([farewellTo(first, signFarewell(first, own, { attempts, refunds }), 'file')]);
}

interface Next {
  readonly stay?: readonly Identity[];
  readonly attempts?: number;
  readonly farewells?: Readonly<Record<string, Farewell>>;
  readonly privacy?: Partial<Manifest['privacy']>;
  readonly before?: Manifest;
  readonly rounds?: number;
}

/** The version after five rounds, without d. */
function next({ stay = [a, b, c], attempts = 6, farewells, privacy, before = first, rounds = 5 }: Next = {}): Manifest {
  const platforms: ManifestParts['platforms'] = stay.map((own) => ({
    ...publicEntry(own),
    items: 100,
    personsAbout: 500,
  }));
  return newManifest({
    ...following(before, { attempts, rounds, ...(farewells && { farewells }) }),
    coordinator: { identity: publicEntry(coordinator).identity },
    platforms,
    encoder: TRUNK,
    privacy: { epsilon: 4, maxPlatformsPerPerson: 2, dropouts: 0, ...privacy },
    rounds: { count: 10, spareAttempts: 1 },
  });
}
const planOf = (given: Next): PrivacyPlan => planFederation(next(given)).privacy;

const statementOf = (given: Next): string => formatStatement(privacyStatement(claimTerms(planFederation(next(given)))));

describe('a farewell', () => {
  const file = signFarewell(first, d, { attempts: 5, refunds: 1 });

  it('is a file, and a part of the next version that every member signs', () => {
    const read = parseFarewell(formatFarewell(file), 'd.farewell.yaml');
    assert.deepEqual(read, file);
    const two = next({ farewells: goodbye(d, 5, 1) });
    assert.deepEqual(two.previous?.farewells?.d, { attempts: 5, refunds: 1, signature: file.signature });
    assert.deepEqual(parseManifest(formatManifest(two)), two);
    assert.throws(() => parseFarewell('attempts: 3', 'x'), { code: 'MANIFEST_INVALID', message: /x:1: refunds/ });
  });

  it('is refused where the platform did not sign exactly this, and where the next version counts less', () => {
    const refused = (given: Next, message: RegExp, code = 'FAREWELL_INVALID'): void => {
      assert.throws(() => planFederation(next(given)), { code, message });
    };
    const { signature } = file;
    refused(
      { farewells: { d: { attempts: 4, refunds: 1, signature } } },
      /farewell of d .* does not fit its signature/,
    );
    refused({ farewells: { d: { attempts: 5, refunds: 0, signature } } }, /does not fit/);
    refused({ stay: [a, b, d], farewells: { c: { attempts: 5, refunds: 1, signature } } }, /farewell of c/);
    refused({ farewells: { d: { attempts: 5, refunds: 1, signature: 'AAAA' } } }, /does not fit/);
    refused({ farewells: goodbye(d, 7, 1) }, /d left version 1 with 7 attempts charged.*leaves 6.*--attempts-before 7/);
    refused({ farewells: goodbye(d, 5, 5) }, /with 5 refunds, of which that version allows 4/);
    refused({ farewells: goodbye(a, 5) }, /farewells\.a: is of a platform that stays/, 'MANIFEST_INVALID');
    const [farewell] = Object.values(goodbye(d, 5));
    refused({ farewells: { x: farewell } }, /farewells\.x: is no platform of version 1/, 'MANIFEST_INVALID');
    const two = next();
    assert.throws(() => farewellTo(two, file, 'd.yaml'), {
      code: 'FAREWELL_INVALID',
      message: /d\.yaml is the farewell of d to another manifest .*: ask it for one to version 2/,
    });
    assert.throws(() => farewellTo(first, { ...file, platform: 'a' }, 'd.yaml'), { code: 'FAREWELL_INVALID' });
  });
});

describe('a version after which a platform left', () => {
  // R = 10 + 1 of the first version, 5 + 1 of the second, which leaves 6 to the first; F = 4 of each.
  const said = planOf({ farewells: goodbye(d, 6) });
  const silent = planOf({});

  it('counts what the platform charged where it said farewell, and all that was planned where it did not', () => {
    assert.deepEqual([planOpenings(said, 1), planOpenings(silent, 1)], [6 + 6, 6 + 6]);
    // With five attempts left, those who stay are in fewer sums than a platform that goes on by the first version.
    const few = { attempts: 5, rounds: 10 - 1 };
    const [one, other] = [planOf({ ...few, farewells: goodbye(d, 5) }), planOf(few)];
    assert.deepEqual([planOpenings(one, 1), planOpenings(other, 1)], [5 + 2, 11]);
    assert.deepEqual([planUploads(one), planUploads(other)], [5 + 4 + 2 + 4, 11 + 4]);
    const [text, otherText] = [statementOf({ ...few, farewells: goodbye(d, 5) }), statementOf(few)];
    assert.match(otherText, /its data is in at most 11 opened sums/);
    assert.match(text, /its data is in at most 7 opened sums/);
    assert.match(otherText, /at most 5 attempts and 4 refunds of version 1 \(11 attempts for d, which left it/);
    assert.match(text, /at most 5 attempts and 4 refunds of version 1, everything/);
  });

  it('has no condition about platforms that left', () => {
    for (const given of [{ farewells: goodbye(d, 6) }, {}]) {
      const [, assumed] = /even if the coordinator deviates, as long as (.*?)\. Platforms open/.exec(
        statementOf(given),
      )!;
      assert.match(assumed, /^every honest platform has signed this manifest, .* and at most 1 platform colludes/);
      assert.doesNotMatch(assumed, /left|stopped/);
    }
  });

  it('needs the budget that the first version planned, for persons on a platform without a farewell', () => {
    const privacy = { epsilon: 3.99 };
    assert.throws(() => planOf({ privacy }), {
      code: 'PRIVACY_PLAN_REFUSED',
      message: /may have spent epsilon 4 of 3\.99.*or bring the farewell of d \(isthmus manifest farewell\)/,
    });
    const plan = planOf({ privacy, farewells: goodbye(d, 6) });
    assert.ok(plan.epsilon! <= 3.99 && plan.epsilon! > 3.97);
  });

  it('costs no person more than it prints, whatever sums a coordinator opens with the platform that left', () => {
    const own = (name: string): readonly CountedEvent[] =>
      [
        ...(silent.sums[name] ?? []),
        ...silent.earlier.sums.flatMap((lost) => (lost.platform === name ? lost.sums : [])),
      ]
        .filter(({ scope }) => scope === 'platform')
        .map((sum) => ({ event: eventOf(sum), count: sum.repetitions }));
    const [before, now] = [silent.earlier.rounds[0].sum, roundSum(planFederation(next()))];
    const half = (sum: typeof now) => eventOf({ ...sum, integerSensitivity: sum.integerSensitivity / 2 });
    let most = 0;
    // A person on a and d: sums of the first version with both, with d alone and with a alone, and of the second with a.
    for (let both = 0; both <= 6; both++) {
      const events = [
        ...own('a'),
        ...own('d'),
        { event: eventOf(before), count: both },
        { event: half(before), count: 11 - both + (6 - both) },
        { event: half(now), count: 6 },
      ];
      most = Math.max(most, composedEpsilon(events, silent.delta));
    }
    // A person on d alone counts as one whose other platforms released nothing.
    most = Math.max(
      most,
      composedEpsilon([...own('a'), ...own('d'), { event: eventOf(before), count: 11 }], silent.delta),
    );
    assert.ok(most <= silent.epsilon! && most > 3.99, `${most} of ${String(silent.epsilon)}`);
  });

  it('counts all together where parts of the bound differ, or where the platform’s name goes on with another identity', () => {
    const weighted = { clipWeights: { a: 2 }, epsilon: 8 };
    assert.equal(planOpenings(planOf({ privacy: weighted }), 1), 11 + 6);
    assert.equal(planOpenings(planOf({ privacy: weighted, farewells: goodbye(d, 6) }), 1), 6 + 6);
    const again = { stay: [a, b, c, identity('d')], privacy: { epsilon: 8 } };
    assert.equal(planOpenings(planOf(again), 1), 11 + 6);
    assert.equal(planOpenings(planOf({ ...again, farewells: goodbye(d, 6) }), 1), 6 + 6);
  });

  it('is bound again by who comes back with the same identity, and not by a namesake', () => {
    const two = next();
    const back = planOf({ before: two, stay: [a, b, c, d], attempts: 2, rounds: 6 });
    assert.deepEqual(
      back.earlier.rounds.map(({ unbound }) => unbound),
      [[], []],
    );
    const namesake = planOf({
      before: two,
      stay: [a, b, c, identity('d')],
      attempts: 2,
      rounds: 6,
      privacy: { epsilon: 8 },
    });
    assert.deepEqual(
      namesake.earlier.rounds.map(({ unbound }) => unbound.map(({ isBack }) => isBack)),
      [[true], []],
    );
    assert.equal(planOpenings(namesake, 1), 11 + 2 + 5);
  });

  it('counts between c and t helpers with all the shares that a platform without a farewell may reveal', () => {
    const trust = { platformCount: 10, threshold: 7, colluding: 2, noiseThreshold: 8, exposedFrom: 4 };
    const round = { ...silent.earlier.rounds[0], attempts: 6, planned: 8, refunds: 9, trust };
    const everybody = { ...round, unbound: [] };
    const openings = (one: typeof round, attempts: number): number[] =>
      Array.from({ length: 10 }, (_, helpers) => openingsOf(one, attempts, helpers));
    assert.deepEqual(openings(everybody, 6), [6, 6, 6, 10, 12, 15, 15, 15, 15, 15]);
    assert.deepEqual(openings(round, 6), [6, 6, 6, 14, 15, 15, 15, 15, 15, 15]);
    assert.deepEqual(openings(round, 8), [8, 8, 8, 14, 16, 17, 17, 17, 17, 17]);
    for (let helpers = 0; helpers < 4; helpers++) {
      assert.ok(epsilonAgainst(silent, helpers)! >= epsilonAgainst(said, helpers)! - 1e-9);
    }
  });
});
