/**
 * Ctrl-C and termination: the first asks to stop in order, a later one stops at once.
 * @module
 */
import { EXIT } from '../host/exit-codes.ts';

/** Ctrl-C reaches a whole group, and npm, shells and service managers pass it on: within this time it is the same one. */
const SAME_MS = 1_000;

export interface Interruption {
  /** Resolves when asked to stop. */
  readonly asked: Promise<undefined>;
  /** From here on signals do what they do without us. */
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
