/**
 * Turns a failure into a text for the user and an exit code for scripts.
 * @module
 */
import { codeOf, messageOf, stackOf } from '../core/errors/coded-error.ts';
import { kindOf } from '../host/errors/system-errors.ts';
import { EXIT } from '../host/exit-codes.ts';
import type { ExitCode } from '../host/exit-codes.ts';

/** One line for an error that has a kind; a stack for a defect. */
export function failure(error: unknown): { readonly text: string; readonly exitCode: ExitCode } {
  if (error instanceof Error && error.name === 'AbortError')
    return { text: 'isthmus: stopped', exitCode: EXIT.interrupted };
  const kind = kindOf(error);
  if (kind !== undefined)
    return { text: `isthmus: ${messageOf(error)} [${codeOf(error) ?? kind}]`, exitCode: EXIT[kind] };
  return { text: `isthmus: internal error, please report it\n${stackOf(error)}`, exitCode: EXIT.internal };
}
