/**
 * How the platform last started.
 * @module
 */
import type { LastStart, StartStore } from '../platform-store.ts';

export function memoryStarts(): StartStore {
  let last: LastStart | undefined;
  return { get: () => last, put: (start) => void (last = start) };
}
