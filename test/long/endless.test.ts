/** A platform's process continues to do everything else beside work that never ends. */
import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inspectSources } from '../../cli/commands/data.ts';
import type { PlatformEvent } from '../../client/events.ts';
import { createPlatform } from '../../client/platform.ts';
import type { Platform } from '../../client/platform.ts';
import { socketTransport } from '../../client/transport/socket-io.ts';
import { formatManifest } from '../../core/federation/manifest.ts';
import { wireIdentity } from '../../core/federation/wire-identity.ts';
import { systemClock, systemRandom } from '../../host/system.ts';
import { writeIdentity } from '../../host/federation-files.ts';
import { createCoordinator } from '../../server/coordinator.ts';
import { smallWorld } from '../client/small-world.ts';

const SCRIPT = fileURLToPath(new URL('../client/endless-platform.ts', import.meta.url));
const TYPESCRIPT = `--import=${new URL('../typescript.mjs', import.meta.url).href}`;
const names = ['books', 'films', 'music'];

describe('A platform whose fit never ends', function () {
  this.timeout(120_000);
  let folder: string;
  let child: ChildProcess;
  const events: PlatformEvent[] = [];
  const watching = new Set<() => void>();
  const closers: (() => Promise<void>)[] = [];
  const file = (name: string): string => join(folder, name);

  /** The first event from `from` on that matches. */
  const seen = (matches: (event: PlatformEvent) => boolean, from = 0): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!events.slice(from).some(matches)) return;
        watching.delete(look);
        resolve();
      };
      watching.add(look);
      look();
    });
  const isStage = (stage: string) => (event: PlatformEvent) => event.kind === 'stage' && event.stage === stage;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'isthmus-endless-'))));
  afterEach(async () => {
    child.kill('SIGKILL');
    for (const close of closers.splice(0).reverse()) await close();
    rmSync(folder, { recursive: true });
  });

  it('answers, serves the earlier list, takes part in a round, keeps its link and stops when it is asked to', async () => {
    const world = smallWorld(
      {
        encoder: encoderSpec('shared-trunk', { 'autoencoder.hidden': 16 }),
        privacy: { epsilon: 8 },
        rounds: { count: 1, maxAttempts: 1, stageTimeoutMs: 20_000, trainTimeoutMs: 60_000 },
      },
      names,
    );
    const { manifest } = world;
    const coordinator = createCoordinator({
      manifest,
      identity: world.identity('coordinator'),
      store: world.coordinatorStore,
      carrier: { kind: 'sockets', host: '127.0.0.1', port: 0 },
      rounds: { firstPauseMs: 5, graceMs: 20 },
    });
    closers.push(() => coordinator.stop());
    await coordinator.start();
    const url = coordinator.address!;
    const platform = async (name: string): Promise<Platform> => {
      const identity = wireIdentity(manifest, world.identity(name));
      const transport = socketTransport({ url, identity, clock: systemClock, random: systemRandom });
      const made = createPlatform(world.options(name, { transport, receives: false }));
      closers.push(() => made.stop());
      await made.start();
      return made;
    };
    const films = await platform('films');
    const missing = await platform('music');
    const masked = new Promise<void>((resolve) => {
      missing.on((event) => {
        if (event.kind === 'attempt' && event.stage === 'masked-input') resolve();
      });
    });

    const books = world.domains.get('books')!;
    const rows = books.persons.flatMap((person, row) =>
      Array.from(
        books.items.subarray(books.offsets[row], books.offsets[row + 1]),
        (i) => `${person}\t${books.catalogue[i]}\n`,
      ),
    );
    writeFileSync(file('books.tsv'), `person\titem\n${rows.join('')}`);
    await inspectSources([file('books.tsv')], {});
    writeFileSync(file('manifest.yaml'), formatManifest(manifest));
    writeIdentity(file('books.key'), world.identity('books'));
    writeFileSync(file('pseudonym.key'), Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 });
    const settings = {
      manifest: file('manifest.yaml'),
      identity: file('books.key'),
      data: file('books.tsv'),
      state: file('state'),
      coordinator: url,
      unsafeSharedPseudonymKey: file('pseudonym.key'),
      // One of the sources does not answer before the fit.
      releaseTimeoutMs: 1,
    };
    child = spawn(process.execPath, [TYPESCRIPT, SCRIPT, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ENDLESS_FIT: file('endless') },
    });
    createInterface({ input: child.stdout! }).on('line', (line) => {
      events.push(JSON.parse(line) as PlatformEvent);
      for (const look of watching) look();
    });

    await masked;
    await missing.stop();
    assert.equal(await coordinator.roundsOver, 'gave-up');
    await seen(isStage('serving'));
    const { url: local } = JSON.parse(readFileSync(file('state/endpoint.json'), 'utf8')) as { url: string };
    const authorization = `Bearer ${readFileSync(file('state/token'), 'utf8').trim()}`;
    const [person] = world.split.cold;
    const path = `/v1/recommendations/${person.person}?as=person&k=5`;
    const ask = async (of: string): Promise<Record<string, unknown>> => {
      const response = await fetch(new URL(of, local), { headers: { authorization } });
      assert.equal(response.status, 200);
      return (await response.json()) as Record<string, unknown>;
    };
    let list = await ask(path);
    while (list.basis !== 'representation') list = await ask(path);
    await seen(
      isStage('serving'),
      events.findIndex(({ kind }) => kind === 'received'),
    );

    writeFileSync(file('endless'), '');
    const before = events.length;
    await films.backend.book.withdraw([
      books.persons.find((one) => world.domains.get('films')!.persons.includes(one))!,
    ]);
    await seen(isStage('fitting'), before);
    const over = new Promise<string>((resolve) => {
      coordinator.on((event) => {
        if (event.kind === 'rounds-over') resolve(event.ending);
      });
    });
    await platform('music');
    assert.equal(await over, 'completed');
    assert.equal((await ask('/healthz')).status, 'ok');
    assert.deepEqual((await ask(path)).items, list.items, 'the earlier list');
    assert.ok(!events.some((event) => event.kind === 'link' && event.state === 'offline'));
    assert.ok(!events.slice(before).some(isStage('serving')), 'it fits to this moment');

    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });
});
