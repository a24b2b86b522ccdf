/**
 * One connection: frames in order, until it closes. What a carrier (socket.io, memory) gives a link.
 * @module
 */
export interface Connection {
  /** Hands a frame to the carrier. Never throws; after a close it does nothing. */
  send(frame: Uint8Array): void;
  /** Closes after what was sent has gone. Idempotent. */
  close(): void;
}

export interface ConnectionEvents {
  onFrame(frame: Uint8Array): void;
  /** A frame was too large even for the carrier, which is about to close. */
  onOverrun(): void;
  /** Once, when the connection is lost or the other end closed it; nothing follows it. This end's own close needs no event. @param reason for a log. */
  onClose(reason: string): void;
}

/** Opens a connection to the coordinator. No event is called before it returns; what fails, fails through `onClose`. */
export type Dial = (events: ConnectionEvents) => Connection;

/** Takes a connection that a platform opened. */
export type Accept = (connection: Connection) => ConnectionEvents;
