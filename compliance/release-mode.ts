import assert from 'node:assert/strict';
import { inferFromCodes } from '../core/audit/release-inference.ts';
import type { ReleaseMode } from '../core/release/release.ts';
import { seededRandom } from '../core/random/seeded.ts';

/** Requirements for every {@link ReleaseMode}, for representations of this dimension. */
export function releaseModeCompliance(setup: () => ReleaseMode, dimension: number): void {
  const representation = Float32Array.from({ length: dimension }, (_, i) => 5 * Math.cos(i + 1));

  it('leaves the representation as it was and gives a vector of its own', () => {
    const given = representation.slice();
    const released = setup().release(given, seededRandom('own'));
    assert.deepEqual(given, representation);
    if (released === null) return;
    assert.equal(released.length, dimension);
    assert.notEqual(released.buffer, given.buffer);
    assert.ok(released.every(Number.isFinite));
  });

  it('depends on the direction alone: a longer vector tells no more', () => {
    const mode = setup();
    const [short, long] = [0.01, 700].map((factor) =>
      mode.release(
        representation.map((value) => factor * value),
        seededRandom('length'),
      ),
    );
    assert.equal(short?.length, long?.length);
    short?.forEach((value, i) => assert.ok(Math.abs(value - long![i]) < 1e-3));
  });

  it('releases something finite of a person without a direction', () => {
    for (const value of [0, Number.NaN]) {
      const released = setup().release(new Float32Array(dimension).fill(value), seededRandom('zero'));
      assert.ok(released === null || (released.length === dimension && released.every(Number.isFinite)));
    }
  });

  it('states an eps0 exactly when its noise model has one', () => {
    const { epsilon0, noiseModel } = setup();
    assert.equal(epsilon0, noiseModel.kind === 'exact' ? null : noiseModel.numbers?.epsilon0);
  });

  it('is drawn anew from new randomness exactly when it is noisy', () => {
    const mode = setup();
    const drawn = new Set(
      Array.from({ length: 40 }, (_, i) => String(mode.release(representation, seededRandom(`draw ${i}`)))),
    );
    assert.equal(drawn.size > 1, mode.epsilon0 !== null);
  });

  it('reveals no more than its eps0 to an attacker who knows both of two representations', function () {
    this.timeout(60_000);
    const mode = setup();
    if (mode.epsilon0 === null) return;
    const others = [
      representation.map((value) => -value),
      representation.map((value, i) => (i === 0 ? -value : value)),
    ];
    for (const [at, other] of others.entries()) {
      const random = seededRandom(`attack ${at}`);
      const attack = { mode, one: representation, other, draws: 8000, significance: 1e-6, random };
      const { lowerBound } = inferFromCodes(attack);
      assert.ok(lowerBound <= mode.epsilon0, `measured at least ${lowerBound}, stated ${mode.epsilon0}`);
    }
  });
}
