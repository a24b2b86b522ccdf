/**
 * The limit of open files. Node loads many files at a time, and fails with a stack in the middle of it if it may not.
 * @module
 */
import { readFileSync } from 'node:fs';

/** Least limit with which a coordinator with three platforms, and each of them, was seen to run. */
export const LEAST_OPEN_FILES = 256;

/** @returns why nothing can be run; undefined if the limit is high enough, or unknown. */
export function openFilesRefusal(limits = limitsOfProcess()): string | undefined {
  const limit = /^Max open files +(\d+)/m.exec(limits)?.[1];
  if (limit === undefined || Number(limit) >= LEAST_OPEN_FILES) return undefined;
  return `this process may open ${limit} files, and needs ${LEAST_OPEN_FILES}: raise the limit, e.g. with "ulimit -n ${LEAST_OPEN_FILES}" [EMFILE]`;
}

/** Linux alone tells it. */
function limitsOfProcess(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
