/**
 * The coordinator's HTTP face, beside the wire on one port: health, readiness, metrics, status. It takes nothing, and tells
 * whoever has no token what is no help in an attack.
 * @module
 */
import type { Server } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isBearer } from '../../host/bearer.ts';
import { httpService } from '../../host/http-service.ts';
import { listen } from '../../host/listen.ts';
import type { Address } from '../../host/listen.ts';
import type { PublicStatus } from '../public-status.ts';
import type { CoordinatorStatus } from '../status.ts';
import type { Metrics } from './metrics.ts';

export interface HttpOptions extends Address {
  /** Names under which it is asked, besides `host`, localhost and addresses. */
  readonly names: readonly string[];
  readonly status: () => CoordinatorStatus;
  readonly publicStatus: () => PublicStatus;
  readonly operatorToken: string | undefined;
  readonly onDefect: (error: unknown) => void;
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
const MOST_BODY_BYTES = 1024;
const MOST_PATH_CHARACTERS = 100;
const REQUEST_MS = 10_000;
const KEEP_ALIVE_MS = 5_000;

const REFUSAL = {
  code: 'HTTP_UNAUTHORISED',
  message: 'send "Authorization: Bearer TOKEN"; the token stands in the file beside the store that ends in .token',
};

export function httpServer(options: HttpOptions): HttpServer {
  const { host, port, names, status, publicStatus, operatorToken, unready, metrics, onDefect } = options;
  const app = httpService({
    names: [host, ...names],
    mostHeaderBytes: MOST_HEADER_BYTES,
    mostBodyBytes: MOST_BODY_BYTES,
    mostPathCharacters: MOST_PATH_CHARACTERS,
    requestMs: REQUEST_MS,
    keepAliveMs: KEEP_ALIVE_MS,
    onDefect,
    paths: 'there are /healthz, /readyz, /v1/status and /metrics',
    nameRemedy:
      'start the coordinator with --host-name NAME, once for each name that it, or a proxy before it, is asked by',
  });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const reason = unready();
    return reason === undefined ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason });
  });
  const isOperator = ({ headers: { authorization } }: FastifyRequest): boolean =>
    operatorToken !== undefined && isBearer(authorization, operatorToken);
  const refuse = (reply: FastifyReply): FastifyReply =>
    reply.code(401).header('www-authenticate', 'Bearer').send(REFUSAL);
  app.get('/metrics', async (request, reply) =>
    isOperator(request) ? reply.type(metrics.contentType).send(await metrics.text()) : refuse(reply),
  );
  app.get('/v1/status', (request, reply) => {
    if (isOperator(request)) return status();
    return request.headers.authorization === undefined ? publicStatus() : refuse(reply);
  });
  return {
    server: app.server,
    listen: () => listen(app, { host, port }, '--port'),
    close: () => app.close(),
  };
}
