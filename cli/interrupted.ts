/**
 * Ctrl-C and termination signals: the first one asks the command to stop in order, a later one stops the process at once.
 * @module
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EXIT } from '../host/exit-codes.ts';
import type { ExitCode } from '../host/exit-codes.ts';

/**
 * Ctrl-C reaches the whole process group, and npm, shells and service managers also pass it on. Signals within this
 * time count as one.
 */
const SAME_MS = 1_000;

/** Longest time for a service to stop in order. Its state is complete whenever it ends. */
export const SERVICE_STOP_MS = 10_000;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface Interruption {
  /** Resolves when the process is asked to stop. */
  readonly asked: Promise<undefined>;
  /** Gives signals back to the system. */
  forget(): void;
}

/**
 * The current action of a signal. The listener itself is never replaced: a signal that arrives while the process is busy
 * waits for the next turn of the event loop, and is lost if its listener is removed before.
 */
let onSignal: () => void = () => undefined;
const listener = (): void => onSignal();

/** Ends the process at a signal, until a command handles signals itself. Nothing that must be closed has begun by then. */
export function endOnSignal(code: ExitCode): void {
  listen(() => process.exit(code));
}

/** Gives signals back to the system, for commands that may compute without a pause and would never hear them. */
export async function leaveToSystem(): Promise<void> {
  await nextTurn();
  forget();
}

/**
 * The first signal asks the command to stop in order, a later one ends the process.
 * @param withinMs time after which a process that has not stopped ends with exit code 0; absent: no limit.
 */
export function interruption(withinMs?: number): Interruption {
  let resolve: (value: undefined) => void = () => undefined;
  const asked = new Promise<undefined>((settle) => (resolve = settle));
  let first: number | undefined;
  listen(() => {
    if (first !== undefined) {
      if (Date.now() - first > SAME_MS) process.exit(EXIT.interrupted);
      return;
    }
    first = Date.now();
    if (withinMs !== undefined) setTimeout(() => process.exit(EXIT.ok), withinMs).unref();
    resolve(undefined);
  });
  return { asked, forget };
}

function listen(action: () => void): void {
  onSignal = action;
  for (const signal of SIGNALS) if (!process.listeners(signal).includes(listener)) process.on(signal, listener);
}

function forget(): void {
  for (const signal of SIGNALS) process.off(signal, listener);
}
