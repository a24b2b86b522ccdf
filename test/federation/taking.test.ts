/** Platforms that take the shared model and contribute nobody, and the vocabulary that the others sum over. */
import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { attemptConfig, cohortOf, roundSum } from '../../core/federation/attempt.ts';
import { draftManifest, following, newManifest } from '../../core/federation/draft.ts';
import type { DraftPlatform } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import { refundClaim } from '../../core/federation/refund-claim.ts';
import { nextModel } from '../../core/federation/shared-model.ts';
import { saidClaims } from '../../core/claims/claim-sentences.ts';
import { claimTerms } from '../../core/claims/claim-terms.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { Membership } from '../../server/membership.ts';
import { Attendance } from '../../server/rounds/attendance.ts';

const random = seededRandom('taking');
const sites = ['a', 'b', 'c', 'd', 'newcomer'].map((name) => generateIdentity(name, random));
const coordinator = generateIdentity('coordinator', random);
const vocabulary = { sha256: 'ab'.repeat(32), items: 90 };

function manifestOf(taking: readonly string[], names = sites.map(({ name }) => name), more: object = {}): Manifest {
  const platforms = sites
    .filter(({ name }) => names.includes(name))
    .map((identity): DraftPlatform => ({
      identity,
      items: 60,
      personsAbout: 300,
      ...(taking.includes(identity.name) && { takes: true }),
    }));
  return draftManifest({
    federation: 'shops',
    seed: 'shops',
    coordinator,
    platforms,
    vocabulary,
    encoder: encoderSpec('shared-subspace', { 'shared-subspace.dimension': 4 }),
    privacy: { epsilon: 4, maxPlatformsPerPerson: 5 },
    rounds: { count: 2 },
    ...more,
  });
}

describe('a platform that only takes the shared model', () => {
  it('changes nothing about the sums of the others: n, t, M, noise and epsilon are as without it', () => {
    const plan = planFederation(manifestOf(['newcomer']));
    assert.deepEqual(plan.privacy, planFederation(manifestOf([], ['a', 'b', 'c', 'd'])).privacy);
    assert.equal(plan.privacy.platformCount, 4);
    assert.equal(plan.privacy.maxPlatformsPerPerson, 4);
    const counted = planFederation(manifestOf([]));
    assert.ok(
      plan.privacy.noiseShares < counted.privacy.noiseShares,
      'counting it would let the others add less noise',
    );
    assert.throws(() => roundSum(plan, 'newcomer'), { code: 'FEDERATION_NOTHING_SHARED' });
  });

  it('is refused where the shared model has nothing that it could use', () => {
    const trunk = manifestOf(['newcomer'], undefined, { encoder: encoderSpec('shared-trunk') });
    assert.throws(() => planFederation(trunk), { code: 'TRANSFER_SHAPE', message: /"newcomer" only takes/ });
    assert.doesNotThrow(() => planFederation(manifestOf([], undefined, { encoder: encoderSpec('shared-trunk') })));
  });

  it('is invited to no attempt, and a platform refuses one that invites it', () => {
    const plan = planFederation(manifestOf(['newcomer']));
    assert.deepEqual(cohortOf(plan, attemptConfig(plan, ['a', 'b', 'c'])), ['a', 'b', 'c']);
    assert.throws(() => cohortOf(plan, attemptConfig(plan, ['a', 'b', 'c', 'newcomer'])), {
      code: 'ATTEMPT_CONFIG',
      message: /"newcomer" is no member of the masked sum/,
    });
    const membership = new Membership(plan.manifest.platforms);
    for (const { name } of sites) {
      membership.presence(name, { kind: 'online', resumed: false });
      membership.status(name, { kind: 'status', stage: 'ready', fraction: 1, prepared: true });
    }
    const attendance = new Attendance(membership, 3);
    assert.deepEqual(attendance.invited(), ['a', 'b', 'c', 'd']);
    assert.deepEqual(attendance.present, { ready: 4, awaited: 0 });
    assert.equal(membership.members.length, 5);
  });

  it('can state nothing that takes a charge back', () => {
    const plan = planFederation(manifestOf(['newcomer']));
    const { identities } = refundClaim(plan, { version: 1, round: 1, attempt: 1, session: '00' });
    assert.deepEqual([...identities.keys()], ['a', 'b', 'c', 'd']);
  });

  it('is no source, and not everybody may only take', () => {
    assert.throws(() => manifestOf(['d'], undefined, { privacy: { epsilon: 4, sources: ['a', 'd'] } }), {
      code: 'MANIFEST_INVALID',
      message: /"d" only takes the shared model, so it releases nothing/,
    });
    const everybody = ['a', 'b', 'c', 'd', 'newcomer'];
    assert.throws(() => manifestOf(everybody), { code: 'MANIFEST_INVALID', message: /not all may only take/ });
    // Three contributors survive no loss, whoever else takes.
    const three = planFederation(manifestOf(['d', 'newcomer']));
    assert.equal(three.privacy.dropouts, 0);
    assert.throws(() => planFederation(manifestOf(['c', 'd', 'newcomer'])), { code: 'PRIVACY_PLAN_REFUSED' });
  });

  it('is named in the claims, with the vocabulary', () => {
    const plan = planFederation(manifestOf(['d', 'newcomer']));
    const [{ sentences }] = saidClaims(claimTerms(plan));
    const text = (id: string): string | undefined => sentences.find((sentence) => sentence.id === id)?.text;
    assert.match(
      text('C1.takes') ?? '',
      /^2 platforms take the shared model and contribute nobody: they are in no sum/,
    );
    assert.match(text('C1.vocabulary') ?? '', /the 90 ids of a public file/);
  });
});

describe('the vocabulary of a federation', () => {
  it('fixes the length of the sums, whatever a platform sells', () => {
    const plan = planFederation(manifestOf([]));
    const lengths = sites.map(({ name }) => roundSum(plan, name).dimension);
    assert.deepEqual(
      lengths,
      Array.from(sites, () => 90 + 90 * 4 + 4),
    );
    const hashed = planFederation(manifestOf([], undefined, { vocabulary: { buckets: 16 } }));
    assert.equal(roundSum(hashed).dimension, 16 + 16 * 4 + 4);
  });

  it('is needed where a strategy sums over ids, and stays the same in every version', () => {
    const { vocabulary: _vocabulary, ...none } = manifestOf([]);
    assert.throws(() => planFederation({ ...none, signatures: {} }), {
      code: 'TRANSFER_SHAPE',
      message: /names no vocabulary/,
    });
    const first = manifestOf([]);
    const next = (more: object): Manifest => {
      const { isthmus: _isthmus, signatures: _signatures, ...parts } = first;
      return newManifest({ ...parts, ...following(first, { attempts: 2, rounds: 1 }), ...more });
    };
    assert.deepEqual(planFederation(next({})).manifest.vocabulary, vocabulary);
    assert.throws(() => planFederation(next({ vocabulary: { ...vocabulary, sha256: 'cd'.repeat(32) } })), {
      code: 'MANIFEST_SUCCESSION',
      message: /names another vocabulary/,
    });
  });

  it('has a shared model that each opened sum replaces', () => {
    const plan = planFederation(manifestOf([]));
    const model = firstModel(plan);
    const sum = Float64Array.from({ length: plan.parameters }, (_, i) => 20 * Math.sin(i));
    const first = nextModel(plan, model, sum, undefined);
    assert.equal(first.state.steps, 1);
    assert.equal(first.model.length, plan.parameters);
    const other = nextModel(
      plan,
      model.map((value) => value / 2),
      sum,
      undefined,
    );
    // Counts and directions come from the sum alone, and only their rotation from the model before.
    assert.deepEqual(other.model.slice(0, 90), first.model.slice(0, 90));
    assert.deepEqual(nextModel(plan, model, sum, undefined), first);
  });
});
