/**
 * The coordinator, for embedding.
 * @module
 */
export { createCoordinator } from './coordinator.ts';
export type { Coordinator, CoordinatorOptions } from './options.ts';
export { silentLog } from '../host/log.ts';
export type { Log, LogSettings, OpenLog } from '../host/log.ts';
export { systemClock, systemRandom } from '../host/system.ts';
export { CoordinatorError } from './errors.ts';
export type { CoordinatorErrorCode } from './errors.ts';
export type { CoordinatorEvent, CoordinatorListener, RoundsEnding } from './events.ts';
export { COORDINATOR_EXIT_CODES, exitCodeOf } from './exit-codes.ts';
export { openLog } from './log.ts';
export { runCoordinator } from './run.ts';
export type { RunningCoordinatorProcess, RunSettings } from './run.ts';
export type { CoordinatorStatus } from './status.ts';
export type * from './store/coordinator-store.ts';
export { memoryStore } from './store/memory.ts';
export { openSqliteStore } from './store/sqlite.ts';
