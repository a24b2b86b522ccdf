/**
 * Ctrl-C and termination signals: the first one asks the command to stop in order, a later one stops the process at
 * once.
 * @module
 */
import { EXIT } from '../host/exit-codes.ts';

/**
 * Ctrl-C reaches the whole process group, and npm, shells and service managers also pass it on. Signals within this
 * time count as one.
 */
const SAME_MS = 1_000;

export interface Interruption {
  /** Resolves once the process is asked to stop. */
  readonly asked: Promise<undefined>;
  /** Removes the handlers, so that signals have their default effect again. */
  forget(): void;
}

export function interruption(): Interruption {
  let resolve: (value: undefined) => void = () => undefined;
  const asked = new Promise<undefined>((settle) => (resolve = settle));
  let first: number | undefined;
  const ask = (): void => {
    first ??= Date.now();
    if (Date.now() - first > SAME_MS) process.exit(EXIT.interrupted);
    resolve(undefined);
  };
  process.on('SIGINT', ask);
  process.on('SIGTERM', ask);
  const forget = (): void => {
    process.off('SIGINT', ask);
    process.off('SIGTERM', ask);
  };
  return { asked, forget };
}
