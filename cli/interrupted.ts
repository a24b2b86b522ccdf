/**
 * Ctrl-C and termination, once: the first asks to stop in order, the second stops at once.
 * @module
 */
import { EXIT } from './failure.ts';

export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0;
    const ask = (): void => {
      asked += 1;
      if (asked > 1) process.exit(EXIT.interrupted);
      resolve();
    };
    process.on('SIGINT', ask);
    process.on('SIGTERM', ask);
  });
}
