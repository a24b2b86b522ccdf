/**
 * The interface between the two halves of a federation and the carrier of their messages. Two implementations,
 * socket.io and in-memory, run the same link (core/wire/link.ts) and pass the same compliance suite, so both promise:
 *
 * - messages arrive at most once and in order, over any number of lost connections, until the link itself is lost;
 * - `send` holds a fast sender back, and a handler that returns a promise holds the other end back until it resolves;
 * - a bad message is refused with a typed failure that its sender gets. It neither ends nor stalls the process.
 * @module
 */
import type { Body } from './body.ts';
import type { WireError } from './errors.ts';

/** Limits of what one end may send to the other. The challenge contains them. */
export interface WireLimits {
  /** Longest frame: an envelope with at most one chunk. */
  readonly maxFrameBytes: number;
  /** Longest piece of a message in one frame. Longer messages are sent as fragments. */
  readonly chunkBytes: number;
  /** Most unacknowledged messages under way. */
  readonly window: number;
  /** Most unacknowledged bytes under way. One message may always be sent. */
  readonly windowBytes: number;
  /** Longest message, after its fragments are reassembled. */
  readonly maxMessageBytes: number;
}

/** Limits of a coordinator: no message with an update or a letter is longer than a few megabytes. */
export const COORDINATOR_LIMITS: WireLimits = {
  maxFrameBytes: 512 * 1024,
  chunkBytes: 256 * 1024,
  window: 32,
  windowBytes: 2 * 1024 * 1024,
  maxMessageBytes: 8 * 1024 * 1024,
};

/** Limits of a platform: its coordinator sends a whole shared model in one message. */
export const PLATFORM_LIMITS: WireLimits = { ...COORDINATOR_LIMITS, maxMessageBytes: 512 * 1024 * 1024 };

/** The identity of this end and the keys that it trusts, from its identity file and the pinned manifest. */
export interface WireIdentity {
  /** The platform's name, or `coordinator`. */
  readonly name: string;
  /** Ed25519, 64 bytes in tweetnacl's form: seed, then public key. */
  readonly secretKey: Uint8Array;
  readonly federation: string;
  /** SHA-256 of the canonical manifest. */
  readonly manifestHash: Uint8Array;
  readonly manifestVersion: number;
  /** Ed25519 public keys by name, including `coordinator`. */
  readonly publicKeys: ReadonlyMap<string, Uint8Array>;
  /** The last keys of platforms that only earlier versions of the manifest name. The coordinator tells them that they left. */
  readonly formerKeys?: ReadonlyMap<string, Uint8Array>;
}

/** A failure that this end noticed, or that the other one reported. */
export interface WireFailure {
  readonly code: string;
  readonly text: string;
  /** `here`: this end refused a message that it received. `there`: the other end refused a message from this end. */
  readonly seen: 'here' | 'there';
}

export interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/**
 * Online: the handshake is done. If `resumed` is false, the other end knows nothing of earlier messages. Everything
 * under way is then lost: `send` promises were rejected with LINK_RESET, attempts are over, and letters must be sent
 * again.
 */
export type PlatformLinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online'; readonly resumed: boolean; readonly completedRounds: number }
  | { readonly kind: 'offline'; readonly reason: string }
  | { readonly kind: 'closed'; readonly error: WireError | undefined };

export interface PlatformHandlers {
  /**
   * Takes one message from the coordinator, in order. The next one comes after this one's promise settled, and only
   * then does the coordinator's window open. So a handler with long work must return early. An error is reported to the
   * coordinator.
   */
  onBody(body: Body, session: Uint8Array): void | Promise<void>;
  onState(state: PlatformLinkState): void;
  onFailure(failure: WireFailure): void;
  /** Code of this end threw while it handled a message. That connection was closed, and another one follows. */
  onDefect(error: unknown): void;
}

export interface PlatformTransport {
  readonly name: string;
  /**
   * Starts to connect, and returns at once. It resumes a lost connection, with growing pauses, until `close` or a fatal
   * failure (wrong version, unknown identity, other manifest, replaced by another process of the same identity).
   */
  connect(handlers: PlatformHandlers): PlatformLink;
}

export interface PlatformLink {
  readonly state: PlatformLinkState;
  readonly traffic: Traffic;
  /**
   * Queues a message, which survives lost connections. Resolves once the message has a place in the window, so that a
   * sender that awaits it never holds more than a window of chunks. While offline it resolves later.
   * @param session session id of the masked sum (32 bytes), or absent.
   * @throws WireError LINK_RESET, LINK_CLOSED; WireError WIRE_MESSAGE_TOO_LARGE, WIRE_OUT_OF_RANGE.
   */
  send(body: Body, session?: Uint8Array): Promise<void>;
  /** Resolves once everything that was sent was handled at the other end. Rejects as `send` does. */
  drained(): Promise<void>;
  /** Gives up the link and drops unacknowledged messages. Idempotent. */
  close(): Promise<void>;
  /** Resolves once the link is closed: with the fatal error, or with undefined after `close`. */
  readonly closed: Promise<WireError | undefined>;
}

export type PlatformPresence =
  /**
   * `resumed` is false for a new process, or one that lost its link. It takes no part in an attempt already under way.
   */
  | { readonly kind: 'online'; readonly resumed: boolean }
  /** The link is kept for a while, so that the same attempt may continue. */
  | { readonly kind: 'offline'; readonly reason: string }
  /** The link is gone, and its queued messages were dropped. */
  | { readonly kind: 'lost'; readonly reason: string };

export interface CoordinatorHandlers {
  onBody(platform: string, body: Body, session: Uint8Array): void | Promise<void>;
  onPresence(platform: string, presence: PlatformPresence): void;
  /** @param platform null if the sender is not known (garbage, an unknown name, a bad signature). */
  onFailure(platform: string | null, failure: WireFailure): void;
  /** Number of completed rounds, sent to every platform in its Welcome. */
  completedRounds(): number;
  /** Code of this end threw while it handled a message. That connection was closed. */
  onDefect(error: unknown): void;
}

export interface CoordinatorTransport {
  readonly name: string;
  /** Starts to accept connections. */
  listen(handlers: CoordinatorHandlers): Promise<CoordinatorEndpoint>;
}

export interface CoordinatorEndpoint {
  /** Platforms with a live connection. */
  online(): readonly string[];
  traffic(): Traffic;
  /**
   * Sends like PlatformLink.send. Rejects with LINK_CLOSED for a platform without a link. Drops the link
   * (LINK_TOO_SLOW) of a platform whose queue grows beyond the limit.
   */
  send(platform: string, body: Body, session?: Uint8Array): Promise<void>;
  /**
   * Sends one message to several platforms, encoded once. Platforms without a link are skipped. It never waits, because
   * queues are bounded.
   */
  broadcast(platforms: Iterable<string>, body: Body, session?: Uint8Array): void;
  /** Resolves once the platform has handled its queue, or its link is lost. */
  drained(platform: string): Promise<void>;
  /** Tells the connected platforms, closes all connections and frees the port. Idempotent. */
  close(): Promise<void>;
}
