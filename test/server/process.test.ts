/** The command as a process: its refusals, its exit codes, and the state that survives a kill. */
import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
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
import { planFederation } from '../../core/federation/plan.ts';
import { socketTransport } from '../../client/transport/socket-io.ts';
import { systemClock } from '../../host/system.ts';
import { silentLog } from '../../host/log.ts';
import type { CoordinatorEvent } from '../../server/events.ts';
import { runCoordinator } from '../../server/run.ts';
import type { RunSettings } from '../../server/run.ts';
import { openSqliteStore } from '../../server/store/sqlite.ts';
import { COMMAND } from '../e2e/isthmus.ts';
import { testRandom } from '../../compliance/wire-federation.ts';
import { TestPlatform } from './test-platform.ts';

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
      encoder: encoderSpec('linear-bridge'),
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

  function run(...more: readonly string[]) {
    const options = {
      manifest: file('manifest.yaml'),
      identity: file('coordinator.key'),
      store: file('store.db'),
      port: '0',
    };
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const command = [...COMMAND.slice(1), 'coordinator', '--events', 'json', ...flags, ...more];
    const child = spawn(COMMAND[0], command, { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const exit = once(child, 'close').then(([code]) => ({ code: code as number | null, errors }));
    const lines = createInterface(child.stdout);
    const told = <Value>(pick: (event: CoordinatorEvent) => Value | undefined): Promise<Value> =>
      new Promise((resolve) => {
        lines.on('line', (line) => {
          const value = pick(JSON.parse(line) as CoordinatorEvent);
          if (value !== undefined) resolve(value);
        });
      });
    const listening = told((event) => (event.kind === 'listening' ? event.url : undefined));
    const over = told((event) =>
      event.kind === 'rounds-over'
        ? [event.ending, event.missed.map(({ platform, attempts, because }) => [platform, attempts, because])]
        : undefined,
    );
    return { child, exit, listening, over };
  }

  /** Runs the command in this process. @returns text and exit code of its error. */
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

  it('goes on when a round is given up, names who was missing, and ends with 6 only if it was to end with the rounds', async () => {
    const random = testRandom('given up');
    const [coordinator, ...platforms] = ['coordinator', 'alpha', 'beta', 'gamma'].map((name) =>
      generateIdentity(name, random),
    );
    const manifest = draftManifest({
      federation: 'process',
      seed: 's',
      coordinator,
      platforms: platforms.map((identity) => ({ identity, items: 10, personsAbout: 1000 })),
      encoder: encoderSpec('shared-trunk', { 'autoencoder.hidden': 4, 'autoencoder.bottleneck': 4 }),
      privacy: { epsilon: 4 },
      rounds: { count: 2, maxAttempts: 1 },
    });
    writeFileSync(file('manifest.yaml'), formatManifest(manifest));
    writeFileSync(file('coordinator.key'), formatIdentity(coordinator), { mode: 0o600 });
    const federation = { manifest, plan: planFederation(manifest), coordinator, platforms };
    const join = (url: string): readonly TestPlatform[] =>
      platforms.map(
        (identity) =>
          new TestPlatform({
            federation,
            identity,
            transport: (options) => socketTransport({ ...options, url }),
            clock: systemClock,
            ...(identity.name === 'beta' && { declines: () => 'POLICY_FLOOR' }),
          }),
      );
    for (const [flags, code] of [
      [[], 0],
      [['--until-rounds-over'], 6],
    ] as const) {
      const { child, exit, listening, over } = run(...flags);
      const members = join(await listening);
      assert.deepEqual(await over, ['gave-up', [['beta', 1, 'it declined with POLICY_FLOOR']]]);
      if (code === 0) {
        assert.equal((await fetch(`${await listening}/readyz`)).status, 200);
        child.kill('SIGTERM');
      }
      const ended = await exit;
      assert.equal(ended.code, code, ended.errors);
      assert.match(ended.errors, /round 1 is given up for now.*missing: beta once \(it declined with POLICY_FLOOR\)/);
      for (const member of members) await member.link.close();
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
