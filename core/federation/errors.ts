/**
 * Errors of manifests, signatures, identities, consents, letters, attempts and optimisers.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const FederationError = errorsOf('FederationError', {
  MANIFEST_SYNTAX: { kind: 'input', about: 'the manifest is not YAML' },
  MANIFEST_INVALID: { kind: 'input', about: 'a field of the manifest is missing, unknown or outside its range' },
  MANIFEST_UNSIGNED: { kind: 'input', about: 'a member of the manifest has not signed it' },
  MANIFEST_MEMBER: { kind: 'input', about: 'the key file is not that of a member that the manifest names' },
  MANIFEST_SIGNATURE: { kind: 'input', about: "a member's signature does not fit the manifest" },
  MANIFEST_SUCCESSION: { kind: 'input', about: 'a version of the manifest does not follow the one before it' },
  VERSION_BACK: {
    kind: 'input',
    about: 'a manifest is of an earlier version than one that the state has run by or signed',
  },
  VERSION_FORK: { kind: 'input', about: 'the state holds another manifest of the same version' },
  VERSION_STATE: { kind: 'privacy', about: 'a member of an earlier version has no record of it in its state' },
  VERSION_ATTEMPTS: {
    kind: 'privacy',
    about: 'more attempts of an earlier version are charged than the later version leaves to it',
  },
  VERSION_LEFT: { kind: 'privacy', about: 'the state said farewell to this version of the manifest' },
  FAREWELL_INVALID: { kind: 'input', about: 'a farewell is not signed by the platform, or does not fit the versions' },
  SIGNATURE_INVALID: { kind: 'input', about: "a file is no member's signature of this manifest" },
  IDENTITY_INVALID: { kind: 'input', about: 'a key file is not valid' },
  CONSENT_UNKNOWN: {
    kind: 'input',
    about: 'a consent, a withdrawal or a preview names a person whom the platform does not know',
  },
  CONSENT_INVALID: { kind: 'input', about: "a consent's platform, epoch or last day cannot be used" },
  FEDERATION_UNKNOWN_PLATFORM: { kind: 'input', about: 'the manifest has no platform of this name' },
  FEDERATION_NOTHING_SHARED: { kind: 'input', about: 'the strategy shares no model, so there are no rounds' },
  ATTEMPT_CONFIG: { kind: 'federation', about: "the coordinator's configuration of an attempt is not this plan's" },
  LETTER_TOO_LARGE: { kind: 'input', about: 'a letter is larger than the limit' },
  LETTER_KEY_UNKNOWN: {
    kind: 'federation',
    about: 'a letter is sealed to a key that is deleted, or not the receiver’s',
  },
  LETTER_UNREADABLE: {
    kind: 'federation',
    about: 'a letter was changed, delivered as another one, or not signed by its sender',
  },
  LETTER_INVALID: { kind: 'federation', about: 'the content of a letter is not what its kind says' },
  OPTIMISER_LEARNING_RATE: { kind: 'input', about: "the server's learning rate is not a positive number" },
  OPTIMISER_SHAPE: { kind: 'resource', about: "the stored optimiser state does not fit this plan's model" },
  OPTIMISER_NOT_FINITE: { kind: 'federation', about: 'the mean update of a round is not finite' },
  OPTIMISER_STATE_CORRUPT: { kind: 'resource', about: 'the stored optimiser state is damaged' },
});
export type FederationError = InstanceType<typeof FederationError>;
