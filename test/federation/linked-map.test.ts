/** The sums of a map that linked persons teach: what is refused, what one person moves, and what the claims say of it. */
import assert from 'node:assert/strict';
import { saidClaims } from '../../core/claims/claim-sentences.ts';
import { claimTerms } from '../../core/claims/claim-terms.ts';
import type { Domain } from '../../core/data/domain.ts';
import { restrictPersons } from '../../core/data/select.ts';
import { hashedPlaces } from '../../core/data/vocabulary.ts';
import { roundSum } from '../../core/federation/attempt.ts';
import { draftManifest, following, newManifest } from '../../core/federation/draft.ts';
import type { Draft } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import { nextModel } from '../../core/federation/shared-model.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import { composeEncoder, encoderNamed } from '../../core/transfer/compose.ts';
import { encoderName, encoderSpec, piecesOf } from '../../core/transfer/expression.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { domainOfRows } from '../../compliance/domain-of-rows.ts';

const ITEMS = 40;
const VOCABULARY = 90;
const random = seededRandom('linked map');
const identities = ['films', 'north', 'south', 'east', 'west'].map((name) => generateIdentity(name, random));
const coordinator = generateIdentity('coordinator', random);

function manifestOf(
  draft: Partial<Omit<Draft, 'platforms'>> = {},
  taking: readonly string[] = [],
  platforms = 5,
): Manifest {
  return draftManifest({
    federation: 'shops',
    seed: 'shops',
    coordinator,
    platforms: identities.slice(0, platforms).map((identity) => ({
      identity,
      items: ITEMS,
      personsAbout: 100,
      ...(taking.includes(identity.name) && { takes: true as const }),
    })),
    vocabulary: { buckets: VOCABULARY },
    encoder: encoderSpec('subspace>map', { 'subspace.steps': 1 }),
    privacy: { epsilon: 4, maxPlatformsPerPerson: 3, sources: ['films'] },
    rounds: { count: 1 },
    ...draft,
  });
}

describe('a map that linked persons teach', () => {
  it('is written behind the pieces whose numbers it maps', () => {
    for (const [text, name] of [
      ['subspace>map', 'private-subspace>map'],
      ['private-subspace>map', 'private-subspace>map'],
      ['text+vectors>map', 'text+vectors>map'],
      ['subspace+text>gram>map', 'subspace+text>gram>map'],
    ]) {
      const spec = encoderSpec(text);
      assert.deepEqual([encoderName(spec), encoderSpec(piecesOf(spec))], [name, spec]);
      assert.deepEqual(encoderName(composeEncoder(spec).spec), name);
    }
    assert.deepEqual(encoderSpec('text>map', { 'map.portion': 0.5 }).map, { portion: 0.5 });
    assert.throws(() => encoderSpec('text>map', { 'map.power': 1 }), {
      code: 'TRANSFER_SETTING',
      message: /map\.power/,
    });
    assert.throws(() => encoderSpec('text', { 'map.portion': 0.5 }), { code: 'TRANSFER_SETTING' });
  });

  it('is refused where nothing would bound it, and where nobody could teach it', () => {
    const refused = (draft: Partial<Omit<Draft, 'platforms'>>, code: string, message: RegExp): void => {
      assert.throws(() => planFederation(manifestOf(draft)), { code, message });
    };
    refused({ encoder: encoderSpec('linear-bridge>map') }, 'TRANSFER_LAW', /plain-als is made from raw data/);
    refused({ encoder: encoderSpec('shared-trunk>map') }, 'TRANSFER_PIECE', /autoencoder is trained in rounds/);
    refused({ encoder: encoderSpec('history>map') }, 'TRANSFER_PIECE', /history sends a list of items/);
    refused({ rounds: { count: 0 } }, 'TRANSFER_SHAPE', /set rounds\.count to 1/);
    const privacy = { epsilon: 4, sources: ['films'] };
    refused({ privacy: { ...privacy, maxPlatformsPerPerson: 1 } }, 'TRANSFER_SHAPE', /on two platforms at least/);
    refused({ privacy: { ...privacy, release: 'none' } }, 'TRANSFER_SHAPE', /sends no representation/);
    refused({ privacy: { epsilon: 4, sources: [] } }, 'TRANSFER_SHAPE', /no platform is a source/);
    const { vocabulary: _vocabulary, ...none } = manifestOf();
    assert.throws(() => planFederation({ ...none, signatures: {} }), { code: 'TRANSFER_SHAPE', message: /in common/ });
    assert.throws(() => planFederation(manifestOf({}, [], 2)), { code: 'PRIVACY_PLAN_REFUSED', message: /at least 3/ });
  });

  it('is not taught with vectors that an earlier version made from raw data', () => {
    const first = manifestOf({ encoder: encoderSpec('linear-bridge'), rounds: { count: 0 } });
    const { isthmus: _isthmus, signatures: _signatures, ...parts } = first;
    const next = newManifest({
      ...parts,
      ...following(first, { attempts: 0, rounds: 0 }),
      encoder: encoderSpec('subspace>map'),
      rounds: { ...first.rounds, count: 1 },
    });
    assert.throws(() => planFederation(next), { code: 'TRANSFER_LAW', message: /earlier version/ });
  });

  it('counts a person once at each platform that may add the person, and the source’s sums beside them', () => {
    const plan = planFederation(manifestOf());
    const { epsilon, sums } = plan.privacy;
    const clips = Object.keys(sums).map((name) => roundSum(plan, name).integerClip);
    const { integerSensitivity, scale, dimension } = roundSum(plan);
    // Also with one source: it may name a person whom it does not have.
    assert.equal(integerSensitivity, 3 * clips[0]);
    assert.ok(
      clips.every((clip) => clip === clips[0] && clip <= scale && clip > 0.9 * scale),
      'each keeps length 1',
    );
    assert.equal(dimension, VOCABULARY * plan.encoder.dimension(plan.shape));
    const every = planFederation(manifestOf({ privacy: { epsilon: 4, maxPlatformsPerPerson: 3 } }));
    assert.equal(roundSum(every).dimension, 5 * dimension, 'a block for each source');
    assert.ok(epsilon !== null && epsilon <= 4 && epsilon > 3.99);
    const alone = (own: object): number => planFederation(manifestOf(own)).privacy.noiseMultiplier;
    assert.ok(
      alone({}) > alone({ encoder: encoderSpec('subspace') }),
      'the source’s sums get more noise beside the map',
    );
  });

  it('does not count a platform that only takes it, and goes on in a next version', () => {
    assert.deepEqual(planFederation(manifestOf({}, ['west'])).privacy, planFederation(manifestOf({}, [], 4)).privacy);
    const first = manifestOf();
    const { isthmus: _isthmus, signatures: _signatures, ...parts } = first;
    const next = newManifest({
      ...parts,
      ...following(first, { attempts: 1, rounds: 1 }),
      privacy: { ...first.privacy, epsilon: 6 },
      rounds: { ...first.rounds, count: 2 },
    });
    planFederation(next);
    const { signatures: _again, ...second } = next;
    const wider = { ...second, signatures: {}, privacy: { ...next.privacy, maxPlatformsPerPerson: 4 } };
    assert.throws(() => planFederation(wider), { code: 'PRIVACY_PLAN_REFUSED', message: /at most 3 platforms/ });
  });

  it('is the mean of the opened sums', () => {
    const plan = planFederation(manifestOf({ rounds: { count: 2 } }));
    const [one, two] = [1, 3].map((value) => new Float64Array(plan.parameters).fill(value));
    const first = nextModel(plan, firstModel(plan), one, undefined);
    const second = nextModel(plan, first.model, two, first.state);
    assert.ok(first.model.every((value) => value === 1) && second.model.every((value) => value === 2));
  });

  it('says in its claims who is in the sums, at how many platforms, and what a withdrawal does not undo', () => {
    const text = (draft: Partial<Omit<Draft, 'platforms'>>): string =>
      saidClaims(claimTerms(planFederation(manifestOf(draft))))[0]
        .sentences.map((one) => one.text)
        .join(' ');
    assert.match(
      text({}),
      /linked persons alone, who consented to teaching the map.* at most at 3 of the person’s platforms/,
    );
    assert.match(text({}), /what an opened sum contains stays in it/);
    assert.match(text({ privacy: { epsilon: 4, sources: ['films'] } }), /at most at 2 of the person’s platforms/);
    assert.match(text({ privacy: { epsilon: 4 } }), /at most at 2 of the person’s platforms/);
    assert.doesNotMatch(text({ encoder: encoderSpec('subspace') }), /linked|stays/);
  });
});

describe('one person in the sums of a map', () => {
  const manifest = manifestOf({ privacy: { epsilon: 4, maxPlatformsPerPerson: 3 } });
  const plan = planFederation(manifest);
  const dimension = plan.encoder.dimension(plan.shape);
  const prng = new Prng('linked persons');
  const rows = Array.from({ length: 30 }, (_, p) =>
    p === 7 ? [] : [...prng.sample(ITEMS, 1 + prng.integer(9))].sort((a, b) => a - b),
  );
  const target = inVocabulary(domainOfRows('north', rows, ITEMS));
  /** Representations of most persons from two sources, and of persons whom the target does not know. */
  const received = ['films', 'south'].map((source, s): ReceivedRepresentations => {
    const persons = [...target.persons.filter((_, row) => row % (s + 2) !== 0), 'stranger'];
    const vectors = Float32Array.from({ length: persons.length * dimension }, () => prng.gaussian());
    return { source, noiseModel: { kind: 'exact' }, dimension, persons, vectors };
  });

  function inVocabulary(domain: Domain): Domain {
    return { ...domain, places: hashedPlaces(VOCABULARY, domain.catalogue) };
  }

  /** The integers that the target sums, before noise. */
  function summed(domain: Domain, of: readonly ReceivedRepresentations[], by = plan): Float64Array {
    const { factorise } = factorMemory('f');
    const model = by.encoder.join({
      domain,
      shape: by.shape,
      plan: by.shared,
      random: seededRandom('r'),
      factorise,
    });
    const contributions = [...(model.contributions(firstModel(by), 1, of) as Iterable<never>)];
    return discreteGaussian.bound(roundSum(by, domain.name), contributions, seededRandom('rounding')).integers;
  }

  it('is in them only if the target knows the person on both sides, and as long as the plan says', () => {
    const { integerClip, scale } = roundSum(plan, 'north');
    const nobody = summed(target, []);
    assert.ok(nobody.every((value) => value === 0));
    let linked = 0;
    target.persons.forEach((person, row) => {
      const alone = summed(restrictPersons(target, [row]), received);
      const length = Math.hypot(...alone);
      const isLinked = rows[row].length > 0 && received.some(({ persons }) => persons.includes(person));
      assert.ok(length <= integerClip, `${length} of ${integerClip}`);
      assert.equal(length > 0.9 * scale, isLinked);
      if (isLinked) linked += 1;
    });
    assert.ok(linked > 20 && linked < rows.length);
  });

  it('moves nothing but an own term: without the last person the sum is less by exactly that, bit for bit', () => {
    const last = target.persons.length - 1;
    const all = target.persons.map((_, row) => row);
    for (const removed of [last, last - 1, 7]) {
      // The removed person comes last, so that the others draw the same coins for their rounding.
      const order = [...all.filter((row) => row !== removed), removed];
      const whole = summed(restrictPersons(target, order), received);
      const less = summed(restrictPersons(target, order.slice(0, -1)), received);
      const gone = received.map((one) => without(one, target.persons[removed]));
      assert.deepEqual(
        summed(restrictPersons(target, order.slice(0, -1)), gone),
        less,
        'the others ask for nobody else',
      );
      const difference = Math.hypot(...whole.map((value, at) => value - less[at]));
      assert.ok(difference <= roundSum(plan, 'north').integerClip, `${difference}`);
      assert.equal(difference > 0, removed !== 7);
    }
  });

  function without({ persons, vectors, ...rest }: ReceivedRepresentations, person: string): ReceivedRepresentations {
    const kept = persons.flatMap((one, row) => (one === person ? [] : [row]));
    return {
      ...rest,
      persons: kept.map((row) => persons[row]),
      vectors: Float32Array.from(kept.flatMap((row) => [...vectors.subarray(row * dimension, (row + 1) * dimension)])),
    };
  }

  it('is within the bound where a source that lies makes up vectors, so that each of M platforms adds the person', () => {
    const two = planFederation(manifestOf({ privacy: { epsilon: 4, maxPlatformsPerPerson: 2, sources: ['films'] } }));
    const [person] = target.persons;
    const lie: ReceivedRepresentations = {
      source: 'films',
      noiseModel: { kind: 'exact' },
      dimension,
      persons: [person],
      vectors: Float32Array.from({ length: dimension }, () => prng.gaussian()),
    };
    const total = new Float64Array(VOCABULARY * dimension);
    for (const name of ['north', 'south']) {
      const integers = summed(restrictPersons({ ...target, name }, [0]), [lie], two);
      integers.forEach((value, at) => (total[at] += value));
    }
    const { integerClip, integerSensitivity } = roundSum(two, 'north');
    assert.ok(Math.hypot(...total) > 1.8 * integerClip, 'both add the person');
    assert.ok(Math.hypot(...total) <= integerSensitivity, `${Math.hypot(...total)} of ${integerSensitivity}`);
  });

  it('needs the places of the items in the vocabulary', () => {
    const { places: _places, ...bare } = target;
    assert.throws(() => summed(bare, received), {
      code: 'TRANSFER_SHAPE',
      message: /the file that the manifest names/,
    });
    assert.equal(encoderNamed('subspace>map').law, 'charged');
    assert.equal(encoderNamed('text>map').law, 'public');
  });
});
