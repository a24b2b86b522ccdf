import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const proto = readFileSync(join(root, 'proto/isthmus.proto'), 'utf8');
const page = readFileSync(join(root, 'docs/platform.md'), 'utf8');

/** Names of the fields in the oneof of a message. */
function kindsOf(message: string, part = /oneof \w+ \{([^}]*)\}/): readonly string[] {
  const [, body = ''] = new RegExp(`^message ${message} \\{\\n([^]*?)^\\}`, 'm').exec(proto) ?? [];
  const [, oneof = ''] = part.exec(body) ?? [];
  const names = [...oneof.matchAll(/^\s*\w+ (\w+) = \d+;/gm)].map(([, name]) => name);
  assert.ok(names.length > 3, `${message} has a oneof`);
  return names;
}

/** Messages that only the coordinator sends. A platform's code never makes one, so no page has to list them. */
const FROM_COORDINATOR = ['challenge', 'welcome', 'attempt_start', 'attempt_end', 'ledger_sync', 'last_keys'];

function namedIn(section: RegExp): ReadonlySet<string> {
  const [text = ''] = section.exec(page) ?? [];
  const cells = [...text.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, cell]) => cell);
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name)));
}

describe('The list of what leaves a platform', () => {
  const toCoordinator = namedIn(/^## What leaves\n[^]*?^And to one other platform/m);
  const toPlatforms = namedIn(/^And to one other platform[^]*?^## /m);

  it('names every message that a platform can send, and no other', () => {
    const ofPlatform = /\/\/ Platform to coordinator\n([^]*?)\/\/ Coordinator to platform/;
    const sent = [
      ...kindsOf('Envelope').filter((kind) => kind !== 'secagg' && !FROM_COORDINATOR.includes(kind)),
      ...kindsOf('Secagg', ofPlatform),
    ];
    assert.deepEqual([...toCoordinator].sort(), sent.sort());
  });

  it('names every kind of letter, and no other', () => {
    assert.deepEqual([...toPlatforms].sort(), [...kindsOf('Letter')].sort());
  });

  it('leaves out nothing that a source of the platform makes', () => {
    const sources = readdirSync(join(root, 'client'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(root, 'client', file), 'utf8'));
    const platformEnd = readFileSync(join(root, 'core/wire/platform-end.ts'), 'utf8');
    for (const kind of FROM_COORDINATOR) {
      const made = `kind: '${kind.replaceAll('_', '-')}'`;
      assert.ok(![...sources, platformEnd].some((source) => source.includes(made)), kind);
    }
  });
});
