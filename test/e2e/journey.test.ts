import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { consentCommand } from '../../cli/commands/consent.ts';
import { previewSchema } from '../../client/schemas.ts';
import { runHere } from '../cli/in-process.ts';
import type { DecoderReport } from '../../core/transfer/decoder/report.ts';
import { address, column, freePort, json, PLATFORMS, serving, operator } from './federation.ts';
import { COMMAND, descendants, isAlive, ROOT, Workplace } from './isthmus.ts';
import type { Running } from './isthmus.ts';

/** The folder of all files inside the containers of compose.yaml. */
const VOLUME = '/var/lib/isthmus';
const PERSONS = 500;

describe('a stranger tries a federation, with the commands of deploy/compose.yaml', function () {
  this.timeout(240_000);
  let place: Workplace;
  let url: string;
  const running = new Map<string, Running>();

  before(async () => {
    place = await Workplace.make();
    const setup = await place.spawn([join(ROOT, 'deploy/setup.sh'), 'try', String(PERSONS), '160'], {
      ISTHMUS: COMMAND.join(' '),
    }).ended;
    assert.equal(setup.code, 0, setup.stderr);
  });

  after(() => place.leave());

  /** The arguments of a service, without its containers. */
  function command(service: string): string[] {
    const file = parse(readFileSync(join(ROOT, 'deploy/compose.yaml'), 'utf8'), { merge: true }) as {
      services: Record<string, { command: string }>;
    };
    return file.services[service].command
      .replaceAll(VOLUME, 'try')
      .replace('--host 0.0.0.0 --port 7480', '--port 0')
      .replace('http://coordinator:7480', url)
      .replace('--serve-port 7481', '--serve-port 0')
      .split(' ');
  }

  it('is set up once: secrets for their owner alone, and a second time nothing is touched', async () => {
    const before = readFileSync(place.path('try/manifest.yaml'), 'utf8');
    const again = await place.spawn([join(ROOT, 'deploy/setup.sh'), 'try'], { ISTHMUS: COMMAND.join(' ') }).ended;
    assert.deepEqual([again.code, again.stdout], [0, 'try is set up already\n']);
    assert.equal(readFileSync(place.path('try/manifest.yaml'), 'utf8'), before);
  });

  it('starts a coordinator that is healthy and ready', async () => {
    running.set('coordinator', place.start(...command('coordinator'), '--events', 'json'));
    url = await address(running.get('coordinator')!);
    assert.deepEqual(await json(`${url}/healthz`), { status: 'ok' });
    assert.deepEqual(await json(`${url}/readyz`), { status: 'ready' });
  });

  it('starts three platforms that come to serve first recommendations', async () => {
    for (const name of PLATFORMS) running.set(name, place.start(...command(name), '--events', 'json'));
    await Promise.all(PLATFORMS.map((name) => serving(running.get(name)!)));
    const received = running.get('books')!.events.filter(({ kind }) => kind === 'received');
    assert.deepEqual(
      received.map(({ source, persons }) => [source, persons]).sort(),
      [
        ['films', PERSONS],
        ['music', PERSONS],
      ],
      'both sources released everybody who consented',
    );
  });

  it('shows an operator where the federation stands', async () => {
    const status = (await json(`${url}/v1/status`, operator(place, 'try/coordinator.db'))) as {
      federation: string;
      epsilon: { spent: number; budget: number };
      platforms: { platform: string; state: string; stage: string }[];
    };
    assert.equal(status.federation, 'sample');
    assert.equal(status.epsilon.budget, 4);
    assert.ok(status.epsilon.spent > 3 && status.epsilon.spent <= 4, `epsilon ${status.epsilon.spent}`);
    assert.deepEqual(
      status.platforms.map(({ platform, state }) => `${platform} ${state}`),
      ['films online', 'books online', 'music online'],
    );
    const headers = operator(place, 'try/coordinator.db');
    const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
    assert.match(metrics, /^isthmus_platforms_online 3$/m);
    assert.match(metrics, /^isthmus_epsilon_budget 4$/m);
    assert.match(metrics, /^isthmus_letters_waiting 0$/m);
  });

  const ask = (person: string): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    place.run('recommend', '--state', 'try/books-state', '--person', person, '--k', '5', '--json');
  const persons = (platform: string): ReadonlySet<string> => column(place, `try/data/${platform}.tsv`, 0);
  const coldPerson = (): string => {
    const here = persons('books');
    const cold = [...persons('films')].find((person) => !here.has(person));
    assert.ok(cold !== undefined);
    return cold;
  };

  /** True if the decoder that serves uses the release of films, as books reported at its fit. */
  const transfers = (): boolean => {
    const fitted = running.get('books')!.events.filter(({ kind }) => kind === 'decoder');
    const { blend, sources } = fitted[fitted.length - 1].report as DecoderReport;
    return blend.decoder > 0 && sources.some(({ source, weight }) => source === 'films' && weight > 0);
  };

  it('recommends to a cold person from what films released of them, and says so', async () => {
    const { code, stdout, stderr } = await ask(coldPerson());
    assert.equal(code, 0, stderr);
    const answer = JSON.parse(stdout) as {
      items: { score: number }[];
      basis: string;
      sources: string[];
      claim: string;
    };
    assert.equal(answer.items.length, 5);
    assert.ok(answer.items.every(({ score }, i) => i === 0 || score <= answer.items[i - 1].score));
    assert.match(answer.claim, /epsilon 4/);
    const told = await place.run('recommend', '--state', 'try/books-state', '--person', coldPerson(), '--k', '2');
    // The noise is real, and so few persons may be lost in it. The guard then rejects transfer, and the answer says so.
    if (transfers()) {
      assert.deepEqual([answer.basis, answer.sources], ['representation', ['films']]);
      assert.match(told.stdout, /Based on: what films released of this person\./);
      assert.match(told.stdout, /= films [+-]0\.\d{3} /, 'every score has its parts');
    } else {
      assert.notEqual(answer.basis, 'representation');
      assert.deepEqual(answer.sources, []);
      assert.doesNotMatch(told.stdout, /what films released/);
    }
  });

  it('answers programs on loopback, for the token alone', async () => {
    const books = await address(running.get('books')!);
    const path = `${books}/v1/recommendations/${coldPerson()}?as=person&k=3`;
    assert.equal((await fetch(path)).status, 401);
    const token = readFileSync(place.path('try/books-state/token'), 'utf8').trim();
    const answer = (await json(path, { authorization: `Bearer ${token}` })) as { items: unknown[] };
    assert.equal(answer.items.length, 3);
    const metrics = await (await fetch(`${books}/metrics`)).text();
    assert.match(metrics, /^isthmus_epsilon_budget 4$/m);
    assert.match(metrics, /^isthmus_epsilon_spent 3\.\d+$/m);
    assert.match(metrics, /^isthmus_budget_exhausted 0$/m);
    assert.ok(!metrics.includes(coldPerson()));
  });

  it('shows a person what films tells books, through the agent that runs, and logs nobody', async () => {
    const person = coldPerson();
    const terms = ['--state', place.path('try/films-state'), '--person', person, '--target', 'books'];
    const { code, stdout, stderr } = await runHere(consentCommand(), 'preview', ...terms, '--json');
    assert.equal(code, 0, stderr);
    const shown = previewSchema.parse(JSON.parse(stdout));
    assert.deepEqual([shown.release, shown.consents.map(({ inForce }) => inForce)], ['raw', [true]]);
    assert.equal(shown.representation.length, shown.numbers);
    const own = column(place, 'try/data/films.tsv', 1);
    assert.ok(shown.items.length > 0 && shown.items.every(({ item, title }) => own.has(item) && title !== undefined));
    const text = await runHere(consentCommand(), 'preview', ...terms);
    assert.match(
      text.stdout,
      /^films would tell books about this person \d+ numbers, at most \d+ bits \(release raw\)\.$/m,
    );
    const stranger = await runHere(
      consentCommand(),
      'preview',
      ...terms.slice(0, 2),
      '--person',
      'x',
      ...terms.slice(4),
    );
    assert.equal(stranger.code, 3);
    assert.match(stranger.stderr, /holds no such person, .* \[PLATFORM_REFUSED\]/);
  });

  it('forgets a person at both ends when consent is withdrawn', async () => {
    const person = coldPerson();
    const seen = running.get('books')!.events.length;
    const { code, stdout } = await place.run('consent', 'withdraw', '--state', 'try/films-state', '--person', person);
    assert.deepEqual([code, stdout], [0, 'consents withdrawn: 1; the targets are told to delete\n']);
    await running.get('books')!.event(({ kind }) => kind === 'withdrawn', seen);
    await serving(running.get('books')!, seen);
    const answer = JSON.parse((await ask(person)).stdout) as { basis: string; known: boolean };
    assert.deepEqual([answer.basis === 'representation', answer.known], [false, false]);
    const list = await place.run('consent', 'list', '--state', 'try/films-state', '--person', person);
    assert.equal(list.stdout, 'person\ttarget\tepoch\texpires\talso\n');
  });

  it('stops when asked: exit code 0, no process left, ports free, state closed', async () => {
    const pids = [...running.values()].map(({ pid }) => pid);
    const ends = await Promise.all([...running.values()].map((one) => one.stop()));
    for (const { code, signal, stderr } of ends) assert.deepEqual([code, signal], [0, null], stderr);
    assert.deepEqual(pids.filter(isAlive), []);
    await assert.rejects(fetch(`${url}/healthz`));
    const { code, stderr } = await ask('s000000');
    assert.equal(code, 6);
    assert.match(stderr, /no agent runs on .* \[PLATFORM_NOT_RUNNING\]/);
    const left = readdirSync(place.path('try/books-state')).sort();
    assert.deepEqual(left, ['state.db', 'token']);
  });

  it('left nothing secret and nobody in its logs and events', () => {
    const keys = readdirSync(place.path('try')).filter((file) => file.endsWith('.key'));
    const secrets = keys.flatMap((file) => {
      const text = readFileSync(place.path('try', file), 'utf8');
      return text.match(/[A-Za-z0-9+/]{43,}={0,2}/g) ?? [];
    });
    const token = readFileSync(place.path('try/books-state/token'), 'utf8').trim();
    const people = [...persons('films'), ...persons('books')];
    const items = [...column(place, 'try/data/books.items.tsv', 0)];
    assert.ok(secrets.length >= 9 && people.length > PERSONS && items.length === 160);
    for (const [name, { stderr, events }] of running) {
      const said = `${stderr}\n${events.map((event) => JSON.stringify(event)).join('\n')}`;
      assert.ok(said.length > 500, `${name} said something`);
      for (const secret of [...secrets, token]) assert.ok(!said.includes(secret), `${name} told a key`);
      for (const id of [...people, ...items]) assert.ok(!said.includes(id), `${name} told ${id}`);
      // Shares, masks, sealed letters and pseudonyms: anything long that looks random.
      assert.equal(/[A-Za-z0-9+/_-]{40,}/.exec(said)?.[0], undefined, name);
    }
  });

  it('runs as one script in a folder, and leaves nothing behind when told to stop', async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const script = place.spawn([join(ROOT, 'deploy/local.sh'), 'try'], { ISTHMUS: COMMAND.join(' '), PORT: `${port}` });
    await script.says(/Ctrl-C ends all/);
    const expected = ['coordinator', 'films', 'music', 'books'].map((service) =>
      ['isthmus', ...command(service)].join(' ').replace(/ --port 0$/, ` --host 127.0.0.1 --port ${port}`),
    );
    const printed = script.stdout.split('\n').filter((line) => line.startsWith('isthmus '));
    assert.deepEqual(printed, expected, 'the commands of compose.yaml');
    const books = place.spawn(['tail', '-F', '-n', '+1', 'try/books.events']);
    await serving(books);
    const all = descendants(script.pid).filter(({ command: line }) => line.includes('try/manifest.yaml'));
    assert.equal(all.length, 4, all.map(({ command: line }) => line).join('\n'));
    const { code, signal, stderr } = await script.stop('SIGINT');
    assert.deepEqual([code, signal], [0, null], stderr);
    assert.deepEqual(
      all.filter(({ pid }) => isAlive(pid)),
      [],
    );
    await books.stop();
  });
});
