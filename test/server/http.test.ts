import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { socketTransport } from '../../client/transport/socket-io.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { PublicStatus } from '../../server/public-status.ts';
import type { CoordinatorStatus } from '../../server/status.ts';
import { House } from './house.ts';
import { tinyFederation } from './tiny-federation.ts';

describe('coordinator over sockets, and HTTP beside it', () => {
  let house: House;
  const start = (changes = {}) =>
    house.start({ carrier: { kind: 'sockets', host: '127.0.0.1', port: 0, operatorToken: 'sesame' }, ...changes });
  const operator = { authorization: 'Bearer sesame' };
  const get = (path: string, headers: Readonly<Record<string, string>> = operator) =>
    fetch(`${house.coordinator.address!}${path}`, { headers });
  const joinAll = (): void => {
    const url = house.coordinator.address!;
    house.joinAll({ transport: (options) => socketTransport({ ...options, url }) });
  };
  afterEach(() => house.tearDown());

  /** Values of the metrics by name and labels. */
  async function metrics(): Promise<ReadonlyMap<string, number>> {
    const lines = (await (await get('/metrics')).text()).split('\n').filter((line) => line && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  }

  it('runs rounds over sockets; health, readiness, status and metrics tell of it', async () => {
    house = new House(tinyFederation({ epsilon: 4, parameters: 70_000, rounds: { count: 2 } }));
    const coordinator = await start();
    assert.deepEqual(await (await get('/healthz')).json(), { status: 'ok' });
    assert.equal((await get('/readyz')).status, 200);
    joinAll();
    assert.equal(await coordinator.roundsOver, 'completed');
    const status = (await (await get('/v1/status')).json()) as CoordinatorStatus;
    const over = { state: 'over', waitingFor: null, ending: 'completed', missed: [], underWay: null } as const;
    assert.deepEqual(status.rounds, { completed: 2, of: 2, ...over });
    assert.equal(status.version, 1);
    assert.deepEqual(
      status.platforms.map(({ platform, state, prepared }) => [platform, state, prepared]),
      [
        ['p0', 'online', true],
        ['p1', 'online', true],
        ['p2', 'online', true],
      ],
    );
    assert.equal(status.attempts.length, 2);
    assert.equal(status.noPrivacy, false);
    const figures = await metrics();
    assert.equal(figures.get('isthmus_attempts_total{outcome="completed"}'), 2);
    assert.equal(figures.get('isthmus_attempts_total{outcome="abandoned"}'), 0);
    assert.equal(figures.get('isthmus_rounds_completed'), 2);
    assert.equal(figures.get('isthmus_platforms_online'), 3);
    assert.equal(figures.get('isthmus_stage_seconds_count{stage="masked-input"}'), 2);
    assert.equal(figures.get('isthmus_budget_exhausted'), 0);
    assert.equal(figures.get('isthmus_no_privacy'), 0);
    const spent = figures.get('isthmus_epsilon_spent')!;
    assert.ok(spent > 3.5 && spent <= 4, String(spent));
    // Three platforms, two rounds, 70,000 parameters in at most four bytes each.
    const inBytes = figures.get('isthmus_wire_bytes_total{direction="received"}')!;
    assert.ok(inBytes > 3 * 2 * 70_000 * 2 && inBytes < 3 * 2 * 70_000 * 4.1 + 20_000, String(inBytes));
  });

  it('answers to its own names alone, with one form of errors', async () => {
    house = new House(tinyFederation());
    await start({
      carrier: { kind: 'sockets', host: 'localhost', hostNames: ['c.example'], port: 0, operatorToken: 'sesame' },
    });
    const { port } = new URL(house.coordinator.address!);
    const ask = (host: string, path: string): Promise<{ readonly status: number; readonly text: string }> =>
      new Promise((resolve, reject) => {
        const asked = request({ host: 'localhost', port, path, headers: { host, ...operator } }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        });
        asked.on('error', reject).end();
      });
    for (const host of ['c.example', 'localhost', `127.0.0.1:${port}`]) {
      assert.equal((await ask(host, '/v1/status')).status, 200, host);
    }
    for (const path of ['/healthz', '/readyz', '/metrics', '/v1/status', '/nothing']) {
      const { status, text } = await ask('evil.example', path);
      assert.equal(status, 421);
      assert.match(text, /^\{"code":"HTTP_WRONG_HOST","message":"[^"]*--host-name NAME[^"]*"\}$/);
    }
    const { status, text } = await ask('c.example', '/nothing/p000123');
    assert.deepEqual([status, text.includes('p000123')], [404, false]);
    assert.deepEqual(Object.keys(JSON.parse(text) as object), ['code', 'message']);
  });

  it('a federation without privacy says so everywhere', async () => {
    house = new House(tinyFederation({ epsilon: null, rounds: { count: 1 } }));
    const said: string[] = [];
    const warn = (message: string): void => void said.push(message);
    await start({ log: { debug: () => undefined, info: () => undefined, warn, error: warn } });
    assert.match(said[0], /^NO PRIVACY/);
    const status = (await (await get('/v1/status')).json()) as CoordinatorStatus;
    assert.deepEqual([status.noPrivacy, status.epsilon], [true, null]);
    const figures = await metrics();
    assert.equal(figures.get('isthmus_no_privacy'), 1);
    assert.ok(!figures.has('isthmus_epsilon_spent') && !figures.has('isthmus_epsilon_budget'));
  });

  it('states no spend where the strategy promises nothing: it would bound nothing', async () => {
    house = new House(tinyFederation({ epsilon: 4, law: 'sealed-only', rounds: { count: 1 } }));
    const said: string[] = [];
    const info = (message: string): void => void said.push(message);
    const coordinator = await start({ log: { debug: () => undefined, info, warn: info, error: info } });
    joinAll();
    assert.equal(await coordinator.roundsOver, 'completed');
    const status = (await (await get('/v1/status')).json()) as CoordinatorStatus;
    assert.deepEqual([status.noPrivacy, status.epsilon], [false, null]);
    assert.ok(!(await metrics()).has('isthmus_epsilon_spent'));
    assert.ok(said.some((line) => line.includes('privacy is not bounded')));
    assert.ok(!said.includes('privacy spent'));
  });

  it('a budget that is spent stands in the metrics', async () => {
    house = new House(tinyFederation({ epsilon: 2, plannedRounds: 1, rounds: { count: 2 } }));
    const coordinator = await start();
    joinAll();
    assert.equal(await coordinator.roundsOver, 'budget-exhausted');
    assert.equal((await metrics()).get('isthmus_budget_exhausted'), 1);
  });

  it('codes that platforms make up do not become series of their own', async () => {
    house = new House(tinyFederation({ rounds: { count: 1 } }));
    const coordinator = await start();
    const platform = house.join(0, {
      transport: (options) => socketTransport({ ...options, url: coordinator.address! }),
    });
    await platform.link.send({ kind: 'failure', code: 'MADE_UP_1234', text: 'x', about: 0 });
    await platform.link.drained();
    const figures = await metrics();
    assert.equal(figures.get('isthmus_failures_total{code="other",seen="there"}'), 1);
    assert.ok(![...figures.keys()].some((name) => name.includes('MADE_UP')));
  });

  it('a port in use is told, and nothing is left open', async () => {
    house = new House(tinyFederation());
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await assert.rejects(start({ carrier: { kind: 'sockets', host: '127.0.0.1', port } }), {
      code: 'PORT_IN_USE',
      message: new RegExp(`port ${port} .*--port`),
    });
    other.close();
  });

  it('an address that is not ours is told apart from one in use', async () => {
    house = new House(tinyFederation());
    for (const host of ['203.0.113.7', 'no-such-host.invalid']) {
      await assert.rejects(start({ carrier: { kind: 'sockets', host, port: 0 } }), {
        code: 'LISTEN_ADDRESS',
        message: new RegExp(`${host} is not an address of this machine: choose another --host`),
      });
    }
  });

  it('shows metrics and the whole status to whoever holds the token, and to nobody where there is none', async () => {
    house = new House(tinyFederation());
    await start();
    const wrong: readonly Readonly<Record<string, string>>[] = [
      ...['Bearer sesam', 'Bearer sesame ', 'bearer sesame', 'sesame', 'Basic c2VzYW1l', 'Bearer '].map(
        (authorization) => ({ authorization }),
      ),
    ];
    for (const headers of wrong) {
      for (const path of ['/metrics', '/v1/status']) {
        const refused = await get(path, headers);
        const isWrong = headers.authorization.trim() !== 'Bearer sesame';
        assert.equal(refused.status, isWrong ? 401 : 200, headers.authorization);
      }
    }
    assert.equal((await get('/metrics', {})).status, 401);
    assert.ok('platforms' in ((await (await get('/v1/status')).json()) as object));
    assert.equal((await get('/metrics')).status, 200);
    await house.tearDown();
    house = new House(tinyFederation());
    await start({ carrier: { kind: 'sockets', host: '127.0.0.1', port: 0 } });
    for (const headers of [operator, { authorization: 'Bearer undefined' }, { authorization: 'Bearer ' }]) {
      assert.equal((await get('/metrics', headers)).status, 401);
      assert.equal((await get('/v1/status', headers)).status, 401);
    }
  });

  it('shows everybody else nothing of an attempt under way, and what has ended once the minute is full', async () => {
    house = new House(tinyFederation({ epsilon: 4, rounds: { count: 2 } }));
    let minutes = 0;
    const clock: Clock = { ...house.clock, now: () => minutes * 60_000 };
    const coordinator = await start({ clock });
    const others = async (): Promise<PublicStatus> => (await (await get('/v1/status', {})).json()) as PublicStatus;
    const first = await others();
    assert.deepEqual(first, {
      federation: coordinator.plan.manifest.federation,
      version: 1,
      strategy: coordinator.plan.encoder.name,
      noPrivacy: false,
      rounds: { completed: 0, of: 2, ending: null },
      epsilon: { spent: 0, budget: 4, delta: 1e-6 },
      asOf: '1970-01-01T00:00:00.000Z',
    });
    const seen: PublicStatus[] = [];
    house.coordinator.on(({ kind }) => {
      if (kind === 'stage') void others().then((status) => seen.push(status));
    });
    joinAll();
    assert.equal(await coordinator.roundsOver, 'completed');
    assert.equal(coordinator.status().rounds.completed, 2);
    seen.push(await others());
    assert.ok(seen.length > 6);
    for (const status of seen) assert.deepEqual(status, first);
    minutes = 1;
    const { rounds, epsilon, asOf } = await others();
    assert.deepEqual([rounds, asOf], [{ completed: 2, of: 2, ending: 'completed' }, '1970-01-01T00:01:00.000Z']);
    assert.ok(epsilon!.spent! > 3.5);
  });

  it('has nothing else to say', async () => {
    house = new House(tinyFederation());
    await start();
    assert.equal((await get('/')).status, 404);
    assert.equal((await fetch(`${house.coordinator.address!}/v1/status`, { method: 'POST' })).status, 404);
  });
});
