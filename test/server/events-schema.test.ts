import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CoordinatorEvent } from '../../server/events.ts';
import { House } from './house.ts';
import { tinyFederation } from './tiny-federation.ts';

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

function check(event: CoordinatorEvent): void {
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

describe('coordinator events', () => {
  it('are what docs/schemas/coordinator-events.json says', async () => {
    const house = new House(
      tinyFederation({ epsilon: 4, plannedRounds: 3, rounds: { count: 1, stageTimeoutMs: 100, trainTimeoutMs: 100 } }),
    );
    await house.start();
    const ended = house.next('attempt-ended');
    const p0 = house.join(0);
    house.join(1, { declines: ({ attempt }) => (attempt === 1 ? 'POLICY_FLOOR' : undefined) });
    house.join(2);
    await ended;
    void p0.link.send({ kind: 'secagg', message: { kind: 'upload-request' } });
    void p0.link.send({
      kind: 'mail',
      id: new Uint8Array(16),
      from: 'p0',
      to: 'p1',
      lifetimeSeconds: 60,
      sealed: new Uint8Array(5),
    });
    await house.coordinator.roundsOver;
    await p0.link.drained();
    await house.tearDown();
    for (const event of house.events) check(event);
    const kinds = new Set(house.events.map(({ kind }) => kind));
    const unseen = schema.oneOf
      .map(({ properties }) => properties.kind.const)
      .filter((kind) => !kinds.has(kind as never));
    assert.deepEqual(unseen.toSorted(), ['fault', 'listening']);
  });
});
