import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { votingContribution } from '../../core/privacy/mechanism/adaptive-clip.ts';
import type { Contribution, FactoredBlock, FactoredContribution } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian, withoutNoise } from '../../core/privacy/mechanism/pipeline.ts';
import { lengthOf, writtenOut } from '../../core/privacy/mechanism/written-out.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { RandomSource } from '../../core/random/source.ts';
import { planned } from './planned.ts';

const norm2 = (values: Iterable<number>): bigint => {
  let square = 0n;
  for (const value of values) square += BigInt(value) ** 2n;
  return square;
};
const anyFloat = fc.float({ noDefaultInfinity: false, noNaN: false });
const numbers = fc.oneof(
  { weight: 6, arbitrary: fc.float({ min: -2, max: 2, noNaN: true }) },
  fc.constantFrom(0, 1e-30, -1e-20, 1e19, 3e38, -0.5),
  anyFloat,
);
const many = (length: number): fc.Arbitrary<Float32Array> =>
  fc
    .oneof(
      {
        weight: 5,
        arbitrary: fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length }),
      },
      fc.array(numbers, { minLength: length, maxLength: length }),
    )
    .map((values) => Float32Array.from(values));
/** One block of any shape, often with terms that cancel or agree. */
const anyBlock: fc.Arbitrary<{ readonly gap: number; readonly block: Omit<FactoredBlock, 'offset'> }> = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 17 }),
    terms: fc.integer({ min: 0, max: 4 }),
    gap: fc.nat(2),
    kind: fc.nat(9),
  })
  .chain(({ rows, columns, terms, gap, kind }) =>
    fc.tuple(many(terms * rows), many(kind === 0 ? columns : terms * columns)).map(([left, right]) => {
      if (kind === 0) return { gap, block: { rows: 1, columns, left: null, right } };
      if ((kind === 4 || kind === 5) && terms >= 2) {
        left.copyWithin(rows, 0, rows);
        right.copyWithin(columns, 0, columns);
      }
      if (kind < 4 && terms >= 2) {
        left.copyWithin(rows, 0, rows);
        for (let j = 0; j < columns; j++) right[columns + j] = -right[j] * (kind === 1 ? 1 : 1 + 1e-4);
      }
      return { gap, block: { rows, columns, left, right } };
    }),
  );
const anyPerson = fc.array(anyBlock, { minLength: 1, maxLength: 4 }).map((blocks) => {
  let end = 0;
  const placed = blocks.map(({ gap, block }): FactoredBlock => {
    const offset = end + gap;
    end = offset + block.rows * block.columns;
    return { ...block, offset };
  });
  return { person: { blocks: placed }, dimension: end + 1 };
});

/** The same byte for ever: every coin of every person is the same, so that nobody's depend on who came before. */
const pinned = (byte: number): RandomSource => ({ bytes: (length) => new Uint8Array(length).fill(byte) });

function layer(prng: Prng, terms: number, length = 1): FactoredContribution {
  const gaussians = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => (prng.gaussian() * Math.sqrt(length)) / 10);
  return {
    blocks: [
      { offset: 0, rows: 12, columns: 20, left: gaussians(terms * 12), right: gaussians(terms * 20) },
      { offset: 240, rows: 21, columns: 5, left: gaussians(terms * 21), right: gaussians(terms * 5) },
      { offset: 345, rows: 1, columns: 3, left: null, right: gaussians(3) },
    ],
  };
}
const DIMENSION = 348;

describe('outer products', () => {
  for (const mechanism of [discreteGaussian, withoutNoise]) {
    it(`${mechanism.name}: whatever factors a person has, the integers that are summed have norm at most K, exactly`, () => {
      fc.assert(
        fc.property(
          anyPerson,
          fc.constantFrom(1, 2, 7, 100, 4095, 2 ** 16, 2 ** 25),
          fc.integer({ min: -4, max: 30 }),
          fc.string(),
          ({ person, dimension }, integerClip, exponent, seed) => {
            // The bound on a person on three platforms: this one has its own part of it.
            const integerSensitivity = 3 * integerClip;
            const sum = planned({ dimension, integerClip, integerSensitivity, scale: 2 ** exponent });
            const { integers, zeroed } = mechanism.bound(sum, [person], seededRandom(seed));
            assert.ok(integers.every(Number.isSafeInteger));
            assert.ok(norm2(integers) <= BigInt(integerClip) ** 2n, `${norm2(integers)} > ${integerClip}^2`);
            const isFinite = person.blocks.every(({ left, right }) =>
              [...(left ?? []), ...right].every(Number.isFinite),
            );
            if (!isFinite) assert.deepEqual([zeroed, norm2(integers)], [1, 0n]);
          },
        ),
        { numRuns: 500 },
      );
    });
  }

  it('a removed person takes its own integers along, bit for bit, and they are no longer than K', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.double({ min: 0.01, max: 50, noNaN: true })), {
          minLength: 2,
          maxLength: 12,
        }),
        fc.nat(11),
        fc.constantFrom(0, 1, 77, 128, 255),
        fc.constantFrom(300, 2 ** 13, 2 ** 25),
        fc.nat(),
        (shapes, removed, byte, integerClip, seed) => {
          const prng = new Prng(seed);
          const people: Contribution[] = shapes.map(([terms, length], i) =>
            i % 5 === 4
              ? { indices: Uint32Array.of(3, 7), values: Float32Array.of(length, -1) }
              : layer(prng, terms, length),
          );
          const gone = removed % people.length;
          const sum = planned({ dimension: DIMENSION, integerClip, scale: 4 * integerClip });
          const total = (of: readonly Contribution[]): Float64Array =>
            discreteGaussian.bound(sum, of, pinned(byte)).integers;
          const [all, rest, own] = [people, people.toSpliced(gone, 1), [people[gone]]].map(total);
          assert.deepEqual(
            all.map((integer, i) => integer - rest[i]),
            own.map((integer) => integer + 0),
          );
          assert.ok(norm2(own) <= BigInt(integerClip) ** 2n);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('terms that cancel are never longer than K, however long each is', () => {
    const prng = new Prng('cancel');
    for (let time = 0; time < 300; time++) {
      const rows = 1 + (time % 3);
      const left = Float32Array.from({ length: 2 * rows }, () => prng.gaussian());
      left.copyWithin(rows, 0, rows);
      const right = Float32Array.from({ length: 12 }, () => prng.gaussian());
      // Some cancel exactly: rounding alone is left of them, and it grows with their length.
      const part = time % 4 === 0 ? 1 + 2 ** -(8 + (time % 15)) : 1;
      for (let j = 0; j < 6; j++) right[6 + j] = -right[j] * part;
      const integerClip = time % 2 === 0 ? 2 ** 25 : 2 ** (10 + (time % 16));
      const sum = planned({ dimension: 6 * rows, integerClip, scale: 2 ** (24 + (time % 37)) });
      const person = { blocks: [{ offset: 0, rows, columns: 6, left, right }] };
      const { integers } = discreteGaussian.bound(sum, [person], seededRandom(`cancel ${time}`));
      assert.ok(norm2(integers) <= BigInt(integerClip) ** 2n, `${time}: ${norm2(integers)} > ${integerClip}^2`);
    }
  });

  it('sums as many persons as there are, of any number of terms, exactly', () => {
    const sum = planned({ dimension: DIMENSION, integerClip: 2 ** 25, scale: 2 ** 25 });
    const prng = new Prng('crowd');
    // 64 persons at this K are more than 32 bits hold in one coordinate, and all have the same direction.
    const one = layer(prng, 3, 40);
    for (const { left, right } of one.blocks.slice(0, 1)) {
      left!.fill(0).set([500, 300], 0);
      right.fill(0, 1);
    }
    const people = Array.from({ length: 300 }, () => one);
    const total = discreteGaussian.bound(sum, people, pinned(40)).integers;
    const own = discreteGaussian.bound(sum, [one], pinned(40)).integers;
    assert.deepEqual(
      total,
      own.map((integer) => 300 * integer),
    );
    assert.ok(total.some((integer) => Math.abs(integer) > 2 ** 32));
  });

  it('is unbiased for a person within the clip, and keeps a longer one just below it in its direction', () => {
    const sum = planned({ dimension: DIMENSION, integerClip: 2 ** 12, scale: 2 ** 12 });
    const prng = new Prng('unbiased');
    const raw = layer(prng, 2);
    const inside = {
      blocks: raw.blocks.map((block) => ({ ...block, right: block.right.map((v) => (0.5 * v) / lengthOf(raw)) })),
    };
    const { values } = writtenOut(inside, DIMENSION);
    const times = 4000;
    const mean = discreteGaussian
      .bound(sum, new Array<Contribution>(times).fill(inside), seededRandom('mean'))
      .integers.map((integer) => integer / times / sum.scale);
    const error = Math.hypot(...mean.map((value, i) => value - values[i]));
    // Variance of one rounding: K sqrt(T D) / 3 at most, over all coordinates together.
    const expected = Math.sqrt((0.5 * sum.integerClip * Math.sqrt(2 * DIMENSION)) / 3 / times) / sum.scale;
    assert.ok(error < 1.5 * expected, `${error} where chance makes ${expected}`);

    const long = { blocks: raw.blocks.map((block) => ({ ...block, right: block.right.map((value) => 20 * value) })) };
    const written = writtenOut(long, DIMENSION).values;
    const copies = 200;
    const summed = discreteGaussian.bound(
      sum,
      new Array<Contribution>(copies).fill(long),
      seededRandom('long'),
    ).integers;
    const each = Math.hypot(...summed) / copies;
    assert.ok(each <= 2 ** 12 && each > 0.96 * 2 ** 12, `mean norm ${each} of ${2 ** 12}`);
    const cosine =
      written.reduce((dot, value, i) => dot + value * summed[i], 0) / Math.hypot(...written) / Math.hypot(...summed);
    assert.ok(cosine > 0.9995, `cosine ${cosine}`);
  });

  it('adds no more than the share of variance that the plan allows for', () => {
    const sum = planned({ dimension: DIMENSION, integerClip: 2 ** 14, scale: 2 ** 14 });
    const raw = layer(new Prng('variance'), 2);
    const person = {
      blocks: raw.blocks.map((block) => ({ ...block, right: block.right.map((v) => v / lengthOf(raw) / 2) })),
    };
    const exact = writtenOut(person, DIMENSION).values.map((value) => value * sum.scale);
    let square = 0;
    for (let time = 0; time < 100; time++) {
      const { integers } = discreteGaussian.bound(sum, [person], seededRandom(`variance ${time}`));
      square += integers.reduce((total, integer, i) => total + (integer - exact[i]) ** 2, 0) / 100;
    }
    const most = (2 ** 14 * Math.sqrt(2 * DIMENSION)) / 2;
    assert.ok(square < most && square > most / 20, `${square} of ${most}`);
  });

  it('says the same as the written vector, within rounding', () => {
    const prng = new Prng('written');
    const people = Array.from({ length: 50 }, (_, i) => layer(prng, i % 4, 1 + (i % 3)));
    const sum = planned({ dimension: DIMENSION, integerClip: 2 ** 18, scale: 2 ** 18 });
    const [factored, written] = [people, people.map((person) => writtenOut(person, DIMENSION))].map(
      (of) => withoutNoise.bound(sum, of, seededRandom('unused')).integers,
    );
    const difference = Math.hypot(...factored.map((value, i) => value - written[i])) / Math.hypot(...written);
    assert.ok(difference < 0.01, `${difference}`);
    for (const person of people) {
      const { values } = writtenOut(person, DIMENSION);
      assert.ok(Math.abs(lengthOf(person) - Math.hypot(...values)) < 1e-5 * (1 + lengthOf(person)));
    }
  });

  it('carry the vote of a clip that follows a quantile in the same bound', () => {
    const adaptiveClip = { quantile: 0.5, initial: 1 };
    const sum = planned({ dimension: DIMENSION + 1, integerClip: 4096, scale: 4000, adaptiveClip });
    const short = { blocks: layer(new Prng('vote'), 2).blocks };
    const clip = lengthOf(short);
    for (const [at, sign] of [
      [clip / 2, 1],
      [clip * 2, -1],
    ]) {
      const voted = votingContribution(sum, at, short);
      const { integers } = discreteGaussian.bound(sum, [voted], seededRandom('vote'));
      assert.ok(Math.abs(integers[DIMENSION] - sign * 0.2 * 4000) < 12, `${integers[DIMENSION]}`);
      assert.ok(norm2(integers) <= 4096n ** 2n);
      const direction = writtenOut(short, DIMENSION).values;
      const factor = 4000 / Math.max(at, clip);
      const error = Math.hypot(...direction.map((value, i) => value * factor - integers[i]));
      assert.ok(error < 400, `${error}`);
    }
  });

  it('are clamped to the public bound with everybody in, whichever way they came', () => {
    const sum = planned({ dimension: DIMENSION, integerClip: 1000, scale: 1000, bound: 1500 });
    const one = layer(new Prng('clamp'), 1, 1000);
    const { values } = writtenOut(one, DIMENSION);
    for (const people of [
      new Array<Contribution>(40).fill(one),
      [{ values }, ...new Array<Contribution>(39).fill(one)],
    ]) {
      const { clamped, integers } = discreteGaussian.bound(sum, people, seededRandom('clamp'));
      const free = discreteGaussian.bound({ ...sum, bound: 2 ** 50 }, people, seededRandom('clamp')).integers;
      assert.equal(clamped, free.filter((integer) => Math.abs(integer) > 1500).length);
      assert.deepEqual(
        integers,
        free.map((integer) => Math.max(-1500, Math.min(1500, integer))),
      );
      assert.ok(clamped > 10 && integers.every((integer) => Math.abs(integer) <= 1500), `${clamped} clamped`);
    }
  });

  it('draw a person by the coin before anything is measured, and count who is zeroed', () => {
    const one = layer(new Prng('coin'), 2);
    const bad = { blocks: [{ ...one.blocks[0], left: one.blocks[0].left!.map((v, i) => (i === 3 ? NaN : v)) }] };
    const sum = planned({ dimension: DIMENSION, sampling: { rate: 0.5, personRate: 0.5 }, integerClip: 900 });
    const { zeroed } = discreteGaussian.bound(sum, new Array<Contribution>(400).fill(bad), seededRandom('coins'));
    assert.ok(zeroed > 150 && zeroed < 250, `${zeroed}`);
  });

  it('refuses blocks that overlap, end outside, or have factors of other lengths', () => {
    const block = (given: Partial<FactoredBlock>): FactoredBlock => ({
      offset: 0,
      rows: 2,
      columns: 3,
      left: new Float32Array(4),
      right: new Float32Array(6),
      ...given,
    });
    const wrong: FactoredBlock[][] = [
      [block({}), block({ offset: 5 })],
      [block({ offset: 6 }), block({ offset: 0 })],
      [block({}), block({})],
      [block({ offset: 7 })],
      [block({ offset: -1 })],
      [block({ offset: 0.5 })],
      [block({ left: new Float32Array(5) })],
      [block({ left: new Float32Array(6) })],
      [block({ right: new Float32Array(5) })],
      [block({ left: null })],
      [block({ left: null, right: new Float32Array(3) })],
      [block({ left: null, rows: 1, right: new Float32Array(6) })],
      [block({ rows: 0 })],
      [block({ columns: NaN })],
    ];
    for (const mechanism of [discreteGaussian, withoutNoise]) {
      for (const blocks of wrong) {
        assert.throws(
          () => mechanism.bound(planned({ dimension: 12 }), [{ blocks }], seededRandom('shape')),
          (error) => error instanceof PrivacyError && error.code === 'PRIVACY_CONTRIBUTION_SHAPE',
          JSON.stringify(blocks.map(({ columns, offset, rows }) => ({ columns, offset, rows }))),
        );
      }
      const good = [block({}), block({ offset: 6 })];
      mechanism.bound(planned({ dimension: 12 }), [{ blocks: good }, { blocks: [] }], seededRandom('shape'));
    }
  });
});
