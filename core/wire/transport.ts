/**
 * The seam between the two halves of a federation and whatever carries their messages. Two implementations, socket.io
 * and in-memory, run the same link (core/wire/link.ts) and the same compliance suite, so both promise:
 *
 * - messages arrive at most once and in order, over any number of lost connections, until the link itself is lost;
 * - `send` holds a fast sender back; a handler that returns a promise holds the other end back until it resolves;
 * - a bad message is refused with a typed failure that its sender is told; it never ends the process nor hangs.
 * @module
 */
import type { Body } from './body.ts';
import type { WireError } from './errors.ts';

/** What one end may send the other; told in the challenge. */
export interface WireLimits {
  /** One frame: an envelope with at most a chunk in it. */
  readonly maxFrameBytes: number;
  /** Largest piece of a message in one frame; longer ones travel as fragments. */
  readonly chunkBytes: number;
  /** Messages under way without acknowledgement. */
  readonly window: number;
  /** Bytes under way without acknowledgement; one message may always go. */
  readonly windowBytes: number;
  /** One message, put together from its fragments. */
  readonly maxMessageBytes: number;
}

/** What a coordinator takes from a platform: no update or letter is longer than a few megabytes in one message. */
export const COORDINATOR_LIMITS: WireLimits = {
  maxFrameBytes: 512 * 1024,
  chunkBytes: 256 * 1024,
  window: 32,
  windowBytes: 2 * 1024 * 1024,
  maxMessageBytes: 8 * 1024 * 1024,
};

/** What a platform takes from its coordinator: a whole shared model in one message. */
export const PLATFORM_LIMITS: WireLimits = { ...COORDINATOR_LIMITS, maxMessageBytes: 512 * 1024 * 1024 };

/** Who this end is, and whom it believes: everything comes from its identity file and the pinned manifest. */
export interface WireIdentity {
  /** Platform name, or `coordinator`. */
  readonly name: string;
  /** Ed25519, 64 bytes as tweetnacl writes it: seed then public key. */
  readonly secretKey: Uint8Array;
  readonly federation: string;
  /** SHA-256 of the canonical manifest. */
  readonly manifestHash: Uint8Array;
  readonly manifestVersion: number;
  /** Ed25519 public keys by name, `coordinator` among them. */
  readonly publicKeys: ReadonlyMap<string, Uint8Array>;
  /** The last keys of platforms that earlier versions of the manifest name and this one does not: they are told that they left. */
  readonly formerKeys?: ReadonlyMap<string, Uint8Array>;
}

/** A failure seen by this end or told by the other. */
export interface WireFailure {
  readonly code: string;
  readonly text: string;
  /** `here`: this end refused something it received. `there`: the other end refused something this end sent. */
  readonly seen: 'here' | 'there';
}

export interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/**
 * Online: the handshake is done. `resumed` false says that the other end knows nothing of earlier messages: whatever was
 * under way is lost (`send` promises were rejected with LINK_RESET), attempts are over, letters must be sent again.
 */
export type PlatformLinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online'; readonly resumed: boolean; readonly completedRounds: number }
  | { readonly kind: 'offline'; readonly reason: string }
  | { readonly kind: 'closed'; readonly error: WireError | undefined };

export interface PlatformHandlers {
  /**
   * One message from the coordinator, in order; the next is given once this one's promise is settled, and only then does
   * the coordinator's window open. Long work belongs elsewhere: return early. A throw is told to the coordinator.
   */
  onBody(body: Body, session: Uint8Array): void | Promise<void>;
  onState(state: PlatformLinkState): void;
  onFailure(failure: WireFailure): void;
  /** Something of this end threw while it handled what had come; that connection was closed, and another one follows. */
  onDefect(error: unknown): void;
}

export interface PlatformTransport {
  readonly name: string;
  /**
   * Starts connecting and returns at once. A lost connection is taken up again, with growing pauses, until `close` or a
   * fatal failure (wrong version, unknown identity, other manifest, replaced by another process of the same identity).
   */
  connect(handlers: PlatformHandlers): PlatformLink;
}

export interface PlatformLink {
  readonly state: PlatformLinkState;
  readonly traffic: Traffic;
  /**
   * Queues a message; it survives lost connections. Resolves when the message has a place in the window, so a sender
   * that awaits it never holds more than a window of chunks; resolves later while offline.
   * @param session secagg session id (32 bytes), or nothing.
   * @throws WireError LINK_RESET, LINK_CLOSED; WireError WIRE_MESSAGE_TOO_LARGE, WIRE_OUT_OF_RANGE.
   */
  send(body: Body, session?: Uint8Array): Promise<void>;
  /** Resolves when all that was sent is acknowledged (handled at the other end). Rejects as `send` does. */
  drained(): Promise<void>;
  /** Gives up the link; unacknowledged messages are dropped. Idempotent. */
  close(): Promise<void>;
  /** Resolves once, when the link is closed: with the fatal error, or undefined after `close`. */
  readonly closed: Promise<WireError | undefined>;
}

export type PlatformPresence =
  /** `resumed` false: a new process, or one that lost its link; it takes no part in an attempt already under way. */
  | { readonly kind: 'online'; readonly resumed: boolean }
  /** The link is kept for a while: the same attempt may go on. */
  | { readonly kind: 'offline'; readonly reason: string }
  /** The link is gone and what was queued for it dropped. */
  | { readonly kind: 'lost'; readonly reason: string };

export interface CoordinatorHandlers {
  onBody(platform: string, body: Body, session: Uint8Array): void | Promise<void>;
  onPresence(platform: string, presence: PlatformPresence): void;
  /** @param platform null where the sender is not known (garbage, an unknown name, a bad signature). */
  onFailure(platform: string | null, failure: WireFailure): void;
  /** Told to every platform in its Welcome. */
  completedRounds(): number;
  /** Something of this end threw while it handled what had come; that connection was closed. */
  onDefect(error: unknown): void;
}

export interface CoordinatorTransport {
  readonly name: string;
  /** Takes connections from now on. */
  listen(handlers: CoordinatorHandlers): Promise<CoordinatorEndpoint>;
}

export interface CoordinatorEndpoint {
  /** Platforms with a live connection. */
  online(): readonly string[];
  traffic(): Traffic;
  /**
   * As PlatformLink.send. A platform without a link: rejected with LINK_CLOSED. One whose queue grows beyond the limit:
   * its link is dropped (LINK_TOO_SLOW).
   */
  send(platform: string, body: Body, session?: Uint8Array): Promise<void>;
  /** The same message to several, encoded once; those without a link are left out. Never waits: queues are bounded. */
  broadcast(platforms: Iterable<string>, body: Body, session?: Uint8Array): void;
  /** Resolves when a platform's queue is handled at its end, or its link is lost. */
  drained(platform: string): Promise<void>;
  /** Tells the connected platforms, closes all connections, frees the port. Idempotent. */
  close(): Promise<void>;
}
