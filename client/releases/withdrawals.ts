/**
 * Withdrawals at a source: the consents out of force at once, the codes deleted, the targets told to delete theirs.
 * @module
 */
import type { PseudonymScheme } from '../../core/crypto/pseudonym.ts';
import type { Consent } from '../../core/federation/consent.ts';
import type { LetterBody } from '../../core/federation/letter.ts';
import type { PlatformEvent } from '../events.ts';
import type { CodeStore, ConsentStore } from '../store/platform-store.ts';
import { chunks } from './chunks.ts';
import type { People } from '../data/people.ts';
import type { Log } from '../../host/log.ts';

export interface WithdrawalsOptions {
  readonly people: People;
  readonly pseudonyms: PseudonymScheme;
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

  /**
   * Takes consents out of force, deletes the codes they allowed, and tells the targets to delete theirs.
   * @param persons own person ids. @returns consents taken out of force.
   */
  withdraw(persons: readonly string[], target?: string): number {
    const revoked = this.#options.consents.revoke(persons, target);
    this.carryOut();
    return revoked;
  }

  /** Withdrawals that were recorded while no agent ran, or that one was killed in; of persons erased from the data too. */
  carryOut(): void {
    const { people, consents, pseudonyms, log } = this.#options;
    const revoked = consents.revoked();
    const names = new Map<string, string>();
    const erased = new Set<string>();
    for (const { person } of revoked) {
      const row = people.rowOf(person);
      if (row === undefined) erased.add(person);
      else names.set(person, people.pseudonyms[row]);
    }
    this.#tell(revoked, names);
    if (erased.size === 0) return;
    const persons = [...erased];
    pseudonyms
      .pseudonyms(persons)
      .then((theirs) => this.#tell(revoked, new Map(persons.map((person, i) => [person, theirs[i]]))))
      .catch((error: unknown) => {
        const name = error instanceof Error ? error.name : 'unknown';
        log.error('withdrawals of erased persons wait for the next start', { persons: persons.length, error: name });
      });
  }

  /** The consents go last: a kill in between leaves them revoked, and everything is told again. */
  #tell(revoked: readonly Consent[], names: ReadonlyMap<string, string>): void {
    const { codes, consents, write, emit, log } = this.#options;
    const targets = new Map<string, Map<string, string>>();
    for (const { person, target } of revoked) {
      const pseudonym = names.get(person);
      if (pseudonym === undefined) continue;
      targets.set(target, (targets.get(target) ?? new Map<string, string>()).set(person, pseudonym));
    }
    for (const [to, named] of targets) {
      const pseudonyms = [...named.values()];
      codes.delete(to, pseudonyms);
      const letters = chunks(pseudonyms, WITHDRAWALS_IN_A_LETTER);
      write(
        to,
        letters.map((persons) => ({ kind: 'release-withdrawal', persons })),
      );
      consents.withdraw([...named.keys()], to);
      emit({ kind: 'withdrawn', platform: to, persons: named.size });
      log.info('consents withdrawn; the target is told to delete', { target: to, persons: named.size });
    }
  }
}
