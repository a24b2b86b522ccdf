/**
 * What this platform asks of a refund beyond its proof: of an attempt that it took part in, that it has itself given up.
 * @module
 */
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { refundClaim } from '../../core/federation/refund-claim.ts';
import type { Refund } from '../../core/privacy/ledger/ledger.ts';
import { refundProblem } from '../../core/secagg/refund-proof.ts';
import type { SessionStore } from '../store/platform-store.ts';

/**
 * Why a charge is not taken back; undefined where it may be.
 *
 * A platform's holders are those it dealt shares to: on the complete graph, everybody in its session's key list. The proof
 * must come to this very session's id, which is a hash over that list, so that it counts these holders and no others.
 */
export function ownRefundRule(
  plan: FederationPlan,
  sessions: Pick<SessionStore, 'ofSession'>,
): (refund: Refund) => string | undefined {
  return (refund) => {
    const own = sessions.ofSession(refund.session);
    if (own !== undefined && own.ending !== 'given-up') {
      return own.ending === 'revealed'
        ? 'is of an attempt in which this platform revealed shares'
        : 'is of an attempt that this platform has not given up';
    }
    return refundProblem(nodeEngine, refund.proof, refundClaim(plan, refund));
  };
}
