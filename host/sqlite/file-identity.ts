/**
 * The identity of an open file. A file that was removed or replaced continues to take writes until it is closed, and then
 * all of them are lost.
 * @module
 */
import { statSync } from 'node:fs';

export class FileIdentity {
  readonly #path: string;
  #known: string | undefined;

  /** Remembers the file that is there now, or else the first one that is seen. */
  constructor(path: string) {
    this.#path = path;
    this.#known = found(path);
  }

  /** False once the known file is gone from its path, or another one is there. */
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
