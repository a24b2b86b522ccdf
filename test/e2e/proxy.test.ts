/** A coordinator behind a path or a TLS proxy, and addresses that are refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../../host/exit-codes.ts';
import { address, coordinator, found, PLATFORMS, platformCommand } from './federation.ts';
import { Workplace } from './isthmus.ts';
import type { Running } from './isthmus.ts';
import { reverseProxy } from './reverse-proxy.ts';
import type { Proxy } from './reverse-proxy.ts';
import { longIt } from '../longer.ts';

const certificate = fileURLToPath(new URL('tls/localhost.crt', import.meta.url));
const tls = { cert: readFileSync(certificate), key: readFileSync(new URL('tls/localhost.key', import.meta.url)) };

describe('behind a proxy', function () {
  this.timeout(120_000);
  let place: Workplace;
  let running: Running;
  let url: string;
  const proxies: Proxy[] = [];

  before(async () => {
    place = await Workplace.make();
    await found(place, { persons: 60, items: 80 }, [
      ...['--strategy', 'shared-trunk', '--no-privacy', '--rounds', '1', '--release', 'none'],
      ...['--set', 'autoencoder.hidden=8', '--set', 'autoencoder.bottleneck=4', '--set', 'subspace.steps=1'],
    ]);
    running = coordinator(place, '--port', '0');
    url = await address(running);
  });
  after(async () => {
    for (const proxy of proxies) proxy.close();
    await place.leave();
  });

  async function proxied(prefix: string, secure: boolean): Promise<Proxy> {
    const proxy = await reverseProxy(url, prefix, secure ? tls : undefined);
    proxies.push(proxy);
    return proxy;
  }
  const start = (name: string, at: string, environment: Readonly<Record<string, string>> = {}): Running =>
    place.spawn(platformCommand(name, at, '--accept-no-privacy'), environment);

  longIt('under a path, under TLS and directly: platforms connect, and a round completes', async () => {
    const plain = await proxied('/consortium/isthmus', false);
    const secure = await proxied('/isthmus', true);
    const trusted = { NODE_EXTRA_CA_CERTS: certificate };
    const platforms = [
      start(PLATFORMS[0], `http://localhost:${plain.port}/consortium/isthmus`),
      start(PLATFORMS[1], `https://localhost:${secure.port}/isthmus/`, trusted),
      start(PLATFORMS[2], `wss://localhost:${secure.port}/isthmus`, trusted),
    ];
    const { ending } = await running.event(({ kind }) => kind === 'rounds-over');
    assert.equal(ending, 'completed');
    const target = 'wire/?EIO=4&transport=websocket';
    assert.deepEqual(plain.asked, [`/consortium/isthmus/${target}`]);
    assert.deepEqual(secure.asked, [`/isthmus/${target}`, `/isthmus/${target}`]);
    const page = await new Promise<number>((resolve, reject) => {
      const to = { host: 'localhost', port: secure.port, path: '/isthmus/healthz', ca: tls.cert };
      request(to, ({ statusCode }) => resolve(statusCode!))
        .on('error', reject)
        .end();
    });
    assert.equal(page, 200);
    for (const one of platforms) assert.equal((await one.stop()).code, EXIT.ok, one.stderr);
  });

  longIt('a certificate that is not trusted, and a path where nobody is: said, and tried again', async () => {
    const secure = await proxied('/isthmus', true);
    const tries = [
      [`https://localhost:${secure.port}/isthmus`, /its certificate is not accepted \(\w+\).*NODE_EXTRA_CA_CERTS/],
      [`http://${new URL(url).host}/isthmus`, /HTTP status 404 instead of a websocket/],
      [`https://${new URL(url).host}`, /out of reach: cannot connect to https:\S+ [A-Z_]+; trying again/],
    ] as const;
    for (const [index, [at, says]] of tries.entries()) {
      const one = start(PLATFORMS[index], at);
      await one.says(says);
      assert.equal((await one.stop()).code, EXIT.ok, one.stderr);
    }
  });

  it('an address with a password is refused before anything starts, and shown nowhere', async () => {
    const { code, stdout, stderr } = await start(PLATFORMS[0], 'http://anna:sesame@localhost:7480').ended;
    assert.equal(code, EXIT.usage, stderr);
    assert.match(stderr, /^isthmus: the coordinator's address holds credentials: .* \[PLATFORM_COORDINATOR\]\n$/);
    assert.ok(!`${stdout}${stderr}`.includes('sesame'), stderr);
  });
});
