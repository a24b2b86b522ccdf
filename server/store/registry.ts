/**
 * The stores of a coordinator by name. The interface is unstable for now: it may change in any version.
 * @module
 */
import { pieceNamed } from '../../core/packages/named.ts';
import type { CoordinatorStore, StoreOwner } from './coordinator-store.ts';
import { openSqliteStore } from './sqlite.ts';

/** A kind of store. Its calls are synchronous, so it is an embedded engine, or keeps a copy in memory. */
export interface CoordinatorStoreEngine {
  /**
   * Opens the store, or makes it if it does not exist.
   * @param file path that the operator gave.
   * @throws StoreError STORE_LOCKED, STORE_FOREIGN and the others of host/errors/store-errors.ts.
   */
  open(file: string, owner: StoreOwner): CoordinatorStore;
}

const engines = { sqlite: { open: openSqliteStore } } satisfies Record<string, CoordinatorStoreEngine>;

/** @param name default: sqlite. @throws PackageError PACKAGE_NOT_ALLOWED, PACKAGE_PIECE_UNKNOWN. */
export function coordinatorStoreNamed(name = 'sqlite'): CoordinatorStoreEngine {
  return pieceNamed<CoordinatorStoreEngine>('coordinatorStores', engines, name);
}
