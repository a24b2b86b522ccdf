/**
 * Every way a session refuses. `code` is stable and travels on the wire; the text names cause and remedy and never holds a
 * key, a share or a value.
 * @module
 */
export const SECAGG_CODES = {
  SECAGG_PARAMETERS: 'the session parameters are out of range or contradict each other',
  SECAGG_FLOOR: "the session is weaker than this platform's own policy",
  SECAGG_HELPERS: 'with so many colluding platforms the coordinator could see single updates',
  SECAGG_SPENT: 'this attempt was begun before; an attempt is never begun twice',
  SECAGG_WRONG_STAGE: 'the message belongs to another stage',
  SECAGG_DUPLICATE: 'the message was already taken',
  SECAGG_LATE: 'the message came after its stage had ended; it was discarded unread',
  SECAGG_EQUIVOCATION: 'the coordinator sent two different messages where the protocol has one',
  SECAGG_SIZE: 'a field has the wrong size',
  SECAGG_UNKNOWN_PLATFORM: 'a platform index is outside the cohort or not where it may be',
  SECAGG_NOT_ASCENDING: 'platforms are listed twice or out of order',
  SECAGG_TOO_FEW: 'fewer platforms than the threshold',
  SECAGG_TOO_FEW_FOR_NOISE: 'fewer platforms than the noise is calibrated to',
  SECAGG_OWN_KEY: "this platform's own keys are missing or were replaced",
  SECAGG_REPEATED_KEY: 'a public key occurs twice',
  SECAGG_LOW_ORDER: 'a public key is a point of low order',
  SECAGG_KEY_SIGNATURE: 'keys are not signed by the pinned identity for this session',
  SECAGG_BEACON: 'a beacon reveal is missing or does not open its commitment',
  SECAGG_SEALED_PACKET: 'a share packet does not open: it is from another session, sender or receiver, or was changed',
  SECAGG_SHARE_COMMITMENT: 'a share does not match the commitment its dealer made',
  SECAGG_UPDATE: 'the update was given twice or has the wrong length',
  SECAGG_SELF_DEAD: 'the coordinator lists this platform as dropped although it is here',
  SECAGG_NOT_IN_U2: 'a platform is listed as surviving that never dealt shares',
  SECAGG_INCONSISTENT: 'too few platforms signed the same view of who survived',
  SECAGG_CHUNK: 'a chunk has the wrong index or size',
  SECAGG_REVEAL: 'a reveal is missing, superfluous or of the wrong kind',
  SECAGG_REBUILT_SECRET: 'a rebuilt secret does not match what its owner published',
  SECAGG_CLOSED: 'the session is over',
} as const;

export type SecaggCode = keyof typeof SECAGG_CODES;

export class SecaggError extends Error {
  override readonly name = 'SecaggError';
  readonly code: SecaggCode;
  /** Cohort index of the platform found at fault, -1 for none. */
  readonly about: number;

  constructor(code: SecaggCode, detail: string, about = -1) {
    super(`${SECAGG_CODES[code]}: ${detail}`);
    this.code = code;
    this.about = about;
  }
}
