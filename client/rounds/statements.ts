/**
 * What this platform states to the coordinator: each attempt that the coordinator's ledger charges and that this platform has
 * given up. Enough statements of one attempt take its charge back, for everybody.
 * @module
 */
import type { CryptoEngine } from '../../core/crypto/engine.ts';
import type { Identity } from '../../core/federation/identity.ts';
import { attemptKey } from '../../core/secagg/parameters.ts';
import { signStatement } from '../../core/secagg/statement.ts';
import type { StatementBody } from '../../core/wire/body.ts';
import type { SessionStore } from '../store/platform-store.ts';
import type { OwnLedger } from './own-ledger.ts';

export interface StatementsOptions {
  readonly federation: string;
  readonly identity: Identity;
  readonly engine: CryptoEngine;
  readonly sessions: Pick<SessionStore, 'find'>;
  readonly ledger: Pick<OwnLedger, 'chargedThere'>;
  /** Queues it; what is lost with the link is stated again over the next one. */
  readonly send: (body: StatementBody) => void;
}

export class Statements {
  readonly #options: StatementsOptions;
  /** Attempt keys that were stated over this link. */
  readonly #stated = new Set<string>();

  constructor(options: StatementsOptions) {
    this.#options = options;
  }

  /** The coordinator may not have what was sent over an earlier link. */
  onNewLink(): void {
    this.#stated.clear();
  }

  /** States what is to be stated and was not yet over this link. @throws StoreError */
  tell(): void {
    const { federation, identity, engine, sessions, ledger, send } = this.#options;
    for (const { round, attempt } of ledger.chargedThere()) {
      const key = attemptKey(engine, { federation, round, attempt });
      if (this.#stated.has(key)) continue;
      const entered = sessions.find(key);
      // The record alone decides: an attempt that may still be revealed, or was, is never stated.
      if (entered?.ending !== 'given-up') continue;
      this.#stated.add(key);
      const { parametersHash, sealKey, maskKey } = entered;
      const signature = signStatement(engine, federation, entered, identity.identity.secretKey);
      send({ kind: 'statement', round, attempt, parametersHash, sealKey, maskKey, signature });
    }
  }
}
