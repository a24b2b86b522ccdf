/**
 * How `isthmus coordinator` ends, for scripts and service managers. The figures are those of every isthmus command.
 * @module
 */
import type { RoundsEnding } from './events.ts';

export const COORDINATOR_EXIT_CODES = {
  /** Stopped as asked; rounds, if any, are completed or will go on at the next start. */
  0: 'stopped as asked',
  1: 'a defect of the program, with a stack',
  2: 'a wrong command line',
  3: 'a manifest, key file or setting that cannot be used',
  4: 'a port, a store or a disk that cannot be used: in use, read-only, full, damaged',
  5: 'the privacy budget is spent: no further round was begun',
  6: 'a round was given up after as many attempts as the manifest allows',
} as const;

export type CoordinatorExitCode = keyof typeof COORDINATOR_EXIT_CODES;

/** The code of a coordinator that ends with its rounds in that state; undefined: they still go on. */
export function exitCodeOf(ending: RoundsEnding | undefined): CoordinatorExitCode {
  switch (ending) {
    case undefined:
    case 'completed':
      return 0;
    case 'budget-exhausted':
      return 5;
    case 'gave-up':
      return 6;
  }
}
