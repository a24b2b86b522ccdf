import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { ITEMS_IN_A_TURN } from '../../client/turns.ts';
import { PlatformError } from '../../client/errors.ts';
import { PlatformMetrics } from '../../client/serving/metrics.ts';
import { startService } from '../../client/serving/service.ts';
import type { Service, ServiceBackend } from '../../client/serving/service.ts';
import type { Preview } from '../../client/releases/preview.ts';
import type { Consent } from '../../core/federation/consent.ts';

const token = 'the token';
const metrics = new PlatformMetrics(() => ({ spent: 1.5, budget: 4, attempts: 2, refunds: 1 }));
let isReady = true;
let recorded: Consent[] = [];
let defects: unknown[] = [];

const nothing: Preview = {
  ...{ warnings: [], source: 'films', target: 'books', release: 'none', bound: 'nothing-sent', epsilon0: null },
  ...{ numbers: 0, bits: 0, claim: '', needs: [], consents: [], modelRound: null, representation: [] },
  ...{ history: 0, items: [] },
};

const backend: ServiceBackend = {
  stage: () => 'serving',
  recommend(who, k) {
    if (!isReady) return Promise.reject(new PlatformError('PLATFORM_NOT_READY', 'not yet'));
    const items = Array.from({ length: k }, (_, i) => ({ item: `i${i}`, score: -i, explanation: [] }));
    return Promise.resolve({
      items,
      basis: 'prior',
      sources: [],
      claim: JSON.stringify(who),
      known: false,
      warnings: [],
    });
  },
  preview: (person, target) => {
    if (!isReady) return Promise.reject(new PlatformError('PLATFORM_NOT_READY', 'not yet'));
    return Promise.resolve({ ...nothing, claim: JSON.stringify([person, target]) });
  },
  book: {
    platform: 'films',
    platforms: ['films', 'books'],
    consents: {
      list: ({ person, target } = {}) =>
        recorded.filter(
          (consent) => consent.person === (person ?? consent.person) && consent.target === (target ?? consent.target),
        ),
    },
    knows: (person) => person !== 'nobody',
    now: () => 50,
    add(consents) {
      recorded = [...recorded, ...consents];
      return Promise.resolve();
    },
    withdraw(persons) {
      const before = recorded.length;
      recorded = recorded.filter(({ person }) => !persons.includes(person));
      return Promise.resolve(before - recorded.length);
    },
  },
};

describe('The local service', () => {
  let service: Service;
  const ask = async (
    path: string,
    options: { readonly method?: string; readonly body?: unknown; readonly authorization?: string } = {},
  ): Promise<{ status: number; answer: Record<string, unknown> }> => {
    const { method = 'GET', body, authorization = `Bearer ${token}` } = options;
    const response = await fetch(new URL(path, service.url), {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };

  beforeEach(async () => {
    isReady = true;
    recorded = [];
    defects = [];
    service = await startService({ backend, metrics, token, port: 0, onDefect: (error) => defects.push(error) });
  });
  afterEach(() => service.stop());

  it('listens on loopback alone', () => assert.equal(new URL(service.url).hostname, '127.0.0.1'));

  it('tells that it lives to anybody, and nothing else without the token', async () => {
    assert.deepEqual(await ask('/healthz', { authorization: '' }), {
      status: 200,
      answer: { status: 'ok', stage: 'serving' },
    });
    for (const authorization of ['', 'Bearer ', 'Bearer wrong', token, `Basic ${token}`]) {
      for (const path of ['/v1/recommendations/p', '/v1/consents', '/v1/preview?person=p&target=books', '/nothing']) {
        const { status, answer } = await ask(path, { authorization });
        assert.equal(status, 401);
        assert.equal(answer.code, 'HTTP_UNAUTHORISED');
      }
    }
  });

  it('has figures for a scraper, which needs no token and gets no person', async () => {
    await ask('/v1/recommendations/p000123?as=person');
    const response = await fetch(new URL('/metrics', service.url));
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    assert.match(text, /^isthmus_epsilon_spent 1\.5$/m);
    assert.match(text, /^isthmus_epsilon_budget 4$/m);
    assert.match(text, /^isthmus_budget_exhausted 0$/m);
    assert.doesNotMatch(text, /p000123|the token/);
  });

  it('recommends for a pseudonym or for an own id, ten unless told otherwise', async () => {
    const { answer } = await ask('/v1/recommendations/p%2F1');
    assert.equal((answer.items as unknown[]).length, 10);
    assert.equal(answer.claim, '{"pseudonym":"p/1"}');
    const other = await ask('/v1/recommendations/p?as=person&k=3');
    assert.equal((other.answer.items as unknown[]).length, 3);
    assert.equal(other.answer.claim, '{"person":"p"}');
  });

  it('answers what it cannot do with a code and a sentence', async () => {
    const counts = ['0', 'ten', '1001', '1e3', '0x10', '-1', '1.5', '', '%202', '9'.repeat(40), '1&k=2'];
    for (const query of [...counts.map((k) => `k=${k}`), 'as=friend', 'unknown=1']) {
      const { status, answer } = await ask(`/v1/recommendations/p?${query}`);
      assert.equal(status, 400);
      assert.equal(answer.code, 'HTTP_BAD_REQUEST');
      assert.ok(String(answer.message).length > 5);
    }
    isReady = false;
    const early = await ask('/v1/recommendations/p');
    assert.deepEqual([early.status, early.answer.code], [503, 'PLATFORM_NOT_READY']);
  });

  it('refuses an empty id, takes one of any sensible length, and says where that ends', async () => {
    for (const [path, what] of [
      ['/v1/recommendations/', 'a pseudonym is empty'],
      ['/v1/recommendations/?as=person', 'a person is empty'],
    ]) {
      const { status, answer } = await ask(path);
      assert.deepEqual([status, answer.code], [400, 'HTTP_BAD_REQUEST']);
      assert.match(String(answer.message), new RegExp(what));
    }
    for (const id of ['a'.repeat(101), 'f0'.repeat(64), 'é'.repeat(4096), '漢'.repeat(4096)]) {
      const { answer } = await ask(`/v1/recommendations/${encodeURIComponent(id)}?as=person`);
      assert.equal(answer.claim, JSON.stringify({ person: id }));
    }
    const long = await ask(`/v1/recommendations/${'a'.repeat(4097)}?as=person`);
    assert.deepEqual([long.status, long.answer.code], [400, 'HTTP_BAD_REQUEST']);
    assert.match(String(long.answer.message), /more than 4096 characters/);
    const consents = { target: 'books', epoch: 1, expires: 100 };
    for (const person of ['a'.repeat(4097), 'b'.repeat(50_000_000)]) {
      const body = { ...consents, persons: ['fine', person] };
      const { status, answer } = await ask('/v1/consents', { method: 'POST', body });
      assert.deepEqual([status, answer.message], [400, 'persons.1: a person has more than 4096 characters']);
    }
    assert.deepEqual(recorded, []);
  });

  /** An answer in the one form of errors, which repeats nothing of the request. */
  const isPlain = (text: string, secret: string): { readonly code: string; readonly message: string } => {
    const answer = JSON.parse(text) as { readonly code: string; readonly message: string };
    assert.deepEqual(Object.keys(answer), ['code', 'message']);
    assert.match(answer.code, /^HTTP_[A-Z_]+$/);
    assert.ok(answer.message.length > 5 && !text.includes(secret), text);
    return answer;
  };

  it('has one form of errors, whoever finds them, and repeats no person', async () => {
    const secret = 'p000123';
    const headers = { authorization: `Bearer ${token}` };
    const json = { ...headers, 'content-type': 'application/json' };
    const wrong: readonly (readonly [string, RequestInit, number])[] = [
      [`/v1/nothing/${secret}?person=${secret}`, { headers }, 404],
      [`/v1/recommendations/${secret}%zz`, { headers }, 400],
      [`/v1/recommendations/${secret.repeat(6000)}`, { headers }, 414],
      [`/v1/recommendations/${secret.repeat(20_000)}`, { headers }, 431],
      ['/v1/consents', { headers, method: 'POST', body: `persons=${secret}` }, 415],
      ['/v1/consents', { headers: json, method: 'POST', body: `{"persons":["${secret}"` }, 400],
      ['/v1/consents', { headers: json, method: 'POST', body: `"${secret}` }, 400],
      ['/v1/consents', { headers: json, method: 'POST', body: '' }, 400],
      ['/v1/consents', { headers: json, method: 'POST', body: `{"__proto__":"${secret}"}` }, 400],
      ['/v1/consents', { headers: json, method: 'POST', body: '['.repeat(100) }, 400],
      ['/v1/consents', { headers: json, method: 'PUT', body: `{"persons":["${secret}"]}` }, 404],
    ];
    for (const [path, options, status] of wrong) {
      const response = await fetch(new URL(path, service.url), options);
      assert.equal(response.status, status, path.slice(0, 60));
      isPlain(await response.text(), secret);
    }
    const untyped = await fetch(new URL('/v1/consents', service.url), { headers, method: 'POST', body: '{}' });
    assert.match(isPlain(await untyped.text(), secret).message, /"Content-Type: application\/json"/);
    const { raw } = connection();
    raw.write(`nonsense ${secret}\r\n\r\n`);
    isPlain((await everything(raw)).split('\r\n\r\n')[1], secret);
  });

  const connection = (): { readonly raw: Socket } => ({ raw: connect(Number(new URL(service.url).port), '127.0.0.1') });
  const everything = async (raw: Socket): Promise<string> => {
    let text = '';
    for await (const part of raw.setEncoding('utf8')) text += part as string;
    return text;
  };

  it('tells nobody outside of a defect, and whoever runs it', async () => {
    isReady = true;
    const broken = { ...backend, stage: () => assert.fail('p000123') };
    await service.stop();
    service = await startService({
      backend: broken,
      metrics,
      token,
      port: 0,
      onDefect: (error) => defects.push(error),
    });
    const { status, answer } = await ask('/healthz');
    assert.deepEqual([status, answer.code, defects.length], [500, 'HTTP_INTERNAL', 1]);
    assert.doesNotMatch(JSON.stringify(answer), /p000123/);
  });

  it('answers nothing to a page whose name was made to point here', async () => {
    const { port } = new URL(service.url);
    const status = async (host: string, path = '/healthz'): Promise<string> => {
      const { raw } = connection();
      raw.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      return (await everything(raw)).slice(9, 12);
    };
    for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, '[::1]:80', 'LOCALHOST.']) {
      assert.equal(await status(host), '200', host);
    }
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '',
    ]) {
      for (const path of ['/healthz', '/metrics', '/v1/recommendations/p', '/nothing']) {
        assert.equal(await status(host, path), '421', `${host}${path}`);
      }
    }
  });

  it('leaves everything else its turn while many consents are recorded', async () => {
    const persons = Array.from({ length: 200_000 }, (_, i) => `p${i}`);
    const body = { persons, target: 'books', epoch: 1, expires: 100 };
    let isDone = false;
    let turns = 0;
    const counted = async (): Promise<void> => {
      for (; !isDone; turns++) await turn();
    };
    const counting = counted();
    const added = await ask('/v1/consents', { method: 'POST', body });
    isDone = true;
    await counting;
    assert.deepEqual(added.answer, { added: 200_000, unknown: [] });
    assert.ok(turns >= 200_000 / ITEMS_IN_A_TURN, `${turns} turns`);
  });

  it('refuses a consent that is past', async () => {
    const body = { persons: ['p'], target: 'books', epoch: 1, expires: 50 };
    const { status, answer } = await ask('/v1/consents', { method: 'POST', body });
    assert.deepEqual([status, answer.code, recorded], [400, 'CONSENT_INVALID', []]);
    assert.match(String(answer.message), /50 .* is past/);
  });

  it('records, lists and withdraws consents', async () => {
    const body = { persons: ['p', 'q', 'nobody'], target: 'books', epoch: 1, expires: 100 };
    assert.deepEqual((await ask('/v1/consents', { method: 'POST', body })).answer, { added: 3, unknown: ['nobody'] });
    const listed = await ask('/v1/consents?person=q');
    assert.deepEqual(listed.answer, { consents: [{ person: 'q', target: 'books', epoch: 1, expires: 100 }] });
    assert.deepEqual((await ask('/v1/consents', { method: 'DELETE', body: { persons: ['p'] } })).answer, {
      withdrawn: 1,
      unknown: [],
    });
    for (const wrong of [{}, { ...body, persons: [] }, { ...body, epoch: -1 }, { ...body, more: 1 }]) {
      assert.equal((await ask('/v1/consents', { method: 'POST', body: wrong })).status, 400);
    }
    assert.equal(recorded.length, 2);
  });

  it('takes ids by the rule of the data, and names those that it does not know', async () => {
    const body = { persons: [' p', '\uFEFFq\t', 'p'], target: 'books', epoch: 1, expires: 100 };
    assert.deepEqual((await ask('/v1/consents', { method: 'POST', body })).answer, { added: 2, unknown: [] });
    assert.deepEqual(
      recorded.map(({ person }) => person),
      ['p', 'q'],
    );
    for (const person of ['', ' ', 'a\nb', 'a\u0000', 'Jos\uFFFD', '\ud800']) {
      const { status, answer } = await ask('/v1/consents', { method: 'POST', body: { ...body, persons: [person] } });
      assert.deepEqual([status, answer.code], [400, 'HTTP_BAD_REQUEST'], JSON.stringify(person));
    }
    const strict = { ...body, persons: ['r', 'nobody'], acceptUnknown: false };
    const { status, answer } = await ask('/v1/consents', { method: 'POST', body: strict });
    assert.deepEqual([status, answer.code], [400, 'CONSENT_UNKNOWN']);
    assert.match(String(answer.message), /holds no person nobody, /);
    const astray = await ask('/v1/consents', { method: 'POST', body: { ...body, target: 'bookz' } });
    assert.match(String(astray.answer.message), /"bookz" is not in the federation \(films, books\)/);
    assert.equal((await ask('/v1/consents?target=bookz')).status, 400);
    const tried = await ask('/v1/consents', { method: 'POST', body: { ...body, persons: ['r'], dryRun: true } });
    assert.deepEqual(tried.answer, { added: 0, unknown: [] });
    const withdrawal = { persons: [' q', 'typo999'], dryRun: true };
    const expected = { withdrawn: 1, unknown: ['typo999'] };
    assert.deepEqual((await ask('/v1/consents', { method: 'DELETE', body: withdrawal })).answer, expected);
    assert.equal(recorded.length, 2);
    const { answer: done } = await ask('/v1/consents', { method: 'DELETE', body: { ...withdrawal, dryRun: false } });
    assert.deepEqual([done, recorded.length], [expected, 1]);
    assert.equal((await ask('/v1/recommendations/%20p%EF%BB%BF?as=person')).answer.claim, '{"person":"p"}');
    assert.equal((await ask('/v1/recommendations/%20?as=person')).status, 400);
  });

  it('previews a release to one target for one person, whatever characters the id has, and repeats no person', async () => {
    const preview = (person: string, more = '&target=books'): ReturnType<typeof ask> =>
      ask(`/v1/preview?person=${encodeURIComponent(person)}${more}`);
    for (const id of ['p', 'a/b?c=d&e#f', '../token', 'José 漢', '__proto__', `"'<%00`, 'é'.repeat(4096)]) {
      const { status, answer } = await preview(id);
      assert.deepEqual([status, answer.claim], [200, JSON.stringify([id, 'books'])]);
    }
    const secret = 'p000123';
    for (const [person, more] of [
      ['', '&target=books'],
      [`${secret}\n`.repeat(2), '&target=books'],
      [`${secret}\u0000`, '&target=books'],
      [secret.repeat(600), '&target=books'],
      [secret, ''],
      [secret, '&target=books&target=music'],
      [secret, '&target=books&epoch=1'],
      [secret, `&target=books&person=${secret}`],
    ]) {
      const { status, answer } = await preview(person, more);
      assert.deepEqual([status, answer.code], [400, 'HTTP_BAD_REQUEST'], JSON.stringify([person, more]));
      assert.ok(!JSON.stringify(answer).includes(secret));
    }
    for (const method of ['POST', 'DELETE']) {
      assert.equal((await ask('/v1/preview?person=p&target=books', { method })).status, 404);
    }
    isReady = false;
    assert.equal((await preview('p')).status, 503);
  });

  it('says so when its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await assert.rejects(startService({ backend, metrics, token, port, onDefect: () => undefined }), {
      code: 'PORT_IN_USE',
      message: new RegExp(
        `port ${port} of 127.* is in use by another program: stop it, or choose another --serve-port`,
      ),
    });
    await new Promise((resolve) => other.close(resolve));
  });
});
