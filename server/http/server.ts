/**
 * The coordinator's HTTP endpoints, on the same port as the wire: health, readiness, metrics, status. They accept no
 * data. A caller without the token learns nothing that helps an attack.
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
  /** Names that requests may use for this host, besides `host`, localhost and addresses. */
  readonly names: readonly string[];
  readonly status: () => CoordinatorStatus;
  readonly publicStatus: () => PublicStatus;
  readonly operatorToken: string | undefined;
  readonly onDefect: (error: unknown) => void;
  /** The reason why the coordinator accepts no platforms; undefined if it does. */
  readonly unready: () => string | undefined;
  readonly metrics: Metrics;
}

export interface HttpServer {
  /** The server that the wire attaches to. It does not listen before `listen`. */
  readonly server: Server;
  /** @returns its URL. @throws HostError PORT_IN_USE, LISTEN_FORBIDDEN, LISTEN_ADDRESS. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

/** Limits for a request before it is answered. Anyone may connect, so a request must stay small and short. */
const MOST_HEADER_BYTES = 8 * 1024;
const MOST_BODY_BYTES = 1024;
const MOST_PATH_CHARACTERS = 100;
const REQUEST_MS = 10_000;
const KEEP_ALIVE_MS = 5_000;

const REFUSAL = {
  code: 'HTTP_UNAUTHORISED',
  message: 'send "Authorization: Bearer TOKEN"; the token is in the file beside the store that ends in .token',
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
    nameRemedy: 'start the coordinator with --host-name NAME, once per name under which clients or a proxy reach it',
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
