/**
 * In memory, the platform's last start and the coordinates of its items.
 * @module
 */
import type { CoordinateStore, LastStart, StartStore } from '../platform-store.ts';

export function memoryStarts(): StartStore {
  let last: LastStart | undefined;
  return { get: () => last, put: (start) => void (last = start) };
}

export function memoryCoordinates(): CoordinateStore {
  const all: string[] = [];
  return { all: () => [...all], append: (items) => void all.push(...items) };
}
