/**
 * What goes wrong on the wire. A malformed message (bytes that say nothing) is kept apart from an illegal one
 * (well-formed, but not allowed now). Each has a stable code, and two texts: what the other end may read, and what the
 * log may hold beside it.
 * @module
 */

/** Bytes that are no message: wrong size, garbage, unknown version, missing body, value out of range. */
export const INVALID_MESSAGE_CODES = {
  WIRE_FRAME_TOO_LARGE: 'the frame is larger than the limit told in the challenge',
  WIRE_MESSAGE_TOO_LARGE: 'the message is larger than the limit told in the challenge',
  WIRE_MALFORMED: 'the bytes are no envelope',
  WIRE_VERSION: 'the two ends speak different versions of the wire',
  WIRE_UNKNOWN_BODY: 'the envelope holds no body this version knows',
  WIRE_OUT_OF_RANGE: 'a field has a size or value outside its range',
} as const;

/** Well-formed, but not allowed: from the wrong sender, on the wrong connection, or at the wrong time. */
export const PROTOCOL_ERROR_CODES = {
  WIRE_UNKNOWN_SENDER: 'the sender is not in the manifest',
  WIRE_BAD_SIGNATURE: "the signature is not the sender's over these bytes",
  WIRE_WRONG_CONNECTION: 'the envelope was made for another connection',
  WIRE_UNEXPECTED: 'this body is not allowed in this state of the link',
  WIRE_DUPLICATE: 'a message with this sequence was received before; this one is ignored',
  WIRE_SEQUENCE_GAP: 'an earlier message is missing: a sender keeps the order',
  WIRE_WINDOW_EXCEEDED: 'more messages are under way than the window allows',
  WIRE_FALSE_ACK: 'a message was acknowledged that was never sent',
  WIRE_FRAGMENT: 'the fragments do not make one message with the announced size and hash',
  LINK_WRONG_FEDERATION: 'the other end belongs to another federation',
  LINK_MANIFEST_MISMATCH: 'the two ends hold different manifests',
  LINK_REPLACED: 'another connection with the same identity took over',
  LINK_TOO_SLOW: 'the receiver did not take its messages: too many bytes wait for it',
  LINK_CLOSED: 'the link is closed',
  LINK_RESET: 'the other end has forgotten this link (it started anew); what was under way is lost',
  LINK_HANDLER: 'the receiver could not handle the message',
} as const;

export type InvalidMessageCode = keyof typeof INVALID_MESSAGE_CODES;
export type ProtocolErrorCode = keyof typeof PROTOCOL_ERROR_CODES;
export type WireErrorCode = InvalidMessageCode | ProtocolErrorCode;

/** An error with a text for the other end, and a message for the own log that may say more. */
abstract class WireError<Code extends WireErrorCode> extends Error {
  readonly code: Code;
  /** What the other end may read. */
  readonly text: string;

  constructor(code: Code, text: string, detail: string) {
    // A detail that the other end sent for the same code begins with the same text already.
    super(detail.startsWith(text) ? detail : detail === '' ? text : `${text}: ${detail}`);
    this.code = code;
    // What a handler says of itself is for the log alone; all other details are sizes, numbers and field names.
    this.text = code === 'LINK_HANDLER' ? text : this.message;
  }
}

/** The bytes are malformed. */
export class InvalidMessageError extends WireError<InvalidMessageCode> {
  override readonly name = 'InvalidMessageError';

  constructor(code: InvalidMessageCode, detail = '') {
    super(code, INVALID_MESSAGE_CODES[code], detail);
  }
}

/** The message is well-formed and illegal now. */
export class ProtocolError extends WireError<ProtocolErrorCode> {
  override readonly name = 'ProtocolError';

  constructor(code: ProtocolErrorCode, detail = '') {
    super(code, PROTOCOL_ERROR_CODES[code], detail);
  }
}

export type AnyWireError = InvalidMessageError | ProtocolError;

export function isWireError(error: unknown): error is AnyWireError {
  return error instanceof InvalidMessageError || error instanceof ProtocolError;
}

/** Failures after which connecting again would fail again: the end that is told so stops. */
const FATAL: ReadonlySet<string> = new Set<WireErrorCode>([
  'WIRE_VERSION',
  'WIRE_UNKNOWN_SENDER',
  'WIRE_BAD_SIGNATURE',
  'LINK_WRONG_FEDERATION',
  'LINK_MANIFEST_MISMATCH',
  'LINK_REPLACED',
]);

/** The error a fatal code stands for; undefined for any other code. */
export function fatalError(code: string, detail = ''): AnyWireError | undefined {
  if (!FATAL.has(code)) return undefined;
  return isInvalidMessageCode(code)
    ? new InvalidMessageError(code, detail)
    : new ProtocolError(code as ProtocolErrorCode, detail);
}

function isInvalidMessageCode(code: string): code is InvalidMessageCode {
  return code in INVALID_MESSAGE_CODES;
}
