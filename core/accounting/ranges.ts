/**
 * Numbers of an event that are out of their range are refused by name before anything is computed from them.
 * @module
 */
import { PrivacyParameterError } from './errors.ts';

/** @throws {PrivacyParameterError} unless `value` >= 0; Infinity passes. */
export function atLeastZero(name: string, value: number): void {
  if (!(value >= 0)) throw new PrivacyParameterError(name, value, 'a number >= 0');
}

/** @throws {PrivacyParameterError} unless `value` is 1, 2, 3... */
export function positiveInteger(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new PrivacyParameterError(name, value, 'an integer >= 1');
}

/** @throws {PrivacyParameterError} unless `value` is in [0, 1]. */
export function probability(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new PrivacyParameterError(name, value, 'a number in [0, 1]');
}
