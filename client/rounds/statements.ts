/**
 * This platform's statements to the coordinator, about attempts that the coordinator's ledger charges and that this
 * platform has given up. Enough statements about one attempt let every ledger take its charge back.
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
  /** Queues a statement. If it is lost with the link, it is sent again over the next one. */
  readonly send: (body: StatementBody) => void;
}

export class Statements {
  readonly #options: StatementsOptions;
  /** Keys of attempts with a statement sent over this link. */
  readonly #stated = new Set<string>();

  constructor(options: StatementsOptions) {
    this.#options = options;
  }

  /** Forgets what was sent: the coordinator may not have received it over the earlier link. */
  onNewLink(): void {
    this.#stated.clear();
  }

  /** Sends the statements that are due and were not sent over this link. @throws StoreError. */
  tell(): void {
    const { federation, identity, engine, sessions, ledger, send } = this.#options;
    for (const { round, attempt } of ledger.chargedThere()) {
      const key = attemptKey(engine, { federation, round, attempt });
      if (this.#stated.has(key)) continue;
      const entered = sessions.find(key);
      // Only the record decides. An attempt that was revealed, or may still be, never gets a statement.
      if (entered?.ending !== 'given-up') continue;
      this.#stated.add(key);
      const { parametersHash, sealKey, maskKey } = entered;
      const signature = signStatement(engine, federation, entered, identity.identity.secretKey);
      send({ kind: 'statement', round, attempt, parametersHash, sealKey, maskKey, signature });
    }
  }
}
