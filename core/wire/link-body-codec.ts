/**
 * Encodes and decodes the link's own messages.
 * @module
 */
import type { isthmus } from '../../proto/gen/isthmus.js';
import type { Body } from './body.ts';
import { bytesExactly, bytesUpTo, integerWithin, textWithin, plain } from './fields.ts';
import type { LinkBody } from './link-body.ts';

export const NONCE_BYTES = 16;
const HASH_BYTES = 32;
const MOST = 0xffffffff;
const MOST_VERSIONS = 10_000;
const MEGABYTE = 1024 * 1024;

export function isLinkBody(body: Body | LinkBody): body is LinkBody {
  switch (body.kind) {
    case 'challenge':
    case 'hello':
    case 'welcome':
    case 'ack':
    case 'fragment':
      return true;
    default:
      return false;
  }
}

export function encodeLinkBody(body: LinkBody): isthmus.Envelope.$Properties {
  switch (body.kind) {
    case 'challenge':
      return { challenge: body };
    case 'hello':
      return { hello: body };
    case 'welcome':
      return { welcome: body };
    case 'ack':
      return { ack: body };
    case 'fragment':
      return { fragment: body };
  }
}

/** Decodes a body of the link; undefined if the envelope holds none. @throws WireError WIRE_OUT_OF_RANGE. */
export function decodeLinkBody(envelope: isthmus.Envelope.$Properties): LinkBody | undefined {
  if (envelope.ack) return { kind: 'ack', handled: integerWithin('ack.handled', envelope.ack.handled ?? 0, 0, MOST) };
  if (envelope.fragment) {
    const { transfer, index, count, totalBytes, sha256, bytes } = envelope.fragment;
    return {
      kind: 'fragment',
      transfer: integerWithin('fragment.transfer', transfer ?? 0, 1, MOST),
      index: integerWithin('fragment.index', index ?? 0, 0, MOST),
      count: integerWithin('fragment.count', count ?? 0, 1, MOST),
      totalBytes: integerWithin('fragment.total_bytes', totalBytes ?? 0, 1, MOST),
      sha256: bytesExactly('fragment.sha256', plain(sha256), HASH_BYTES),
      bytes: plain(bytes),
    };
  }
  if (envelope.challenge) {
    const { nonce, limits, manifestVersion } = envelope.challenge;
    return {
      kind: 'challenge',
      nonce: bytesExactly('challenge.nonce', plain(nonce), NONCE_BYTES),
      limits: {
        maxFrameBytes: integerWithin('limits.max_frame_bytes', limits?.maxFrameBytes ?? 0, 4096, 64 * MEGABYTE),
        chunkBytes: integerWithin('limits.chunk_bytes', limits?.chunkBytes ?? 0, 1024, 32 * MEGABYTE),
        window: integerWithin('limits.window', limits?.window ?? 0, 1, 65_536),
        windowBytes: integerWithin('limits.window_bytes', limits?.windowBytes ?? 0, 4096, 1024 * MEGABYTE),
        maxMessageBytes: integerWithin('limits.max_message_bytes', limits?.maxMessageBytes ?? 0, 4096, MOST),
      },
      manifestVersion: integerWithin('challenge.manifest_version', manifestVersion ?? 0, 1, MOST_VERSIONS),
    };
  }
  if (envelope.hello) {
    const { federation, manifestHash, manifestVersion, nonce, link, received } = envelope.hello;
    const resumed = bytesUpTo('hello.link', plain(link), NONCE_BYTES);
    return {
      kind: 'hello',
      federation: textWithin('hello.federation', federation ?? '', 1, 64),
      manifestHash: bytesExactly('hello.manifest_hash', plain(manifestHash), HASH_BYTES),
      manifestVersion: integerWithin('hello.manifest_version', manifestVersion ?? 0, 1, MOST_VERSIONS),
      nonce: bytesExactly('hello.nonce', plain(nonce), NONCE_BYTES),
      link: resumed.length === 0 ? resumed : bytesExactly('hello.link', resumed, NONCE_BYTES),
      received: integerWithin('hello.received', received ?? 0, 0, MOST),
    };
  }
  if (envelope.welcome) {
    const { link, resumed, received, completedRounds } = envelope.welcome;
    return {
      kind: 'welcome',
      link: bytesExactly('welcome.link', plain(link), NONCE_BYTES),
      resumed: resumed ?? false,
      received: integerWithin('welcome.received', received ?? 0, 0, MOST),
      completedRounds: integerWithin('welcome.completed_rounds', completedRounds ?? 0, 0, MOST),
    };
  }
  return undefined;
}
