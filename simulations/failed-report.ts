/**
 * Transfers an error from a child process to its parent, which throws it again.
 * @module
 */
import { CodedError, codeOf, messageOf, stackOf } from '../core/errors/coded-error.ts';
import type { ErrorKind } from '../core/errors/coded-error.ts';
import { kindOf } from '../host/errors/system-errors.ts';

export interface FailedReport {
  readonly kind: 'failed';
  /** INTERNAL if the error has no code. */
  readonly code: string;
  /** Kind of the error; null for a defect, whose `text` is its stack. */
  readonly errorKind: ErrorKind | null;
  readonly text: string;
}

export function failedReport(error: unknown): FailedReport {
  const errorKind = kindOf(error) ?? null;
  const text = errorKind === null ? stackOf(error) : messageOf(error);
  return { kind: 'failed', code: codeOf(error) ?? 'INTERNAL', errorKind, text };
}

/** @param who name of the failed process; undefined if the text names it. */
export function reportedError({ code, errorKind, text }: FailedReport, who?: string): Error {
  const message = who === undefined ? text : `${who}: ${text}`;
  return errorKind === null ? new Error(message) : new CodedError(code, errorKind, message);
}
