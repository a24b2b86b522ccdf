/**
 * The coordinator, for embedding.
 * @module
 */
export { createCoordinator } from './coordinator.ts';
export type { Coordinator, CoordinatorOptions } from './options.ts';
export { openLog, silentLog } from '../host/log.ts';
export type { Log, LogSettings, OpenLog } from '../host/log.ts';
export { systemClock, systemRandom } from '../host/system.ts';
export { CoordinatorError } from './errors.ts';
export type { CoordinatorEvent, CoordinatorListener, RoundsEnding } from './events.ts';
export { HostError } from '../host/errors/host-errors.ts';
export { StoreError } from '../host/errors/store-errors.ts';
export { exitCodeOf, runCoordinator } from './run.ts';
export type { RunningCoordinatorProcess, RunSettings } from './run.ts';
export type { CoordinatorStatus } from './status.ts';
export type * from './store/coordinator-store.ts';
export type { CoordinatorStoreEngine } from './store/registry.ts';
export type { CoordinatorTransportMaker } from './transport/registry.ts';
export { loadPackages } from '../host/packages/load.ts';
export { memoryStore } from './store/memory.ts';
export { openSqliteStore } from './store/sqlite.ts';
