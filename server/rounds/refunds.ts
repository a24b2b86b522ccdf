/**
 * Refunds: the coordinator stores statements of platforms that gave an attempt up. Once there are enough of them that
 * the attempt's sum cannot be opened any more, it takes the charge back in its ledger, with the proof.
 * @module
 */
import type { CryptoEngine } from '../../core/crypto/engine.ts';
import { equalBytes } from '../../core/encoding/canonical-bytes.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { refundClaim } from '../../core/federation/refund-claim.ts';
import type { Charge, Ledger } from '../../core/privacy/ledger/ledger.ts';
import { attemptKey } from '../../core/secagg/parameters.ts';
import { makeRefundProof, mostSilent } from '../../core/secagg/refund-proof.ts';
import { verifyStatement } from '../../core/secagg/statement.ts';
import type { Cancel, Clock } from '../../core/time/clock.ts';
import type { StatementBody } from '../../core/wire/body.ts';
import type { CoordinatorEvent } from '../events.ts';
import type { CoordinatorStore, ListedKeys } from '../store/coordinator-store.ts';

/** Shortest time between two events about dropped statements. */
const DROPS_EVERY_MS = 1000;

export interface RefundsOptions {
  readonly plan: FederationPlan;
  readonly store: Pick<CoordinatorStore, 'rounds' | 'sessions'>;
  readonly ledger: Ledger;
  readonly engine: CryptoEngine;
  readonly clock: Clock;
  readonly emit: (event: CoordinatorEvent) => void;
  /** Called after the ledger got a new refund. */
  readonly onRefunded: () => void;
}

export class Refunds {
  readonly #options: RefundsOptions;
  /** Charged attempts that are over and did not complete, in the ledger's order. Only these can be refunded. */
  #lost: readonly Charge[] = [];
  #dropped = 0;
  #cancelDrops: Cancel | undefined;

  constructor(options: RefundsOptions) {
    this.#options = options;
  }

  /** Reads the ledger and the store: at the start, and whenever the end of a charged attempt is on record. */
  look(): void {
    const { ledger, store } = this.#options;
    this.#lost = ledger.refundable().filter(({ round, attempt }) => {
      const end = store.rounds.find(round, attempt)?.end;
      return end !== undefined && end.outcome !== 'completed';
    });
    this.#settle();
  }

  stop(): void {
    this.#cancelDrops?.();
  }

  /** True if a refund may still come. */
  get isPossible(): boolean {
    return this.#lost.some(({ version }) => this.#options.ledger.refundsLeft(version) > 0);
  }

  /** Platforms whose statements could bring a refund, ascending by name. */
  get missing(): readonly string[] {
    const { sessions } = this.#options.store;
    const missing = this.#lost.flatMap((charge) => {
      const stated = sessions.statements(charge);
      const { keys = [] } = sessions.listed(charge.round, charge.attempt) ?? {};
      return keys.map(({ id }) => id).filter((id) => !stated.has(id));
    });
    return [...new Set(missing)].sort();
  }

  /** @throws the errors of the store. */
  take(platform: string, statement: StatementBody): void {
    const { store, ledger, emit } = this.#options;
    const { round, attempt, signature } = statement;
    const listed = store.sessions.listed(round, attempt);
    if (listed === undefined || !this.#isTrue(platform, statement, listed)) {
      this.#drop();
      return;
    }
    // A true statement can be useless: if nothing was charged, the charge is taken back already, or the sum was opened.
    if (!ledger.refundable().some(({ session }) => session === listed.session)) return;
    if (store.rounds.find(round, attempt)?.end?.outcome === 'completed') return;
    if (store.sessions.statements(statement).has(platform)) return;
    store.sessions.state(statement, platform, signature);
    emit({ kind: 'statement', platform, round, attempt });
    this.#settle();
  }

  /** True if the platform signed the statement over its keys in the attempt's key list. */
  #isTrue(platform: string, statement: StatementBody, listed: ListedKeys): boolean {
    const { plan, engine, ledger } = this.#options;
    const { parametersHash, sealKey, maskKey, signature } = statement;
    const entry = listed.keys.find(({ id }) => id === platform);
    const same =
      entry !== undefined &&
      equalBytes(entry.sealKey, sealKey) &&
      equalBytes(entry.maskKey, maskKey) &&
      equalBytes(listed.parametersHash, parametersHash);
    if (!same) return false;
    const { federation } = plan.manifest;
    const { round, attempt: number } = statement;
    const attempt = attemptKey(engine, { federation, round, attempt: number });
    const version = ledger.refundable().find(({ session }) => session === listed.session)?.version;
    if (version === undefined) return false;
    const identity = refundClaim(plan, { version, ...listed }).identities.get(platform) ?? new Uint8Array(32);
    return verifyStatement(engine, federation, { attempt, parametersHash, sealKey, maskKey }, signature, identity);
  }

  /** Takes back every charge that is proved by now. */
  #settle(): void {
    const { plan, store, ledger, emit, onRefunded } = this.#options;
    for (const { version, label, round, attempt, session } of this.#lost) {
      const listed = store.sessions.listed(round, attempt);
      if (listed === undefined || ledger.refundsLeft(version) <= 0) continue;
      const proof = makeRefundProof(listed.parametersHash, listed.keys, store.sessions.statements(listed));
      const silent = proof.keys.length - proof.statements.length;
      if (silent > mostSilent(refundClaim(plan, { version, ...listed }))) continue;
      ledger.refund({ scope: 'federation', label, round, attempt, session, proof });
      this.#lost = this.#lost.filter((charge) => charge.session !== session);
      emit({ kind: 'refund', round, attempt, statements: proof.statements.length, of: proof.keys.length });
      onRefunded();
    }
  }

  #drop(): void {
    const { clock, emit } = this.#options;
    this.#dropped += 1;
    if (this.#cancelDrops !== undefined) return;
    emit({ kind: 'statements-dropped', count: this.#dropped });
    this.#dropped = 0;
    this.#cancelDrops = clock.after(DROPS_EVERY_MS, () => {
      this.#cancelDrops = undefined;
      if (this.#dropped === 0) return;
      this.#dropped -= 1;
      this.#drop();
    });
  }
}
