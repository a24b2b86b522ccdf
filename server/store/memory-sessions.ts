/**
 * Key lists and statements in memory. They end with the process.
 * @module
 */
import { conflict } from '../errors.ts';
import type { ListedKeys, SessionStore } from './coordinator-store.ts';

/** @param open throws once the store is closed. */
export function memorySessions(open: () => void): SessionStore {
  const lists = new Map<string, ListedKeys>();
  const last = new Map<string, ListedKeys>();
  const statements = new Map<string, Map<string, Uint8Array>>();
  const keyOf = ({ round, attempt }: { readonly round: number; readonly attempt: number }): string =>
    `${round}/${attempt}`;
  return {
    list(listed) {
      open();
      if (lists.has(keyOf(listed))) throw conflict(listed, 'its keys were listed before');
      const kept = structuredClone(listed);
      lists.set(keyOf(listed), kept);
      for (const { id } of listed.keys) last.set(id, kept);
    },
    listed(round, attempt) {
      open();
      return lists.get(keyOf({ round, attempt }));
    },
    last(platform) {
      open();
      return last.get(platform);
    },
    state(attempt, platform, signature) {
      open();
      const of = statements.get(keyOf(attempt)) ?? new Map<string, Uint8Array>();
      statements.set(keyOf(attempt), of);
      if (!of.has(platform)) of.set(platform, signature.slice());
    },
    statements(attempt) {
      open();
      return new Map(statements.get(keyOf(attempt)));
    },
  };
}
