/**
 * Errors of the platform agent.
 * @module
 */
import { errorsOf } from '../core/errors/coded-error.ts';

export const PlatformError = errorsOf('PlatformError', {
  PLATFORM_EMPTY_DOMAIN: { kind: 'input', about: 'the domain holds no persons, no items or no interactions' },
  PLATFORM_BAD_DOMAIN: { kind: 'input', about: "the domain's arrays contradict each other, or hold what is no number" },
  PLATFORM_CATALOGUE: { kind: 'input', about: 'the catalogue lacks items that released sums were made with' },
  PLATFORM_CATALOGUE_OF_ROWS: {
    kind: 'privacy',
    about: 'the catalogue was collected from rows, and the federation promises that nothing depends on other persons',
  },
  PLATFORM_PERSONS: {
    kind: 'privacy',
    about: 'the platform has more persons than one answer may hold, and a map would be learnt from those who fit',
  },
  PLATFORM_VOCABULARY: {
    kind: 'input',
    about: 'the federation’s vocabulary is missing, another one, or may not be used with this catalogue',
  },
  PLATFORM_COORDINATOR: { kind: 'usage', about: "the coordinator's address cannot be used" },
  PLATFORM_HIDDEN: {
    kind: 'input',
    about: 'a file of hidden positives names no person, or persons or items that the data lacks',
  },
  PLATFORM_PSEUDONYM_KEY: { kind: 'input', about: 'the pseudonym key file cannot be used' },
  PLATFORM_NOT_READY: { kind: 'federation', about: 'the platform is not started, or still prepares its model' },
  PLATFORM_NOT_RUNNING: { kind: 'federation', about: 'no agent runs on this state' },
  PLATFORM_REFUSED: { kind: 'input', about: 'the running agent refused the request' },
  STATE_UNUSABLE: { kind: 'resource', about: 'the state directory cannot be used' },
  POLICY_FLOOR: { kind: 'privacy', about: "the manifest is weaker than this platform's own floor" },
  PLATFORM_STATE_OLD: {
    kind: 'privacy',
    about: 'the state is an older copy: it has no record of later reveals and releases',
  },
  WORK_THREAD: {
    kind: 'resource',
    about: 'a thread for long work ended unexpectedly, most often because memory ran out',
  },
  WORK_ENDED: { kind: 'resource', about: 'the platform is stopping, and has ended a thread for long work' },
  LINK_ENDED: { kind: 'federation', about: 'the coordinator ended the link permanently' },
  ROUND_MODEL: { kind: 'federation', about: "the coordinator's shared model is not the one this platform expects" },
  ROUND_STALE: { kind: 'federation', about: 'the coordinator began a round that is over' },
});
export type PlatformError = InstanceType<typeof PlatformError>;
