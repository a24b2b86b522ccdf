/**
 * The interface between a link and the carrier of its frames (socket.io, memory).
 * @module
 */
import type { WireError } from './errors.ts';

/** One connection. It carries frames in order until it closes. */
export interface Connection {
  /** Gives a frame to the carrier. It never throws. After a close it does nothing. */
  send(frame: Uint8Array): void;
  /** Closes once the frames that were sent have left. Idempotent. */
  close(): void;
}

/** A new connection. Until `welcomed` is called, it accepts only as much as a handshake needs. */
export interface FreshConnection extends Connection {
  /** The other end has proved its identity, so the carrier may accept more from now on. */
  welcomed(): void;
}

/** Events of a connection, for its carrier to call. None throws: an internal error ends the connection and reaches `onDefect`. */
export interface ConnectionEvents {
  onFrame(frame: Uint8Array): void;
  /** The carrier itself refused a packet, and will close the connection. */
  onRefused(error: WireError): void;
  /**
   * Called once, when the connection is lost or the other end closed it. Nothing follows. This end's own close causes
   * no event.
   * @param reason for a log.
   */
  onClose(reason: string): void;
}

/** Opens a connection to the coordinator. It calls no event before it returns, and reports errors through `onClose`. */
export type Dial = (events: ConnectionEvents) => FreshConnection;

/** Accepts a connection that a platform opened. */
export type Accept = (caller: FreshConnection) => ConnectionEvents;
