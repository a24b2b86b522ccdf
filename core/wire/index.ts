/**
 * The wire: what a transport must do, the messages it carries, and the transport without a network.
 * @module
 */
export * from './body.ts';
export * from './errors.ts';
export { MemoryNetwork } from './memory-transport.ts';
export * from './transport.ts';
