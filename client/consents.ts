/**
 * Consents in a state directory, with or without a running agent. Only one process can hold the store. If an agent
 * runs, it makes the change. Otherwise this process opens the store for a moment, and the agent tells targets about
 * withdrawals when it next runs.
 * @module
 */
import { z } from 'zod';
import type { Consent } from '../core/federation/consent.ts';
import { addConsents, listConsents, withdrawConsents } from './consent-book.ts';
import type { Added, AddRequest, ConsentBook, WithdrawRequest, Withdrawn } from './consent-book.ts';
import { openDomain } from './data/open.ts';
import { keptReading } from './data/pinned-reading.ts';
import { consentsSchema } from './schemas.ts';
import { unixSeconds } from './clock.ts';
import { askAgent } from './serving/local-client.ts';
import { agentAnswers, openStateDirectory, storeFileIn } from './state-directory.ts';
import { StoreError } from '../host/errors/store-errors.ts';
import { systemClock } from '../host/system.ts';
import type { ConsentFilter, LastStart, PlatformStore } from './store/platform-store.ts';
import { storeEngineOf } from './store/registry.ts';
import { whenFree } from './store/when-free.ts';

export interface Consents {
  /**
   * Adds consents. On a state that was never started no person is known, and all are recorded.
   * @throws FederationError CONSENT_UNKNOWN, CONSENT_INVALID.
   */
  add(request: AddRequest): Promise<Added>;
  list(filter: ConsentFilter): Promise<readonly Consent[]>;
  /**
   * Withdraws consents. `told` is true if the agent is telling the targets; otherwise it tells them when it next runs.
   */
  withdraw(request: WithdrawRequest): Promise<Withdrawn & { readonly told: boolean }>;
  close(): void;
}

const addedSchema = z.object({ unknown: z.array(z.string()) });
const withdrawnSchema = z.object({ withdrawn: z.int(), unknown: z.array(z.string()) });

/**
 * Opens the consents of a state directory. It waits some seconds for an agent that is starting.
 * @param makeState true: makes the state if the directory has none.
 * @throws PlatformError STATE_UNUSABLE; StoreError.
 */
export async function openConsents(state: string, makeState = false): Promise<Consents> {
  const file = makeState ? openStateDirectory(state).storeFile : storeFileIn(state);
  return whenFree(() => {
    try {
      return direct(storeEngineOf(state, file).open(file));
    } catch (error) {
      if (error instanceof StoreError && error.code === 'STORE_LOCKED' && agentAnswers(state))
        return throughAgent(state);
      throw error;
    }
  });
}

function direct(store: PlatformStore): Consents {
  return {
    async add(request) {
      const last = store.starts.get();
      if (last !== undefined) return addConsents(await bookOf(store, last), request);
      // The agent's first start logs a warning about unknown persons.
      if (!request.dryRun) store.consents.add(request.persons.map((person) => ({ person, ...request.terms })));
      return { unknown: null };
    },
    list: (filter) => settle(() => listConsents(withoutData(store), filter)),
    withdraw: async (request) => ({ ...(await withdrawConsents(withoutData(store), request)), told: false }),
    close: () => store.close(),
  };
}

/** Reads the data of the platform's last start, to know its persons. */
async function bookOf(store: PlatformStore, last: LastStart): Promise<ConsentBook> {
  const { domain } = await openDomain(last.data, keptReading(last), last.readingPath, { name: last.platform });
  const persons = new Set(domain.persons);
  return { ...withoutData(store), knows: (person) => persons.has(person) };
}

/** A book for lists and withdrawals, which need no data. */
function withoutData({ consents, starts }: PlatformStore): ConsentBook {
  const last = starts.get();
  return {
    platform: last?.platform ?? '',
    platforms: last?.platforms ?? [],
    consents,
    now: () => unixSeconds(systemClock),
    knows: () => false,
    add: (added) => settle(() => consents.add(added)),
    withdraw: (persons, target) => settle(() => consents.revoke(persons, target)),
  };
}

function throughAgent(state: string): Consents {
  const path = '/v1/consents';
  return {
    async add({ persons, terms, dryRun, acceptUnknown }) {
      const body = { persons, ...terms, dryRun, acceptUnknown };
      return addedSchema.parse(await askAgent(state, { method: 'POST', path, body }));
    },
    async list(filter) {
      const query = new URLSearchParams(
        Object.entries(filter).map(([name, value]): [string, string] => [name, String(value)]),
      );
      return consentsSchema.parse(await askAgent(state, { method: 'GET', path: `${path}?${query.toString()}` }))
        .consents;
    },
    async withdraw(body) {
      return { ...withdrawnSchema.parse(await askAgent(state, { method: 'DELETE', path, body })), told: true };
    },
    close: () => undefined,
  };
}

function settle<Value>(work: () => Value): Promise<Value> {
  return new Promise((resolve) => resolve(work()));
}
