/**
 * The wire: the interface of a transport, the messages that it carries, its two ends, and a transport without a
 * network.
 * @module
 */
export * from './body.ts';
export { CoordinatorEnd } from './coordinator-end.ts';
export type { CoordinatorEndOptions } from './coordinator-end.ts';
export type { Connection, Dial } from './connection.ts';
export * from './errors.ts';
export { MemoryNetwork } from './memory-transport.ts';
export { PlatformEnd } from './platform-end.ts';
export * from './transport.ts';
