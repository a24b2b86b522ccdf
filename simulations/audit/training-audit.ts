/**
 * The one-run audit of training: canary persons on several platforms at once, through encoder sums and rounds.
 * @module
 */
import { auditPlan, swappedLabels } from '../../core/audit/canary-audit.ts';
import { gaussianOneRunLowerBound, oneRunLowerBound } from '../../core/audit/one-run.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { auditedQueries, auditedSetting } from './planted-bugs.ts';
import type { PlantedBug } from './planted-bugs.ts';

export interface TrainingAudit {
  readonly planted: PlantedBug | null;
  readonly summary: string;
  readonly canaries: number;
  readonly guesses: number;
  readonly platforms: number;
  readonly platformsPerCanary: number;
  readonly provenEpsilon: number;
  readonly attacks: readonly { readonly attack: string; readonly correct: number }[];
  /** Lower bound that holds for any mechanism, at the confidence. */
  readonly lowerBound: number;
  /** Lower bound under the hypothesis of a Gaussian trade-off curve. */
  readonly gaussianLowerBound: number;
  readonly contradicted: boolean;
}

export interface AuditTerms {
  readonly claimedEpsilon: number;
  readonly delta: number;
  readonly canaries: number;
  /** Probability that a bound is wrong: 1 - confidence. */
  readonly significance: number;
  readonly seed: string;
}

/** Four platforms, of which the last colludes with the coordinator. */
const PLATFORMS = 4;
/**
 * The audit guesses one canary in 15, the most extreme scores. Abstaining on the others gives a tighter lower bound.
 */
const CANARIES_A_GUESS = 15;

/** @throws PrivacyError PRIVACY_BAD_PARAMETER for too few canaries, PRIVACY_PLAN_REFUSED for a claim that cannot be planned. */
export function auditTraining(terms: AuditTerms, planted: PlantedBug | null): TrainingAudit {
  const { claimedEpsilon, delta, significance, seed } = terms;
  const setting = auditedSetting(planted, terms.canaries, seed);
  const { canaries, shape, platformsPerCanary } = setting;
  const queries = auditedQueries(setting);
  const plan = planPrivacy({
    epsilon: claimedEpsilon,
    delta,
    colluding: 1,
    dropouts: 0,
    maxPlatformsPerPerson: setting.planned,
    platforms: Array.from({ length: PLATFORMS }, (_, i) => ({ name: `p${i}`, personsAbout: canaries, queries })),
  });
  const guesses = Math.max(10, Math.floor(canaries / CANARIES_A_GUESS));
  const report = auditPlan({
    plan: setting.bend(plan),
    mechanism: setting.mechanism,
    canaries,
    guesses,
    shape,
    platformsPerCanary,
    significance,
    randomOf: setting.randomOf,
    coins: seededRandom(`${seed} coins`),
  });
  const attacks = setting.swapped
    ? report.attacks.map(({ attack, ...made }) => ({ attack, ...swappedLabels(made) }))
    : report.attacks;
  const each = significance / attacks.length;
  const lowerBound = Math.max(...attacks.map((made) => oneRunLowerBound(made, each, delta)));
  const gaussianLowerBound = Math.max(...attacks.map((made) => gaussianOneRunLowerBound(made, each, delta)));
  const provenEpsilon = plan.epsilon ?? claimedEpsilon;
  return {
    planted,
    summary: setting.summary,
    canaries,
    guesses,
    platforms: PLATFORMS,
    platformsPerCanary,
    provenEpsilon,
    attacks: attacks.map(({ attack, correct }) => ({ attack, correct })),
    lowerBound,
    gaussianLowerBound,
    contradicted: Math.max(lowerBound, gaussianLowerBound) > provenEpsilon,
  };
}

/** True if the audit of a planted bug has the result that it must have. */
export function isAsExpected({ planted, lowerBound, gaussianLowerBound, contradicted }: TrainingAudit): boolean {
  if (planted === 'labels-swapped') return Math.max(lowerBound, gaussianLowerBound) === 0;
  if (planted === 'noise-off') return lowerBound > 3;
  return contradicted === (planted !== null);
}
