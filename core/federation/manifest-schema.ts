/**
 * The layout of a manifest: its fields (manifest-fields.ts) and the conditions between them (manifest-conditions.ts).
 * @module
 */
import { z } from 'zod';
import { packageSchema } from '../packages/package-id.ts';
import { defaultDropouts } from '../privacy/plan/trust.ts';
import { problemsOf } from './manifest-conditions.ts';
import {
  COORDINATOR,
  encoderSchema,
  farewellSchema,
  key32,
  platformName,
  platformSchema,
  privacySchema,
  roundsSchema,
  vocabularySchema,
} from './manifest-fields.ts';
import type { Farewell } from './manifest-fields.ts';

export const MANIFEST_FORMAT = 2;

/** The complete version before. The later version counts everything that the earlier one released and may still release. */
export interface PreviousVersion {
  /**
   * Most attempts at its rounds that a ledger may hold charged. A member that has signed the later version charges no
   * more.
   */
  readonly attempts: number;
  /** Number of completed rounds at the making of the later version, which plans for the rest. */
  readonly rounds: number;
  /**
   * Farewells of platforms that left, by name. For a platform that left without one, the later version counts all attempts
   * that the version before planned.
   */
  readonly farewells?: Readonly<Record<string, Farewell>> | undefined;
  /** Without signatures, because members do not sign those. */
  readonly manifest: Manifest;
}

const previousSchema: z.ZodType<PreviousVersion> = z.lazy(() =>
  z.strictObject({
    attempts: z.int().min(0).max(1_000_000),
    rounds: z.int().min(0).max(10_000),
    farewells: z.record(platformName, farewellSchema).optional(),
    manifest: manifestSchema,
  }),
);

export const manifestSchema = z
  .strictObject({
    isthmus: z.literal(MANIFEST_FORMAT, {
      error: ({ input }) =>
        input === 1
          ? 'is format 1, which the coordinator alone signed: make a new manifest with "isthmus manifest make"'
          : `must be ${MANIFEST_FORMAT}`,
    }),
    federation: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and hyphens'),
    /** 1, 2, 3... No process uses a lower version than before. */
    version: z.int().min(1).max(10_000).default(1),
    previous: previousSchema.optional(),
    /** Seed of the first shared model: any public text. */
    seed: z.string().min(1),
    coordinator: z.strictObject({ identity: key32 }),
    platforms: z.array(platformSchema).min(2, 'a federation has at least two platforms').max(10_000),
    /** The ids that a strategy sums over if it sums over items of several platforms. */
    vocabulary: vocabularySchema.optional(),
    encoder: encoderSchema,
    privacy: privacySchema,
    /** Packages from outside this repository that the strategy and the release mode come from; absent: none. */
    packages: z.array(packageSchema).min(1).optional(),
    rounds: roundsSchema.prefault({}),
    /** True for a trial in which nobody compared the members' keys. Every claim says so. */
    unsafeTrial: z.literal(true).optional(),
    /** Ed25519 signatures by member name, over the canonical manifest without this field, base64. */
    signatures: z.record(z.union([z.literal(COORDINATOR), platformName]), z.string()).default({}),
  })
  .superRefine((manifest, context) => {
    for (const problem of problemsOf(manifest)) context.addIssue({ code: 'custom', ...problem });
  })
  .transform((manifest) => {
    const { privacy, platforms, rounds } = manifest;
    const contributing = platforms.filter(({ takes }) => takes !== true).length;
    const { dropouts = rounds.count > 0 ? defaultDropouts(contributing) : 0 } = privacy;
    return { ...manifest, privacy: { ...privacy, dropouts } };
  });

export type Manifest = z.infer<typeof manifestSchema>;
