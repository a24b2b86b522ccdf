/**
 * Charges that are taken back: statements of platforms that gave an attempt up are kept as they come, and once enough are in
 * that its sum cannot be opened any more, the ledger has a refund with its proof.
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

/** Statements that were not taken are told no more often than this. */
const DROPS_EVERY_MS = 1000;

export interface RefundsOptions {
  readonly plan: FederationPlan;
  readonly store: Pick<CoordinatorStore, 'rounds' | 'sessions'>;
  readonly ledger: Ledger;
  readonly engine: CryptoEngine;
  readonly clock: Clock;
  readonly emit: (event: CoordinatorEvent) => void;
  /** The ledger has a refund more. */
  readonly onRefunded: () => void;
}

export class Refunds {
  readonly #options: RefundsOptions;
  /** Attempts that were charged, did not complete and are over: what a refund may be of. In the ledger's order. */
  #lost: readonly Charge[] = [];
  #dropped = 0;
  #cancelDrops: Cancel | undefined;

  constructor(options: RefundsOptions) {
    this.#options = options;
  }

  /** Takes up what ledger and store hold: at the start, and when an attempt that was charged has ended, its end on record. */
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

  /** Whether a refund may still come. */
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

  /** @throws what the store throws. */
  take(platform: string, statement: StatementBody): void {
    const { store, ledger, emit } = this.#options;
    const { round, attempt, signature } = statement;
    const listed = store.sessions.listed(round, attempt);
    if (listed === undefined || !this.#isTrue(platform, statement, listed)) {
      this.#drop();
      return;
    }
    // True, and of no use: nothing was charged, it is taken back already, or the sum was opened.
    if (!ledger.refundable().some(({ session }) => session === listed.session)) return;
    if (store.rounds.find(round, attempt)?.end?.outcome === 'completed') return;
    if (store.sessions.statements(statement).has(platform)) return;
    store.sessions.state(statement, platform, signature);
    emit({ kind: 'statement', platform, round, attempt });
    this.#settle();
  }

  /** Whether the platform signed it, over the keys with which it stands in the attempt's key list. */
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

  /** Takes back whatever is proved by now. */
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
