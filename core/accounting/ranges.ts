/**
 * Checks the numbers of an event. A check refuses a number out of its range by name, before the accountant computes with it.
 * @module
 */
import { parameterInvalid } from './errors.ts';

/** @throws AccountantError PRIVACY_PARAMETER_INVALID unless `value` >= 0; Infinity passes. */
export function atLeastZero(name: string, value: number): void {
  if (!(value >= 0)) throw parameterInvalid(name, value, 'a number >= 0');
}

/** @throws AccountantError PRIVACY_PARAMETER_INVALID unless `value` is 1, 2, 3... */
export function positiveInteger(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw parameterInvalid(name, value, 'an integer >= 1');
}

/** @throws AccountantError PRIVACY_PARAMETER_INVALID unless `value` is in [0, 1]. */
export function probability(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw parameterInvalid(name, value, 'a number in [0, 1]');
}
