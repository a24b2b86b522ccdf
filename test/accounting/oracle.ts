import { readFileSync } from 'node:fs';

type Figure = readonly (string | number)[];

const oracle = JSON.parse(readFileSync(new URL('oracle.json', import.meta.url), 'utf8')) as Record<
  string,
  readonly Figure[]
>;

/** Rows of arguments, with the expected figure last; made by bench/accountant-oracle.py. */
export function figures(name: string): readonly { readonly args: readonly number[]; readonly expected: number }[] {
  return oracle[name].map((row) => ({ args: row.slice(0, -1).map(Number), expected: Number(row.at(-1)) }));
}

/** |a - b| relative to b. */
export function relativeError(found: number, expected: number): number {
  return expected === 0 ? Math.abs(found) : Math.abs(found - expected) / Math.abs(expected);
}
