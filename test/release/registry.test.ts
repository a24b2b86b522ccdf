import assert from 'node:assert/strict';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { releaseMode } from '../../core/release/registry.ts';
import { RELEASE_MODES } from '../../core/release/registry.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { releaseModeCompliance } from '../../compliance/release-mode.ts';

const prototypes = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0);
const options = { epsilon0: 2, dimension: 3, prototypes };

describe('release modes', () => {
  for (const name of RELEASE_MODES) {
    describe(name, () => {
      releaseModeCompliance(() => releaseMode(name, options), 3);
    });
  }

  it('raw gives the unit vector, none nothing', () => {
    const vector = Float32Array.of(3, 0, -4);
    assert.deepEqual(
      [...releaseMode('raw').release(vector, seededRandom('r'))!].map((value) => value.toFixed(6)),
      ['0.600000', '0.000000', '-0.800000'],
    );
    assert.equal(releaseMode('none').release(vector, seededRandom('n')), null);
  });

  it('ldp and cohort tell the decoder their noise', () => {
    const { expectedCosine, squaredNorm } = releaseMode('ldp', options).noiseModel.numbers!;
    assert.ok(Math.abs(expectedCosine - 0.4621) < 1e-3);
    assert.ok(Math.abs(squaredNorm * expectedCosine ** 2 - 1) < 1e-12);
    const code = releaseMode('cohort', options);
    assert.equal(code.noiseModel.prototypes, prototypes);
    const released = code.release(Float32Array.of(0.1, 5, 0), seededRandom('c'))!;
    assert.ok([0, 1, 2, 3].some((k) => String(prototypes.slice(3 * k, 3 * k + 3)) === String(released)));
  });

  it('names the option that is missing', () => {
    const refused = (name: string) => (error: unknown) =>
      error instanceof PrivacyError && error.code === 'PRIVACY_BAD_PARAMETER' && error.message.includes(name);
    assert.throws(() => releaseMode('ldp', { dimension: 3 }), refused('epsilon0'));
    assert.throws(() => releaseMode('ldp', { dimension: 3, epsilon0: null }), refused('epsilon0'));
    assert.throws(() => releaseMode('ldp', { epsilon0: 1 }), refused('dimension'));
    assert.throws(() => releaseMode('cohort', { epsilon0: 1, dimension: 3 }), refused('prototypes'));
    assert.throws(
      () => releaseMode('cohort', { ...options, prototypes: Float32Array.of(1, 0, 0, 1) }),
      refused('prototypes'),
    );
  });
});
