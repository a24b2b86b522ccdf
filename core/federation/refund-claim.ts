/**
 * What a refund's proof must prove in a federation: a function of its manifest and of the charge that is taken back.
 * @module
 */
import type { RefundClaim } from '../secagg/refund-proof.ts';
import type { FederationPlan } from './plan.ts';

export function refundClaim(
  { manifest, privacy }: FederationPlan,
  charged: { readonly round: number; readonly attempt: number; readonly session: string },
): RefundClaim {
  const { round, attempt, session } = charged;
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
