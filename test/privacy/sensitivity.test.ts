import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Domain } from '../../core/data/domain.ts';
import { historyOf, restrictPersons } from '../../core/data/select.ts';
import { hashedPlaces } from '../../core/data/vocabulary.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import type { Contribution, PlannedSum, PrivacyMechanism } from '../../core/privacy/mechanism/mechanism.ts';
import { votingContribution } from '../../core/privacy/mechanism/adaptive-clip.ts';
import { discreteGaussian, withoutNoise } from '../../core/privacy/mechanism/pipeline.ts';
import { lengthOf, scaled } from '../../core/privacy/mechanism/written-out.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import type { PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import { PROTOTYPES_LABEL, prototypeContributions, prototypeQueries } from '../../core/release/cohort.ts';
import { Prng } from '../../core/random/prng.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { presets } from '../../core/transfer/presets.ts';
import type { PlatformModel, PublicShape, Encoder } from '../../core/transfer/encoder.ts';

/** Worlds with persons that tend to break bounds: one with everything, one with a single item, one with nothing. */
const worlds = fc.record({ items: fc.integer({ min: 4, max: 24 }), seed: fc.nat() }).chain(({ items, seed }) =>
  fc.record({
    items: fc.constant(items),
    seed: fc.constant(seed),
    histories: fc.array(
      fc.oneof(
        fc.uniqueArray(fc.nat(items - 1), { maxLength: items }),
        fc.constant(Array.from({ length: items }, (_, i) => i)),
        fc.nat(items - 1).map((item) => [item]),
        fc.constant([]),
      ),
      { minLength: 3, maxLength: 14 },
    ),
    removed: fc.nat(13),
  }),
);

function domainOf(histories: readonly (readonly number[])[], items: number): Domain {
  const offsets = new Uint32Array(histories.length + 1);
  histories.forEach((history, p) => (offsets[p + 1] = offsets[p] + history.length));
  const catalogue = Array.from({ length: items }, (_, i) => `item ${i}`);
  return {
    name: 'a',
    persons: histories.map((_, p) => `person ${p}`),
    catalogue,
    places: hashedPlaces(VOCABULARY, catalogue),
    offsets,
    items: Uint32Array.from(histories.flat()),
  };
}

/** Copies of everything that a strategy gave to the mechanism, by label, in the order of the releases. */
type Seen = Map<string, Contribution[][]>;

function recording(seen: Seen): PrivacyMechanism {
  return {
    ...discreteGaussian,
    bound(sum, contributions, random) {
      const all = [...contributions].map(copied);
      seen.set(sum.label, [...(seen.get(sum.label) ?? []), all]);
      return discreteGaussian.bound(sum, all, random);
    },
  };
}

const copied = (contribution: Contribution): Contribution =>
  'blocks' in contribution
    ? {
        blocks: contribution.blocks.map((block) => ({
          ...block,
          left: block.left?.slice() ?? null,
          right: block.right.slice(),
        })),
      }
    : {
        ...(contribution.indices && { indices: contribution.indices.slice() }),
        values: contribution.values.slice(),
      };

interface Run {
  readonly seen: Seen;
  readonly model: PlatformModel;
}

interface RunOptions {
  /** Seed of the moves of the shared model between rounds. Compared runs have the same seed. */
  readonly moved?: string;
  /** The persons present at this moment. */
  readonly domainNow?: () => Domain;
  /** Called once the encoder is ready and the rounds are over. */
  readonly then?: () => void;
}

function perturbed(shared: Float32Array, seed: string): Float32Array {
  const prng = new Prng(seed);
  return shared.map((value) => value + 0.3 * prng.gaussian());
}

/** Runs the whole platform from its data, with pinned seeds and pinned released values. */
async function run(
  encoder: Encoder,
  shape: PublicShape,
  privacy: PrivacyPlan,
  domain: Domain,
  drawn: Map<string, Float64Array>,
  { moved = 'moved', then, domainNow = () => domain }: RunOptions = {},
): Promise<Run> {
  const plan = encoder.plan(shape);
  const model = encoder.join({
    get domain() {
      return domainNow();
    },
    shape,
    plan,
    random: seededRandom('public'),
    factorise: factorMemory('public').factorise,
  });
  const seen: Seen = new Map();
  const sums = createChargedSums({
    plan: privacy,
    platform: 'a',
    mechanism: recording(seen),
    random: seededStreams('noise'),
    charge: () => undefined,
    drawn: {
      // Pinned values are returned only after the mechanism has seen the contributions, so both runs compute them all.
      get: () => undefined,
      put: (fingerprint, repetition, values) => {
        const key = `${fingerprint} ${repetition}`;
        const first = drawn.get(key);
        if (first === undefined) drawn.set(key, values.slice());
        else values.set(first);
      },
    },
  });
  await model.prepare(sums);
  let shared = encoder.initialModel(plan, 'public');
  await model.adopt(shared);
  for (const sum of privacy.sums['a'].filter(({ scope }) => scope === 'federation')) {
    for (let round = 1; round <= Math.min(2, sum.repetitions); round++) {
      const all: Contribution[] = [];
      for await (const contribution of model.contributions(shared, round)) all.push(copied(contribution));
      seen.set(sum.label, [...(seen.get(sum.label) ?? []), all]);
      // The next round begins from any shared model that noise could have produced.
      shared = perturbed(shared, moved);
      await model.adopt(shared);
    }
  }
  then?.();
  if (shape.release?.mode === 'cohort') await model.prototypes(sums);
  return { seen, model };
}

/** Hashed buckets over which the platforms sum together. */
const VOCABULARY = 8;

/** One person's integers, for any rounding. */
function integerSquare(sum: PlannedSum, contribution: Contribution, seed: string): bigint {
  const { integers } = discreteGaussian.bound(sum, [contribution], seededRandom(seed));
  return integers.reduce((square, integer) => square + BigInt(integer) ** 2n, 0n);
}

describe('sensitivity', () => {
  const sharedTrunk = encoderNamed('shared-trunk');
  const linearBridge = encoderNamed('linear-bridge');
  const claiming = presets.map(({ name }) => encoderNamed(name)).filter(({ law }) => law === 'charged');
  const releases = [undefined, { mode: 'cohort', epsilon0: 4 }] as const;
  for (const [encoder, release] of claiming.flatMap((one) => releases.map((how) => [one, how] as const))) {
    it(`${encoder.name}${release === undefined ? '' : ' with prototypes'}: one person less moves every declared sum by that person's bounded integers alone`, async () => {
      await fc.assert(
        fc.asyncProperty(worlds, async ({ items, seed, histories, removed }) => {
          const domain = domainOf(histories, items);
          const gone = removed % histories.length;
          const shape: PublicShape = {
            platforms: ['a', 'b', 'c'].map((name) => ({ name, items, personsAbout: 20, releases: true })),
            maxPlatformsPerPerson: 2,
            rounds: 2,
            vocabulary: VOCABULARY,
            ...(release && { release }),
          };
          const privacy = planPrivacy({
            epsilon: 4,
            delta: 1e-6,
            colluding: 0,
            dropouts: 0,
            maxPlatformsPerPerson: 2,
            platforms: shape.platforms.map(({ name, personsAbout }) => ({
              name,
              personsAbout,
              queries: encoder.queries(shape, name),
            })),
          });
          const drawn = new Map<string, Float64Array>();
          const moved = `moved ${seed}`;
          const whole = await run(encoder, shape, privacy, domain, drawn, { moved });
          const left = histories.map((_, p) => p).filter((p) => p !== gone);
          const without = await run(encoder, shape, privacy, restrictPersons(domain, left), drawn, { moved });
          try {
            assert.deepEqual([...whole.seen.keys()].sort(), privacy.sums['a'].map(({ label }) => label).sort());
            for (const [label, repeated] of whole.seen) {
              const sum = plannedSum(privacy, 'a', label);
              repeated.forEach((everybody, at) => {
                const others = without.seen.get(label)![at];
                // A person with an empty contribution may be left out. The removed person takes at most one
                // contribution along.
                assert.ok(everybody.length <= histories.length, 'one contribution a person');
                const first = everybody.findIndex((contribution, i) => !isDeepStrictEqual(contribution, others[i]));
                assert.deepEqual(
                  others,
                  first === -1 ? everybody : everybody.toSpliced(first, 1),
                  `${label}, release ${at + 1}: somebody else's contribution moved`,
                );
                for (const contribution of everybody) {
                  assert.ok(integerSquare(sum, contribution, `${label}${at}`) <= BigInt(sum.integerClip) ** 2n);
                }
              });
            }
            // A person's representation depends on nobody else's data.
            for (const [position, person] of left.entries()) {
              const history = historyOf(domain, person);
              assert.deepEqual(whole.model.represent(history), without.model.represent(history), `person ${position}`);
            }
          } finally {
          }
        }),
        { numRuns: release === undefined ? 15 : 8 },
      );
    });
  }

  it('prototypes: one block a person, within the declared clip', () => {
    const settings = { cohorts: 4, dimension: 3, passes: 2, relativeNoise: 1 };
    const [query] = prototypeQueries(settings);
    const privacy = planPrivacy({
      epsilon: 2,
      delta: 1e-6,
      colluding: 0,
      dropouts: 0,
      maxPlatformsPerPerson: 1,
      platforms: [{ name: 'a', personsAbout: 50, queries: [query] }],
    });
    const sum = plannedSum(privacy, 'a', query.label);
    const prototypes = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0);
    const vector = fc
      .array(fc.float({ noDefaultInfinity: false }), { minLength: 3, maxLength: 3 })
      .map((v) => Float32Array.from(v));
    fc.assert(
      fc.property(fc.array(vector, { minLength: 1, maxLength: 8 }), fc.nat(7), (people, removed) => {
        const gone = removed % people.length;
        const everybody = [...prototypeContributions(prototypes, 3, people)];
        const others = [...prototypeContributions(prototypes, 3, people.toSpliced(gone, 1))];
        assert.deepEqual(others, everybody.toSpliced(gone, 1));
        for (const contribution of everybody) {
          assert.ok(integerSquare(sum, contribution, 'prototypes') <= BigInt(sum.integerClip) ** 2n);
          assert.ok(Math.hypot(...contribution.values) <= query.clip * (1 + 1e-6), 'the clip takes nothing away');
        }
      }),
    );
  });

  it('written out: one person less in a crowd takes its own integers along, wherever it stood', () => {
    const [dimension, crowd] = [24, 40];
    const privacy = planPrivacy({
      ...{ epsilon: 4, delta: 1e-6, colluding: 0, dropouts: 0, maxPlatformsPerPerson: 1 },
      platforms: ['a', 'b', 'c'].map((name) => ({
        name,
        personsAbout: crowd,
        queries: [{ label: 'sum', dimension, clip: 1, repetitions: 1, relativeNoise: 1, scope: 'platform' as const }],
      })),
    });
    // A small K, so that rounding to the nearest often exceeds it and is taken back somewhere.
    const sum = { ...plannedSum(privacy, 'a', 'sum'), integerClip: 7, scale: 7 };
    const prng = new Prng('written out');
    const persons = Array.from({ length: crowd }, () => ({
      values: Float32Array.from({ length: dimension }, () => prng.gaussian()),
    }));
    const total = (some: readonly Contribution[]): Float64Array =>
      withoutNoise.bound(sum, some, seededRandom('unused')).integers;
    const everybody = total(persons);
    persons.forEach((person, gone) => {
      const others = total(persons.toSpliced(gone, 1));
      const difference = everybody.map((integer, i) => integer - others[i]);
      assert.deepEqual(difference, total([person]));
      assert.ok(difference.reduce((square, integer) => square + integer ** 2, 0) <= sum.integerClip ** 2);
    });
  });

  it('a clip that follows a quantile: one person less in a crowd takes its own vector and vote along, nothing else', async () => {
    const crowd = 40;
    const prng = new Prng('crowd');
    const histories = Array.from({ length: crowd }, () => {
      const most = 2 + Math.floor(10 * prng.uniform());
      return [...new Set(Array.from({ length: most }, () => Math.floor(20 * prng.uniform())))];
    });
    const domain = domainOf(histories, 20);
    const shape: PublicShape = {
      platforms: ['a', 'b', 'c'].map((name) => ({ name, items: 20, personsAbout: crowd, releases: true })),
      maxPlatformsPerPerson: 2,
      rounds: 2,
    };
    const privacy = planPrivacy({
      epsilon: 4,
      delta: 1e-6,
      colluding: 0,
      dropouts: 0,
      maxPlatformsPerPerson: 2,
      clipQuantile: 0.5,
      platforms: shape.platforms.map(({ name, personsAbout }) => ({
        name,
        personsAbout,
        queries: sharedTrunk.queries(shape, name),
      })),
    });
    const drawn = new Map<string, Float64Array>();
    const whole = await run(sharedTrunk, shape, privacy, domain, drawn);
    const sum = plannedSum(privacy, 'a', 'round');
    const lengths = whole.seen.get('round')!.flat().map(lengthOf);
    const clip = lengths.toSorted((a, b) => a - b)[crowd];
    assert.ok(clip > 0 && lengths.some((length) => length > clip), 'some are clipped and some are not');
    // Rounded to the nearest, so that only the person makes a difference.
    const total = (contributions: readonly Contribution[]): Float64Array =>
      withoutNoise.bound(
        sum,
        contributions.map((contribution) => votingContribution(sum, clip, contribution)),
        seededRandom('unused'),
      ).integers;
    for (const gone of [0, 7, crowd - 1]) {
      const left = histories.map((_, p) => p).filter((p) => p !== gone);
      const without = await run(sharedTrunk, shape, privacy, restrictPersons(domain, left), drawn);
      whole.seen.get('round')!.forEach((everybody, at) => {
        const others = total(without.seen.get('round')![at]);
        const difference = total(everybody).map((integer, i) => integer - others[i]);
        assert.deepEqual(difference, total([everybody[gone]]), 'the person’s own integers and no others');
        const square = difference.reduce((total, integer) => total + BigInt(integer) ** 2n, 0n);
        assert.ok(square > 0n && square <= BigInt(sum.integerClip) ** 2n);
        assert.notEqual(difference.at(-1), 0, 'the vote is in it');
      });
    }
  });

  it('linear-bridge, prototypes: through its own vector a person moves them within the bound; through the encoder it moves everybody', async () => {
    const shape: PublicShape = {
      platforms: ['a', 'b'].map((name) => ({ name, items: 12, personsAbout: 20, releases: true })),
      maxPlatformsPerPerson: 2,
      rounds: 0,
      release: { mode: 'cohort', epsilon0: 4 },
    };
    const privacy = planPrivacy({
      epsilon: 4,
      delta: 1e-6,
      colluding: 0,
      dropouts: 0,
      maxPlatformsPerPerson: 2,
      platforms: shape.platforms.map(({ name, personsAbout }) => ({
        name,
        personsAbout,
        queries: linearBridge.queries(shape, name),
      })),
    });
    const [sum] = privacy.sums['a'];
    assert.deepEqual([privacy.sums['a'].length, sum.label], [1, PROTOTYPES_LABEL]);
    const histories = fc.array(fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 8 }), {
      minLength: 4,
      maxLength: 14,
    });
    let movedOthers = 0;
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(13), async (held, removed) => {
        const domain = domainOf(held, 12);
        const gone = removed % held.length;
        const rest = restrictPersons(
          domain,
          held.map((_, p) => p).filter((p) => p !== gone),
        );
        const drawn = new Map<string, Float64Array>();
        const whole = await run(linearBridge, shape, privacy, domain, drawn);
        // The encoder is made from everybody's data, and then the prototypes without the person.
        let now = domain;
        const pinned = await run(linearBridge, shape, privacy, domain, drawn, {
          domainNow: () => now,
          then: () => (now = rest),
        });
        const anew = await run(linearBridge, shape, privacy, rest, drawn);
        whole.seen.get(PROTOTYPES_LABEL)!.forEach((everybody, pass) => {
          assert.equal(everybody.length, held.length);
          const others = everybody.toSpliced(gone, 1);
          assert.deepEqual(pinned.seen.get(PROTOTYPES_LABEL)![pass], others);
          for (const contribution of everybody) {
            assert.ok(integerSquare(sum, contribution, `${pass}`) <= BigInt(sum.integerClip) ** 2n);
          }
          if (!isDeepStrictEqual(anew.seen.get(PROTOTYPES_LABEL)![pass], others)) movedOthers += 1;
        });
      }),
      { numRuns: 10 },
    );
    assert.ok(movedOthers > 0, 'an encoder made from raw data is why this strategy claims nothing for others');
  });

  it('the comparison sees a contribution that depends on somebody else', async () => {
    const sound = encoderNamed('private-subspace');
    const leaky: Encoder = {
      ...sound,
      join(context) {
        const model = sound.join(context);
        return {
          ...model,
          prepare: (sums) =>
            model.prepare({
              ...sums,
              release: (label, contributions) => {
                const all = [...contributions];
                const scale = 1 / all.length;
                return sums.release(
                  label,
                  all.map((contribution) => scaled(contribution, scale)),
                );
              },
            }),
          contributions: model.contributions.bind(model),
          adopt: model.adopt.bind(model),
        };
      },
    };
    const shape: PublicShape = {
      platforms: [{ name: 'a', items: 4, personsAbout: 10, releases: true }],
      maxPlatformsPerPerson: 1,
      rounds: 0,
    };
    const privacy = planPrivacy({
      epsilon: 4,
      delta: 1e-6,
      colluding: 0,
      dropouts: 0,
      maxPlatformsPerPerson: 1,
      platforms: [{ name: 'a', personsAbout: 10, queries: leaky.queries(shape, 'a') }],
    });
    const domain = domainOf([[0, 1], [1, 2], [3]], 4);
    const drawn = new Map<string, Float64Array>();
    const whole = await run(leaky, shape, privacy, domain, drawn);
    const without = await run(leaky, shape, privacy, restrictPersons(domain, [0, 1]), drawn);
    const [label] = [...whole.seen.keys()];
    assert.notDeepEqual(without.seen.get(label)![0], whole.seen.get(label)![0].slice(0, 2));
  });
});
