/**
 * The wire: the interface of a transport, the messages that it carries, and a transport without a network.
 * @module
 */
export * from './body.ts';
export * from './errors.ts';
export { MemoryNetwork } from './memory-transport.ts';
export * from './transport.ts';
