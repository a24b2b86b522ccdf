/**
 * The platform's local service: first recommendations and consents, on loopback, for holders of the token.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { idOf, whyNoId } from '../../core/data/ids.ts';
import { LATEST_EPOCH, LATEST_EXPIRY } from '../../core/federation/consent.ts';
import { PURPOSE_NAMES } from '../../core/federation/purposes.ts';
import { addConsents, listConsents, withdrawConsents } from '../consent-book.ts';
import type { ConsentBook } from '../consent-book.ts';
import type { Preview } from '../releases/preview.ts';
import type { PlatformMetrics } from './metrics.ts';
import type { Recommendation } from './recommender.ts';
import { inTurns } from '../turns.ts';
import { isBearer } from '../../host/bearer.ts';
import { httpService } from '../../host/http-service.ts';
import { listen } from '../../host/listen.ts';

/** The requests that the service makes of the agent. Person ids are the platform's own. */
export interface ServiceBackend {
  stage(): string;
  /** @throws PlatformError PLATFORM_NOT_READY. */
  recommend(who: { readonly person: string } | { readonly pseudonym: string }, k: number): Promise<Recommendation>;
  /**
   * What a target would be told about a person of this platform.
   * @throws FederationError CONSENT_INVALID, CONSENT_UNKNOWN; PlatformError PLATFORM_NOT_READY.
   */
  preview(person: string, target: string): Promise<Preview>;
  /** The consents on record, with the operations that change them. */
  readonly book: ConsentBook;
}

export interface ServiceOptions {
  readonly backend: ServiceBackend;
  readonly metrics: Pick<PlatformMetrics, 'contentType' | 'text'>;
  readonly token: string;
  /** Port to listen on; 0: any free one. */
  readonly port: number;
  readonly onDefect: (error: unknown) => void;
}

export interface Service {
  readonly url: string;
  stop(): Promise<void>;
}

/** Errors of a platform that is not yet ready, or is stopping. */
const TRY_LATER: ReadonlySet<string> = new Set(['PLATFORM_NOT_READY', 'WORK_ENDED']);
const LOOPBACK = '127.0.0.1';
/**
 * Paths that need no token. They reveal nothing about a person, and a scraper must not need the token, which gives
 * access to recommendations and consents.
 */
const OPEN_TO_ALL: ReadonlySet<string | undefined> = new Set(['/healthz', '/metrics']);
/** Large, because one file may hold a consent for every person. */
const MOST_BODY_BYTES = 64 * 1024 * 1024;
/** Longest person id or pseudonym: a hash in hex has 128 characters, an address a few hundred. */
const MOST_ID_CHARACTERS = 4096;
/** A path can escape each character of an id as up to nine. Headers have their own limit. */
const MOST_PATH_CHARACTERS = 9 * MOST_ID_CHARACTERS;
const MOST_HEADER_BYTES = 64 * 1024;
const REQUEST_MS = 30_000;
const KEEP_ALIVE_MS = 5_000;

/** Reads a person id by the same rule as in data files. @throws ZodError. */
function personIn(text: string, path: readonly (string | number)[], what = 'a person'): string {
  const id = text.length > MOST_ID_CHARACTERS ? undefined : idOf(text);
  if (id !== undefined) return id;
  const why = text.length > MOST_ID_CHARACTERS ? `has more than ${MOST_ID_CHARACTERS} characters` : whyNoId(text);
  throw new z.ZodError([{ code: 'custom', path: [...path], message: `${what} ${why}`, input: undefined }]);
}

async function personsIn(texts: readonly string[]): Promise<readonly string[]> {
  let index = 0;
  const ids = await inTurns(texts, (some) => some.map((text) => personIn(text, ['persons', index++])));
  return [...new Set(ids.flat())];
}

/** Accepts only decimal digits: not 1e3, 0x10 or a blank. */
const whole = (most: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^\d{1,10}$/, 'must be a whole number in decimal digits')
    .transform(Number)
    .refine((value) => value <= most, `must be at most ${most}`);
const recommendQuery = z.strictObject({
  k: whole(1000)
    .refine((k) => k > 0, 'must be at least 1')
    .default(10),
  /** The kind of id in the path: a pseudonym, or this platform's own person id. */
  as: z.enum(['pseudonym', 'person']).default('pseudonym'),
});
const consentFilter = z.strictObject({
  person: z.string().optional(),
  target: z.string().optional(),
  epoch: whole(LATEST_EPOCH).optional(),
});
const previewQuery = z.strictObject({ person: z.string(), target: z.string() });
const consentBody = z.strictObject({
  persons: z.array(z.string()).min(1),
  target: z.string(),
  epoch: z.int().min(0).max(LATEST_EPOCH),
  expires: z.int().min(1).max(LATEST_EXPIRY),
  /** Purposes beside a representation. */
  also: z.array(z.enum(PURPOSE_NAMES)).min(1).optional(),
  dryRun: z.boolean().default(false),
  /** True by default: a program may record the consent of a person who signed up after the data was exported. */
  acceptUnknown: z.boolean().default(true),
});
const withdrawBody = z.strictObject({
  persons: z.array(z.string()).min(1),
  target: z.string().optional(),
  dryRun: z.boolean().default(false),
});

/** @throws HostError PORT_IN_USE, LISTEN_FORBIDDEN. */
export async function startService({ backend, metrics, token, port, onDefect }: ServiceOptions): Promise<Service> {
  const app = httpService({
    names: [],
    mostHeaderBytes: MOST_HEADER_BYTES,
    mostBodyBytes: MOST_BODY_BYTES,
    mostPathCharacters: MOST_PATH_CHARACTERS,
    requestMs: REQUEST_MS,
    keepAliveMs: KEEP_ALIVE_MS,
    paths: 'there are /v1/recommendations/{pseudonym}, /v1/consents, /v1/preview, /healthz and /metrics',
    statusOf: (code) => (TRY_LATER.has(code) ? 503 : undefined),
    nameRemedy: 'ask for localhost or 127.0.0.1',
    onDefect,
  });
  app.addHook('onRequest', async (request, reply) => {
    if (OPEN_TO_ALL.has(request.routeOptions.url) || isBearer(request.headers.authorization, token)) return;
    await reply.code(401).header('www-authenticate', 'Bearer').send({
      code: 'HTTP_UNAUTHORISED',
      message: 'send "Authorization: Bearer TOKEN"; the token is in the file "token" of the state directory',
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
    const id = personIn(name, [as], `a ${as}`);
    return backend.recommend(as === 'person' ? { person: id } : { pseudonym: id }, k);
  });
  app.get('/v1/consents', (request) => {
    const { person, target, epoch } = consentFilter.parse(request.query);
    return {
      consents: listConsents(backend.book, {
        ...(person !== undefined && { person: personIn(person, ['person']) }),
        ...(target !== undefined && { target }),
        ...(epoch !== undefined && { epoch }),
      }),
    };
  });
  app.get('/v1/preview', (request) => {
    const { person, target } = previewQuery.parse(request.query);
    return backend.preview(personIn(person, ['person']), target);
  });
  app.post('/v1/consents', async (request) => {
    const { persons: named, dryRun, acceptUnknown, also, ...rest } = consentBody.parse(request.body);
    const terms = { ...rest, ...(also && { also }) };
    const persons = await personsIn(named);
    const { unknown } = await addConsents(backend.book, { persons, terms, dryRun, acceptUnknown });
    return { added: dryRun ? 0 : persons.length, unknown };
  });
  app.delete('/v1/consents', async (request) => {
    const { persons, target, dryRun } = withdrawBody.parse(request.body);
    return withdrawConsents(backend.book, {
      persons: await personsIn(persons),
      dryRun,
      ...(target !== undefined && { target }),
    });
  });
}
