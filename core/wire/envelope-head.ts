/**
 * Reads the first two fields of an envelope by hand. They name the key that must have signed the frame, before anything
 * of it is decoded.
 * @module
 */
import { WireError } from './errors.ts';

const VERSION = (1 << 3) | 0;
const SENDER = (2 << 3) | 2;
/** Longest name in bytes. A name in a manifest has at most 32 characters, and "coordinator" is shorter. */
const MOST_SENDER = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface EnvelopeHead {
  readonly version: number;
  readonly sender: string;
}

/**
 * Reads version and sender, which `sealEnvelope` writes first. A version has one byte: up to 127.
 * @throws WireError WIRE_MALFORMED.
 */
export function readHead(frame: Uint8Array): EnvelopeHead {
  const [versionTag, version, senderTag, length] = frame;
  // Beyond the end of the frame a byte reads as undefined, which equals none of these.
  if (versionTag !== VERSION || version > 127 || senderTag !== SENDER || !(length >= 1 && length <= MOST_SENDER)) {
    throw new WireError('WIRE_MALFORMED', 'it does not begin with its version and sender');
  }
  const name = frame.subarray(4, 4 + length);
  if (name.length < length) throw new WireError('WIRE_MALFORMED', 'its sender is cut off');
  return { version, sender: textOf(name) };
}

function textOf(name: Uint8Array): string {
  try {
    return utf8.decode(name);
  } catch {
    throw new WireError('WIRE_MALFORMED', 'its sender is no UTF-8');
  }
}
