/**
 * Letters: what one platform tells another through the coordinator's mailbox. Sealed with nacl.box from the sender's to
 * the receiver's seal key; federation, sender, receiver and id stand inside the seal and must equal what stands outside,
 * so the coordinator can neither read a box nor pass it off as another one.
 * @module
 */
import nacl from 'tweetnacl';
import { isthmus } from '../../proto/gen/isthmus.js';
import type { RandomSource } from '../random/source.ts';
import { FederationError } from './errors.ts';

export const LETTER_ID_BYTES = 16;
/** Largest sealed letter. */
export const MAX_LETTER_BYTES = 4 * 1024 * 1024;
/** What sealing and the letter's own fields add at most. */
export const LETTER_OVERHEAD_BYTES = 1024;

/** What stands on the outside of a letter, and again inside. */
export interface LetterEnvelope {
  readonly federation: string;
  readonly from: string;
  readonly to: string;
  /** [16] fresh for each letter: the receiver takes each id once. */
  readonly id: Uint8Array;
}

export type LetterBody =
  | { readonly kind: 'release-request'; readonly epoch: number; readonly modelRound: number }
  | ({ readonly kind: 'release-batch' } & ReleaseBatch)
  | { readonly kind: 'release-withdrawal'; readonly persons: readonly string[] };

/** One part of a source's answer. */
export interface ReleaseBatch {
  readonly epoch: number;
  readonly modelRound: number;
  /** From 0. */
  readonly part: number;
  readonly parts: number;
  readonly mode: string;
  /** Canonical JSON of the mode's noise model, without arrays. */
  readonly noiseModel: string;
  /** [K, dimension] where the noise model has prototypes, else empty. */
  readonly prototypes: Float32Array;
  readonly dimension: number;
  /** Pseudonyms. */
  readonly persons: readonly string[];
  /** Unix seconds, one a person: the target deletes the vector then. */
  readonly expires: Uint32Array;
  readonly vectors: Float32Array /* [persons, dimension] row-major */;
}

/** @throws FederationError LETTER_TOO_LARGE. */
export function sealLetter(
  envelope: LetterEnvelope,
  body: LetterBody,
  keys: { readonly ownSecret: Uint8Array; readonly peerPublic: Uint8Array },
  random: RandomSource,
): Uint8Array {
  const text = isthmus.Letter.encode({ ...envelope, ...encodeBody(body) }).finish();
  const size = nacl.box.nonceLength + nacl.box.overheadLength + text.length;
  if (size > MAX_LETTER_BYTES) {
    throw new FederationError(
      'LETTER_TOO_LARGE',
      `a letter of ${size} bytes: at most ${MAX_LETTER_BYTES}, send it in parts`,
    );
  }
  const nonce = random.bytes(nacl.box.nonceLength);
  const box = nacl.box(new Uint8Array(text), nonce, keys.peerPublic, keys.ownSecret);
  const sealed = new Uint8Array(size);
  sealed.set(nonce);
  sealed.set(box, nonce.length);
  return sealed;
}

/**
 * @param envelope what the mailbox says of the letter.
 * @throws FederationError LETTER_UNREADABLE (wrong key, changed, cut), LETTER_MISDELIVERED (inside and outside differ),
 * LETTER_INVALID (opened, but not a letter this version knows).
 */
export function openLetter(
  envelope: LetterEnvelope,
  sealed: Uint8Array,
  keys: { readonly ownSecret: Uint8Array; readonly peerPublic: Uint8Array },
): LetterBody {
  const nonce = new Uint8Array(sealed.subarray(0, nacl.box.nonceLength));
  const box = new Uint8Array(sealed.subarray(nacl.box.nonceLength));
  const text =
    nonce.length === nacl.box.nonceLength && sealed.length <= MAX_LETTER_BYTES
      ? nacl.box.open(box, nonce, keys.peerPublic, keys.ownSecret)
      : null;
  if (text === null) {
    throw new FederationError('LETTER_UNREADABLE', `a letter from "${envelope.from}" does not open with its seal key`);
  }
  let letter: isthmus.Letter;
  try {
    letter = isthmus.Letter.decode(text);
  } catch (cause) {
    throw invalid(envelope, 'it is cut short or malformed', cause);
  }
  const same =
    letter.federation === envelope.federation &&
    letter.from === envelope.from &&
    letter.to === envelope.to &&
    Buffer.compare(letter.id, envelope.id) === 0;
  if (!same) {
    throw new FederationError(
      'LETTER_MISDELIVERED',
      `a letter was delivered as one from "${envelope.from}" to "${envelope.to}", but was sealed as another one`,
    );
  }
  return decodeBody(letter, envelope);
}

function encodeBody(body: LetterBody): isthmus.Letter.$Properties {
  switch (body.kind) {
    case 'release-request':
      return { releaseRequest: { epoch: body.epoch, modelRound: body.modelRound } };
    case 'release-withdrawal':
      return { releaseWithdrawal: { persons: [...body.persons] } };
    case 'release-batch': {
      const { kind: _, persons, expires, prototypes, vectors, ...rest } = body;
      return {
        releaseBatch: {
          ...rest,
          persons: [...persons],
          expires: littleEndian(expires),
          prototypes: littleEndian(prototypes),
          vectors: littleEndian(vectors),
        },
      };
    }
  }
}

function decodeBody(letter: isthmus.Letter, envelope: LetterEnvelope): LetterBody {
  const { releaseRequest, releaseBatch, releaseWithdrawal } = letter;
  if (releaseRequest) {
    return { kind: 'release-request', epoch: releaseRequest.epoch ?? 0, modelRound: releaseRequest.modelRound ?? 0 };
  }
  if (releaseWithdrawal) return { kind: 'release-withdrawal', persons: releaseWithdrawal.persons ?? [] };
  if (!releaseBatch) throw invalid(envelope, 'its kind is unknown: a newer version sent it');
  const batch = {
    kind: 'release-batch' as const,
    epoch: releaseBatch.epoch ?? 0,
    modelRound: releaseBatch.modelRound ?? 0,
    part: releaseBatch.part ?? 0,
    parts: releaseBatch.parts ?? 0,
    mode: releaseBatch.mode ?? '',
    noiseModel: releaseBatch.noiseModel ?? '',
    dimension: releaseBatch.dimension ?? 0,
    persons: releaseBatch.persons ?? [],
    prototypes: new Float32Array(aligned(releaseBatch.prototypes, envelope)),
    expires: new Uint32Array(aligned(releaseBatch.expires, envelope)),
    vectors: new Float32Array(aligned(releaseBatch.vectors, envelope)),
  };
  const { parts, part, persons, dimension } = batch;
  if (part >= parts) throw invalid(envelope, `part ${part} of ${parts}`);
  if (batch.expires.length !== persons.length) throw invalid(envelope, 'not one expiry a person');
  if (batch.vectors.length !== persons.length * dimension) throw invalid(envelope, 'not one vector a person');
  if (new Set(persons).size !== persons.length) throw invalid(envelope, 'a person stands in it twice');
  if (!batch.vectors.every(Number.isFinite)) throw invalid(envelope, 'a vector holds NaN or infinity');
  return batch;
}

function invalid(envelope: LetterEnvelope, problem: string, cause?: unknown): FederationError {
  return new FederationError('LETTER_INVALID', `a letter from "${envelope.from}" is not valid: ${problem}`, { cause });
}

/** The wire is little-endian, and so is every machine Node runs on but s390x, where typed arrays would need a swap. */
function littleEndian(array: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** A copy that a four-byte typed array may be laid on. */
function aligned(bytes: Uint8Array | null | undefined, envelope: LetterEnvelope): ArrayBuffer {
  if (bytes === null || bytes === undefined) return new ArrayBuffer(0);
  if (bytes.length % 4 !== 0) throw invalid(envelope, 'a vector is cut short');
  return new Uint8Array(bytes).buffer;
}
