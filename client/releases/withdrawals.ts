/**
 * Withdrawals at a source. Consents are revoked at once, the codes are deleted, and the targets are told to delete
 * theirs. A target is told only about the pseudonyms that it was sent, so a person who withdrew before any release
 * stays unknown to it.
 * @module
 */
import type { LetterBody } from '../../core/federation/letter.ts';
import type { PlatformEvent } from '../events.ts';
import type { CodeStore, ConsentStore } from '../store/platform-store.ts';
import { inTurns } from '../turns.ts';
import { evenChunks } from './chunks.ts';
import type { Log } from '../../host/log.ts';

export interface WithdrawalsOptions {
  /** Platforms that this one can write to. */
  readonly targets: readonly string[];
  readonly codes: CodeStore;
  readonly consents: ConsentStore;
  readonly log: Log;
  readonly write: (to: string, bodies: readonly LetterBody[]) => void;
  readonly emit: (event: PlatformEvent) => void;
}

const WITHDRAWALS_IN_A_LETTER = 50_000;

export class Withdrawals {
  readonly #options: WithdrawalsOptions;

  constructor(options: WithdrawalsOptions) {
    this.#options = options;
  }

  /** Revokes consents. @param persons own person ids. @returns number of revoked consents. */
  async revoke(persons: readonly string[], target?: string): Promise<number> {
    const { consents } = this.#options;
    const revoked = await inTurns(persons, (some) => consents.revoke(some, target));
    return revoked.reduce((sum, count) => sum + count, 0);
  }

  /**
   * Deletes the codes of revoked consents, and tells the targets to delete theirs. It includes withdrawals that were
   * recorded while no agent ran or before a crash, and persons who were deleted from the data.
   */
  async carryOut(): Promise<void> {
    const targets = new Map<string, Set<string>>();
    for (const { person, target } of this.#options.consents.revoked()) {
      targets.set(target, (targets.get(target) ?? new Set<string>()).add(person));
    }
    for (const [target, persons] of targets) await this.#carryOutOne(target, [...persons]);
  }

  /** The consents are deleted last: after a crash in between they are still revoked, and the target is told again. */
  async #carryOutOne(target: string, persons: readonly string[]): Promise<void> {
    const { codes, consents, emit, log } = this.#options;
    const pseudonyms = (await inTurns(persons, (some) => codes.pseudonyms(target, some))).flat().sort();
    await inTurns(persons, (some) => codes.delete(target, some));
    this.#tell(target, pseudonyms);
    await inTurns(persons, (some) => consents.withdraw(some, target));
    emit({ kind: 'withdrawn', platform: target, persons: persons.length });
    log.info('consents withdrawn', { target, persons: persons.length, pseudonymsToDelete: pseudonyms.length });
  }

  #tell(target: string, pseudonyms: readonly string[]): void {
    const { targets, write, log } = this.#options;
    if (pseudonyms.length === 0) return;
    if (!targets.includes(target)) {
      log.error('a platform that is no longer in this federation cannot be told to delete what it has', { target });
      return;
    }
    const letters = evenChunks(pseudonyms, WITHDRAWALS_IN_A_LETTER);
    write(
      target,
      letters.map((named) => ({ kind: 'release-withdrawal', persons: named })),
    );
  }
}
