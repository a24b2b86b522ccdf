/**
 * All parts of the product that the golden tests use. If a product file moves, only this file changes.
 * @module
 */
export { consentCommand } from '../../cli/commands/consent.ts';
export { dataCommand } from '../../cli/commands/data.ts';
export { manifestCommand } from '../../cli/commands/manifest.ts';
export { privacyCommand } from '../../cli/commands/privacy.ts';
export { secaggCommand } from '../../cli/commands/secagg.ts';
export { simulateCommand } from '../../cli/commands/simulate.ts';
export { failure } from '../../cli/failure.ts';
export { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
export { draftManifest } from '../../core/federation/draft.ts';
export type { Draft } from '../../core/federation/draft.ts';
export { generateIdentity } from '../../core/federation/identity.ts';
export { formatManifest } from '../../core/federation/manifest.ts';
export type { Manifest } from '../../core/federation/manifest.ts';
export { attemptConfig, roundSum } from '../../core/federation/attempt.ts';
export { firstModel, planFederation } from '../../core/federation/plan.ts';
export type { FederationPlan } from '../../core/federation/plan.ts';
export { claimTerms } from '../../core/claims/claim-terms.ts';
export { privacyStatement } from '../../core/claims/claims.ts';
export { formatStatement } from '../../core/claims/statement-text.ts';
export { nodeEngine } from '../../core/crypto/node-engine.ts';
export { ledgerRules } from '../../core/federation/ledger-rules.ts';
export { Ledger } from '../../core/privacy/ledger/ledger.ts';
export { epsilonAgainst, epsilonKnowingCoins } from '../../core/privacy/plan/plan-lookups.ts';
export { attemptCharge, ledgerBudget, platformCharge } from '../../core/privacy/plan/plan-events.ts';
export { seededRandom } from '../../core/random/seeded.ts';
export { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';
export { CodedError } from '../../core/errors/coded-error.ts';
export { ERROR_TABLES } from '../../docs/generated-errors.ts';
export { SYSTEM_KINDS } from '../../host/errors/system-errors.ts';
export { EXIT } from '../../host/exit-codes.ts';
