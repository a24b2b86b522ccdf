/**
 * The claim that a refund's proof must prove in a federation. It is a function of the charge, and of the version of the
 * manifest that planned the charge.
 * @module
 */
import type { RefundClaim } from '../secagg/refund-proof.ts';
import type { Charge } from '../privacy/ledger/ledger.ts';
import { contributorsOf } from './manifest.ts';
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
    identities: new Map(contributorsOf(manifest).map(({ name, identity }) => [name, Buffer.from(identity, 'base64')])),
    threshold: privacy.threshold,
    colluders: privacy.colluding,
  };
}
