import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { tensorBackend } from '../../client/tensor/open.ts';
import type { Domain } from '../../core/data/domain.ts';
import { historyOf, restrictPersons } from '../../core/data/select.ts';
import { createChargedSums } from '../../core/privacy/charged-sums.ts';
import type { Contribution, PlannedSum, PrivacyMechanism } from '../../core/privacy/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/pipeline.ts';
import { plannedSum, planPrivacy } from '../../core/privacy/plan.ts';
import type { PrivacyPlan } from '../../core/privacy/plan.ts';
import { prototypeContributions, prototypeQueries } from '../../core/privacy/release-modes/cohort.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { strategies } from '../../core/transfer/registry.ts';
import type { PlatformModel, PublicShape, TransferStrategy } from '../../core/transfer/strategy.ts';

/** Worlds with the persons that break bounds: one with everything, one with a single item, one with nothing. */
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
  return {
    name: 'a',
    persons: histories.map((_, p) => `person ${p}`),
    catalogue: Array.from({ length: items }, (_, i) => `item ${i}`),
    offsets,
    items: Uint32Array.from(histories.flat()),
  };
}

/** Everything that a strategy handed to the mechanism, copied, by label in the order of the releases. */
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

const copied = ({ indices, values }: Contribution): Contribution => ({
  ...(indices && { indices: indices.slice() }),
  values: values.slice(),
});

interface Run {
  readonly seen: Seen;
  readonly model: PlatformModel;
}

/** The whole platform from its data, with seeds and already released values pinned. */
async function run(
  strategy: TransferStrategy,
  shape: PublicShape,
  privacy: PrivacyPlan,
  domain: Domain,
  drawn: Map<string, Float64Array>,
): Promise<Run> {
  const settings = strategy.settings({});
  const plan = strategy.plan(shape, settings);
  const model = strategy.join({
    domain,
    shape,
    plan,
    settings,
    random: seededRandom('public'),
    backend: tensorBackend('cpu'),
  });
  const seen: Seen = new Map();
  const sums = createChargedSums({
    plan: privacy,
    platform: 'a',
    mechanism: recording(seen),
    random: seededStreams('noise'),
    charge: () => undefined,
    drawn: {
      // Pinned values are returned after the mechanism has seen the contributions: both runs compute them all.
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
  const shared = strategy.initialModel(plan, 'public');
  await model.adopt(shared);
  for (const sum of privacy.sums['a'].filter(({ scope }) => scope === 'federation')) {
    for (let round = 1; round <= Math.min(2, sum.repetitions); round++) {
      const all: Contribution[] = [];
      for await (const contribution of model.contributions(shared, round)) all.push(copied(contribution));
      seen.set(sum.label, [...(seen.get(sum.label) ?? []), all]);
    }
  }
  if (shape.release?.mode === 'cohort') await model.prototypes(sums);
  return { seen, model };
}

/** One person's integers, whatever the rounding. */
function integerSquare(sum: PlannedSum, contribution: Contribution, seed: string): bigint {
  const { integers } = discreteGaussian.bound(sum, [contribution], seededRandom(seed));
  return integers.reduce((square, integer) => square + BigInt(integer) ** 2n, 0n);
}

describe('sensitivity', () => {
  const claiming = strategies.filter(({ privacy }) => privacy === 'private-encoder');
  const releases = [undefined, { mode: 'cohort', epsilon0: 4 }] as const;
  for (const [strategy, release] of claiming.flatMap((one) => releases.map((how) => [one, how] as const))) {
    it(`${strategy.name}${release === undefined ? '' : ' with prototypes'}: one person less moves every declared sum by that person's bounded integers alone`, async () => {
      await fc.assert(
        fc.asyncProperty(worlds, async ({ items, histories, removed }) => {
          const domain = domainOf(histories, items);
          const gone = removed % histories.length;
          const shape: PublicShape = {
            platforms: ['a', 'b', 'c'].map((name) => ({ name, items, personsAbout: 20, releases: true })),
            maxPlatformsPerPerson: 2,
            rounds: 2,
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
              queries: strategy.queries(shape, name, strategy.settings({})),
            })),
          });
          const drawn = new Map<string, Float64Array>();
          const whole = await run(strategy, shape, privacy, domain, drawn);
          const left = histories.map((_, p) => p).filter((p) => p !== gone);
          const without = await run(strategy, shape, privacy, restrictPersons(domain, left), drawn);
          try {
            assert.deepEqual([...whole.seen.keys()].sort(), privacy.sums['a'].map(({ label }) => label).sort());
            for (const [label, repeated] of whole.seen) {
              const sum = plannedSum(privacy, 'a', label);
              repeated.forEach((everybody, at) => {
                const others = without.seen.get(label)![at];
                // A person with nothing to say may be left out; whoever is gone takes one contribution along, at most.
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
            // What a person's representation is made of: nobody else's data.
            for (const [position, person] of left.entries()) {
              const history = historyOf(domain, person);
              assert.deepEqual(whole.model.represent(history), without.model.represent(history), `person ${position}`);
            }
          } finally {
            whole.model.dispose();
            without.model.dispose();
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

  it('the comparison sees a contribution that depends on somebody else', async () => {
    const leaky: TransferStrategy = {
      ...strategies[1],
      join(context) {
        const model = strategies[1].join(context);
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
                  all.map(({ values, ...rest }) => ({ ...rest, values: values.map((value) => value * scale) })),
                );
              },
            }),
          contributions: model.contributions.bind(model),
          adopt: model.adopt.bind(model),
          dispose: model.dispose.bind(model),
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
      platforms: [{ name: 'a', personsAbout: 10, queries: leaky.queries(shape, 'a', leaky.settings({})) }],
    });
    const domain = domainOf([[0, 1], [1, 2], [3]], 4);
    const drawn = new Map<string, Float64Array>();
    const whole = await run(leaky, shape, privacy, domain, drawn);
    const without = await run(leaky, shape, privacy, restrictPersons(domain, [0, 1]), drawn);
    const [label] = [...whole.seen.keys()];
    assert.notDeepEqual(without.seen.get(label)![0], whole.seen.get(label)![0].slice(0, 2));
  });
});
