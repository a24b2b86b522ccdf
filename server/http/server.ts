/**
 * The coordinator's HTTP face, beside the wire on one port: health, readiness, metrics, status. It tells public facts and
 * takes nothing.
 * @module
 */
import type { Server } from 'node:http';
import { fastify } from 'fastify';
import { CoordinatorError } from '../errors.ts';
import type { CoordinatorStatus } from '../status.ts';
import type { Metrics } from './metrics.ts';

export interface HttpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
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
    listen: async () => {
      try {
        return await app.listen({ host, port });
      } catch (cause) {
        throw listenError(cause, host, port);
      }
    },
    close: () => app.close(),
  };
}

/** The system's error in words. */
export function listenError(cause: unknown, host: string, port: number): unknown {
  if (!(cause instanceof Error && 'code' in cause)) return cause;
  switch (cause.code) {
    case 'EADDRINUSE':
      return new CoordinatorError(
        'PORT_IN_USE',
        `port ${port} of ${host} is in use by another program: stop it, or choose another --port (0 takes any free one)`,
        { cause },
      );
    case 'EACCES':
      return new CoordinatorError(
        'LISTEN_FORBIDDEN',
        `port ${port} may not be opened by this user: choose a --port above 1023`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new CoordinatorError('LISTEN_ADDRESS', `${host} is no address of this machine: choose another --host`, {
        cause,
      });
    default:
      return cause;
  }
}
