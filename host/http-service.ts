/**
 * The HTTP that coordinator and platform offer: bounded in size and time, closed to names that are not this machine's, and with
 * one form of errors, `{ code, message }`, which repeats nothing of a request: a path may hold a person.
 * @module
 */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { codeOf, isCodedError } from '../core/errors/coded-error.ts';

export interface HttpTerms {
  /** Names by which this machine is asked, besides localhost and addresses; without a port. */
  readonly names: readonly string[];
  readonly mostHeaderBytes: number;
  readonly mostBodyBytes: number;
  /** Longest part of a path that a route takes as a value. */
  readonly mostPathCharacters: number;
  /** Time within which a request must arrive completely. */
  readonly requestMs: number;
  readonly keepAliveMs: number;
  /** Completes "there is no such path:". */
  readonly paths: string;
  /** HTTP status of an error of our own; undefined: 400. */
  readonly statusOf?: (code: string) => number | undefined;
  /** Logs an unexpected failure. Nobody outside gets its text. */
  readonly onDefect: (error: unknown) => void;
  /** The remedy for a request under a name that is not this machine's. */
  readonly nameRemedy: string;
}

interface Told {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const MOST_HEADERS = 64;

/** Makes the service without listening. */
export function httpService(terms: HttpTerms): FastifyInstance {
  const { mostHeaderBytes, mostBodyBytes, mostPathCharacters, requestMs, keepAliveMs, paths } = terms;
  const app = fastify({
    // No request is logged: the path may hold a person.
    logger: false,
    forceCloseConnections: true,
    http: {
      maxHeaderSize: mostHeaderBytes,
      headersTimeout: requestMs,
      connectionsCheckingInterval: Math.ceil(requestMs / 4),
    },
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    bodyLimit: mostBodyBytes,
    routerOptions: { maxParamLength: mostPathCharacters },
    frameworkErrors(error, _request, reply) {
      const { status, ...body } = toldOf(error, terms);
      void (reply as FastifyReply).code(status).send(body);
    },
    clientErrorHandler: (error, socket) => refuse(error, socket),
  });
  app.server.maxHeadersCount = MOST_HEADERS;
  // Accepts only JSON. Otherwise a form, which curl sends by default, would be read as something else.
  app.removeContentTypeParser('text/plain');
  const isOurs = nameCheck(terms.names);
  app.addHook('onRequest', async (request, reply) => {
    if (isOurs(request.headers.host)) return;
    const message = `this is not the host that was asked for: ${terms.nameRemedy}`;
    await answer(reply, { status: 421, code: 'HTTP_WRONG_HOST', message });
  });
  app.setErrorHandler((error, _request, reply) => answer(reply, toldOf(error, terms)));
  app.setNotFoundHandler((_request, reply) =>
    answer(reply, { status: 404, code: 'HTTP_NOT_FOUND', message: `there is no such path: ${paths}` }),
  );
  return app;
}

function answer(reply: FastifyReply, { status, ...body }: Told): FastifyReply {
  return reply.code(status).send(body);
}

/**
 * True if a request's Host names this machine. A foreign page whose name resolves to this machine (DNS rebinding) still
 * sends its own name. An address as Host is this machine's own.
 */
export function nameCheck(names: readonly string[]): (host: string | undefined) => boolean {
  const ours = new Set(['localhost', ...names].map((name) => name.toLowerCase()));
  return (host) => {
    const name = /^(\[[^\]]+\]|[^:]+)(?::\d+)?$/.exec(host ?? '')?.[1] ?? '';
    const address = name.startsWith('[') ? name.slice(1, -1) : name;
    return isIP(address) !== 0 || ours.has(name.toLowerCase().replace(/\.$/, ''));
  };
}

/** Fastify's own errors by code: their texts repeat the request. */
const FRAMEWORK: Readonly<Record<string, Told | undefined>> = {
  FST_ERR_BAD_URL: { status: 400, code: 'HTTP_BAD_REQUEST', message: 'the path is not valid: percent-encode it' },
  FST_ERR_MAX_PARAM_LENGTH: { status: 414, code: 'HTTP_TOO_LONG', message: 'a part of the path is too long' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'HTTP_MEDIA_TYPE',
    message: 'send JSON, with the header "Content-Type: application/json"',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, code: 'HTTP_TOO_LARGE', message: 'the body is too large' },
};
const UNREADABLE: Told = { status: 400, code: 'HTTP_BAD_REQUEST', message: 'the body is not JSON, or is cut short' };
const DEFECT: Told = { status: 500, code: 'HTTP_INTERNAL', message: 'this failed here: the log says where' };

function toldOf(error: unknown, { statusOf, onDefect }: HttpTerms): Told {
  if (error instanceof z.ZodError) {
    const message = error.issues
      .map((issue) => `${issue.path.map(String).join('.') || 'request'}: ${issue.message}`)
      .join('; ');
    return { status: 400, code: 'HTTP_BAD_REQUEST', message };
  }
  if (isCodedError(error)) {
    const { code, message } = error;
    return { status: statusOf?.(code) ?? 400, code, message };
  }
  const known = FRAMEWORK[codeOf(error) ?? ''];
  if (known !== undefined) return known;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (typeof status === 'number' && status >= 400 && status < 500) return { ...UNREADABLE, status };
  onDefect(error);
  return DEFECT;
}

/** Answers a request that cannot be parsed. */
function refuse(error: unknown, socket: Socket): void {
  const code = codeOf(error);
  if (code === 'ECONNRESET' || socket.destroyed) return;
  const told =
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? { status: '408 Request Timeout', code: 'HTTP_TIMEOUT', message: 'the request was not here in time' }
      : code === 'HPE_HEADER_OVERFLOW'
        ? { status: '431 Request Header Fields Too Large', code: 'HTTP_TOO_LONG', message: 'the headers are too long' }
        : { status: '400 Bad Request', code: 'HTTP_BAD_REQUEST', message: 'this is no HTTP request' };
  const body = JSON.stringify({ code: told.code, message: told.message });
  const head = `HTTP/1.1 ${told.status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  if (socket.writable) socket.write(`${head}\r\nConnection: close\r\n\r\n${body}`);
  socket.destroy(error instanceof Error ? error : undefined);
}
