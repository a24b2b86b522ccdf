/**
 * Envelopes, one per frame. A frame is protobuf's encoding of Envelope with the signature as its last field, over all
 * bytes before it. So a frame is signed and checked as it is, without another encoding. All numbers inside vectors are
 * little-endian, as is every machine that this runs on.
 * @module
 */
import { isthmus } from '../../proto/gen/isthmus.js';
import { WIRE_VERSION } from '../../proto/version.ts';
import { WireError } from './errors.ts';
import { readHead } from './envelope-head.ts';
import { SIGNATURE_BYTES } from './signing.ts';
import type { FrameSigner, FrameVerifier } from './signing.ts';

export const CONNECTION_BYTES = 16;
export const SESSION_BYTES = 32;
/** Most bytes that an envelope adds to its body: header, fragment fields, signature. */
export const FRAME_OVERHEAD_BYTES = 1024;

/** Field 15, length-delimited, 64 bytes. */
const SIGNATURE_HEADER = Uint8Array.of((15 << 3) | 2, SIGNATURE_BYTES);
const SIGNATURE_FIELD_BYTES = SIGNATURE_HEADER.length + SIGNATURE_BYTES;
const NO_SESSION = new Uint8Array(0);

export interface EnvelopeHeader {
  readonly sender: string;
  /** 16 bytes: the coordinator's nonce during the handshake, afterwards a hash of both ends' nonces. */
  readonly connection: Uint8Array;
  /** Number of a message, from 1; 0 for the link's own messages, which are neither acknowledged nor sent again. */
  readonly sequence: number;
  /** 32 bytes, or empty. */
  readonly session: Uint8Array;
}

export interface OpenedEnvelope extends EnvelopeHeader {
  /** Envelope with one body that is not checked yet: core/wire/body-codec.ts. */
  readonly content: isthmus.Envelope.$Properties;
}

/** A signed frame around an encoded body ({@link import('./body-codec.ts').encodeBody}). */
export function sealEnvelope(header: EnvelopeHeader, body: Uint8Array, signer: FrameSigner): Uint8Array {
  const head = isthmus.Envelope.encode({ version: WIRE_VERSION, ...header }).finish();
  const frame = new Uint8Array(head.length + body.length + SIGNATURE_FIELD_BYTES);
  frame.set(head);
  frame.set(body, head.length);
  const signed = head.length + body.length;
  frame.set(SIGNATURE_HEADER, signed);
  frame.set(signer.sign(frame.subarray(0, signed)), signed + SIGNATURE_HEADER.length);
  return frame;
}

export interface Expectation {
  /** The sender's key; undefined if nobody of that name is known. */
  verifierOf(sender: string): FrameVerifier | undefined;
  /** Connection id that the envelope must carry; undefined before it is known (for the challenge itself). */
  readonly connection: Uint8Array | undefined;
  readonly maxFrameBytes: number;
}

/**
 * Checks a frame, and decodes it only once its sender proved to have signed it. The checks are size, form, version,
 * sender, signature and connection, in this order. Until then only the first two fields are read.
 * @throws WireError WIRE_FRAME_TOO_LARGE, WIRE_MALFORMED, WIRE_VERSION, WIRE_OUT_OF_RANGE.
 * @throws WireError WIRE_UNKNOWN_SENDER, WIRE_BAD_SIGNATURE, WIRE_WRONG_CONNECTION.
 */
export function openEnvelope(frame: Uint8Array, expected: Expectation): OpenedEnvelope {
  if (frame.length > expected.maxFrameBytes) {
    throw new WireError('WIRE_FRAME_TOO_LARGE', `${frame.length} bytes, at most ${expected.maxFrameBytes}`);
  }
  const end = frame.length - SIGNATURE_FIELD_BYTES;
  if (end < 0 || frame[end] !== SIGNATURE_HEADER[0] || frame[end + 1] !== SIGNATURE_HEADER[1]) {
    throw new WireError('WIRE_MALFORMED', 'it does not end in a signature');
  }
  // A plain view, not a Buffer, so that everything decoded from it is a plain Uint8Array with every carrier.
  const signed = new Uint8Array(frame.buffer, frame.byteOffset, end);
  const { version, sender } = readHead(signed);
  if (version !== WIRE_VERSION) {
    throw new WireError('WIRE_VERSION', `received version ${version}, this end speaks ${WIRE_VERSION}`);
  }
  const verifier = expected.verifierOf(sender);
  if (verifier === undefined) throw new WireError('WIRE_UNKNOWN_SENDER');
  if (!verifier.verify(signed, frame.subarray(end + SIGNATURE_HEADER.length))) {
    throw new WireError('WIRE_BAD_SIGNATURE');
  }
  const content = decode(signed);
  // Protobuf allows a field twice, and the last one counts. A second sender would replace the one whose signature was checked.
  if (content.version !== version || content.sender !== sender || content.signature.length > 0) {
    throw new WireError('WIRE_MALFORMED', 'a field of its header comes twice');
  }
  const { connection, session, sequence } = content;
  if (session.length !== 0 && session.length !== SESSION_BYTES) {
    throw new WireError('WIRE_OUT_OF_RANGE', `session has ${session.length} bytes`);
  }
  if (expected.connection !== undefined && Buffer.compare(expected.connection, connection) !== 0) {
    throw new WireError('WIRE_WRONG_CONNECTION');
  }
  return { sender, connection, sequence, session: session.length === 0 ? NO_SESSION : session, content };
}

function decode(bytes: Uint8Array): isthmus.Envelope {
  try {
    return isthmus.Envelope.decode(bytes);
  } catch {
    throw new WireError('WIRE_MALFORMED');
  }
}
