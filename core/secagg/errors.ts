/**
 * The errors of a masked-sum session. A code is stable and travels on the wire. The text names the cause, and never contains a
 * key, a share or a value of an update.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

const SecaggErrors = errorsOf('SecaggError', {
  SECAGG_PARAMETERS: { kind: 'federation', about: 'the session parameters are out of range or contradict each other' },
  SECAGG_FLOOR: { kind: 'federation', about: "the session is weaker than this platform's own policy" },
  SECAGG_HELPERS: {
    kind: 'federation',
    about: 'with so many colluding platforms the coordinator could see single updates',
  },
  SECAGG_SPENT: { kind: 'federation', about: 'this attempt was begun before; an attempt is never begun twice' },
  SECAGG_WRONG_STAGE: { kind: 'federation', about: 'the message belongs to another stage' },
  SECAGG_DUPLICATE: { kind: 'federation', about: 'the message was already taken' },
  SECAGG_LATE: { kind: 'federation', about: 'the message came after its stage had ended; it was discarded unread' },
  SECAGG_EQUIVOCATION: {
    kind: 'federation',
    about: 'the coordinator sent two different messages where the protocol has one',
  },
  SECAGG_SIZE: { kind: 'federation', about: 'a field has the wrong size' },
  SECAGG_UNKNOWN_PLATFORM: {
    kind: 'federation',
    about: 'a platform index is outside the cohort or not where it may be',
  },
  SECAGG_NOT_ASCENDING: { kind: 'federation', about: 'platforms are listed twice or out of order' },
  SECAGG_TOO_FEW: { kind: 'federation', about: 'fewer platforms than the threshold' },
  SECAGG_TOO_FEW_FOR_NOISE: { kind: 'federation', about: 'fewer platforms than the noise is calibrated to' },
  SECAGG_OWN_KEY: { kind: 'federation', about: "this platform's own keys are missing or were replaced" },
  SECAGG_REPEATED_KEY: { kind: 'federation', about: 'a public key occurs twice' },
  SECAGG_LOW_ORDER: { kind: 'federation', about: 'a public key is a point of low order' },
  SECAGG_KEY_SIGNATURE: { kind: 'federation', about: 'keys are not signed by the pinned identity for this session' },
  SECAGG_BEACON: { kind: 'federation', about: 'a beacon reveal is missing or does not open its commitment' },
  SECAGG_SEALED_PACKET: {
    kind: 'federation',
    about: 'a share packet does not open: it is from another session, sender or receiver, or was changed',
  },
  SECAGG_SHARE_COMMITMENT: { kind: 'federation', about: 'a share does not match the commitment its dealer made' },
  SECAGG_UPDATE: { kind: 'federation', about: 'the update was given twice or has the wrong length' },
  SECAGG_SELF_DEAD: { kind: 'federation', about: 'the coordinator lists this platform as dropped although it is here' },
  SECAGG_NOT_IN_U2: { kind: 'federation', about: 'a platform that never dealt shares is listed as surviving' },
  SECAGG_INCONSISTENT: { kind: 'federation', about: 'too few platforms signed the same view of who survived' },
  SECAGG_CHUNK: { kind: 'federation', about: 'a chunk has the wrong index or size' },
  SECAGG_REVEAL: { kind: 'federation', about: 'a reveal is missing, superfluous or of the wrong kind' },
  SECAGG_REBUILT_SECRET: { kind: 'federation', about: 'a rebuilt secret does not match what its owner published' },
  SECAGG_CLOSED: { kind: 'federation', about: 'the session is over' },
});

export type SecaggCode = keyof typeof SecaggErrors.table;

export class SecaggError extends SecaggErrors {
  /** Cohort index of the platform at fault; -1 if none is. */
  readonly about: number;

  constructor(code: SecaggCode, detail: string, about = -1) {
    super(code, `${SecaggErrors.table[code].about}: ${detail}`);
    this.about = about;
  }
}
