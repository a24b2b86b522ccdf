/**
 * The results of a simulation: `runs/<id>/results.json`, and the output of `--json`. Its schema is in docs/schemas.
 * @module
 */
import { z } from 'zod';
import { nameSchema } from '../core/packages/package-id.ts';
import { RELEASE_MODES } from '../core/release/registry.ts';

/** One cell of the table: a metric of a method, over seeds (core/evaluation/results.ts makes them). */
const rowSchema = z.strictObject({
  target: z.string(),
  sources: z.array(z.string()),
  /** Name of a strategy or a baseline. */
  method: z.string(),
  /** Release mode; `none` also for rows that use no released representation. */
  release: z.string(),
  /** Total epsilon of everything trained; null if nothing bounds it. */
  epsilon: z.number().nullable(),
  /** Epsilon of one released code; null if nothing bounds it. */
  epsilon0: z.number().nullable(),
  /** `none`: the metric ranks nothing. */
  negatives: z.enum(['uniform', 'popularity', 'full']),
  /** `without`: positives that are twins of an item in the person's source history do not count. */
  twins: z.enum(['with', 'without']),
  /** `all`, or an activity group by interactions on the sources, such as `history 6-10`. */
  group: z.string(),
  metric: z.string(),
  /** Mean over positives, then over seeds; a fraction. */
  mean: z.number(),
  /** Mean over persons, then over seeds. */
  personMean: z.number(),
  /** Standard deviation over seeds; null for one seed. */
  std: z.number().nullable(),
  /** Number of positives of one seed (mean over seeds). */
  n: z.int(),
  seeds: z.int(),
});

/** A method's paired gain over a reference row, on the same positives and candidates. */
const gainSchema = z.strictObject({
  target: z.string(),
  method: z.string(),
  release: z.string(),
  epsilon: z.number().nullable(),
  epsilon0: z.number().nullable(),
  over: z.string(),
  negatives: z.enum(['uniform', 'popularity', 'full']),
  metric: z.literal('NDCG@10'),
  mean: z.number(),
  /** 95 % interval over another choice of persons, and over another choice of seeds if there are several. */
  low: z.number(),
  high: z.number(),
  per: z.enum(['persons', 'persons and seeds']),
  /** Number of test persons: a person of several seeds counts once. */
  persons: z.int(),
});

/** A method as a target can judge it, by its held-out persons, and how that went. */
const choiceSchema = z.strictObject({
  target: z.string(),
  method: z.string(),
  release: z.string(),
  epsilon: z.number().nullable(),
  epsilon0: z.number().nullable(),
  /** NDCG@10 of held-out persons: the mean over kinds of negatives and seeds. */
  heldOut: z.number(),
  /** True for the method that held-out persons choose: the run's result. */
  chosen: z.boolean(),
  /** True for the method that turned out best on the cold persons. Nobody could have chosen it by that. */
  hindsight: z.boolean(),
});

const claimSchema = z.strictObject({
  id: z.enum(['C1', 'C2', 'C3', 'C4']),
  holds: z.boolean(),
  /** The claim in plain words. */
  plain: z.string(),
  /** The exact claim or, if it does not hold, the reason why it is absent. */
  text: z.string(),
});

export const privacySchema = z.strictObject({
  strategy: z.string(),
  release: nameSchema(RELEASE_MODES),
  unit: z.string(),
  mechanism: z.string(),
  accountant: z.string(),
  epsilon: z.number().nullable(),
  epsilon0: z.number().nullable(),
  /** The budget that the run was planned for; null without privacy. */
  budget: z.number().nullable(),
  delta: z.number(),
  rounds: z.int(),
  noiseMultiplier: z.number(),
  maxPlatformsPerPerson: z.int(),
  honestMinimum: z.int(),
  noiseShares: z.int(),
  /** Entry c is the total epsilon against the coordinator and c colluding platforms. Empty if nothing bounds it. */
  epsilonAgainst: z.array(z.number()),
  claims: z.array(claimSchema),
  notCharged: z.array(z.string()),
  warnings: z.array(z.string()),
});

const roundSchema = z.strictObject({
  seed: z.string(),
  strategy: z.string(),
  release: nameSchema(RELEASE_MODES),
  epsilon: z.number().nullable(),
  round: z.int(),
  attempt: z.int(),
  outcome: z.string(),
  platforms: z.int(),
  /** Epsilon spent on rounds and encoders by the end of this attempt; null without privacy. */
  epsilonSpent: z.number().nullable(),
  /** L2 norm of the shared model's change; null if the attempt did not complete. */
  modelChange: z.number().nullable(),
  milliseconds: z.record(z.string(), z.number()),
});

export const resultsSchema = z.strictObject({
  isthmus: z.string(),
  run: z.string(),
  world: z.strictObject({
    name: z.string(),
    platforms: z.array(z.strictObject({ name: z.string(), persons: z.int(), items: z.int(), interactions: z.int() })),
    /** Direction and numbers of persons, at the first seed. */
    directions: z.array(
      z.strictObject({
        target: z.string(),
        sources: z.array(z.string()),
        coldPersons: z.int(),
        warmPersons: z.int(),
      }),
    ),
  }),
  /** Number of trials that ended, and of those asked for. If they differ, the run was stopped or failed. */
  trials: z.strictObject({ ended: z.int(), of: z.int() }),
  protocol: z.string(),
  seeds: z.array(z.string()),
  notes: z.array(z.string()),
  rows: z.array(rowSchema),
  gains: z.array(gainSchema),
  choices: z.array(choiceSchema),
  privacy: z.array(privacySchema),
  rounds: z.array(roundSchema),
  /** Platforms whose process ended unexpectedly and was restarted with its state. */
  restarts: z.array(
    z.strictObject({ seed: z.string(), strategy: z.string(), platform: z.string(), because: z.string() }),
  ),
  timing: z.record(z.string(), z.number()),
  /** Everything needed to repeat the run. */
  config: z.record(z.string(), z.unknown()),
});

export type Results = z.infer<typeof resultsSchema>;
export type ResultRow = z.infer<typeof rowSchema>;
export type GainRow = z.infer<typeof gainSchema>;
export type Choice = z.infer<typeof choiceSchema>;
export type PrivacyRow = z.infer<typeof privacySchema>;
export type RoundRow = z.infer<typeof roundSchema>;

export function resultsJsonSchema(): unknown {
  return z.toJSONSchema(resultsSchema);
}
