/**
 * The parts of a manifest and of a public half: every field with its range.
 * @module
 */
import { z } from 'zod';
import { defaultRefunds } from '../privacy/plan/openings.ts';
import { nameSchema } from '../packages/package-id.ts';
import { RELEASE_MODES, USUAL_RELEASE } from '../release/registry.ts';

/** The coordinator's name among the members. */
export const COORDINATOR = 'coordinator';

export const key32 = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be a 32-byte key in base64 (44 characters)')
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be a 32-byte key in base64');

export const platformName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'must be 1 to 32 of a-z, 0-9 and inner hyphens')
  .refine((name) => name !== COORDINATOR, 'is the name of the coordinator itself: choose another');

const itemsAtMost = z.int().min(1).max(10_000_000);
const personsAtMost = z.int().min(1).max(1_000_000_000);

export const platformSchema = z.strictObject({
  name: platformName,
  /** Ed25519 identity, which signs every envelope. */
  identity: key32,
  /** X25519 key for letters to this member. */
  seal: key32,
  /** Public upper bound of the catalogue, with room for later items. Rows of items beyond it are left out. */
  items: itemsAtMost,
  /**
   * Public upper bound of the number of persons, with room to grow. Noise and learning rates depend on it. More persons
   * are allowed.
   */
  personsAbout: personsAtMost,
  /**
   * True for a platform that only takes the shared model and contributes no person. It is no member of the masked sum: n, t
   * and M do not count it, and it releases no representations.
   */
  takes: z.literal(true).optional(),
});

/**
 * The ids over which all platforms sum together. Either a public file, made without looking at interactions, or hashed
 * buckets.
 */
export const vocabularySchema = z.union([
  z.strictObject({
    /** SHA-256 of the file's bytes, in hex. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in 64 digits of lower-case hex'),
    /** Number of its ids. */
    items: z.int().min(2).max(10_000_000),
  }),
  z.strictObject({ buckets: z.int().min(2).max(1_000_000) }),
]);

/** The public part that a member sends to the maker of the manifest. */
export const halfSchema = z.discriminatedUnion('half', [
  platformSchema.extend({ half: z.literal('platform') }),
  z.strictObject({ half: z.literal('coordinator'), identity: key32 }),
]);
export type PublicHalf = z.infer<typeof halfSchema>;

/** A view or a training, by name. `planFederation` checks names and settings. */
const pieceSchema = z.strictObject({
  name: z.string(),
  settings: z.record(z.string(), z.unknown()).default({}),
  /** Share of the budget (of zero-concentrated DP). Default: the piece's usual share. */
  portion: z.number().gt(0).max(1).optional(),
});

/**
 * The encoder: views of one person each, a training of all platforms together, and a map that targets learn from linked persons
 * after the releases. Nothing else leaves a platform.
 */
export const encoderSchema = z.strictObject(
  {
    views: z.array(pieceSchema).max(8).default([]),
    training: pieceSchema.optional(),
    map: pieceSchema.pick({ portion: true }).optional(),
  },
  {
    error: ({ input }) =>
      input === undefined
        ? 'is missing: name what leaves a platform, for example "encoder: { views: [{ name: subspace }] }"; "isthmus manifest make" writes it'
        : undefined,
  },
);

export const privacySchema = z.strictObject({
  /** Total epsilon of everything trained; null only in a federation that asks for no privacy. */
  epsilon: z.number().positive().max(100).nullable(),
  delta: z.number().positive().max(0.01).default(1e-6),
  /** c: number of platforms that may pool their view with the coordinator. */
  colluding: z.int().min(0).default(0),
  /**
   * Number of platforms whose noise may be missing in an opened sum. Default: one in rounds of four platforms or more,
   * else none.
   */
  dropouts: z.int().min(0).optional(),
  maxPlatformsPerPerson: z.int().min(1).default(2),
  /** Release mode: one of this project's, or `package:mode` of a package in `packages`. */
  release: nameSchema(RELEASE_MODES).default(USUAL_RELEASE),
  epsilon0: z.number().positive().max(64).nullable().default(null),
  /** Platforms that release representations. Default: all. */
  sources: z.array(platformName).optional(),
  /**
   * Probability with which each platform draws each of its persons for a round, by secret coins. Default: everybody.
   */
  sampling: z.number().min(0.01).lt(1).optional(),
  /**
   * Quantile of all lengths that the bound on a contribution follows in rounds. Default: the training's fixed bound.
   */
  clipQuantile: z.number().min(0.05).max(0.95).optional(),
  /** Weight of a platform in the split of the bound on one person in rounds. Default: 1. */
  clipWeights: z.record(platformName, z.number().min(0.01).max(100)).optional(),
});

const roundFieldsSchema = z.strictObject({
  count: z.int().min(0).max(10_000).default(0),
  /** Deadline of a stage, which then ends with the platforms that answered. */
  stageTimeoutMs: z.int().min(100).default(30_000),
  /** Deadline of stage 2, which includes the training inside the platforms. */
  trainTimeoutMs: z.int().min(100).default(600_000),
  /**
   * Number of attempts that may be charged and lost permanently (their sum may still be opened) while all rounds still
   * fit the budget.
   */
  spareAttempts: z.int().min(0).default(1),
  /**
   * Number of attempts whose charge a ledger may take back, on proof that their sum was not opened and cannot be. A
   * platform uploads at most count + spareAttempts + refunds times, whichever members lie. Default: a third of count, and
   * at least 3.
   */
  refunds: z.int().min(0).max(10_000).optional(),
  /**
   * Graph of the masks. Default: complete up to 200 platforms, which also bounds a coordinator that deviates at will,
   * and sparse above if a sparse graph is safe. On a sparse graph nothing is bounded against a coordinator that
   * deviates in stage 0.
   */
  graph: z.enum(['complete', 'sparse']).optional(),
  /** Number of attempts at one round before the coordinator gives it up. */
  maxAttempts: z.int().min(1).default(5),
});

export const roundsSchema = roundFieldsSchema.transform((rounds) => ({
  ...rounds,
  refunds: rounds.refunds ?? defaultRefunds(rounds.count),
}));

export const farewellSchema = z.strictObject({
  /** Attempts at rounds of the version that the platform leaves, charged in its ledger and not taken back. */
  attempts: z.int().min(0).max(1_000_000),
  /** Charges at its rounds that were taken back. */
  refunds: z.int().min(0).max(1_000_000),
  /** Ed25519 signature by the platform that leaves, base64. */
  signature: z.string(),
});
export type Farewell = z.infer<typeof farewellSchema>;

export type ManifestPlatform = z.infer<typeof platformSchema>;
export type ManifestVocabulary = z.infer<typeof vocabularySchema>;
