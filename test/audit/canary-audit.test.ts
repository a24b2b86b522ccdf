import assert from 'node:assert/strict';
import { auditPlan, swappedLabels } from '../../core/audit/canary-audit.ts';
import type { AuditReport, CanaryAudit } from '../../core/audit/canary-audit.ts';
import { gaussianOneRunLowerBound, oneRunLowerBound } from '../../core/audit/one-run.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import type { PrivacyMechanism, SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import type { PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { coarse, withoutIntegerClip } from '../../simulations/audit/planted-bugs.ts';

const CANARIES = 12_000;
const GUESSES = 800;

interface Setting {
  readonly epsilon: number;
  readonly queries: readonly SumQuery[];
  readonly platforms?: number;
  /** M of the plan. */
  readonly planned?: number;
  readonly sampling?: number;
}

function query(scope: SumQuery['scope'], block: number, repetitions: number): SumQuery {
  return { label: scope, dimension: CANARIES * block, clip: 1, repetitions, relativeNoise: 1, scope };
}

function plan({ epsilon, queries, platforms = 4, planned = 2, sampling }: Setting): PrivacyPlan {
  return planPrivacy({
    epsilon,
    delta: 1e-6,
    colluding: 1,
    dropouts: 0,
    maxPlatformsPerPerson: planned,
    ...(sampling !== undefined && { sampling }),
    platforms: Array.from({ length: platforms }, (_, i) => ({ name: `p${i}`, personsAbout: CANARIES, queries })),
  });
}

function audit(audited: PrivacyPlan, given: Partial<CanaryAudit> = {}): AuditReport {
  return auditPlan({
    plan: audited,
    mechanism: discreteGaussian,
    canaries: CANARIES,
    guesses: GUESSES,
    shape: Float32Array.of(1),
    platformsPerCanary: 2,
    significance: 0.05,
    randomOf: (platform, label, repetition) => seededRandom(`audit ${platform} ${label} ${repetition}`),
    coins: seededRandom('coins'),
    ...given,
  });
}

const rounds = [query('federation', 1, 4)];
const both = [query('platform', 1, 1), query('federation', 1, 2)];

/** Draws another share of the noise than the planned one. */
function scaledNoise(factor: number): PrivacyMechanism {
  return {
    ...discreteGaussian,
    name: `noise x ${factor}`,
    addNoise: (sum, integers, random) =>
      discreteGaussian.addNoise(
        { ...sum, localVariance: Math.ceil(sum.localVariance * factor ** 2) },
        integers,
        random,
      ),
  };
}

const noiseOff: PrivacyMechanism = {
  ...discreteGaussian,
  name: 'noise off',
  addNoise: (_sum, integers) => Float64Array.from(integers),
};

/** Releases the sum over the canaries whose coin said out, instead of those whose coin said in. */
function thoseWhoAreOut(mechanism: PrivacyMechanism): PrivacyMechanism {
  let everybody = new Float64Array(0);
  return {
    ...mechanism,
    bound(sum, contributions, random) {
      const bounded = mechanism.bound(sum, contributions, random);
      everybody = Float64Array.from(bounded.integers);
      return bounded;
    },
    addNoise: (sum, integers, random) =>
      mechanism.addNoise(
        sum,
        integers.map((integer, i) => everybody[i] - integer),
        random,
      ),
  };
}

describe('canary audit', () => {
  for (const epsilon of [2, 4]) {
    describe(`at a claimed epsilon of ${epsilon}`, () => {
      it('never contradicts the mechanism, for rounds, encoders and both', () => {
        for (const queries of [rounds, both, [query('platform', 1, 2)]]) {
          const report = audit(plan({ epsilon, queries }));
          assert.equal(report.contradicted, false, JSON.stringify(report));
          // The bound is not trivial: the audit measures a good part of the proven epsilon.
          assert.ok(report.gaussianLowerBound > epsilon / 4, JSON.stringify(report));
          assert.ok(report.lowerBound <= report.gaussianLowerBound);
        }
      });

      it('catches halved noise', () => {
        for (const queries of [rounds, both]) {
          const report = audit(plan({ epsilon, queries }), { mechanism: scaledNoise(0.5) });
          assert.ok(report.contradicted, JSON.stringify(report));
        }
      });

      it('catches a missing second clip', () => {
        const audited = coarse(
          plan({ epsilon, queries: [{ ...query('federation', 1, 1), dimension: 200_000 }], planned: 1 }),
        );
        const shape = new Float32Array(100).fill(0.1);
        const few = { shape, platformsPerCanary: 1, canaries: 2000, guesses: 200 };
        const sound = audit(audited, few);
        assert.equal(sound.contradicted, false, JSON.stringify(sound));
        const report = audit(audited, { ...few, mechanism: withoutIntegerClip });
        assert.ok(report.contradicted, JSON.stringify(report));
      });

      it('catches noise that is drawn once a run', () => {
        const report = audit(plan({ epsilon, queries: rounds }), {
          randomOf: (platform, label) => seededRandom(`once ${platform} ${label}`),
        });
        assert.ok(report.contradicted && report.gaussianLowerBound > 1.5 * epsilon, JSON.stringify(report));
      });

      it('catches equal seeds on all platforms', () => {
        const report = audit(plan({ epsilon, queries: rounds }), {
          randomOf: (_, label, repetition) => seededRandom(`equal ${label} ${repetition}`),
        });
        assert.ok(report.contradicted, JSON.stringify(report));
      });

      it('catches a person on three platforms counted once', () => {
        for (const queries of [rounds, both]) {
          const report = audit(plan({ epsilon, queries, planned: 1 }), { platformsPerCanary: 3 });
          assert.ok(report.contradicted, JSON.stringify(report));
        }
        const counted = audit(plan({ epsilon, queries: rounds, planned: 3 }), { platformsPerCanary: 3 });
        assert.equal(counted.contradicted, false);
      });
    });
  }

  it('noise off exceeds 3 for any mechanism', () => {
    const report = audit(plan({ epsilon: 2, queries: rounds }), { mechanism: noiseOff });
    assert.ok(report.lowerBound > 3 && report.gaussianLowerBound > 3, JSON.stringify(report));
  });

  it('labels swapped before anything is scored give 0, noised or not; swapped once more they tell', () => {
    for (const mechanism of [discreteGaussian, noiseOff]) {
      const report = audit(plan({ epsilon: 4, queries: rounds }), { mechanism: thoseWhoAreOut(mechanism) });
      assert.deepEqual([report.lowerBound, report.gaussianLowerBound], [0, 0], JSON.stringify(report));
      const [colluder] = report.attacks;
      const back = swappedLabels(colluder);
      assert.ok(oneRunLowerBound(back, 0.05, 1e-6) > 1 && gaussianOneRunLowerBound(back, 0.05, 1e-6) > 1);
    }
  });

  it('refuses an audit that could not mean anything', () => {
    const audited = plan({ epsilon: 2, queries: rounds });
    const bad: readonly Partial<CanaryAudit>[] = [
      { canaries: CANARIES + 1 },
      { shape: new Float32Array(2) },
      { guesses: 0 },
      { guesses: CANARIES + 1 },
      { platformsPerCanary: 4 },
      { platformsPerCanary: 0 },
      { significance: 0 },
      { plan: plan({ epsilon: 2, queries: [query('platform', 1, 1)], platforms: 1 }) },
      { plan: plan({ epsilon: 2, queries: rounds, sampling: 0.5 }) },
    ];
    for (const given of bad) {
      assert.throws(
        () => audit(audited, given),
        (error) => error instanceof PrivacyError && error.code === 'PRIVACY_BAD_PARAMETER',
      );
    }
  });
});
