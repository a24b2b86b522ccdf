/**
 * The clock as an argument: core/ reads no clock itself, so that a test can control time.
 * @module
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once after `delayMs` milliseconds, unless the result is called before. */
  after(delayMs: number, task: () => void): Cancel;
}

export type Cancel = () => void;
