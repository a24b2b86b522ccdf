/**
 * Error codes of the commands themselves.
 * @module
 */
import { errorsOf } from '../core/errors/coded-error.ts';

export const CommandError = errorsOf('CommandError', {
  RECOMMEND_WHO: { kind: 'usage', about: 'a recommendation was asked for nobody, or for two names at once' },
  CONSENT_WHO: { kind: 'usage', about: 'a consent names nobody' },
  LEDGER_WHICH: { kind: 'usage', about: 'no ledger was named, or two' },
  INIT_WHO: { kind: 'usage', about: 'nobody was named to make keys for, or several kinds of members' },
  INIT_COUNTS: { kind: 'usage', about: 'a list does not have one entry for each platform' },
  INIT_EXISTS: { kind: 'input', about: 'the folder holds a federation already' },
  INIT_UNWRITABLE: { kind: 'resource', about: 'the folder of the new federation cannot be written' },
  INIT_UNSAFE: { kind: 'usage', about: 'one command was to make the keys of all members, which only a trial may' },
  MANIFEST_EXISTS: { kind: 'input', about: 'a manifest would be written over another one' },
  MANIFEST_HALVES: { kind: 'input', about: 'the public halves name no coordinator, or two' },
  VOCABULARY_EXISTS: { kind: 'input', about: 'a vocabulary file is in the way' },
  VOCABULARY_UNWRITABLE: { kind: 'resource', about: 'a vocabulary file cannot be written' },
  VOCABULARY_OPTION: { kind: 'usage', about: 'options name two vocabularies' },
  MANIFEST_AFTER: {
    kind: 'usage',
    about: 'a next version was asked for without all that it needs, or a first one with what only a next one has',
  },
  MANIFEST_STATE: { kind: 'usage', about: 'a platform was to sign a later version without its state' },
  MANIFEST_FAREWELL: { kind: 'usage', about: 'a farewell was asked of the coordinator' },
  MANIFEST_TRIAL: { kind: 'usage', about: 'a trial is signed as no trial, or the other way round' },
  MANIFEST_WORDS: { kind: 'usage', about: 'the input is not a list of twelve manifest words' },
  MANIFEST_WORDS_DIFFER: { kind: 'input', about: 'the words that another member told are not those of this manifest' },
  MANIFEST_UNWRITABLE: { kind: 'resource', about: 'the manifest cannot be written' },
});
export type CommandError = InstanceType<typeof CommandError>;
