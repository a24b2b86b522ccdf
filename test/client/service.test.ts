import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PlatformError } from '../../client/errors.ts';
import { PlatformMetrics } from '../../client/serving/metrics.ts';
import { startService } from '../../client/serving/service.ts';
import type { Service, ServiceBackend } from '../../client/serving/service.ts';
import type { Consent } from '../../core/federation/consent.ts';

const token = 'the token';
const metrics = new PlatformMetrics(() => ({ spent: 1.5, budget: 4, attempts: 2, refunds: 1 }));
let isReady = true;
let recorded: Consent[] = [];

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
    add: (consents) => void recorded.push(...consents),
    withdraw(persons) {
      const before = recorded.length;
      recorded = recorded.filter(({ person }) => !persons.includes(person));
      return before - recorded.length;
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
    service = await startService({ backend, metrics, token, port: 0 });
  });
  afterEach(() => service.stop());

  it('listens on loopback alone', () => assert.equal(new URL(service.url).hostname, '127.0.0.1'));

  it('tells that it lives to anybody, and nothing else without the token', async () => {
    assert.deepEqual(await ask('/healthz', { authorization: '' }), {
      status: 200,
      answer: { status: 'ok', stage: 'serving' },
    });
    for (const authorization of ['', 'Bearer ', 'Bearer wrong', token, `Basic ${token}`]) {
      for (const path of ['/v1/recommendations/p', '/v1/consents', '/nothing']) {
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
    for (const query of ['k=0', 'k=ten', 'k=1001', 'as=friend', 'unknown=1']) {
      const { status, answer } = await ask(`/v1/recommendations/p?${query}`);
      assert.equal(status, 400);
      assert.equal(answer.code, 'HTTP_BAD_REQUEST');
      assert.ok(String(answer.message).length > 5);
    }
    const missing = await ask('/v1/nothing?person=p1');
    assert.equal(missing.status, 404);
    assert.ok(!String(missing.answer.message).includes('p1'));
    isReady = false;
    const early = await ask('/v1/recommendations/p');
    assert.deepEqual([early.status, early.answer.code], [503, 'PLATFORM_NOT_READY']);
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
    assert.match(String(answer.message), /does not hold nobody, /);
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

  it('says so when its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await assert.rejects(startService({ backend, metrics, token, port }), {
      code: 'PORT_IN_USE',
      message: new RegExp(
        `port ${port} of 127.* is in use by another program: stop it, or choose another --serve-port`,
      ),
    });
    await new Promise((resolve) => other.close(resolve));
  });
});
