/**
 * Golden files, one JSON document each, in this folder. A test compares them exactly, or renews them.
 * @module
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const RENEWS = process.env.GOLDEN === 'renew';

/** Fails with the difference, or writes the golden file again if the environment has GOLDEN=renew. */
export function compareWithKept(name: string, now: unknown): void {
  // Converted to text and back, because JSON cannot express every difference.
  const text = `${pretty(now)}\n`;
  if (RENEWS) writeFileSync(fileOf(name), text);
  else assert.deepEqual(JSON.parse(text), kept(name), `${name}.json differs; see the header of golden.test.ts`);
}

/** The golden document; undefined before it was first written. */
export function kept(name: string): unknown {
  return existsSync(fileOf(name)) ? JSON.parse(readFileSync(fileOf(name), 'utf8')) : undefined;
}

function fileOf(name: string): URL {
  return new URL(`${name}.json`, import.meta.url);
}

/** Indented JSON that keeps an object or array on one line if it fits, so that a change touches few lines of a diff. */
function pretty(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || flat.length + indent.length <= 160) return flat;
  const inner = `${indent} `;
  if (Array.isArray(value)) return `[\n${value.map((one) => inner + pretty(one, inner)).join(',\n')}\n${indent}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${inner}${JSON.stringify(key)}: ${pretty(member, inner)}`);
  return `{\n${members.join(',\n')}\n${indent}}`;
}
