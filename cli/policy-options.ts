/**
 * Everything that a manifest says beside its members, as options: of `isthmus manifest make` and of a trial.
 * @module
 */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ManifestParts } from '../core/federation/draft.ts';
import { systemRandom } from '../host/system.ts';
import { integer, list, platform, positive, setting, weight } from './arguments.ts';

export interface PolicyFlags {
  readonly federation: string;
  readonly seed?: string;
  readonly strategy: string;
  readonly set?: readonly (readonly [string, unknown])[];
  readonly epsilon: number;
  readonly delta: number;
  readonly privacy: boolean;
  readonly colluding: number;
  readonly dropouts?: number;
  readonly platformsPerPerson: number;
  readonly release: 'raw' | 'ldp' | 'cohort' | 'none';
  readonly epsilon0?: number;
  readonly sources?: readonly string[];
  readonly sampling?: number;
  readonly clipQuantile?: number;
  readonly clipWeights?: readonly (readonly [string, number])[];
  readonly rounds: number;
  readonly spareAttempts?: number;
  readonly refunds?: number;
  readonly maxAttempts?: number;
  readonly stageTimeout?: number;
  readonly trainTimeout?: number;
}

export function addPolicyOptions(command: Command): Command {
  return command
    .optionsGroup('What is learnt together:')
    .option('--federation <name>', 'name of the federation', 'my-federation')
    .option('--seed <text>', 'public text from which the first shared model is made (default: random)')
    .option('--strategy <name>', 'how knowledge moves between the platforms', 'private-subspace')
    .option('--set <key=value>', 'a setting of the strategy; may be given several times', setting)
    .option('--rounds <count>', 'rounds of the shared model', integer(0), 0)
    .optionsGroup('Privacy:')
    .option('--epsilon <number>', 'total privacy budget for everything trained', positive, 4)
    .option('--delta <number>', 'its delta', positive, 1e-6)
    .option('--no-privacy', 'NO noise at all: the manifest promises nothing to anyone')
    .option('--colluding <count>', 'platforms that may pool what they saw with the coordinator', integer(0), 0)
    .option(
      '--platforms-per-person <count>',
      'on how many of the platforms one person may be; epsilon holds for persons on no more',
      integer(1),
      2,
    )
    .addOption(
      new Option('--release <mode>', 'what a target gets of a representation')
        .choices(['raw', 'ldp', 'cohort', 'none'])
        .default('raw'),
    )
    .option('--epsilon0 <number>', 'budget of one released code, for ldp and cohort', positive)
    .option('--sources <names>', 'platforms that release (default: all)', list(platform))
    .option(
      '--sampling <share>',
      'each round takes every person by a secret coin that shows this; everybody if absent',
      positive,
    )
    .option('--clip-quantile <share>', "let the bound on a person's part of a round follow this quantile", positive)
    .option(
      '--clip-weights <name=weight,...>',
      'how much of the bound on one person a platform takes in rounds, beside 1 of the others',
      list(weight),
    )
    .optionsGroup('When platforms fail:')
    .option(
      '--dropouts <count>',
      'platforms whose loss a sum survives (default: 1 from four platforms on, else 0)',
      integer(0),
    )
    .option('--spare-attempts <count>', 'attempts that may be charged and lost for good (default: 1)', integer(0))
    .option(
      '--refunds <count>',
      'charges of broken attempts that a ledger may take back (default: a third of the rounds, 3 at least)',
      integer(0),
    )
    .option('--max-attempts <count>', 'tries at one round before the coordinator stops (default: 5)', integer(1))
    .option('--stage-timeout <ms>', 'a stage of a round ends by then with who is there (default: 30000)', integer(100))
    .option('--train-timeout <ms>', 'the same for training (default: 600000)', integer(100));
}

/** What the options say; what is left out takes the manifest's default. */
export function partsOf(flags: PolicyFlags): Omit<ManifestParts, 'coordinator' | 'platforms'> {
  const { delta, colluding, dropouts, platformsPerPerson, release, epsilon0, sources } = flags;
  const { sampling, clipQuantile, clipWeights, spareAttempts, refunds, maxAttempts } = flags;
  return {
    federation: flags.federation,
    seed: flags.seed ?? Buffer.from(systemRandom.bytes(16)).toString('hex'),
    strategy: { name: flags.strategy, settings: Object.fromEntries(flags.set ?? []) },
    privacy: {
      epsilon: flags.privacy ? flags.epsilon : null,
      delta,
      colluding,
      ...given({ dropouts }),
      maxPlatformsPerPerson: platformsPerPerson,
      release,
      epsilon0: epsilon0 ?? null,
      ...given({ sources: sources && [...sources], sampling, clipQuantile }),
      ...given({ clipWeights: clipWeights && Object.fromEntries(clipWeights) }),
    },
    rounds: {
      count: flags.rounds,
      ...given({ spareAttempts, refunds, maxAttempts }),
      ...given({ stageTimeoutMs: flags.stageTimeout, trainTimeoutMs: flags.trainTimeout }),
    },
  };
}

/** Without the fields that are undefined. */
function given<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof given<Fields>
  >;
}
