/**
 * The coordinator's HTTP face, beside the wire on one port: health, readiness, metrics, status. It tells public facts and
 * takes nothing.
 * @module
 */
import type { Server } from 'node:http';
import { fastify } from 'fastify';
import { listen } from '../../host/listen.ts';
import type { Address, ListenTerms } from '../../host/listen.ts';
import { CoordinatorError } from '../errors.ts';
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
  /** @returns where it listens. @throws CoordinatorError PORT_IN_USE, LISTEN_FORBIDDEN, LISTEN_ADDRESS. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

const TERMS: ListenTerms = {
  option: '--port',
  error: (code, message, options) => new CoordinatorError(code, message, options),
};

export function httpServer(options: HttpOptions): HttpServer {
  const { host, port, status, unready, metrics } = options;
  const app = fastify({ logger: false, forceCloseConnections: true });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const reason = unready();
    return reason === undefined ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  app.get('/v1/status', () => status());
  return {
    server: app.server,
    listen: () => listen(app, { host, port }, TERMS),
    close: () => app.close(),
  };
}
