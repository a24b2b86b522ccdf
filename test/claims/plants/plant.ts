/**
 * A planted bug: a change of a line or two after which a sentence of a claim is false. It keeps types and lint clean, throws
 * nothing and leaves plausible output, so that nothing but a test about the sentence can notice it.
 * @module
 */

export interface Plant {
  /** Unique, in words with dashes. */
  readonly id: string;
  /** Path of the file in the repository. */
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly search: string;
  readonly replace: string;
  /** Id of the sentence that becomes false. */
  readonly breaks: string;
  /** The reason why it becomes false. */
  readonly why: string;
}
