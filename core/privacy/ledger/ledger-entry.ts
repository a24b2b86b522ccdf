/**
 * What a ledger entry must look like before its hash is looked at: as it comes from a store or from the other side.
 * @module
 */
import { z } from 'zod';
import { refundProofSchema } from '../../secagg/refund-proof.ts';
import type { Charge } from './ledger-chain.ts';

/** An entry without its hash. */
export const openEntrySchema = z.strictObject({
  sequence: z.int().min(0),
  origin: z.enum(['own', 'adopted']),
  charge: z
    .strictObject({
      scope: z.enum(['platform', 'federation']),
      label: z.string(),
      round: z.int(),
      attempt: z.int(),
      session: z.string(),
      event: z.looseObject({ kind: z.string() }),
    })
    // Kinds of events are the accountant's to judge, once the chain holds.
    .transform((charge) => charge as Charge),
  refund: z
    .strictObject({
      scope: z.literal('federation'),
      label: z.string(),
      round: z.int(),
      attempt: z.int(),
      session: z.string(),
      proof: refundProofSchema,
    })
    .optional(),
  previous: z.string(),
});
