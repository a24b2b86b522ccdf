/**
 * Consents on a state directory, whether an agent runs on it or not. The store is held by one process alone: while an
 * agent runs, it is asked; otherwise the store is opened for a moment, and a withdrawal is left for the agent to carry
 * out when it next runs.
 * @module
 */
import { z } from 'zod';
import type { Consent } from '../core/federation/consent.ts';
import { consentsSchema } from './schemas.ts';
import { askAgent } from './serving/local-client.ts';
import { openStateDirectory, storeFileIn } from './state-directory.ts';
import { StoreError } from '../host/errors/store-errors.ts';
import type { ConsentFilter, PlatformStore } from './store/platform-store.ts';
import { openSqliteStore } from './store/sqlite.ts';

export interface Consents {
  /** `unknown`: persons that the platform's data does not hold; null where no agent runs that could tell. */
  add(persons: readonly string[], terms: Omit<Consent, 'person'>): Promise<{ readonly unknown: number | null }>;
  list(filter: ConsentFilter): Promise<readonly Consent[]>;
  /** `told`: the targets are being told; else they are when the agent next runs. */
  withdraw(
    persons: readonly string[],
    target?: string,
  ): Promise<{ readonly withdrawn: number; readonly told: boolean }>;
  close(): void;
}

const addedSchema = z.object({ unknown: z.int() });
const withdrawnSchema = z.object({ withdrawn: z.int() });

/** @param makeState whether a directory without state becomes one. @throws PlatformError STATE_UNUSABLE; StoreError. */
export function openConsents(state: string, makeState = false): Consents {
  const file = makeState ? openStateDirectory(state).storeFile : storeFileIn(state);
  try {
    return direct(openSqliteStore(file));
  } catch (error) {
    if (error instanceof StoreError && error.code === 'STORE_LOCKED') return throughAgent(state);
    throw error;
  }
}

function direct(store: PlatformStore): Consents {
  return {
    add(persons, terms) {
      const { consents } = store;
      return settle(() => {
        consents.add(persons.map((person) => ({ person, ...terms })));
        return { unknown: null };
      });
    },
    list: (filter) => settle(() => store.consents.list(filter)),
    withdraw: (persons, target) => settle(() => ({ withdrawn: store.consents.revoke(persons, target), told: false })),
    close: () => store.close(),
  };
}

function throughAgent(state: string): Consents {
  const path = '/v1/consents';
  return {
    async add(persons, terms) {
      return addedSchema.parse(await askAgent(state, { method: 'POST', path, body: { persons, ...terms } }));
    },
    async list(filter) {
      const query = new URLSearchParams(
        Object.entries(filter).map(([name, value]): [string, string] => [name, String(value)]),
      );
      return consentsSchema.parse(await askAgent(state, { method: 'GET', path: `${path}?${query.toString()}` }))
        .consents;
    },
    async withdraw(persons, target) {
      const body = { persons, ...(target !== undefined && { target }) };
      const answer = withdrawnSchema.parse(await askAgent(state, { method: 'DELETE', path, body }));
      return { withdrawn: answer.withdrawn, told: true };
    },
    close: () => undefined,
  };
}

function settle<Value>(work: () => Value): Promise<Value> {
  return new Promise((resolve) => resolve(work()));
}
