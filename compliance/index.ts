/**
 * The suites that every release mode, store, transport and reader passes, ours and those of other packages. They run under
 * mocha, which the caller installs. Those of views and trainings are not published yet (test/transfer). Stores are unstable for now: their suites may change in any version.
 * @module
 */
export { coordinatorStoreCompliance } from './coordinator-store.ts';
export type { StoreSetup as CoordinatorStoreSetup } from './coordinator-store.ts';
export { platformStoreCompliance } from './platform-store.ts';
export type { StoreSetup as PlatformStoreSetup } from './platform-store.ts';
export { readerCompliance } from './reader.ts';
export type { ReaderSample } from './reader.ts';
export { packageCompliance } from './record.ts';
export type { DeclarePiece } from './record.ts';
export { boundMode } from '../core/release/registry.ts';
export { releaseModeCompliance } from './release-mode.ts';
export { transportCompliance } from './transport.ts';
export type { TransportHarness } from './transport.ts';
