/**
 * The shapes of a platform's printed events and answers. Readers check them, and docs/schemas publishes them.
 * @module
 */
import { z } from 'zod';
import { PURPOSE_NAMES } from '../core/federation/purposes.ts';
import { OUTCOMES } from '../core/secagg/outcome.ts';
import type { PlatformEvent } from './events.ts';
import type { Preview } from './releases/preview.ts';
import type { Recommendation } from './serving/recommender.ts';

const count = z.int().min(0);
const warnings = z.array(z.string()).describe('to be shown before everything else, such as that no noise is added');

/** Answer of `GET /v1/recommendations/{pseudonym}`, and of `isthmus recommend --json`. */
export const recommendationSchema = z.strictObject({
  items: z
    .array(
      z.strictObject({
        item: z.string(),
        title: z.string().optional(),
        score: z.number().describe('higher is better; comparable within one answer alone'),
        explanation: z.array(z.strictObject({ name: z.string(), weight: z.number() })),
      }),
    )
    .describe('best first'),
  basis: z.enum(['representation', 'prior', 'popularity', 'own-history', 'map']).describe('what the answer rests on'),
  sources: z.array(z.string()).describe('platforms whose release of this person was used'),
  claim: z.string().describe('what may be said of the privacy of this answer'),
  known: z.boolean().describe('whether anything is known of the person, here or from a source'),
  warnings,
}) satisfies z.ZodType<Recommendation>;

/** Answer of `GET /v1/consents`, and of `isthmus consent list --json`. */
export const consentsSchema = z.strictObject({
  consents: z.array(
    z.strictObject({
      person: z.string().describe("the platform's own id"),
      target: z.string(),
      epoch: count,
      expires: count.describe('Unix seconds'),
      also: z.array(z.enum(PURPOSE_NAMES)).optional().describe('purposes beside a representation; absent: none'),
    }),
  ),
});

/** Answer of `GET /v1/preview`, and of `isthmus consent preview --json`. */
export const previewSchema = z.strictObject({
  warnings,
  source: z.string().describe('this platform'),
  target: z.string(),
  release: z.string().describe('release mode; none: this platform sends nothing of this person'),
  bound: z
    .enum(['nothing-sent', 'unbounded', 'epsilon0'])
    .describe('epsilon0: the target receives only a random code of the representation'),
  epsilon0: z.number().nullable().describe('of one code; null: nothing bounds it'),
  numbers: count.describe('that the target would receive'),
  bits: count.describe('of these numbers: the most that one answer tells in them'),
  claim: z.string().describe('what the target can work out, in words for the person; or why nothing is sent'),
  needs: z.array(z.enum(PURPOSE_NAMES)).describe('purposes that a consent must name before anything is sent'),
  consents: z.array(
    z.strictObject({
      epoch: count,
      expires: count.describe('Unix seconds'),
      also: z.array(z.enum(PURPOSE_NAMES)).optional().describe('purposes beside a representation; absent: none'),
      inForce: z.boolean().describe('true: something may be sent by it now'),
    }),
  ),
  modelRound: count.nullable().describe('of the shared model that makes the representation; null: nothing is sent'),
  representation: z.array(z.number()).describe('its direction, of length 1, before the release mode'),
  history: count.describe('items in the history on this platform'),
  items: z
    .array(
      z.strictObject({
        item: z.string(),
        title: z.string().optional(),
        influence: z
          .number()
          .min(0)
          .optional()
          .describe('1 minus the cosine between the representations with and without the item'),
        weight: z.number().min(0).max(1).optional().describe('that the encoder itself gives the item'),
        sent: z.literal(true).optional().describe('the target receives the item itself'),
      }),
    )
    .describe('the latest items of the history, those that count most first; no target is told these figures'),
}) satisfies z.ZodType<Preview>;

const decoderReportSchema = z.strictObject({
  warmPersons: count,
  blend: z.strictObject({ decoder: z.number(), prior: z.number(), popularity: z.number() }),
  heldOut: z.record(z.string(), z.number()),
  sources: z.array(z.strictObject({ source: z.string(), weight: z.number(), shutOutBecause: z.string().optional() })),
  chosen: z.record(z.string(), z.union([z.number(), z.string()])),
});

const event = <Kind extends string, Fields extends z.ZodRawShape>(
  kind: Kind,
  fields: Fields,
): z.ZodObject<{ kind: z.ZodLiteral<Kind> } & Fields> => z.strictObject({ kind: z.literal(kind), ...fields });

const attempt = { round: count, attempt: count };

/** One line of `isthmus platform --events json`. */
export const platformEventSchema: z.ZodType<PlatformEvent> = z.discriminatedUnion('kind', [
  event('stage', {
    stage: z.enum(['preparing', 'ready', 'training', 'releasing', 'fitting', 'evaluating', 'serving']),
    fraction: z.number().min(0).max(1),
  }),
  event('link', { state: z.enum(['online', 'offline']), reason: z.string() }),
  event('attempt', { ...attempt, stage: z.string() }),
  event('attempt-ended', { ...attempt, outcome: z.enum(OUTCOMES), text: z.string() }),
  event('declined', { ...attempt, code: z.string() }),
  event('epsilon', { spent: z.number().nullable(), budget: z.number().nullable() }),
  event('released', { target: z.string(), persons: count, parts: count }),
  event('received', { source: z.string(), persons: count }),
  event('withdrawn', { platform: z.string(), persons: count }),
  event('decoder', { modelRound: count, report: decoderReportSchema, refusedBecause: z.string().optional() }),
  event('map', {
    modelRound: count,
    coordinate: z.number().min(0).describe('root mean square of a coordinate of the map'),
    noise: z.number().min(0).describe('standard deviation of the noise in it'),
  }),
  event('evaluated', { file: z.string().nullable(), coldPersons: count }),
  event('listening', { url: z.string(), warnings }),
  event('failed', { code: z.string() }),
]);
