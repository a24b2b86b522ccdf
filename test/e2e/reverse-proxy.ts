/** A reverse proxy as operators use it: it removes a path prefix, terminates TLS, and forwards pages and websockets. */
import { once } from 'node:events';
import { createServer as createHttp, request } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface Proxy {
  readonly port: number;
  /** Targets of the upgrade requests, as received. */
  readonly asked: readonly string[];
  close(): void;
}

export async function reverseProxy(
  target: string,
  prefix: string,
  tls?: { readonly key: Buffer; readonly cert: Buffer },
): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const server: Server = tls === undefined ? createHttp() : createHttps(tls);
  const asked: string[] = [];
  const open = new Set<Socket>();
  const pathOf = (incoming: IncomingMessage): string | undefined =>
    incoming.url?.startsWith(`${prefix}/`) === true ? incoming.url.slice(prefix.length) : undefined;
  server.on('request', (incoming: IncomingMessage, outgoing) => {
    const path = pathOf(incoming);
    if (path === undefined) {
      outgoing.writeHead(404).end();
      return;
    }
    const { method, headers } = incoming;
    incoming.pipe(
      request({ hostname, port, path, method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      }).on('error', () => outgoing.destroy()),
    );
  });
  server.on('upgrade', (incoming: IncomingMessage, near: Socket, head: Buffer) => {
    asked.push(incoming.url!);
    const path = pathOf(incoming);
    near.on('error', () => undefined);
    if (path === undefined) {
      near.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const far = connect({ host: hostname, port: Number(port) });
    open.add(far).add(near);
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    const lines = incoming.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : []));
    far.write(`${incoming.method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    far.write(head);
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
}
