/**
 * Whether an open file is still the one that its path names. A file that was removed, or replaced by another one, goes on
 * taking what is written until it is closed, and then all of it is gone.
 * @module
 */
import { statSync } from 'node:fs';

export class FileIdentity {
  readonly #path: string;
  #known: string | undefined;

  /** Of the file that is there now, if any; else of the first one that is seen. */
  constructor(path: string) {
    this.#path = path;
    this.#known = found(path);
  }

  /** False once the file that was known is gone from its path, or another one stands there. */
  get isThere(): boolean {
    const now = found(this.#path);
    this.#known ??= now;
    return now === this.#known;
  }
}

function found(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev}/${stats.ino}`;
}
