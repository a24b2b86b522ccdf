/**
 * The settings of a manifest other than its members, as options of `isthmus manifest make` and of a trial.
 * @module
 */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { ManifestParts } from '../core/federation/draft.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { nameSchema } from '../core/packages/package-id.ts';
import { LOCAL_MODES, RELEASE_MODES, USUAL_RELEASE } from '../core/release/registry.ts';
import type { ReleaseModeName } from '../core/release/registry.ts';
import { readVocabulary } from '../client/vocabulary.ts';
import { encoderSpec, USUAL_ENCODER } from '../core/transfer/expression.ts';
import { presets } from '../core/transfer/presets.ts';
import { systemRandom } from '../host/system.ts';
import { withAllow } from './allow-option.ts';
import { integer, list, platform, positive, setting, text, weight } from './arguments.ts';
import { CommandError } from './errors.ts';

export interface PolicyFlags {
  readonly federation: string;
  readonly seed?: string;
  readonly strategy?: string;
  readonly encoder?: string;
  readonly set?: readonly (readonly [string, unknown])[];
  readonly epsilon: number;
  readonly delta: number;
  readonly privacy: boolean;
  readonly colluding: number;
  readonly dropouts?: number;
  readonly platformsPerPerson: number;
  readonly release: ReleaseModeName;
  readonly epsilon0?: number;
  readonly sources?: readonly string[];
  readonly sampling?: number;
  readonly clipQuantile?: number;
  readonly clipWeights?: readonly (readonly [string, number])[];
  readonly vocabulary?: string;
  readonly buckets?: number;
  readonly rounds: number;
  readonly spareAttempts?: number;
  readonly refunds?: number;
  readonly maxAttempts?: number;
  readonly graph?: 'complete' | 'sparse';
  readonly stageTimeout?: number;
  readonly trainTimeout?: number;
}

export function addPolicyOptions(command: Command): Command {
  const all = command
    .optionsGroup('Training:')
    .option('--federation <name>', 'name of the federation', 'my-federation')
    .option('--seed <text>', 'public text from which the first shared model is made (default: random)')
    .addOption(
      new Option('--strategy <name>', `what leaves a platform, by a published name (default: ${USUAL_ENCODER})`)
        .choices(presets.map(({ name }) => name))
        .conflicts('encoder'),
    )
    .option(
      '--encoder <expression>',
      'what leaves a platform, from pieces: VIEW, VIEW+VIEW or VIEW>TRAINING ("isthmus strategies" lists them); >map behind it learns a map from persons known on both sides, for targets that know none',
    )
    .option('--set <piece.key=value>', 'a setting of a piece of the encoder; may be repeated', setting)
    .option('--rounds <count>', 'rounds of the shared model', integer(0), 0)
    .option('--vocabulary <file>', 'list of the ids over which the platforms sum: "isthmus data vocabulary" makes it')
    .option('--buckets <count>', 'instead of a list: number of buckets into which ids are hashed', integer(2))
    .optionsGroup('Privacy:')
    .option('--epsilon <number>', 'total privacy budget for everything trained', positive, 4)
    .option('--delta <number>', 'its delta', positive, 1e-6)
    .option('--no-privacy', 'NO noise at all: the manifest promises nothing to anyone')
    .option('--colluding <count>', 'platforms that may pool what they saw with the coordinator', integer(0), 0)
    .option(
      '--platforms-per-person <count>',
      'number of platforms that one person may be on; epsilon holds for persons on at most this many',
      integer(1),
      2,
    )
    .option(
      '--release <mode>',
      `how a target receives a representation: ${RELEASE_MODES.join(', ')}, or package:mode of an allowed package`,
      releaseName,
      USUAL_RELEASE,
    )
    .option('--epsilon0 <number>', `budget of one released code, for ${LOCAL_MODES}`, positive)
    .option('--sources <names>', 'platforms that release (default: all)', list(platform))
    .option(
      '--sampling <share>',
      'probability that a round includes a person, by a secret coin; everybody if absent',
      positive,
    )
    .option(
      '--clip-quantile <share>',
      "let the clip of the rounds follow this quantile of the contributions' lengths",
      positive,
    )
    .option(
      '--clip-weights <name=weight,...>',
      'part of the bound on one person that a platform takes in rounds, relative to 1 for the others',
      list(weight),
    )
    .optionsGroup('When platforms fail:')
    .option(
      '--dropouts <count>',
      'platforms whose loss a sum survives (default: 1 with four platforms or more, else 0)',
      integer(0),
    )
    .option('--spare-attempts <count>', 'attempts that may be charged and lost permanently (default: 1)', integer(0))
    .option(
      '--refunds <count>',
      'charges of broken attempts that a ledger may take back (default: a third of the rounds, at least 3)',
      integer(0),
    )
    .addOption(
      new Option(
        '--graph <kind>',
        'who masks with whom; a sparse graph claims nothing against a coordinator that deviates in stage 0 (default: complete up to 200 platforms, sparse above)',
      ).choices(['complete', 'sparse']),
    )
    .option('--max-attempts <count>', 'tries at one round before the coordinator stops (default: 5)', integer(1))
    .option(
      '--stage-timeout <ms>',
      'longest time of a stage of a round; it then continues with the platforms that answered (default: 30000)',
      integer(100),
    )
    .option('--train-timeout <ms>', 'the same for training (default: 600000)', integer(100))
    .optionsGroup('Code from outside:');
  return withAllow(all);
}

/** The settings that the options give. An absent option takes the manifest's default. */
export function partsOf(flags: PolicyFlags): Omit<ManifestParts, 'coordinator' | 'platforms'> {
  const { privacy, rounds } = policyOf(flags);
  return {
    federation: flags.federation,
    seed: flags.seed ?? Buffer.from(systemRandom.bytes(16)).toString('hex'),
    ...vocabularyOf(flags),
    encoder: encoderSpec(flags.encoder ?? flags.strategy ?? USUAL_ENCODER, Object.fromEntries(flags.set ?? [])),
    privacy: { ...privacy, epsilon: flags.privacy ? flags.epsilon : null },
    rounds,
  };
}

/** @throws CommandError VOCABULARY_OPTION; DataError DATA_VOCABULARY; PlatformError PLATFORM_VOCABULARY */
export function vocabularyOf({ vocabulary, buckets }: Partial<PolicyFlags>): Pick<ManifestParts, 'vocabulary'> {
  if (vocabulary !== undefined && buckets !== undefined) {
    throw new CommandError('VOCABULARY_OPTION', 'name a list with --vocabulary, or a number of --buckets, not both');
  }
  if (buckets !== undefined) return { vocabulary: { buckets } };
  if (vocabulary === undefined) return {};
  const { ids, sha256 } = readVocabulary(vocabulary);
  return { vocabulary: { sha256, items: ids.length } };
}

/** Privacy and rounds, as far as these options say something of them. */
export function policyOf(flags: Partial<PolicyFlags>): {
  readonly privacy: Partial<Manifest['privacy']>;
  readonly rounds: Partial<Manifest['rounds']>;
} {
  const { delta, colluding, dropouts, release, epsilon0, sources, sampling, clipQuantile, clipWeights } = flags;
  const { spareAttempts, refunds, maxAttempts, graph } = flags;
  return {
    privacy: given({
      epsilon: flags.privacy === false ? null : flags.epsilon,
      delta,
      colluding,
      dropouts,
      maxPlatformsPerPerson: flags.platformsPerPerson,
      release,
      epsilon0,
      sources: sources && [...sources],
      sampling,
      clipQuantile,
      clipWeights: clipWeights && Object.fromEntries(clipWeights),
    }),
    rounds: given({
      count: flags.rounds,
      spareAttempts,
      refunds,
      maxAttempts,
      graph,
      stageTimeoutMs: flags.stageTimeout,
      trainTimeoutMs: flags.trainTimeout,
    }),
  };
}

/** Without the fields that are undefined. */
function given<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof given<Fields>
  >;
}

function releaseName(value: string): ReleaseModeName {
  const read = nameSchema(RELEASE_MODES).safeParse(text(value));
  if (read.success) return read.data;
  throw new InvalidArgumentError(`It ${read.error.issues[0].message}.`);
}
