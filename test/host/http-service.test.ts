import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { httpService, nameCheck } from '../../host/http-service.ts';

describe('An HTTP service', () => {
  let app: FastifyInstance;
  beforeEach(async () => {
    app = httpService({
      names: ['coordinator.example'],
      mostHeaderBytes: 8192,
      mostBodyBytes: 1000,
      mostPathCharacters: 50,
      requestMs: 200,
      keepAliveMs: 200,
      paths: 'there is /echo',
      nameRemedy: 'ask otherwise',
      onDefect: (error) => assert.fail(String(error)),
    });
    app.post('/echo', (request) => ({ body: request.body }));
    await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => app.close());

  const open = (): Socket => connect((app.server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
  const head = 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

  it('ends a request whose body drips in, as it ends one whose headers do', async () => {
    for (const begun of [`${head}Content-Length: 900\r\n\r\n{`, head]) {
      const socket = open();
      socket.write(begun);
      const drip = setInterval(() => socket.write(begun === head ? 'X: y\r\n' : ' '), 20);
      let text = '';
      socket.on('data', (part: string) => (text += part));
      socket.on('error', () => undefined);
      await once(socket, 'close');
      clearInterval(drip);
      assert.match(text, /^HTTP\/1\.1 408 [^]*\{"code":"HTTP_TIMEOUT","message":"[^"]+"\}$/);
    }
  });

  it('takes a body that is here in time, and none that is larger than it may be', async () => {
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/echo`;
    const post = async (body: string): Promise<readonly [number, unknown]> => {
      const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return [response.status, await response.json()];
    };
    assert.deepEqual(await post('[1]'), [200, { body: [1] }]);
    const [status, told] = await post(`"${'x'.repeat(1000)}"`);
    assert.deepEqual([status, told], [413, { code: 'HTTP_TOO_LARGE', message: 'the body is too large' }]);
  });

  it('answers to its own names, to localhost and to addresses, at any port', () => {
    const isOurs = nameCheck(['Coordinator.example']);
    const own = [
      'coordinator.example',
      'COORDINATOR.EXAMPLE:7480',
      'coordinator.example.',
      'localhost:1',
      '10.1.2.3',
      '[fe80::1]:7480',
    ];
    for (const host of own) assert.equal(isOurs(host), true, host);
    const others = [
      undefined,
      '',
      ':80',
      'evil.example',
      'coordinator.example.evil',
      '10.1.2.3.evil.example',
      '[evil]',
      '[::1',
      'a b',
    ];
    for (const host of others) assert.equal(isOurs(host), false, host);
  });
});
