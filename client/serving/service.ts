/**
 * The platform's local service: first recommendations and consents, on loopback, for whoever holds the token.
 * @module
 */
import fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { codeOf } from '../../core/errors/coded-error.ts';
import { idOf, whyNoId } from '../../core/data/ids.ts';
import { addConsents, listConsents, withdrawConsents } from '../consent-book.ts';
import type { ConsentBook } from '../consent-book.ts';
import type { PlatformMetrics } from './metrics.ts';
import type { Recommendation } from './recommender.ts';
import { isBearer } from '../../host/bearer.ts';
import { listen } from '../../host/listen.ts';

/** What the service may ask the agent for. Person ids are the platform's own. */
export interface ServiceBackend {
  stage(): string;
  /** @throws PlatformError PLATFORM_NOT_READY */
  recommend(who: { readonly person: string } | { readonly pseudonym: string }, k: number): Promise<Recommendation>;
  /** Consents on record, and how they are changed. */
  readonly book: ConsentBook;
}

export interface ServiceOptions {
  readonly backend: ServiceBackend;
  readonly metrics: Pick<PlatformMetrics, 'contentType' | 'text'>;
  readonly token: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface Service {
  readonly url: string;
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
/** Tell nothing of a person. A scraper must not need the token, which opens recommendations and consents. */
const OPEN_TO_ALL: ReadonlySet<string | undefined> = new Set(['/healthz', '/metrics']);
/** A file of consents for everybody is long. */
const MOST_BODY_BYTES = 64 * 1024 * 1024;

/** A person's id, by the same rule as in data files. */
const personId = z.string().transform((text, context) => {
  const id = idOf(text);
  if (id !== undefined) return id;
  context.addIssue(`a person ${whyNoId(text)}`);
  return z.NEVER;
});
const recommendQuery = z.strictObject({
  k: z.coerce.number().int().min(1).max(1000).default(10),
  /** Whether the path holds a pseudonym or this platform's own person id. */
  as: z.enum(['pseudonym', 'person']).default('pseudonym'),
});
const consentFilter = z.strictObject({
  person: personId.optional(),
  target: z.string().optional(),
  epoch: z.coerce.number().int().min(0).optional(),
});
const consentBody = z.strictObject({
  persons: z.array(personId).min(1),
  target: z.string(),
  epoch: z.int().min(0),
  expires: z.int().min(1),
  dryRun: z.boolean().default(false),
  /** True by default: a program may record the consent of a person who signed up after the data was exported. */
  acceptUnknown: z.boolean().default(true),
});
const withdrawBody = z.strictObject({
  persons: z.array(personId).min(1),
  target: z.string().optional(),
  dryRun: z.boolean().default(false),
});

/** @throws HostError PORT_IN_USE, LISTEN_FORBIDDEN */
export async function startService({ backend, metrics, token, port }: ServiceOptions): Promise<Service> {
  // No request is logged: the path holds a person.
  const app = fastify({ logger: false, bodyLimit: MOST_BODY_BYTES, forceCloseConnections: true });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      code: 'HTTP_NOT_FOUND',
      message: `there is no ${request.method} ${request.url.split('?')[0]}; see /v1/recommendations/{pseudonym}`,
    }),
  );
  app.addHook('onRequest', async (request, reply) => {
    if (OPEN_TO_ALL.has(request.routeOptions.url) || isBearer(request.headers.authorization, token)) return;
    await reply.code(401).header('www-authenticate', 'Bearer').send({
      code: 'HTTP_UNAUTHORISED',
      message: 'send "Authorization: Bearer TOKEN"; the token stands in the file "token" of the state directory',
    });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  routes(app, backend);
  const url = await listen(app, { host: LOOPBACK, port }, '--serve-port');
  return { url, stop: () => app.close() };
}

function routes(app: FastifyInstance, backend: ServiceBackend): void {
  app.get('/healthz', () => ({ status: 'ok', stage: backend.stage() }));
  app.get<{ Params: { name: string } }>('/v1/recommendations/:name', async (request) => {
    const { k, as } = recommendQuery.parse(request.query);
    const { name } = request.params;
    return backend.recommend(as === 'person' ? { person: personId.parse(name) } : { pseudonym: name }, k);
  });
  app.get('/v1/consents', (request) => {
    const { person, target, epoch } = consentFilter.parse(request.query);
    return {
      consents: listConsents(backend.book, {
        ...(person !== undefined && { person }),
        ...(target !== undefined && { target }),
        ...(epoch !== undefined && { epoch }),
      }),
    };
  });
  app.post('/v1/consents', (request) => {
    const { persons: named, dryRun, acceptUnknown, ...terms } = consentBody.parse(request.body);
    const persons = [...new Set(named)];
    const { unknown } = addConsents(backend.book, { persons, terms, dryRun, acceptUnknown });
    return { added: dryRun ? 0 : persons.length, unknown };
  });
  app.delete('/v1/consents', (request) => {
    const { persons, target, dryRun } = withdrawBody.parse(request.body);
    return withdrawConsents(backend.book, {
      persons: [...new Set(persons)],
      dryRun,
      ...(target !== undefined && { target }),
    });
  });
}

async function answerError(error: FastifyError | Error, _request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (error instanceof z.ZodError) {
    const message = error.issues
      .map((issue) => `${issue.path.map(String).join('.') || 'request'}: ${issue.message}`)
      .join('; ');
    await reply.code(400).send({ code: 'HTTP_BAD_REQUEST', message });
    return;
  }
  const code = codeOf(error) ?? 'HTTP_INTERNAL';
  const status =
    code === 'PLATFORM_NOT_READY'
      ? 503
      : 'statusCode' in error && error.statusCode !== undefined
        ? error.statusCode
        : code === 'HTTP_INTERNAL'
          ? 500
          : 400;
  await reply.code(status).send({ code, message: error.message });
}
