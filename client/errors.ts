/**
 * Errors of the platform agent.
 * @module
 */
export type PlatformErrorCode =
  /** The domain holds no persons, no items or no interactions. */
  | 'PLATFORM_EMPTY_DOMAIN'
  /** The domain's arrays contradict each other, or hold what is no number. */
  | 'PLATFORM_BAD_DOMAIN'
  /** The catalogue's size is not the one the manifest tells the others. */
  | 'PLATFORM_CATALOGUE'
  /** The key file belongs to someone else than the manifest says. */
  | 'PLATFORM_IDENTITY'
  /** A file of hidden positives names nobody, or items the catalogue lacks. */
  | 'PLATFORM_HIDDEN'
  /** The pseudonym key file cannot be used. */
  | 'PLATFORM_PSEUDONYM_KEY'
  /** The platform holds no pseudonym scheme, and was asked for something that needs one. */
  | 'PLATFORM_NO_PSEUDONYMS'
  /** The decoder is not fitted yet. */
  | 'PLATFORM_NOT_READY'
  /** No agent runs on this state. */
  | 'PLATFORM_NOT_RUNNING'
  /** The running agent refused. */
  | 'PLATFORM_REFUSED'
  /** The log file cannot be written. */
  | 'LOG_UNWRITABLE'
  /** The state directory cannot be used. */
  | 'STATE_UNUSABLE'
  /** Another program listens on the port. */
  | 'PORT_IN_USE'
  /** This user may not open the port. */
  | 'LISTEN_FORBIDDEN'
  /** The host is no address of this machine. */
  | 'LISTEN_ADDRESS'
  /** The manifest or the coordinator is weaker than this platform's own floor. */
  | 'POLICY_FLOOR'
  /** The coordinator's ledger lacks or changes an entry of this platform. */
  | 'LEDGER_CONTRADICTION'
  /** The state was brought back from an older copy: what it revealed and released since is not on record. */
  | 'PLATFORM_STATE_OLD'
  /** The coordinator ended the link for good. */
  | 'LINK_ENDED';

/** `code` is stable, `message` names cause and remedy. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly code: PlatformErrorCode;
  constructor(code: PlatformErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
