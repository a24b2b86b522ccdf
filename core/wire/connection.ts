/**
 * What a carrier (socket.io, memory) gives a link.
 * @module
 */
import type { WireError } from './errors.ts';

/** One connection: frames in order, until it closes. */
export interface Connection {
  /** Hands a frame to the carrier. Never throws; after a close it does nothing. */
  send(frame: Uint8Array): void;
  /** Closes after what was sent has gone. Idempotent. */
  close(): void;
}

/** A connection as a carrier hands it over: until it is told otherwise, it takes no more than a handshake needs. */
export interface FreshConnection extends Connection {
  /** The other end has shown who it is: the carrier may take more from it from now on. */
  welcomed(): void;
}

/** None of them throws: what goes wrong within ends that connection, and is told to the end's own handlers. */
export interface ConnectionEvents {
  onFrame(frame: Uint8Array): void;
  /** The carrier itself refused what came, and is about to close. */
  onRefused(error: WireError): void;
  /** Once, when the connection is lost or the other end closed it; nothing follows it. This end's own close needs no event. @param reason for a log. */
  onClose(reason: string): void;
}

/** Opens a connection to the coordinator. No event is called before it returns; what fails, fails through `onClose`. */
export type Dial = (events: ConnectionEvents) => FreshConnection;

/** Takes a connection that a platform opened. */
export type Accept = (caller: FreshConnection) => ConnectionEvents;
