/**
 * Encodes and decodes the messages of the masked sum (core/secagg/messages.ts). Decoding checks every size that does
 * not depend on the session. The state machines check the others, e.g. the cohort and the number of shares.
 * @module
 */
import type { isthmus } from '../../proto/gen/isthmus.js';
import { OUTCOMES } from '../secagg/outcome.ts';
import { SecaggError } from '../secagg/errors.ts';
import { KEY_BYTES, SEALED_PACKET_BYTES, SHARE_COMMITMENT_BYTES, SIGNATURE_BYTES } from '../secagg/messages.ts';
import type { CoordinatorMessage, KeyEntry, PlatformMessage, Reveal } from '../secagg/messages.ts';
import { WireError } from './errors.ts';
import { bytesExactly, bytesUpTo, integerWithin, oneOf, printable, textWithin, plain } from './fields.ts';

export type SecaggMessage = PlatformMessage | CoordinatorMessage;

const FROM_PLATFORM: ReadonlySet<string> = new Set<PlatformMessage['kind']>([
  'advertise-keys',
  'beacon-reveal',
  'share-keys',
  'upload-request',
  'masked-chunk',
  'consistency-signature',
  'reveals',
  'leave',
]);

/** True if a platform sends this kind of message. */
export function isPlatformMessage(message: SecaggMessage): message is PlatformMessage {
  return FROM_PLATFORM.has(message.kind);
}

/** Upper bound on the size of a cohort, whatever the manifest says. */
export const MOST_PLATFORMS = 10_000;
const MOST_CHUNKS = 1 << 20;
const MOST_TEXT = 500;

type Bytes = Uint8Array | null | undefined;

const key = (field: string, value: Bytes): Uint8Array => bytesExactly(field, plain(value), KEY_BYTES);
const signature = (field: string, value: Bytes): Uint8Array => bytesExactly(field, plain(value), SIGNATURE_BYTES);
const commitment = (field: string, value: Bytes): Uint8Array =>
  value?.length ? bytesExactly(field, value, KEY_BYTES) : plain(value);
const index = (field: string, value: number | null | undefined): number =>
  integerWithin(field, value ?? 0, 0, MOST_PLATFORMS - 1);
const text = (field: string, value: string | null | undefined): string => textWithin(field, value ?? '', 0, MOST_TEXT);

/** Units of `unit` bytes, one after the other: from none up to one per platform. */
function laid(field: string, value: Bytes, unit: number): Uint8Array {
  const bytes = bytesUpTo(field, plain(value), MOST_PLATFORMS * unit);
  integerWithin(`${field}, in units of ${unit} bytes,`, bytes.length / unit, 0, MOST_PLATFORMS);
  return bytes;
}

function indices(field: string, value: readonly number[] | null | undefined): readonly number[] {
  const list = value ?? [];
  integerWithin(`the length of ${field}`, list.length, 0, MOST_PLATFORMS);
  for (const one of list) index(field, one);
  return list;
}

export function encodeSecagg(message: SecaggMessage): isthmus.Secagg.$Properties {
  switch (message.kind) {
    case 'advertise-keys':
      return { advertiseKeys: message };
    case 'key-list':
      return { keyList: { entries: [...message.entries] } };
    case 'beacon-reveal':
      return { beaconReveal: message };
    case 'beacon-list':
      return { beaconList: message };
    case 'share-keys':
      return { shareKeys: message };
    case 'share-packets':
      return { sharePackets: { ...message, dealers: [...message.dealers] } };
    case 'upload-request':
      return { uploadRequest: {} };
    case 'upload-grant':
      return { uploadGrant: message };
    case 'masked-chunk':
      return { maskedChunk: message };
    case 'survivors':
      return { survivors: { platforms: [...message.platforms] } };
    case 'consistency-signature':
      return { consistencySignature: message };
    case 'consistency-signatures':
      return { consistencySignatures: { ...message, platforms: [...message.platforms] } };
    case 'reveals':
      return { reveals: { reveals: [...message.reveals] } };
    case 'leave':
      return { leave: { ...message, text: printable(message.text, MOST_TEXT) } };
    case 'rejection':
      return { rejection: { ...message, text: printable(message.text, MOST_TEXT) } };
    case 'session-end':
      return { sessionEnd: { ...message, text: printable(message.text, MOST_TEXT) } };
  }
}

/** @throws WireError WIRE_UNKNOWN_BODY, WIRE_OUT_OF_RANGE. */
export function decodeSecagg(wire: isthmus.Secagg.$Properties): SecaggMessage {
  if (wire.maskedChunk) {
    const { index: position, bytes } = wire.maskedChunk;
    return {
      kind: 'masked-chunk',
      index: integerWithin('masked_chunk.index', position ?? 0, 0, MOST_CHUNKS),
      bytes: plain(bytes),
    };
  }
  if (wire.advertiseKeys) {
    return { kind: 'advertise-keys', ...keysOf('advertise_keys', wire.advertiseKeys) };
  }
  if (wire.keyList) {
    const entries = wire.keyList.entries ?? [];
    integerWithin('the length of key_list.entries', entries.length, 0, MOST_PLATFORMS);
    return {
      kind: 'key-list',
      entries: entries.map((entry) => decodeKeyEntry('key_list', entry)),
    };
  }
  if (wire.beaconReveal) return { kind: 'beacon-reveal', nonce: key('beacon_reveal.nonce', wire.beaconReveal.nonce) };
  if (wire.beaconList) {
    return { kind: 'beacon-list', nonces: laid('beacon_list.nonces', wire.beaconList.nonces, KEY_BYTES) };
  }
  if (wire.shareKeys) {
    const { sealed, commitments, selfMaskCommitment } = wire.shareKeys;
    return {
      kind: 'share-keys',
      sealed: laid('share_keys.sealed', sealed, SEALED_PACKET_BYTES),
      commitments: laid('share_keys.commitments', commitments, SHARE_COMMITMENT_BYTES),
      selfMaskCommitment: key('share_keys.self_mask_commitment', selfMaskCommitment),
    };
  }
  if (wire.sharePackets) {
    const { dealers, sealed, commitments } = wire.sharePackets;
    return {
      kind: 'share-packets',
      dealers: indices('share_packets.dealers', dealers),
      sealed: laid('share_packets.sealed', sealed, SEALED_PACKET_BYTES),
      commitments: laid('share_packets.commitments', commitments, SHARE_COMMITMENT_BYTES),
    };
  }
  if (wire.uploadRequest) return { kind: 'upload-request' };
  if (wire.uploadGrant) {
    const { next, limit } = wire.uploadGrant;
    return {
      kind: 'upload-grant',
      next: integerWithin('upload_grant.next', next ?? 0, 0, MOST_CHUNKS),
      limit: integerWithin('upload_grant.limit', limit ?? 0, 0, MOST_CHUNKS),
    };
  }
  if (wire.survivors) {
    return { kind: 'survivors', platforms: indices('survivors.platforms', wire.survivors.platforms) };
  }
  if (wire.consistencySignature) {
    const field = 'consistency_signature.signature';
    return { kind: 'consistency-signature', signature: signature(field, wire.consistencySignature.signature) };
  }
  if (wire.consistencySignatures) {
    const { platforms, signatures } = wire.consistencySignatures;
    return {
      kind: 'consistency-signatures',
      platforms: indices('consistency_signatures.platforms', platforms),
      signatures: laid('consistency_signatures.signatures', signatures, SIGNATURE_BYTES),
    };
  }
  if (wire.reveals) {
    const reveals = wire.reveals.reveals ?? [];
    integerWithin('the length of reveals', reveals.length, 0, MOST_PLATFORMS);
    return { kind: 'reveals', reveals: reveals.map(revealOf) };
  }
  if (wire.leave) {
    return {
      kind: 'leave',
      code: oneOf('leave.code', wire.leave.code ?? '', LEAVE_CODES),
      about: integerWithin('leave.about', wire.leave.about ?? 0, -1, MOST_PLATFORMS - 1),
      text: text('leave.text', wire.leave.text),
    };
  }
  if (wire.rejection) {
    return {
      kind: 'rejection',
      code: textWithin('rejection.code', wire.rejection.code ?? '', 1, 64),
      text: text('rejection.text', wire.rejection.text),
    };
  }
  if (wire.sessionEnd) {
    return {
      kind: 'session-end',
      outcome: oneOf('session_end.outcome', wire.sessionEnd.outcome ?? '', OUTCOMES),
      text: text('session_end.text', wire.sessionEnd.text),
    };
  }
  throw new WireError('WIRE_UNKNOWN_BODY', 'a masked-sum message of a kind this version does not know');
}

const LEAVE_CODES = Object.keys(SecaggError.table);

/** @throws WireError WIRE_OUT_OF_RANGE. */
export function decodeKeyEntry(field: string, wire: isthmus.KeyEntry.$Properties): KeyEntry {
  return { platform: index(`${field}.platform`, wire.platform), ...keysOf(field, wire) };
}

function keysOf(field: string, wire: isthmus.KeyEntry.$Properties): Omit<KeyEntry, 'platform'> {
  return {
    sealKey: key(`${field}.seal_key`, wire.sealKey),
    maskKey: key(`${field}.mask_key`, wire.maskKey),
    beaconCommitment: commitment(`${field}.beacon_commitment`, wire.beaconCommitment),
    signature: signature(`${field}.signature`, wire.signature),
  };
}

function revealOf(wire: isthmus.Reveal.$Properties): Reveal {
  const peer = index('reveals.peer', wire.peer);
  if (wire.selfMaskShare && wire.maskKeyShare) {
    throw new WireError('WIRE_OUT_OF_RANGE', 'a reveal holds both shares of one peer');
  }
  if (wire.selfMaskShare) return { peer, selfMaskShare: key('reveals.self_mask_share', wire.selfMaskShare) };
  return { peer, maskKeyShare: key('reveals.mask_key_share', wire.maskKeyShare) };
}
