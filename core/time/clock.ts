/**
 * Time, always taken as an argument: core/ reads no clock, and a test may own it.
 * @module
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once after `delayMs`, unless cancelled before. */
  after(delayMs: number, task: () => void): Cancel;
}

export type Cancel = () => void;
