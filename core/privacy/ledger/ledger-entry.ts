/**
 * The shape of a ledger entry as it comes from a store or from the other side. A reader checks the shape before it
 * computes any hash.
 * @module
 */
import { z } from 'zod';
import { refundProofSchema } from '../../secagg/refund-proof.ts';
import type { PrivacyEvent } from '../../accounting/accountant.ts';

const noiseEvents = [
  z.strictObject({ kind: z.literal('discrete-gaussian'), sigma: z.number(), sensitivity: z.number() }),
  z.strictObject({
    kind: z.literal('distributed-discrete-gaussian'),
    localSigma: z.number(),
    shares: z.number(),
    dimension: z.number(),
    sensitivity: z.number(),
  }),
] as const;

/** The kinds of release that a plan makes. The ledger's rules check the numbers in them. */
const eventSchema: z.ZodType<PrivacyEvent> = z.discriminatedUnion('kind', [
  ...noiseEvents,
  z.strictObject({
    kind: z.literal('poisson-sampled'),
    rate: z.number(),
    event: z.discriminatedUnion('kind', noiseEvents),
  }),
  z.strictObject({ kind: z.literal('unprotected') }),
]);

const released = { label: z.string(), round: z.int(), attempt: z.int(), session: z.string() };

const chargeSchema = z.strictObject({
  scope: z.enum(['platform', 'federation']),
  version: z.int().min(1),
  ...released,
  event: eventSchema,
});

const refundSchema = z.strictObject({ scope: z.literal('federation'), ...released, proof: refundProofSchema });

/** Schema of an entry without its hash, with the fields of `more` added. */
export function openEntrySchema<More extends z.ZodRawShape>(more: More) {
  const link = { sequence: z.int().min(0), origin: z.enum(['own', 'adopted']), previous: z.string(), ...more };
  return z.union([
    z.strictObject({ ...link, charge: chargeSchema }),
    z.strictObject({ ...link, refund: refundSchema }),
  ]);
}
