import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { EXIT } from '../../host/exit-codes.ts';
import { address, coordinator, found, json, PLATFORMS, platform, serving, operator } from '../e2e/federation.ts';
import { COMMAND, Workplace } from '../e2e/isthmus.ts';
import type { Ended } from '../e2e/isthmus.ts';

const PSEUDONYMS = ['--unsafe-shared-pseudonym-key', 'fed/pseudonym.key'];
const SIZE = { persons: 100, items: 160 };

function refused({ code, stderr, stdout }: Ended, expected: number, told: RegExp): void {
  assert.equal(code, expected, stderr);
  assert.match(stderr, told);
  assert.doesNotMatch(stderr, /\n\s+at |internal error/, 'no stack');
  assert.equal(
    stdout
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('{'))
      .join('\n'),
    '',
  );
}

describe('what goes wrong in operation', function () {
  this.timeout(300_000);
  let place: Workplace;

  beforeEach(async () => {
    place = await Workplace.make();
  });

  afterEach(() => place.leave());

  /** Shell commands that run before the isthmus command, in the same process. */
  const under = (limit: string, args: readonly string[]): readonly string[] => {
    const quoted = [...COMMAND, ...args].map((word) => `'${word}'`).join(' ');
    return ['sh', '-c', `${limit}; exec ${quoted}`];
  };

  it('a store, a state and a port belong to one process: the second is told, the first goes on', async () => {
    await found(place, SIZE, ['--unsafe-shared-pseudonym-key']);
    const first = coordinator(place, '--port', '0');
    const url = await address(first);
    const films = platform(place, 'films', url, ...PSEUDONYMS);
    const local = await address(films);
    await films.event(({ kind, state }) => kind === 'link' && state === 'online');
    const port = (of: string): string => new URL(of).port;
    const seconds = await Promise.all([
      coordinator(place, '--port', '0').ended,
      place.run(
        ...['coordinator', '--manifest', 'fed/manifest.yaml', '--identity', 'fed/coordinator.key'],
        ...['--store', 'another.db', '--port', port(url)],
      ),
      platform(place, 'films', url, ...PSEUDONYMS).ended,
      platform(place, 'music', url, ...PSEUDONYMS, '--serve-port', port(local)).ended,
      platform(place, 'books', url, ...PSEUDONYMS, '--state', 'films-state').ended,
    ]);
    const told: readonly RegExp[] = [
      /coordinator\.db is in use: another coordinator runs on this store; stop it first.*STORE_LOCKED/,
      /port \d+ of 127\.0\.0\.1 is in use by another program: stop it, or choose another --port.*PORT_IN_USE/,
      /films-state\/state\.db is in use by another process: stop it, or give this one its own state.*STORE_LOCKED/,
      /port \d+ of 127\.0\.0\.1 is in use by another program: stop it, or choose another --serve-port.*PORT_IN_USE/,
      /STORE_LOCKED/,
    ];
    seconds.forEach((ended, index) => refused(ended, EXIT.resource, told[index]));
    assert.deepEqual(await json(`${url}/readyz`), { status: 'ready' });
    assert.deepEqual(((await json(`${local}/healthz`)) as { status: string }).status, 'ok');
    assert.equal((await films.stop()).code, EXIT.ok);
    const other = await platform(place, 'books', url, ...PSEUDONYMS, '--state', 'films-state').ended;
    refused(
      other,
      EXIT.resource,
      /is the state of platform "films".*give each platform its own --state.*STORE_FOREIGN/,
    );
    assert.equal((await first.stop()).code, EXIT.ok);
  });

  it('nobody in common, and a person without a history: the others are served what they like, and it is said', async () => {
    await found(place, SIZE, ['--unsafe-shared-pseudonym-key', '--sources', 'films,music']);
    const books = readFileSync(place.path('data/books.tsv'), 'utf8');
    writeFileSync(place.path('data/books.tsv'), books.replace(/^s/gm, 't'));
    const consents = ['consent', 'add', '--state', 'films-state', '--target', 'books', '--person', 's000001,nobody'];
    assert.equal((await place.run(...consents)).code, EXIT.ok);
    const one = coordinator(place, '--port', '0');
    const url = await address(one);
    const films = platform(place, 'films', url, ...PSEUDONYMS, '--no-receive');
    const music = platform(place, 'music', url, ...PSEUDONYMS, '--no-receive');
    const target = platform(place, 'books', url, ...PSEUDONYMS);
    await serving(target);
    const released = await films.event(({ kind }) => kind === 'released');
    assert.equal(released.persons, 1, 'who has no history is not released');
    await target.says(
      /no person is both here and in the received representations.*compare pseudonym keys and consents/,
    );
    for (const person of ['s000001', 'nobody']) {
      const { code, stdout } = await place.run('recommend', '--state', 'books-state', '--person', person, '--json');
      assert.equal(code, EXIT.ok);
      const answer = JSON.parse(stdout) as { basis: string; items: unknown[] };
      assert.deepEqual([answer.basis, answer.items.length], ['popularity', 10]);
    }
    const ends = await Promise.all([films, music, target, one].map((running) => running.stop()));
    for (const { code, stderr } of ends) assert.equal(code, EXIT.ok, stderr);
  });

  it('a coordinator whose disk fills up says so and stops; with room again it goes on where it was', async () => {
    await found(place, SIZE, [
      ...['--strategy', 'shared-trunk', '--epsilon', '8', '--rounds', '3', '--release', 'none'],
      ...['--set', 'autoencoder.hidden=64', '--set', 'autoencoder.bottleneck=16', '--set', 'subspace.steps=1'],
    ]);
    const args = ['coordinator', '--manifest', 'fed/manifest.yaml', '--identity', 'fed/coordinator.key'];
    const store = ['--store', 'coordinator.db', '--events', 'json'];
    // A limit of 190 x 512 bytes per file: enough to open the store and to charge a round, but not for the round's
    // model.
    const short = place.spawn(under('ulimit -f 190', [...args, ...store, '--port', '0']));
    const url = await address(short);
    const platforms = PLATFORMS.map((name) => platform(place, name, url));
    const { code, stderr, stdout } = await short.ended;
    assert.equal(code, EXIT.resource, stderr);
    assert.match(stderr, /coordinator\.db: .*disk.* \[STORE_(UNWRITABLE|FULL)\]\n$/);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
    const completed = stdout.split('\n').filter((line) => line.includes('"outcome":"completed"')).length;
    assert.ok(completed < 3, `${completed} rounds found room`);

    const again = coordinator(place, '--port', new URL(url).port);
    await again.event(({ kind }) => kind === 'rounds-over');
    const { rounds, attempts } = (await json(`${url}/v1/status`, operator(place))) as {
      rounds: { completed: number };
      attempts: { round: number; end?: { outcome: string } }[];
    };
    assert.equal(rounds.completed, 3);
    const done = attempts.filter(({ end }) => end?.outcome === 'completed').map(({ round }) => round);
    assert.deepEqual(done, [1, 2, 3], 'no round twice, none left out');
    for (const running of [...platforms, again]) assert.equal((await running.stop()).code, EXIT.ok, running.stderr);
  });

  it('a platform whose disk fills up says so and stops, and has charged what it drew when it comes back', async () => {
    await found(place, SIZE, ['--unsafe-shared-pseudonym-key']);
    const consents = ['consent', 'add', '--state', 'films-state', '--target', 'books', '--person', 's000001'];
    assert.equal((await place.run(...consents)).code, EXIT.ok);
    const args = [
      ...['platform', '--manifest', 'fed/manifest.yaml', '--identity', 'fed/films.key', '--data', 'data/films.tsv'],
      ...['--state', 'films-state', '--coordinator', 'http://127.0.0.1:9', ...PSEUDONYMS, '--events', 'json'],
    ];
    const { code, stderr, stdout } = await place.spawn(under('ulimit -f 60', args)).ended;
    assert.equal(code, EXIT.resource, stderr);
    assert.match(stderr, /isthmus: films-state\/state\.db: .*its disk must have room \[STORE_UNWRITABLE\]\n$/);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
    assert.doesNotMatch(stdout, /"stage":"ready"/);

    const again = place.start(...args);
    await again.event(({ kind, stage }) => kind === 'stage' && stage === 'ready');
    const charged = again.events.filter(({ kind }) => kind === 'epsilon').map(({ spent }) => Number(spent));
    assert.ok(Math.max(...charged) <= 4, charged.join(', '));
    assert.equal((await again.stop()).code, EXIT.ok);
    const list = await place.run('consent', 'list', '--state', 'films-state', '--json');
    assert.equal((JSON.parse(list.stdout) as { consents: unknown[] }).consents.length, 1, 'consents outlive it');
  });
});
