/**
 * Readers of command-line values. commander shows their errors beside the option's name.
 * @module
 */
import { InvalidArgumentError } from 'commander';
import { idOf, whyNoId } from '../core/data/ids.ts';
import { platformName } from '../core/federation/manifest.ts';
import { decoderNamed } from '../core/transfer/readouts/registry.ts';
import { messageOf } from '../core/errors/coded-error.ts';

export function text(value: string): string {
  const trimmed = value.trim();
  if (trimmed === '') throw new InvalidArgumentError('It is empty.');
  return trimmed;
}

/** Reads the id of a person. @throws InvalidArgumentError */
export function personId(value: string): string {
  const id = idOf(value);
  if (id === undefined) throw new InvalidArgumentError(`A person's id ${whyNoId(value)}.`);
  return id;
}

/** The name of a decoder, in its shortest form. One of a package is checked later, when packages are loaded. */
export function decoder(value: string): string {
  if (value.includes(':')) return value.trim();
  try {
    return decoderNamed(value.trim()).name;
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}.`);
  }
}

export function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0) || !Number.isFinite(number)) throw new InvalidArgumentError(`"${value}" is not above 0.`);
  return number;
}

/** Reads a whole number within bounds, both included. @throws InvalidArgumentError */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === '' || !Number.isInteger(number) || number < least || number > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`"${value}" is not a whole number ${range}.`);
    }
    return number;
  };
}

const SECONDS = { s: 1, m: 60, h: 3600 } as const;

/** Reads a duration such as 90s, 10m or 2h. @returns milliseconds. @throws InvalidArgumentError */
export function duration(value: string): number {
  const match = /^(\d+)([smh])$/.exec(value.trim());
  if (match === null) throw new InvalidArgumentError(`"${value}" is not a duration such as 90s, 10m or 2h.`);
  return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS] * 1000;
}

/** Comma-separated values, each read by `one`. */
export function list<Value>(one: (value: string) => Value): (value: string) => readonly Value[] {
  return (value) => value.split(',').map((part) => one(text(part)));
}

/** Reads the name of a platform. @throws InvalidArgumentError */
export function platform(value: string): string {
  const result = platformName.safeParse(text(value));
  if (!result.success) throw new InvalidArgumentError(`"${value}" ${result.error.issues[0].message}.`);
  return result.data;
}

/** Reads `name=weight`, with a weight above 0. @throws InvalidArgumentError */
export function weight(value: string): readonly [string, number] {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`"${value}" is not name=weight.`);
  return [platform(value.slice(0, at)), positive(value.slice(at + 1))];
}

/** `key=value`, collected over several uses. A value that is JSON is parsed, any other is plain text. */
export function setting(
  value: string,
  earlier: readonly (readonly [string, unknown])[] = [],
): readonly (readonly [string, unknown])[] {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`"${value}" is not key=value.`);
  const raw = value.slice(at + 1);
  let parsed: unknown = raw;
  try {
    parsed = JSON.parse(raw);
  } catch {
    // The value is not JSON, so it is plain text.
  }
  return [...earlier, [value.slice(0, at), parsed]];
}
