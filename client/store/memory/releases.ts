/**
 * In memory, the source's half of releases: consents, stored codes, requests.
 * @module
 */
import { byTargetEpochPerson } from '../../../core/federation/consent.ts';
import type { Consent } from '../../../core/federation/consent.ts';
import { canonicalJson } from '../../../core/encoding/canonical-json.ts';
import type { CodeStore, ConsentStore, MemoisedCode, PseudonymStore, RequestStore } from '../platform-store.ts';
import { compare, entry } from './nested-maps.ts';

export function memoryCodes(): CodeStore {
  const targets = new Map<string, Map<string, Map<number, MemoisedCode>>>();
  const names = new Map<string, Map<string, Set<string>>>();
  return {
    get: (epoch, target, person) => targets.get(target)?.get(person)?.get(epoch),
    put(epoch, target, codes) {
      for (const code of codes) {
        const { person, pseudonym } = code;
        entry(entry(targets, target), person).set(epoch, { ...code, vector: code.vector.slice() });
        const ofTarget = entry(names, target);
        ofTarget.set(person, (ofTarget.get(person) ?? new Set<string>()).add(pseudonym));
      }
    },
    pseudonyms: (target, persons) =>
      persons.flatMap((person) => [...(names.get(target)?.get(person) ?? [])]).sort(compare),
    delete(target, persons) {
      let deleted = 0;
      for (const person of persons) {
        const ofPerson = targets.get(target)?.get(person) ?? new Map<number, MemoisedCode>();
        for (const [epoch, code] of ofPerson) {
          if (code.vector.length > 0) deleted += 1;
          ofPerson.set(epoch, { ...code, vector: new Float32Array(0) });
        }
      }
      return deleted;
    },
  };
}

export function memoryConsents(): ConsentStore {
  const all = new Map<string, { readonly consent: Consent; isRevoked: boolean }>();
  const keyOf = ({ target, epoch, person }: Consent, isRevoked: boolean): string =>
    canonicalJson([target, epoch, person, isRevoked]);
  const select = (matches: (consent: Consent, isRevoked: boolean) => boolean): Consent[] =>
    [...all.values()]
      .filter(({ consent, isRevoked }) => matches(consent, isRevoked))
      .map(({ consent }) => consent)
      .sort(byTargetEpochPerson);
  const of = (persons: readonly string[], target: string | undefined): ((consent: Consent) => boolean) => {
    const them = new Set(persons);
    return (consent) => them.has(consent.person) && (target === undefined || consent.target === target);
  };
  return {
    add(consents) {
      for (const consent of consents) all.set(keyOf(consent, false), { consent: { ...consent }, isRevoked: false });
    },
    list: ({ target, epoch, person } = {}) =>
      select(
        (consent, isRevoked) =>
          !isRevoked &&
          (target === undefined || consent.target === target) &&
          (epoch === undefined || consent.epoch === epoch) &&
          (person === undefined || consent.person === person),
      ),
    revoke(persons, target) {
      const isTheirs = of(persons, target);
      const revoked = select((consent, isRevoked) => !isRevoked && isTheirs(consent));
      for (const consent of revoked) {
        all.delete(keyOf(consent, false));
        all.set(keyOf(consent, true), { consent, isRevoked: true });
      }
      return revoked.length;
    },
    revoked: () => select((_, isRevoked) => isRevoked),
    withdraw(persons, target) {
      const isTheirs = of(persons, target);
      const withdrawn = select((consent, isRevoked) => isRevoked && isTheirs(consent));
      for (const consent of withdrawn) all.delete(keyOf(consent, true));
      return withdrawn;
    },
  };
}

export function memoryPseudonyms(): PseudonymStore {
  let kept: string | undefined;
  return { get: () => kept, put: (fingerprint) => void (kept = fingerprint) };
}

export function memoryRequests(): RequestStore {
  const requests = new Map<string, ReturnType<RequestStore['list']>[number]>();
  return {
    put: (request) => void requests.set(request.target, { ...request, isAnswered: false }),
    answered(target) {
      const request = requests.get(target);
      if (request !== undefined) requests.set(target, { ...request, isAnswered: true });
    },
    list: () => [...requests.values()].sort((a, b) => compare(a.target, b.target)),
  };
}
