/** Checks coordinator events against docs/schemas/coordinator-events.json. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CoordinatorEvent } from '../../server/events.ts';

interface Schema {
  readonly oneOf: readonly {
    readonly required: readonly string[];
    readonly properties: { readonly kind: { readonly const: string } } & Readonly<
      Record<string, { readonly type?: string | readonly string[]; readonly enum?: readonly string[] }>
    >;
  }[];
}

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'schemas', 'coordinator-events.json'), 'utf8'),
) as Schema;

export function checkEvent(event: CoordinatorEvent): void {
  const variant = schema.oneOf.find(({ properties }) => properties.kind.const === event.kind);
  assert.ok(variant, `the schema has ${event.kind}`);
  assert.deepEqual(Object.keys(event).sort(), variant.required.toSorted());
  for (const [name, value] of Object.entries(JSON.parse(JSON.stringify(event)) as Record<string, unknown>)) {
    const { type, enum: words } = variant.properties[name];
    if (words !== undefined) assert.ok(words.includes(String(value)), `${event.kind}.${name} ${String(value)}`);
    if (type === undefined) continue;
    const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    const allowed = [type].flat().map((word) => (word === 'integer' ? 'number' : word));
    assert.ok(allowed.includes(kind), `${event.kind}.${name} is ${kind}`);
  }
}

export const EVENT_KINDS: readonly string[] = schema.oneOf.map(({ properties }) => properties.kind.const);
