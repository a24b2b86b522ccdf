import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './e2e/isthmus.ts';

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: Record<string, string> };

/** Sources of the package's exports: `./core/*` is every room of core. */
const doors = Object.entries(exports).flatMap(([name, target]) => {
  const source = target.replace('./dist/', '').replace(/\.js$/, '.ts');
  if (!name.includes('*')) return [{ name, source }];
  return roomsOf('').map((room) => ({ name: name.replace('*', room), source: source.replace('*', room) }));
});

/** Rooms of core by their paths. A folder with only folders in it (privacy) is not a room. */
function roomsOf(folder: string): readonly string[] {
  const entries = readdirSync(join(ROOT, 'core', folder), { withFileTypes: true });
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}${name}`);
  if (folder !== '') return entries.some((entry) => entry.isFile()) ? [folder.slice(0, -1)] : inner;
  return inner.flatMap((room) => roomsOf(`${room}/`));
}

describe('the doors of the package', () => {
  for (const { name, source } of doors) {
    it(`isthmus${name.slice(1)} opens`, async () => {
      assert.ok(existsSync(join(ROOT, source)), `${source} is missing`);
      const door = (await import(join(ROOT, source))) as object;
      for (const [thing, value] of Object.entries(door)) assert.notEqual(value, undefined, thing);
    });
  }
});
