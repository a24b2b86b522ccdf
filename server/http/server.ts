/**
 * The coordinator's HTTP face, beside the wire on one port: health, readiness, metrics, status. It tells public facts and
 * takes nothing.
 * @module
 */
import type { Server } from 'node:http';
import { fastify } from 'fastify';
import { listen } from '../../host/listen.ts';
import type { Address } from '../../host/listen.ts';
import type { CoordinatorStatus } from '../status.ts';
import type { Metrics } from './metrics.ts';

export interface HttpOptions extends Address {
  readonly status: () => CoordinatorStatus;
  /** Why the coordinator takes no platforms, if so. */
  readonly unready: () => string | undefined;
  readonly metrics: Metrics;
}

export interface HttpServer {
  /** For the wire: not listening before `listen`. */
  readonly server: Server;
  /** @returns where it listens. @throws HostError PORT_IN_USE, LISTEN_FORBIDDEN, LISTEN_ADDRESS. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

/** Whoever connects is a stranger: what is read of a request before it is answered, and how long that may take. */
const MOST_HEADER_BYTES = 8 * 1024;
const MOST_HEADERS = 64;
const MOST_BODY_BYTES = 1024;
const REQUEST_MS = 10_000;
const KEEP_ALIVE_MS = 5_000;

export function httpServer(options: HttpOptions): HttpServer {
  const { host, port, status, unready, metrics } = options;
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    http: { maxHeaderSize: MOST_HEADER_BYTES, headersTimeout: REQUEST_MS, connectionsCheckingInterval: REQUEST_MS / 2 },
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    bodyLimit: MOST_BODY_BYTES,
  });
  app.server.maxHeadersCount = MOST_HEADERS;
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const reason = unready();
    return reason === undefined ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  app.get('/v1/status', () => status());
  return {
    server: app.server,
    listen: () => listen(app, { host, port }, '--port'),
    close: () => app.close(),
  };
}
