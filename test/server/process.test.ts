/** The command as a process: what it refuses, how it ends, what survives a kill. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { failure } from '../../cli/failure.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { formatIdentity, generateIdentity } from '../../core/federation/identity.ts';
import { formatManifest } from '../../core/federation/manifest.ts';
import { silentLog } from '../../host/log.ts';
import type { CoordinatorEvent } from '../../server/events.ts';
import { runCoordinator } from '../../server/run.ts';
import type { RunSettings } from '../../server/run.ts';
import { openSqliteStore } from '../../server/store/sqlite.ts';
import { testRandom } from '../wire/federation.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');

describe('isthmus coordinator', function () {
  this.timeout(30_000);
  let folder: string;
  const children: ChildProcess[] = [];
  const file = (name: string): string => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'isthmus-coordinator-'));
    const random = testRandom('process');
    const coordinator = generateIdentity('coordinator', random);
    const platforms = ['alpha', 'beta', 'gamma'].map((name) => generateIdentity(name, random));
    const manifest = draftManifest({
      federation: 'process',
      seed: 's',
      coordinator,
      platforms: platforms.map((identity) => ({ identity, items: 10, personsAbout: 1000 })),
      strategy: { name: 'linear-bridge' },
      privacy: { epsilon: 4 },
    });
    writeFileSync(file('manifest.yaml'), formatManifest(manifest));
    writeFileSync(file('coordinator.key'), formatIdentity(coordinator), { mode: 0o600 });
    writeFileSync(file('alpha.key'), formatIdentity(platforms[0]), { mode: 0o600 });
  });

  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true });
  });

  function run() {
    const options = {
      manifest: file('manifest.yaml'),
      identity: file('coordinator.key'),
      store: file('store.db'),
      port: '0',
    };
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const command = ['--import', 'tsx', MAIN, 'coordinator', '--events', 'json', ...flags];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const exit = once(child, 'close').then(([code]) => ({ code: code as number | null, errors }));
    const listening = new Promise<string>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        const event = JSON.parse(line) as CoordinatorEvent;
        if (event.kind === 'listening') resolve(event.url);
      });
    });
    return { child, exit, listening };
  }

  /** In this process, as the command runs it: text and exit code of what it throws. */
  async function refusal(changes: Partial<RunSettings>): Promise<{ text: string; exitCode: number }> {
    try {
      const running = await runCoordinator({
        manifest: file('manifest.yaml'),
        identity: file('coordinator.key'),
        store: file('store.db'),
        host: '127.0.0.1',
        port: 0,
        log: silentLog,
        emit: () => undefined,
        ...changes,
      });
      await running.stop();
    } catch (error) {
      return failure(error);
    }
    return { text: '', exitCode: 0 };
  }

  it('tells what is wrong with its files, with an exit code for each kind', async () => {
    writeFileSync(file('broken.yaml'), 'isthmus: 1\nfederation: [');
    writeFileSync(
      file('changed.yaml'),
      readFileSync(file('manifest.yaml'), 'utf8').replace('epsilon: 4', 'epsilon: 9'),
    );
    writeFileSync(file('broken.key'), '{"isthmus": "identity"}');
    writeFileSync(file('no.db'), 'x'.repeat(9000));
    const cases: readonly [Partial<RunSettings>, number, RegExp][] = [
      [{ manifest: file('none.yaml') }, 3, /cannot read .*none\.yaml: no such file.*MANIFEST_UNREADABLE/],
      [{ manifest: file('broken.yaml') }, 3, /broken\.yaml:2.*not YAML/],
      [{ manifest: file('changed.yaml') }, 3, /MANIFEST_SIGNATURE/],
      [{ identity: file('none.key') }, 3, /cannot read .*none\.key/],
      [{ identity: file('broken.key') }, 3, /IDENTITY_INVALID/],
      [{ identity: file('alpha.key') }, 3, /COORDINATOR_IDENTITY/],
      [{ store: file('no.db') }, 4, /STORE_CORRUPT/],
      [{ store: join(folder, 'none', 'store.db') }, 4, /STORE_UNWRITABLE/],
      [{}, 0, /^$/],
    ];
    for (const [changes, exitCode, text] of cases) {
      const told = await refusal(changes);
      assert.match(told.text, text);
      assert.equal(told.exitCode, exitCode, told.text);
    }
  });

  it('holds its store and port against a second one; killed, they are free and whole for the next, which stops gracefully', async () => {
    const first = run();
    const url = await first.listening;
    const second = await run().exit;
    assert.match(second.errors, /another coordinator.*STORE_LOCKED/);
    assert.ok(!second.errors.includes('    at '), 'no stack for what a person can mend');
    assert.equal(second.code, 4);
    const third = await refusal({ store: file('other.db'), port: Number(new URL(url).port) });
    assert.match(third.text, /PORT_IN_USE/);
    assert.equal(third.exitCode, 4);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    first.child.kill('SIGKILL');
    await first.exit;
    const next = run();
    assert.equal((await fetch(`${await next.listening}/readyz`)).status, 200);
    next.child.kill('SIGINT');
    assert.equal((await next.exit).code, 0);
    openSqliteStore(file('store.db'), { federation: 'process', parameters: 0 }).close();
  });
});
