/**
 * Checks the limit of open files. Node loads many files at a time, and fails with a stack trace if the limit is too low.
 * @module
 */
import { readFileSync } from 'node:fs';

/** Least limit at which a coordinator with three platforms, and each platform, were observed to run. */
export const LEAST_OPEN_FILES = 256;

/** @returns the reason why no command can run; undefined if the limit is high enough, or unknown. */
export function openFilesRefusal(limits = limitsOfProcess()): string | undefined {
  const limit = /^Max open files +(\d+)/m.exec(limits)?.[1];
  if (limit === undefined || Number(limit) >= LEAST_OPEN_FILES) return undefined;
  return `this process may open ${limit} files, and needs ${LEAST_OPEN_FILES}: raise the limit, e.g. with "ulimit -n ${LEAST_OPEN_FILES}" [EMFILE]`;
}

/** The limits of this process as Linux shows them; empty on other systems. */
function limitsOfProcess(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
