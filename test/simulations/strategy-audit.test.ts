import assert from 'node:assert/strict';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import type { PrivacyMechanism } from '../../core/privacy/mechanism/mechanism.ts';
import { auditStrategy } from '../../simulations/audit/strategy-audit.ts';

/** The factor by which the deviation is below the planned one, in everything that is released or in one sum. */
function lessNoise(factor: number, where: (label: string) => boolean): PrivacyMechanism {
  return {
    ...discreteGaussian,
    addNoise: (sum, integers, random) =>
      discreteGaussian.addNoise(
        where(sum.label) ? { ...sum, localVariance: Math.ceil(sum.localVariance / factor ** 2) } : sum,
        integers,
        random,
      ),
  };
}

describe('audit of strategies as they run', function () {
  this.timeout(60_000);
  const terms = { delta: 1e-6, significance: 0.05, seed: 'audit' };

  for (const [strategy, claimedEpsilon, canaries] of [
    ['private-subspace', 2, 5000],
    ['private-subspace', 4, 5000],
    ['shared-trunk', 2, 1000],
  ] as const) {
    it(`${strategy} at a claimed epsilon of ${claimedEpsilon}: measured below, and too little noise noticed`, async () => {
      const audited = { ...terms, claimedEpsilon, canaries };
      const sound = await auditStrategy(audited, strategy, discreteGaussian);
      assert.equal(sound.contradicted, false, JSON.stringify(sound));
      assert.ok(Math.abs(sound.chargedEpsilon / sound.provenEpsilon - 1) < 1e-9, 'charged as planned');
      const bent = await auditStrategy(
        audited,
        strategy,
        lessNoise(4, () => true),
      );
      assert.ok(bent.contradicted && bent.gaussianLowerBound > claimedEpsilon, JSON.stringify(bent));
    });
  }

  it('sees too little noise in one encoder sum alone', async () => {
    const steps = await auditStrategy(
      { ...terms, claimedEpsilon: 2, canaries: 5000 },
      'private-subspace',
      lessNoise(16, (label) => label === 'encoder/subspace'),
    );
    assert.ok(steps.contradicted, JSON.stringify(steps));
  });
});
