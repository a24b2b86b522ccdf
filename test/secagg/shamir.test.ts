import assert from 'node:assert/strict';
import fc from 'fast-check';
import { combine, split } from 'shamir-secret-sharing';
import type { RandomSource } from '../../core/random/source.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { GF256, GF65536 } from '../../core/secagg/galois.ts';
import { combineShares, recombination, splitSecret } from '../../core/secagg/shamir.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** Points 1 to n, shuffled by a seed. */
function someHolders(n: number, count: number, seed: number): readonly number[] {
  const order = new Uint8Array(seededRandom(`holders ${seed}`).bytes(n));
  const all = Array.from({ length: n }, (_, i) => i + 1);
  return all.sort((a, b) => order[a - 1] - order[b - 1] || a - b).slice(0, count);
}

describe('shares of a secret', () => {
  it('rebuild it, from any t of n, on both fields', () => {
    const sizes = fc.oneof(fc.integer({ min: 2, max: 40 }), fc.constantFrom(254, 255, 256, 300));
    fc.assert(
      fc.property(secrets, sizes, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (secret, n, fraction, seed) => {
        const t = 1 + Math.floor(fraction * (n - 1));
        const shares = splitSecret(secret, n, t, seededRandom(`${seed}`));
        const points = someHolders(n, t, seed);
        const plan = recombination(points, n);
        assert.equal(
          hex(
            combineShares(
              plan,
              points.map((point) => shares[point - 1]),
            ),
          ),
          hex(secret),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('are those of shamir-secret-sharing, both ways', async () => {
    const secret = seededRandom('library').bytes(32);
    const ours = splitSecret(secret, 20, 13, seededRandom('split'));
    const asTheirs = ours.slice(3, 16).map((share, i) => Uint8Array.from([...share, i + 4]));
    assert.equal(hex(await combine(asTheirs)), hex(secret));
    const theirs = await split(secret, 20, 13);
    const points = theirs.slice(0, 13).map((share) => share[32]);
    const values = theirs.slice(0, 13).map((share) => share.slice(0, 32));
    assert.equal(hex(combineShares(recombination(points, 255), values)), hex(secret));
  });

  it('do not rebuild it from t - 1, nor with one changed', () => {
    const secret = seededRandom('few').bytes(32);
    const shares = splitSecret(secret, 7, 5, seededRandom('split'));
    assert.notEqual(hex(combineShares(recombination([1, 2, 3, 4], 7), shares.slice(0, 4))), hex(secret));
    const changed = shares.slice(0, 5).map((share, i) => (i === 2 ? share.map((byte) => byte ^ 1) : share));
    assert.notEqual(hex(combineShares(recombination([1, 2, 3, 4, 5], 7), changed)), hex(secret));
  });

  it('say nothing when they are t - 1: over all coefficients every pair of values comes up once, whatever the secret', () => {
    // t = 3: two coefficients of one byte each. Each run takes 32 of the 2^16 pairs, one in each symbol.
    for (const byte of [0x00, 0x5a, 0xff]) {
      const seen = new Uint8Array(65536);
      for (let run = 0; run < 2048; run++) {
        const coefficients = new Uint8Array(64);
        for (let i = 0; i < 32; i++) {
          const pair = 32 * run + i;
          coefficients[i] = pair & 0xff;
          coefficients[32 + i] = pair >>> 8;
        }
        const chosen: RandomSource = { bytes: () => coefficients.slice() };
        const shares = splitSecret(new Uint8Array(32).fill(byte), 5, 3, chosen);
        for (let i = 0; i < 32; i++) seen[shares[1][i] | (shares[3][i] << 8)]++;
      }
      assert.ok(seen.every((times) => times === 1));
    }
  });

  it('are refused where they make no sense', () => {
    const random = seededRandom('x');
    assert.throws(() => splitSecret(new Uint8Array(31), 3, 2, random), /32 bytes/);
    assert.throws(() => splitSecret(new Uint8Array(32), 3, 4, random), /threshold of 4/);
    assert.throws(() => splitSecret(new Uint8Array(32), 65536, 4, random), /at most 65535/);
    assert.throws(() => recombination([1, 1], 3), /same point/);
    assert.throws(() => recombination([0, 1], 3), /outside 1 to 3/);
    assert.throws(() => combineShares(recombination([1, 2], 3), [new Uint8Array(32)]), /2 shares are needed/);
  });
});

describe('the fields', () => {
  for (const field of [GF256, GF65536]) {
    it(`GF(2^${field.bits}): multiplication is that of its polynomial, and every element has an inverse`, () => {
      const elements = fc.integer({ min: 1, max: field.order });
      fc.assert(
        fc.property(elements, elements, elements, (a, b, c) => {
          assert.equal(field.multiply(a, field.multiply(b, c)), field.multiply(field.multiply(a, b), c));
          assert.equal(field.multiply(a, b ^ c), field.multiply(a, b) ^ field.multiply(a, c));
          assert.equal(field.multiply(a, field.invert(a)), 1);
        }),
      );
    });
  }

  it('GF(2^8) has the products of FIPS 197, section 4.2', () => {
    assert.equal(GF256.multiply(0x57, 0x83), 0xc1);
    assert.equal(GF256.multiply(0x57, 0x13), 0xfe);
  });
});
