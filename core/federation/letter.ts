/**
 * Letters from one platform to another through the coordinator's mailbox, which cannot read them (`letter-seal.ts`).
 * The receiver does not trust the sender, so it checks the content before use.
 * @module
 */
import { isthmus } from '../../proto/gen/isthmus.js';
import { FederationError } from './errors.ts';
import { isLetterKey, LETTER_ID_BYTES } from './letter-seal.ts';

export type LetterBody =
  | { readonly kind: 'release-request'; readonly epoch: number; readonly modelRound: number }
  | ({ readonly kind: 'release-batch' } & ReleaseBatch)
  | { readonly kind: 'release-withdrawal'; readonly persons: readonly string[] }
  | ({ readonly kind: 'letter-key' } & LetterKey)
  | ({ readonly kind: 'letter-key-closed' } & ClosedLetterKey);

/** A key for letters that name persons. The receiver makes it, and deletes its secret half once it has stored the letters. */
export interface LetterKey {
  readonly publicKey: Uint8Array /* [32] X25519 */;
  /** Unix seconds; from then on nothing is sealed to it. */
  readonly until: number;
  /**
   * Serial number, which grows with every key and is at least the Unix seconds when the key was made. So a letter that
   * arrives late cannot replace a later key.
   */
  readonly serial: number;
}

/** A sender's promise that it will seal no further letter to this key. */
export interface ClosedLetterKey {
  readonly publicKey: Uint8Array /* [32] */;
  /** Ids of the letters that were sealed to it; lower-case hex. */
  readonly letters: readonly string[];
}

/** One part of a source's answer. */
export interface ReleaseBatch {
  readonly epoch: number;
  readonly modelRound: number;
  /** Number of the part, from 0. */
  readonly part: number;
  readonly parts: number;
  readonly mode: string;
  /** Canonical JSON of the mode's noise model, without arrays. */
  readonly noiseModel: string;
  /** [K, dimension] if the noise model has prototypes, else empty. */
  readonly prototypes: Float32Array;
  readonly dimension: number;
  /** Pseudonyms of the persons, one per row of `vectors`. */
  readonly persons: readonly string[];
  /** Unix seconds per person, at which the target deletes the vector. */
  readonly expires: Uint32Array;
  readonly vectors: Float32Array /* [persons, dimension] row-major */;
}

/** Limits that hold in every federation. `releaseProblem` (planned-release.ts) checks the narrower limits of a plan. */
export const LETTER_LIMITS = {
  /** Largest number of dimensions of a representation: the decoder's work grows with its cube. */
  dimension: 288,
  /** Most letters per answer. */
  parts: 1024,
  prototypes: 4096,
  nameCharacters: 64,
  noiseModelCharacters: 1024,
  /** Most letters per key. */
  letters: 10_000,
} as const;

/** Bytes of a letter's content besides vectors, expiries, persons and prototypes. */
export const CONTENT_OVERHEAD_BYTES = 2048;

/** True if the letter names persons. Such a letter is sealed to a key that is deleted afterwards. */
export function namesPersons({ kind }: LetterBody): boolean {
  return kind === 'release-batch' || kind === 'release-withdrawal';
}

export function encodeLetter(body: LetterBody): Uint8Array {
  return isthmus.Letter.encode(encodeBody(body)).finish();
}

/**
 * @param from the sender.
 * @throws FederationError LETTER_INVALID if this version does not know the letter, or no plan allows it.
 */
export function decodeLetter(content: Uint8Array, from: string): LetterBody {
  let letter: isthmus.Letter;
  try {
    letter = isthmus.Letter.decode(content);
  } catch (cause) {
    throw invalid(from, 'it is cut short or malformed', cause);
  }
  return decodeBody(letter, from);
}

function encodeBody(body: LetterBody): isthmus.Letter.$Properties {
  switch (body.kind) {
    case 'release-request':
      return { releaseRequest: { epoch: body.epoch, modelRound: body.modelRound } };
    case 'release-withdrawal':
      return { releaseWithdrawal: { persons: [...body.persons] } };
    case 'letter-key': {
      const { publicKey, until, serial } = body;
      return { letterKey: { publicKey, until, serial } };
    }
    case 'letter-key-closed':
      return {
        letterKeyClosed: {
          publicKey: body.publicKey,
          letters: new Uint8Array(Buffer.from(body.letters.join(''), 'hex')),
        },
      };
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

function decodeBody(letter: isthmus.Letter, from: string): LetterBody {
  const { releaseRequest, releaseBatch, releaseWithdrawal, letterKey, letterKeyClosed } = letter;
  if (releaseRequest) {
    return { kind: 'release-request', epoch: releaseRequest.epoch ?? 0, modelRound: releaseRequest.modelRound ?? 0 };
  }
  if (releaseWithdrawal) {
    return { kind: 'release-withdrawal', persons: pseudonyms(releaseWithdrawal.persons ?? [], from) };
  }
  if (letterKey) {
    const { until, serial } = letterKey;
    return { kind: 'letter-key', publicKey: keyOf(letterKey, from), until: until ?? 0, serial: serial ?? 0 };
  }
  if (letterKeyClosed) {
    return {
      kind: 'letter-key-closed',
      publicKey: keyOf(letterKeyClosed, from),
      letters: idsOf(letterKeyClosed, from),
    };
  }
  if (!releaseBatch) throw invalid(from, 'its kind is unknown: a newer version sent it');
  return decodeBatch(releaseBatch, from);
}

function decodeBatch(releaseBatch: isthmus.ReleaseBatch.$Properties, from: string): LetterBody {
  const batch = {
    kind: 'release-batch' as const,
    epoch: releaseBatch.epoch ?? 0,
    modelRound: releaseBatch.modelRound ?? 0,
    part: releaseBatch.part ?? 0,
    parts: releaseBatch.parts ?? 0,
    mode: releaseBatch.mode ?? '',
    noiseModel: releaseBatch.noiseModel ?? '',
    dimension: releaseBatch.dimension ?? 0,
    persons: pseudonyms(releaseBatch.persons ?? [], from),
    prototypes: new Float32Array(aligned(releaseBatch.prototypes, from)),
    expires: new Uint32Array(aligned(releaseBatch.expires, from)),
    vectors: new Float32Array(aligned(releaseBatch.vectors, from)),
  };
  const { parts, part, persons, dimension, mode, noiseModel, prototypes } = batch;
  const most = LETTER_LIMITS;
  if (dimension > most.dimension)
    throw invalid(from, `representations of ${dimension} numbers, at most ${most.dimension}`);
  if (parts > most.parts) throw invalid(from, `an answer in ${parts} parts, at most ${most.parts}`);
  if (mode.length > most.nameCharacters) throw invalid(from, 'the name of its release mode is too long');
  if (noiseModel.length > most.noiseModelCharacters) throw invalid(from, 'its noise model is too long');
  if (part >= parts) throw invalid(from, `part ${part} of ${parts}`);
  if (batch.expires.length !== persons.length) throw invalid(from, 'not one expiry a person');
  if (batch.vectors.length !== persons.length * dimension) throw invalid(from, 'not one vector a person');
  if (!batch.vectors.every(Number.isFinite)) throw invalid(from, 'a vector holds NaN or infinity');
  if (prototypes.length > most.prototypes * dimension || (dimension > 0 && prototypes.length % dimension !== 0)) {
    throw invalid(from, 'its prototypes have the wrong size');
  }
  if (!prototypes.every(Number.isFinite)) throw invalid(from, 'a prototype holds NaN or infinity');
  return batch;
}

function pseudonyms(persons: readonly string[], from: string): readonly string[] {
  if (persons.some((name) => name.length === 0 || name.length > LETTER_LIMITS.nameCharacters)) {
    throw invalid(from, `a pseudonym has 1 to ${LETTER_LIMITS.nameCharacters} characters`);
  }
  if (new Set(persons).size !== persons.length) throw invalid(from, 'a person stands in it twice');
  return persons;
}

function keyOf({ publicKey }: { publicKey?: Uint8Array | null }, from: string): Uint8Array {
  const key = new Uint8Array(publicKey ?? []);
  if (!isLetterKey(key)) throw invalid(from, 'a key that nothing can be sealed to');
  return key;
}

function idsOf({ letters }: { letters?: Uint8Array | null }, from: string): readonly string[] {
  const hex = Buffer.from(letters ?? []).toString('hex');
  const ids = hex.match(new RegExp(`.{${2 * LETTER_ID_BYTES}}`, 'g')) ?? [];
  if (ids.join('').length !== hex.length) throw invalid(from, 'an id of a letter is cut short');
  if (ids.length > LETTER_LIMITS.letters)
    throw invalid(from, `${ids.length} letters, at most ${LETTER_LIMITS.letters}`);
  return ids;
}

function invalid(from: string, problem: string, cause?: unknown): FederationError {
  return new FederationError('LETTER_INVALID', `a letter from "${from}" is not valid: ${problem}`, { cause });
}

/**
 * The wire is little-endian, like every machine that Node runs on except s390x, where typed arrays would need a swap.
 */
function littleEndian(array: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** A copy whose alignment suits a four-byte typed array. */
function aligned(bytes: Uint8Array | null | undefined, from: string): ArrayBuffer {
  if (bytes === null || bytes === undefined) return new ArrayBuffer(0);
  if (bytes.length % 4 !== 0) throw invalid(from, 'a vector is cut short');
  return new Uint8Array(bytes).buffer;
}
