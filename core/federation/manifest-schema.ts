/**
 * The layout of a manifest and of a public half: every field with its range, and the conditions between fields.
 * @module
 */
import { z } from 'zod';
import { defaultRefunds } from '../privacy/plan/openings.ts';
import { defaultDropouts } from '../privacy/plan/trust.ts';
import { isOutsideName, nameSchema, packageIn, packageSchema } from '../packages/package-id.ts';
import { isKnownMode, isLocalMode, RELEASE_MODES, USUAL_RELEASE } from '../release/registry.ts';

export const MANIFEST_FORMAT = 2;

/** The coordinator's name among the members. */
export const COORDINATOR = 'coordinator';

const key32 = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be a 32-byte key in base64 (44 characters)')
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be a 32-byte key in base64');

export const platformName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'must be 1 to 32 of a-z, 0-9 and inner hyphens')
  .refine((name) => name !== COORDINATOR, 'is the name of the coordinator itself: choose another');

const itemsAtMost = z.int().min(1).max(10_000_000);
const personsAtMost = z.int().min(1).max(1_000_000_000);

const platformSchema = z.strictObject({
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
   * The platform takes the shared model and contributes nobody. It is no member of the masked sum: n, t and M do not
   * count it, and it releases no representations.
   */
  takes: z.literal(true).optional(),
});

/**
 * The ids over which all platforms sum together. Either a public file, made without looking at interactions, or hashed
 * buckets.
 */
const vocabularySchema = z.union([
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

/** A view or a training, by name. Names and settings are checked where the federation is planned. */
const pieceSchema = z.strictObject({
  name: z.string(),
  settings: z.record(z.string(), z.unknown()).default({}),
  /** Share of the budget (of zero-concentrated DP). Default: the piece's usual share. */
  portion: z.number().gt(0).max(1).optional(),
});

/** The encoder: views of one person each, and a training of all platforms together. Nothing else leaves a platform. */
const encoderSchema = z.strictObject(
  { views: z.array(pieceSchema).max(8).default([]), training: pieceSchema.optional() },
  {
    error: ({ input }) =>
      input === undefined
        ? 'is missing: name what leaves a platform, for example "encoder: { views: [{ name: subspace }] }"; "isthmus manifest make" writes it'
        : undefined,
  },
);

const privacySchema = z.strictObject({
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
  /** One of ours, or `package:mode` of a package in `packages`. */
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
   * platform uploads at most count + spareAttempts + refunds times, whoever lies. Default: a third of count, and at
   * least 3.
   */
  refunds: z.int().min(0).max(10_000).optional(),
  /**
   * Graph of the masks. Default: complete up to 200 platforms, which also bounds a coordinator that deviates at will,
   * and sparse above if a sparse graph can serve. On a sparse graph nothing is bounded against a coordinator that
   * deviates in stage 0.
   */
  graph: z.enum(['complete', 'sparse']).optional(),
  /** Number of attempts at one round before the coordinator gives it up. */
  maxAttempts: z.int().min(1).default(5),
});

const roundsSchema = roundFieldsSchema.transform((rounds) => ({
  ...rounds,
  refunds: rounds.refunds ?? defaultRefunds(rounds.count),
}));

export const farewellSchema = z.strictObject({
  /** Attempts at rounds of the version that it leaves, charged in its ledger and not taken back. */
  attempts: z.int().min(0).max(1_000_000),
  /** Charges at its rounds that were taken back. */
  refunds: z.int().min(0).max(1_000_000),
  /** Ed25519 signature by the platform that leaves, base64. */
  signature: z.string(),
});
export type Farewell = z.infer<typeof farewellSchema>;

/** The complete version before. The later version counts what it released and may still release. */
export interface PreviousVersion {
  /**
   * Most attempts at its rounds that a ledger may hold charged. A member that has signed the later version charges no
   * more.
   */
  readonly attempts: number;
  /** Number of completed rounds at the making of the later version, which plans for the rest. */
  readonly rounds: number;
  /**
   * Farewells of platforms that left, by name. For any other that left, the later version counts all attempts that the
   * version before planned.
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
    /** The first shared model is made from it; any public text. */
    seed: z.string().min(1),
    coordinator: z.strictObject({ identity: key32 }),
    platforms: z.array(platformSchema).min(2, 'a federation has at least two platforms').max(10_000),
    /** For a strategy that sums over items of several platforms. */
    vocabulary: vocabularySchema.optional(),
    encoder: encoderSchema,
    privacy: privacySchema,
    /** Packages from outside this repository that the strategy and the release mode come from; absent: none. */
    packages: z.array(packageSchema).min(1).optional(),
    rounds: roundsSchema.prefault({}),
    /** True if nobody compared the members' keys: for trials. Every claim says so. */
    unsafeTrial: z.literal(true).optional(),
    /** Ed25519 signatures by member name, over the canonical manifest without this field, base64. */
    signatures: z.record(z.union([z.literal(COORDINATOR), platformName]), z.string()).default({}),
  })
  .superRefine((manifest, context) => {
    for (const problem of successionProblems(manifest)) context.addIssue({ code: 'custom', ...problem });
    const names = new Map<string, number>();
    const { identity } = manifest.coordinator;
    const double = manifest.platforms.findIndex((platform) => platform.identity === identity);
    if (double !== -1) {
      const message = 'is the same as the coordinator’s; each member needs its own';
      context.addIssue({ code: 'custom', path: ['platforms', double, 'identity'], message });
    }
    manifest.platforms.forEach((platform, index) => {
      const unique: readonly [string, string][] = [
        [platform.name, 'name'],
        [platform.identity, 'identity'],
        [platform.seal, 'seal'],
      ];
      for (const [value, field] of unique) {
        const earlier = names.get(value);
        if (earlier !== undefined) {
          const message = `is the same as that of platform ${earlier + 1}; each platform needs its own`;
          context.addIssue({ code: 'custom', path: ['platforms', index, field], message });
        }
        names.set(value, index);
      }
    });
    const { release, epsilon0 } = manifest.privacy;
    for (const problem of packageProblems(manifest)) context.addIssue({ code: 'custom', ...problem });
    // A mode that is not loaded can be shown, and the plan refuses it.
    const local = isKnownMode(release) ? isLocalMode(release) : epsilon0 !== null;
    if (local !== (epsilon0 !== null)) {
      const message = local ? `must be given for release mode ${release}` : `means nothing for release mode ${release}`;
      context.addIssue({ code: 'custom', path: ['privacy', 'epsilon0'], message });
    }
    for (const name of Object.keys(manifest.privacy.clipWeights ?? {})) {
      if (manifest.platforms.some((platform) => platform.name === name)) continue;
      const message = `"${name}" is no platform of this federation`;
      context.addIssue({ code: 'custom', path: ['privacy', 'clipWeights', name], message });
    }
    if (manifest.privacy.epsilon === null && manifest.privacy.sampling !== undefined) {
      const message = 'means nothing without privacy';
      context.addIssue({ code: 'custom', path: ['privacy', 'sampling'], message });
    }
    for (const [index, source] of (manifest.privacy.sources ?? []).entries()) {
      if (!manifest.platforms.some((platform) => platform.name === source)) {
        const message = `"${source}" is no platform of this federation`;
        context.addIssue({ code: 'custom', path: ['privacy', 'sources', index], message });
      } else if (manifest.platforms.some((platform) => platform.name === source && platform.takes === true)) {
        const message = `"${source}" only takes the shared model, so it releases nothing: remove it here, or its "takes"`;
        context.addIssue({ code: 'custom', path: ['privacy', 'sources', index], message });
      }
    }
    if (manifest.platforms.every(({ takes }) => takes === true)) {
      context.addIssue({
        code: 'custom',
        path: ['platforms'],
        message: 'somebody must contribute: not all may only take',
      });
    }
  })
  .transform((manifest) => {
    const { privacy, platforms, rounds } = manifest;
    const contributing = platforms.filter(({ takes }) => takes !== true).length;
    const { dropouts = rounds.count > 0 ? defaultDropouts(contributing) : 0 } = privacy;
    return { ...manifest, privacy: { ...privacy, dropouts } };
  });

interface Problem {
  /** The field that the problem is about. */
  readonly path: string[];
  readonly message: string;
}

function successionProblems(manifest: SuccessionFields): readonly Problem[] {
  const { version, previous, rounds, platforms } = manifest;
  const problems: Problem[] = [];
  const need = (holds: boolean, path: string[], message: string): void => {
    if (!holds) problems.push({ path, message });
  };
  if (previous === undefined) {
    need(version === 1, ['version'], 'must be 1 where there is no version before');
    return problems;
  }
  const before = previous.manifest;
  need(version === before.version + 1, ['version'], `must be ${before.version + 1}: one more than the version before`);
  for (const field of ['federation', 'seed'] as const) {
    need(manifest[field] === before[field], [field], `must be "${before[field]}", as in version ${before.version}`);
  }
  need(
    manifest.unsafeTrial === before.unsafeTrial,
    ['unsafeTrial'],
    'must be as in the version before: a trial stays one, and nothing else becomes one',
  );
  need(
    previous.rounds <= Math.min(before.rounds.count, rounds.count),
    ['previous', 'rounds'],
    'is more than the rounds that one of the two versions plans',
  );
  for (const name of Object.keys(previous.farewells ?? {})) {
    const left = before.platforms.find((one) => one.name === name);
    const path = ['previous', 'farewells', name];
    need(left !== undefined, path, `is no platform of version ${before.version}`);
    need(
      platforms.every(({ identity }) => identity !== left?.identity),
      path,
      'is of a platform that stays',
    );
  }
  const names = new Map(earlierPlatforms(previous).map(({ identity, name }) => [identity, name]));
  for (const [index, { identity, name }] of platforms.entries()) {
    const earlier = names.get(identity) ?? name;
    // Under another name its persons would count as those of one more platform.
    need(earlier === name, ['platforms', `${index}`, 'name'], `must be "${earlier}", as in an earlier version`);
  }
  return problems;
}

/** The packages of a manifest are exactly those whose pieces it names. */
function packageProblems({ packages = [], encoder, privacy }: NamingFields): readonly Problem[] {
  const { training, views } = encoder;
  const pieces = [...views, ...(training ? [training] : [])].map(({ name }) => name);
  const used = new Set([...pieces, privacy.release].filter(isOutsideName).map(packageIn));
  const named = packages.map(({ name }) => name);
  const unnamed = [...used].filter((name) => !named.includes(name));
  return [
    ...unnamed.map((name) => ({ path: ['packages'], message: `must name ${name}, whose pieces the manifest uses` })),
    ...named.flatMap((name, index) => {
      const isTwice = named.indexOf(name) !== index;
      if (used.has(name) && !isTwice) return [];
      return [
        { path: ['packages', `${index}`], message: isTwice ? 'is named twice' : 'has no piece in this manifest' },
      ];
    }),
  ];
}

/** Entries of the platforms in all earlier versions, oldest first. */
function earlierPlatforms({ manifest }: PreviousVersion): readonly ManifestPlatform[] {
  return [...(manifest.previous ? earlierPlatforms(manifest.previous) : []), ...manifest.platforms];
}

type SuccessionFields = Pick<
  Manifest,
  'version' | 'previous' | 'federation' | 'seed' | 'unsafeTrial' | 'rounds' | 'platforms'
>;

type NamingFields = Pick<Manifest, 'packages' | 'encoder'> & {
  readonly privacy: Pick<Manifest['privacy'], 'release'>;
};

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestPlatform = Manifest['platforms'][number];
export type ManifestVocabulary = z.infer<typeof vocabularySchema>;
