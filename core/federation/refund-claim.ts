/**
 * What a refund's proof must prove in a federation: a function of the charge that is taken back and of the manifest's version
 * that planned it.
 * @module
 */
import type { RefundClaim } from '../secagg/refund-proof.ts';
import type { Charge } from '../privacy/ledger/ledger.ts';
import { planOfVersion } from './plan.ts';
import type { FederationPlan } from './plan.ts';

export function refundClaim(
  plan: FederationPlan,
  charged: Pick<Charge, 'version' | 'round' | 'attempt' | 'session'>,
): RefundClaim {
  const { round, attempt, session } = charged;
  const { manifest, privacy } = planOfVersion(plan, charged.version) ?? plan;
  return {
    federation: manifest.federation,
    round,
    attempt,
    session,
    identities: new Map(manifest.platforms.map(({ name, identity }) => [name, Buffer.from(identity, 'base64')])),
    threshold: privacy.threshold,
    colluders: privacy.colluding,
  };
}
