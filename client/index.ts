/**
 * The platform agent, for programs that embed it.
 * @module
 */
export { openLog, silentLog } from '../host/log.ts';
export type { Log, LogSettings, OpenLog } from '../host/log.ts';
export { systemClock, systemRandom, systemStreams } from '../host/system.ts';
export { PlatformError } from './errors.ts';
export type { EvaluationDocument } from './evaluation/document.ts';
export type { HiddenPositives } from './evaluation/hidden.ts';
export { DEFAULT_EVALUATION, EVALUATION_PROTOCOLS } from './evaluation/settings.ts';
export type { EvaluationProtocol, EvaluationSettings } from './evaluation/settings.ts';
export type { PlatformEvent, PlatformListener, PlatformStage } from './events.ts';
export type { PlatformOptions } from './options.ts';
export { HostError } from '../host/errors/host-errors.ts';
export { StoreError } from '../host/errors/store-errors.ts';
export { createPlatform } from './platform.ts';
export type { Platform } from './platform.ts';
export { DEFAULT_FLOOR } from './policy.ts';
export type { PolicyFloor } from './policy.ts';
export { runPlatform } from './run.ts';
export type { RunningPlatform, RunSettings } from './run.ts';
export type { Recommendation } from './serving/recommender.ts';
export { startService } from './serving/service.ts';
export type { Service, ServiceBackend } from './serving/service.ts';
export { createMemoryStore } from './store/memory.ts';
export type * from './store/platform-store.ts';
export type { PlatformStoreEngine } from './store/registry.ts';
export type { PlatformTransportMaker, PlatformTransportOptions } from './transport/registry.ts';
export { loadPackages } from '../host/packages/load.ts';
export { openSqliteStore } from './store/sqlite.ts';
