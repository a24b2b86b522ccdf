/**
 * The rules that a federation's plan sets for its ledgers: the attempts of each version, and the proof that a refund
 * needs.
 * @module
 */
import type { CryptoEngine } from '../crypto/engine.ts';
import { canonicalJson } from '../encoding/canonical-json.ts';
import type { Charge, LedgerRules } from '../privacy/ledger/ledger.ts';
import { eventOf } from '../privacy/plan/plan-events.ts';
import { refundProblem } from '../secagg/refund-proof.ts';
import { planOfVersion } from './plan.ts';
import type { FederationPlan } from './plan.ts';
import { refundClaim } from './refund-claim.ts';

/** Largest number of an attempt: signed texts hold it in 32 bits. */
const MOST_ATTEMPTS = 2 ** 32 - 1;

/** Attempts that this side took part in, by session id. */
export interface OwnAttempts {
  ofSession(session: string): { readonly ending: 'revealed' | 'given-up' | null } | undefined;
}

/**
 * @param own attempts on record at a platform; absent for the coordinator, which takes part in none.
 *
 * A platform takes its own charge back only after it gave the session up itself. The session id is a hash over the key list.
 * So the proof's key list is the one to which this platform dealt its shares.
 */
export function ledgerRules(plan: FederationPlan, engine: CryptoEngine, own?: OwnAttempts): LedgerRules {
  return {
    chargeProblem(charge) {
      const planned = planOfVersion(plan, charge.version);
      return planned === undefined
        ? `and there is no version ${charge.version} of the manifest`
        : chargeProblem(planned, charge);
    },
    refundProblem: (refund, charge) => refundProblem(engine, refund.proof, refundClaim(plan, charge)),
    ...(own && {
      keeps(session: string, isOwn: boolean) {
        const recorded = own.ofSession(session);
        return recorded === undefined ? isOwn : recorded.ending !== 'given-up';
      },
    }),
    mostRefunds: plan.privacy.refunds,
  };
}

function chargeProblem({ manifest, privacy }: FederationPlan, charge: Charge): string | undefined {
  const { scope, label, round, attempt, session, event } = charge;
  const [any = []] = Object.values(privacy.sums);
  const sum = any.find((planned) => planned.scope === 'federation');
  if (sum === undefined || scope !== 'federation') return 'and the plan has no such sum';
  if (label !== sum.label) return `and the plan's sum is "${sum.label}"`;
  if (canonicalJson(event) !== canonicalJson(eventOf(sum))) return 'with noise that is not the plan’s';
  const { count } = manifest.rounds;
  const first = (manifest.previous?.rounds ?? 0) + 1;
  if (!(Number.isInteger(round) && round >= first && round <= count)) {
    return `and the plan's rounds are ${first} to ${count}`;
  }
  if (!(Number.isInteger(attempt) && attempt >= 1 && attempt <= MOST_ATTEMPTS))
    return 'which is no number of an attempt';
  if (!/^[0-9a-f]{64}$/.test(session))
    return 'under an id that is not a session: an id has 64 digits of lower-case hex';
  return undefined;
}
