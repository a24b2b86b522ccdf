import assert from 'node:assert/strict';
import { inferFromCodes } from '../../core/audit/release-inference.ts';
import { privUnitParameters, privUnitSample } from '../../core/release/privunit.ts';
import { releaseMode } from '../../core/release/registry.ts';
import type { ReleaseMode } from '../../core/release/release.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const one = Float32Array.of(1, 0, 0);
const opposite = Float32Array.of(-1, 0, 0);
const prototypes = Float32Array.of(1, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0, 1);

const infer = (mode: Pick<ReleaseMode, 'release'>, other = opposite, draws = 12_000) =>
  inferFromCodes({ mode, one, other, draws, significance: 0.05, random: seededRandom('codes') });

describe('inference from codes', () => {
  for (const name of ['ldp', 'cohort'] as const) {
    for (const epsilon0 of [0.5, 1, 2, 4]) {
      it(`${name} at eps0 ${epsilon0}: the bound is below eps0, and near it for opposite persons`, () => {
        const mode = releaseMode(name, { epsilon0, dimension: 3, prototypes });
        const { lowerBound } = infer(mode);
        assert.ok(lowerBound <= epsilon0, `measured ${lowerBound}`);
        assert.ok(lowerBound > 0.6 * epsilon0, `measured ${lowerBound}`);
      });
    }
  }

  it('one interaction more or less turns a direction a little, and tells far less than eps0', () => {
    const mode = releaseMode('ldp', { epsilon0: 4, dimension: 3 });
    const { lowerBound } = infer(mode, Float32Array.of(0.98, 0.2, 0));
    assert.ok(lowerBound < 2, `measured ${lowerBound}`);
  });

  it('raw tells everything, none nothing', () => {
    const { lowerBound, recognised, mistaken } = infer(releaseMode('raw'));
    assert.ok(lowerBound > 6);
    assert.deepEqual([recognised, mistaken], [1, 0]);
    assert.equal(infer(releaseMode('none')).lowerBound, 0);
  });

  it('sees a mode that spends twice what it says', () => {
    const parameters = privUnitParameters(3, 4);
    const { lowerBound } = infer({ release: (vector, random) => privUnitSample(parameters, vector, random) });
    assert.ok(lowerBound > 2, `measured ${lowerBound} for a claimed eps0 of 2`);
  });

  it('refuses too few draws', () => {
    assert.throws(() => infer(releaseMode('raw'), opposite, 2), /4 draws/);
  });
});
