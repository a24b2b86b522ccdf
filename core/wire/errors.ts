/**
 * All reasons for refusing a message. Each error has a stable code and two texts: one that the other end may read, and
 * a longer one for the log.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

const WireErrors = errorsOf('WireError', {
  // Bytes that are not a message: wrong size, garbage, unknown version, missing body, value out of range.
  WIRE_FRAME_TOO_LARGE: { kind: 'federation', about: 'the frame is larger than the limit told in the challenge' },
  WIRE_MESSAGE_TOO_LARGE: { kind: 'federation', about: 'the message is larger than the limit told in the challenge' },
  WIRE_MALFORMED: { kind: 'federation', about: 'the bytes are no envelope' },
  WIRE_VERSION: { kind: 'federation', about: 'the two ends speak different versions of the wire' },
  WIRE_UNKNOWN_BODY: { kind: 'federation', about: 'the envelope holds no body this version knows' },
  WIRE_OUT_OF_RANGE: { kind: 'federation', about: 'a field has a size or value outside its range' },
  // Well-formed messages that are not allowed: from the wrong sender, on the wrong connection, or at the wrong time.
  WIRE_UNKNOWN_SENDER: { kind: 'federation', about: 'the sender is not in the manifest' },
  WIRE_BAD_SIGNATURE: { kind: 'federation', about: "the signature is not the sender's over these bytes" },
  WIRE_WRONG_CONNECTION: { kind: 'federation', about: 'the envelope was made for another connection' },
  WIRE_UNEXPECTED: { kind: 'federation', about: 'this body is not allowed in this state of the link' },
  WIRE_DUPLICATE: {
    kind: 'federation',
    about: 'a message with this sequence was received before; this one is ignored',
  },
  WIRE_SEQUENCE_GAP: { kind: 'federation', about: 'an earlier message is missing: a sender keeps the order' },
  WIRE_WINDOW_EXCEEDED: { kind: 'federation', about: 'more messages are under way than the window allows' },
  WIRE_FALSE_ACK: { kind: 'federation', about: 'a message was acknowledged that was never sent' },
  WIRE_FRAGMENT: {
    kind: 'federation',
    about: 'the fragments do not make one message with the announced size and hash',
  },
  LINK_WRONG_FEDERATION: { kind: 'federation', about: 'the other end belongs to another federation' },
  LINK_MANIFEST_MISMATCH: { kind: 'federation', about: 'the two ends hold different manifests' },
  LINK_VERSION_BEHIND: {
    kind: 'federation',
    about: 'the platform runs by an earlier version of the manifest than the coordinator',
  },
  LINK_VERSION_AHEAD: {
    kind: 'federation',
    about: 'the platform runs by a later version of the manifest than the coordinator',
  },
  LINK_LEFT: { kind: 'federation', about: 'the platform is no member of the version of the manifest that is in force' },
  LINK_REPLACED: { kind: 'federation', about: 'another connection with the same identity took over' },
  LINK_TOO_SLOW: { kind: 'federation', about: 'the receiver did not take its messages: too many bytes wait for it' },
  LINK_CLOSED: { kind: 'federation', about: 'the link is closed' },
  LINK_RESET: {
    kind: 'federation',
    about: 'the other end has forgotten this link (it restarted); messages under way are lost',
  },
  LINK_HANDLER: { kind: 'federation', about: 'the receiver could not handle the message' },
});

export type WireCode = keyof typeof WireErrors.table;

/** An error with a text for the other end. Its message, for the own log, may say more. */
export class WireError extends WireErrors {
  /** The text that the other end may read. */
  readonly text: string;

  constructor(code: WireCode, detail = '') {
    const { about } = WireErrors.table[code];
    // A detail from the other end may already begin with this code's text, which must not stand there twice.
    super(code, detail.startsWith(about) ? detail : detail === '' ? about : `${about}: ${detail}`);
    // The detail of a handler's error is only for the log. All other details are sizes, numbers and field names.
    this.text = code === 'LINK_HANDLER' ? about : this.message;
  }
}

/** Failures after which another connection would fail as well. An end that gets one of them stops. */
const FATAL: readonly WireCode[] = [
  'WIRE_VERSION',
  'WIRE_UNKNOWN_SENDER',
  'WIRE_BAD_SIGNATURE',
  'LINK_WRONG_FEDERATION',
  'LINK_MANIFEST_MISMATCH',
  'LINK_VERSION_BEHIND',
  'LINK_LEFT',
  'LINK_REPLACED',
];

/** The error of a fatal code; undefined for any other code. */
export function fatalError(code: string, detail = ''): WireError | undefined {
  const fatal = FATAL.find((one) => one === code);
  return fatal === undefined ? undefined : new WireError(fatal, detail);
}
