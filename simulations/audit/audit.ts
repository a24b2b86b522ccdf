/**
 * The whole audit: a measured bound beside the proven one, for everything that leaves a platform.
 * @module
 */
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { auditEmbeddingRows } from './embedding-rows.ts';
import type { RowsAudit } from './embedding-rows.ts';
import { auditOneShot } from './one-shot-audit.ts';
import type { OneShotAudit } from './one-shot-audit.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { auditReleases } from './release-audit.ts';
import type { ReleaseAudit } from './release-audit.ts';
import { attackedEncoders } from './attacked.ts';
import { auditStrategy } from './strategy-audit.ts';
import type { StrategyAudit } from './strategy-audit.ts';
import { auditTraining, isAsExpected } from './training-audit.ts';
import type { AuditTerms, TrainingAudit } from './training-audit.ts';

export interface AuditRequest {
  readonly claimedEpsilon: number;
  readonly delta: number;
  readonly canaries: number;
  readonly confidence: number;
  readonly epsilon0s: readonly number[];
  readonly seed: string;
  /** `all`: runs every planted bug and nothing else. */
  readonly planted: PlantedBug | 'all' | null;
}

/** The document that `isthmus audit --json` prints. Its schema is in docs/schemas. */
export interface AuditDocument {
  readonly request: AuditRequest;
  readonly training: TrainingAudit | null;
  /** Audits of all strategies with a privacy claim, as they run. */
  readonly strategies: readonly StrategyAudit[];
  readonly oneShot: OneShotAudit | null;
  readonly releases: readonly ReleaseAudit[];
  readonly embeddingRows: readonly RowsAudit[];
  readonly sanity: readonly (TrainingAudit & { readonly asExpected: boolean })[];
  /**
   * True if a measured bound exceeds a proven one or, with `all`, if a planted bug did not have the expected result.
   */
  readonly failed: boolean;
}

/** @throws PrivacyError PRIVACY_BAD_PARAMETER, PRIVACY_PLAN_REFUSED. */
export async function runAudit(
  request: AuditRequest,
  onPart: (part: string) => void = () => undefined,
): Promise<AuditDocument> {
  const terms: AuditTerms = { ...request, significance: 1 - request.confidence };
  if (request.planted === 'all') {
    const sanity = [null, ...PLANTED_BUGS].map((planted) => {
      onPart(planted ?? 'as it is');
      const audited = auditTraining(terms, planted);
      return { ...audited, asExpected: isAsExpected(audited) };
    });
    const failed = sanity.some(({ asExpected }) => !asExpected);
    return { request, training: null, strategies: [], oneShot: null, releases: [], embeddingRows: [], sanity, failed };
  }
  onPart('canaries in training');
  const training = auditTraining(terms, request.planted);
  if (request.planted !== null) {
    const { contradicted } = training;
    return {
      request,
      training,
      strategies: [],
      oneShot: null,
      releases: [],
      embeddingRows: [],
      sanity: [],
      failed: contradicted,
    };
  }
  const strategies: StrategyAudit[] = [];
  for (const { encoder, strategy, notBecause } of attackedEncoders()) {
    if (notBecause !== null) continue;
    onPart(`canaries in ${strategy}`);
    strategies.push(await auditStrategy(terms, strategy, discreteGaussian, encoder));
  }
  onPart('one-shot canaries');
  const oneShot = auditOneShot(terms);
  onPart('released codes');
  const releases = auditReleases(terms, request.epsilon0s);
  onPart('embedding rows');
  const embeddingRows = auditEmbeddingRows(terms);
  const failed = [training, ...strategies, ...releases, ...embeddingRows].some(({ contradicted }) => contradicted);
  return { request, training, strategies, oneShot, releases, embeddingRows, sanity: [], failed };
}
