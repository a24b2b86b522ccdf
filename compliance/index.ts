/**
 * The suites that every view, training, encoder, readout, item space, release mode, store, transport and reader passes, ours
 * and those of other packages. They run under mocha, which the caller installs. Stores are unstable for now: their suites may
 * change in any version.
 * @module
 */
export { coordinatorStoreCompliance } from './coordinator-store.ts';
export type { StoreSetup as CoordinatorStoreSetup } from './coordinator-store.ts';
export { encoderCompliance } from './encoder.ts';
export type { EncoderComplianceSetup } from './encoder.ts';
export { itemSpaceCompliance } from './item-space.ts';
export { trainingCompliance, viewCompliance } from './piece.ts';
export { readoutCompliance } from './readout.ts';
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
