/**
 * The stores of a platform by name. The interface is unstable for now: it may change in any version.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pieceNamed } from '../../core/packages/named.ts';
import { replaceFile } from '../../host/files.ts';
import { PlatformError } from '../errors.ts';
import type { PlatformStore, StoreOwner } from './platform-store.ts';
import { openSqliteStore } from './sqlite.ts';

/** A kind of store. Its calls are synchronous, so it is an embedded engine, or keeps a copy in memory. */
export interface PlatformStoreEngine {
  /**
   * Opens the store, or makes it if it does not exist.
   * @param file path inside the state directory.
   * @param owner absent: any owner's store is opened, and none is made for one.
   * @throws StoreError STORE_LOCKED, STORE_FOREIGN and the others of host/errors/store-errors.ts.
   */
  open(file: string, owner?: StoreOwner): PlatformStore;
}

const engines = { sqlite: { open: openSqliteStore } } satisfies Record<string, PlatformStoreEngine>;
const USUAL = 'sqlite';
/** Holds the name of the engine of a state directory, unless it is the usual one. */
const ENGINE_FILE = 'store-engine';

/**
 * The engine of a state directory. A directory keeps the engine with which it was made.
 * @param asked name of an engine; absent: the one of the directory.
 * @throws PlatformError STATE_UNUSABLE for another engine than the directory's; PackageError PACKAGE_NOT_ALLOWED,
 *   PACKAGE_PIECE_UNKNOWN.
 */
export function storeEngineOf(directory: string, storeFile: string, asked?: string): PlatformStoreEngine {
  const file = join(directory, ENGINE_FILE);
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : existsSync(storeFile) ? USUAL : undefined;
  if (kept !== undefined && asked !== undefined && kept !== asked) {
    throw new PlatformError(
      'STATE_UNUSABLE',
      `${directory} was made with the store ${kept}, and --store-engine asks for ${asked}: leave the option out, or name another --state`,
    );
  }
  const name = kept ?? asked ?? USUAL;
  const engine = pieceNamed<PlatformStoreEngine>('platformStores', engines, name);
  if (name !== USUAL && kept === undefined) replaceFile(file, `${name}\n`);
  return engine;
}
