/** A platform as a person runs it: real processes over real sockets, by the commands of the README. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CommanderError } from 'commander';
import { consentCommand } from '../../cli/commands/consent.ts';
import { inspectSources } from '../../cli/commands/data.ts';
import { platformCommand } from '../../cli/commands/platform.ts';
import { failure } from '../../cli/failure.ts';
import { openConsents } from '../../client/consents.ts';
import { askAgent } from '../../client/serving/local-client.ts';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import type { Domain } from '../../core/data/domain.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { formatManifest } from '../../core/federation/manifest.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { writeIdentity } from '../../host/federation-files.ts';
import { runHere } from '../cli/in-process.ts';
import { COMMAND } from '../e2e/isthmus.ts';
import { NEVER, smallWorld } from './small-world.ts';

interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** The first event of that kind, before or after now. */
  event(kind: string, matches?: (event: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
}

describe('A platform as a process', function () {
  this.timeout(120_000);
  let folder: string;
  const running: Running[] = [];
  const file = (name: string): string => join(folder, name);

  const start = (...args: readonly string[]): Running => {
    const child = spawn(COMMAND[0], [...COMMAND.slice(1), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const events: Record<string, unknown>[] = [];
    const waiting = new Set<() => void>();
    let out = '';
    let err = '';
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    createInterface({ input: child.stdout }).on('line', (line) => {
      out += `${line}\n`;
      if (line.startsWith('{"kind"')) events.push(JSON.parse(line) as Record<string, unknown>);
      for (const look of waiting) look();
    });
    const finished = once(child, 'close').then(([code]): Finished => ({ code: code as number | null, out, err }));
    const started: Running = {
      process: child,
      finished,
      event: (kind, matches = () => true) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const found = events.find((event) => event.kind === kind && matches(event));
            if (found === undefined) return;
            waiting.delete(look);
            resolve(found);
          };
          waiting.add(look);
          void finished.then(({ code }) => reject(new Error(`ended with ${code} before "${kind}":\n${out}${err}`)));
          look();
        }),
    };
    running.push(started);
    return started;
  };
  const run = async (...args: readonly string[]): Promise<Finished> => start(...args).finished;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'isthmus-process-'))));
  afterEach(async () => {
    for (const { process: child } of running) child.kill('SIGKILL');
    await Promise.all(running.splice(0).map(({ finished }) => finished));
    rmSync(folder, { recursive: true });
  });

  it('goes the whole way: init, consent, coordinator, platforms, recommend, withdraw, restart', async () => {
    const { domains, split } = smallWorld();
    const [books, films] = ['books', 'films'].map((name) => domains.get(name)!);
    for (const domain of [books, films]) writeFileSync(file(`${domain.name}.tsv`), tsv(domain));
    writeFileSync(
      file('hidden.tsv'),
      split.cold
        .flatMap(({ person, positives }) => Array.from(positives, (item) => `${person}\t${books.catalogue[item]}\n`))
        .join(''),
    );
    await inspectSources([file('books.tsv'), file('films.tsv')], {});
    const sizes = ['--items', [books, films].map(itemsMet).join(','), '--persons', '400,400'];
    const init = await run(
      'init',
      '--unsafe-trial',
      '--platforms',
      'books,films',
      ...sizes,
      '--strategy',
      'linear-bridge',
      '--set',
      'plain-als.dimension=8',
      '--unsafe-shared-pseudonym-key',
      '--out',
      file('fed'),
    );
    assert.equal(init.code, 0, init.err);
    for (const key of ['coordinator', 'books', 'films', 'pseudonym']) {
      assert.equal(statSync(file(`fed/${key}.key`)).mode & 0o777, 0o600);
    }
    const before = await openConsents(file('films-state'), true);
    const terms = { target: 'books', epoch: 1, expires: NEVER };
    const everybody = { persons: films.persons, terms, dryRun: false };
    assert.deepEqual(await before.add({ ...everybody, acceptUnknown: false }), { unknown: null });
    before.close();

    const coordinator = start(
      'coordinator',
      '--manifest',
      file('fed/manifest.yaml'),
      '--identity',
      file('fed/coordinator.key'),
      '--store',
      file('coordinator.db'),
      '--port',
      '0',
      '--events',
      'json',
    );
    const { url } = await coordinator.event('listening');
    const platform = (name: string, ...more: readonly string[]): Running =>
      start(
        'platform',
        '--manifest',
        file('fed/manifest.yaml'),
        '--identity',
        file(`fed/${name}.key`),
        '--data',
        file(`${name}.tsv`),
        '--state',
        file(`${name}-state`),
        '--coordinator',
        String(url),
        '--unsafe-shared-pseudonym-key',
        file('fed/pseudonym.key'),
        '--events',
        'json',
        ...more,
      );
    const source = platform('films', '--no-receive');
    const target = platform('books', '--hidden', file('hidden.tsv'));
    await target.event('evaluated');
    await target.event('stage', ({ stage }) => stage === 'serving');

    const [{ person }] = split.cold;
    const answer = JSON.parse(
      (await run('recommend', '--state', file('books-state'), '--person', person, '--k', '3', '--json')).out,
    ) as { basis: string; items: unknown[] };
    assert.deepEqual([answer.basis, answer.items.length], ['representation', 3]);
    const document = JSON.parse(readFileSync(file('books-state/evaluation.json'), 'utf8')) as { coldPersons: number };
    assert.equal(document.coldPersons, split.cold.length);
    assert.match(String((await target.event('listening')).warnings), /^UNSAFE TRIAL: --unsafe-trial/);

    // The store is locked, so this goes through the running agent.
    const add = (target: string, who: string): ReturnType<typeof runHere> =>
      runHere(consentCommand(), 'add', '--state', file('films-state'), '--target', target, '--person', who);
    const strangers = await add('books', 'alice,bob');
    assert.equal(strangers.code, 3);
    assert.match(strangers.stderr, /no consent is recorded: .* holds no person alice, bob, /);
    const astray = await add('bookz', person);
    assert.equal(astray.code, 3);
    assert.match(astray.stderr, /"bookz" is not in the federation \(books\)/);
    const { withdrawn, told } = await (
      await openConsents(file('films-state'))
    ).withdraw({ persons: [person], dryRun: false });
    assert.deepEqual([withdrawn, told], [1, true]);
    await target.event('withdrawn', ({ persons }) => persons === 1);
    const path = `/v1/recommendations/${person}?as=person`;
    const later = (await askAgent(file('books-state'), { method: 'GET', path })) as { basis: string };
    assert.notEqual(later.basis, 'representation');

    source.process.kill('SIGKILL');
    assert.equal((await source.finished).code, null);
    const again = platform('films', '--no-receive');
    await again.event('stage', ({ stage }) => stage === 'serving');
    // The same key with another state: the newer process stays.
    const twin = platform('films', '--no-receive', '--state', file('twin-state'));
    const replaced = await again.finished;
    assert.equal(replaced.code, 6);
    assert.match(replaced.err, /the coordinator ended the link permanently: .*LINK_REPLACED.* \[LINK_ENDED\]/);
    await twin.event('stage', ({ stage }) => stage === 'serving');
    twin.process.kill('SIGTERM');
    target.process.kill('SIGINT');
    assert.deepEqual([(await twin.finished).code, (await target.finished).code], [0, 0]);
    await assert.rejects(askAgent(file('books-state'), { method: 'GET', path }), { code: 'PLATFORM_NOT_RUNNING' });
  });

  it('ends with a sentence and a code when it cannot begin', async () => {
    const { manifest, identity } = smallWorld().options('books');
    writeFileSync(file('manifest.yaml'), formatManifest(manifest));
    writeIdentity(file('books.key'), identity);
    writeIdentity(file('coordinator.key'), generateIdentity('coordinator', seededRandom('x')));
    writeFileSync(file('one.tsv'), 'person\titem\np\ti\n');
    writeFileSync(file('bad.yaml'), 'isthmus: 2\nfederation: X\n');
    const base = {
      manifest: file('manifest.yaml'),
      identity: file('books.key'),
      data: file('one.tsv'),
      state: file('state'),
      coordinator: 'http://127.0.0.1:1',
      'log-level': 'error',
    };
    const ends = async (changes: object, exitCode: number, text: RegExp): Promise<void> => {
      const args = Object.entries({ ...base, ...changes }).flatMap(([name, value]) => [`--${name}`, value]);
      try {
        await platformCommand()
          .exitOverride()
          .configureOutput({ writeErr: () => undefined })
          .parseAsync(args, { from: 'user' });
        assert.fail('it began');
      } catch (error) {
        const told = error instanceof CommanderError ? { text: error.message, exitCode: 2 } : failure(error);
        assert.match(told.text, text);
        assert.equal(told.exitCode, exitCode, told.text);
        assert.doesNotMatch(told.text, /\n\s+at /, 'a stack is for bugs');
      }
    };
    await ends({ manifest: file('none.yaml') }, 3, /none\.yaml: no such file.*MANIFEST_UNREADABLE/);
    await ends({ manifest: file('bad.yaml') }, 3, /bad\.yaml:2: federation: .*MANIFEST_INVALID/s);
    await ends({ identity: file('one.tsv') }, 3, /IDENTITY_INVALID/);
    await ends({ identity: file('coordinator.key') }, 3, /MANIFEST_MEMBER/);
    await ends({ data: file('none.tsv') }, 3, /none\.tsv does not exist.*DATA_UNREADABLE/);
    await ends({}, 3, /run "isthmus data inspect [^ ]*one\.tsv", check its output.*DATA_NO_READING/);
    await inspectSources([file('one.tsv')], {});
    const nobody = { 'max-epsilon': '1' };
    writeFileSync(file('own.tsv'), 'who\twhat\tthumbs\np\ti\t\nq\ti\tmany\n');
    const columns = { person: 'who', item: 'what', rating: 'thumbs' };
    await inspectSources([file('own.tsv')], { columns, out: file('own.yaml') });
    const read = { data: file('own.tsv'), reading: file('own.yaml') };
    const logged = { 'log-level': 'warn', 'log-file': file('log.jsonl') };
    // A bad row is left out. It never prevents a start.
    await ends({ ...read, ...logged, ...nobody }, 5, /POLICY_FLOOR/);
    const log = readFileSync(file('log.jsonl'), 'utf8');
    assert.match(log, /"bad":1,.*"first":"line 3: the rating is not a number".*"rows":2/);
    assert.doesNotMatch(log, /many/, 'a log holds no row');
    writeFileSync(file('own.tsv'), 'whom\twhat\tthumbs\np\ti\t\n');
    await ends(read, 3, /own\.tsv: no column "who" in the header.*isthmus data inspect.*DATA_HEADER/);
    writeFileSync(file('own.yaml'), 'reading: {}\n');
    await ends(read, 3, /own\.yaml is not a reading file: .*isthmus data inspect.*DATA_READING/);
    await ends({ 'max-epsilon': '1' }, 5, /epsilon is 4 .* at most 1 .*POLICY_FLOOR/);
    await ends({ coordinator: 'nowhere' }, 2, /address cannot be used/);
    await ends({ state: file('one.tsv') }, 4, /STATE_UNUSABLE/);
    const store = openSqliteStore(file('state/state.db'));
    await ends({}, 4, /in use by another process.*STORE_LOCKED/);
    store.close();
    await ends(nobody, 5, /POLICY_FLOOR/);
  });
});

function tsv(domain: Domain): string {
  const rows = domain.persons.flatMap((person, row) =>
    Array.from(
      domain.items.subarray(domain.offsets[row], domain.offsets[row + 1]),
      (item) => `${person}\t${domain.catalogue[item]}\n`,
    ),
  );
  return `person\titem\n${rows.join('')}`;
}

/** The catalogue of a file has the items that its persons have met. */
function itemsMet(domain: Domain): number {
  return new Set(domain.items).size;
}
