/**
 * The options of a run. One schema per option gives its default, its allowed values and its help text. The flags of
 * `simulate`, the keys of an experiment, their checks and the table in docs/experiments.md are made from it.
 * @module
 */
import { z } from 'zod';
import type { EvaluationProtocol } from '../client/evaluation/settings.ts';
import { messageOf } from '../core/errors/coded-error.ts';
import { nameSchema } from '../core/packages/package-id.ts';
import { isLocalMode, LOCAL_MODES, RELEASE_MODES, USUAL_RELEASE } from '../core/release/registry.ts';
import { DEFAULT_DECODER, decoderNamed } from '../core/transfer/readouts/registry.ts';
import { composeEncoder } from '../core/transfer/compose.ts';
import { trainings } from '../core/transfer/registry.ts';
import { encoderName, encoderSpec } from '../core/transfer/expression.ts';
import { presets, publishedPair, publishedPairs } from '../core/transfer/presets.ts';
import {
  checked,
  epsilon,
  flagOf,
  list,
  name,
  oneOf,
  option,
  platformName,
  share,
  whole,
  within,
} from './option-fields.ts';
import { PRESET_NAMES } from './worlds/presets.ts';
import { DEFAULT_SYNTHETIC_WORLD } from './worlds/synthetic.ts';

const published = presets.map((preset) => preset.name);
/** Those that run without being asked for: a shared subspace needs a vocabulary, which only simulations of sites have. */
const USUAL_STRATEGIES = published.filter((one) => one !== 'shared-subspace');

/** An encoder, as an expression. */
const encoder = z.string().superRefine((value, context) => {
  try {
    const { spec } = composeEncoder(encoderSpec(value));
    if (spec.map === undefined) return;
    const message =
      'learns a map, which serves where nobody is linked, and a simulation has linked persons: leave out >map';
    context.addIssue({ code: 'custom', input: value, message });
  } catch (error) {
    context.addIssue({ code: 'custom', input: value, message: `names an encoder wrongly: ${messageOf(error)}` });
  }
});

/** A decoder's name. */
const decoder = z.string().superRefine((value, context) => {
  try {
    decoderNamed(value);
  } catch (error) {
    context.addIssue({ code: 'custom', input: value, message: `names a decoder wrongly: ${messageOf(error)}` });
  }
});

/** Every option of a run, in the order in which help lists them. */
export const runOptions = {
  data: option(name.nullable().default(null), {
    value: 'folder',
    help: 'a folder of PLATFORM.tsv files, or of the published split',
    unsaid: 'a synthetic world',
  }),
  world: option(oneOf(PRESET_NAMES).nullable().default(null), {
    value: 'name',
    help: `a named synthetic world: ${PRESET_NAMES.join(', ')}; cross-site is measured with --protocol cold-platform`,
    unsaid: 'films, books and music with persons in common',
  }),
  platforms: option(list(platformName).default([]), {
    value: 'names',
    help: 'platforms that train',
    unsaid: 'all of the world',
  }),
  sources: option(list(platformName).default([]), {
    value: 'names',
    help: 'platforms that release representations',
    unsaid: 'all but the target',
  }),
  target: option(platformName.nullable().default(null), {
    value: 'name',
    help: 'platform that receives them',
    unsaid: 'the last platform',
  }),
  strategy: option(list(oneOf([...published, ...publishedPairs.map(({ name: pair }) => pair)])).default([]), {
    value: 'names',
    help: 'encoders to compare, by published names; some also name a decoder; one without a privacy promise runs at one epsilon only',
    unsaid: `${USUAL_STRATEGIES.join(', ')}, if there is no --encoder`,
  }),
  encoder: option(list(encoder).default([]), {
    value: 'list',
    help: 'further encoders, from pieces: VIEW, VIEW+VIEW or VIEW>TRAINING ("isthmus strategies" lists them)',
    unsaid: 'none',
  }),
  settings: option(z.record(z.string(), z.unknown()).default({}), {
    value: 'piece.key=value',
    help: 'a setting of a piece of the encoder, if there is only one; may be repeated',
    flag: 'set',
    unsaid: "the pieces' own",
  }),
  decoder: option(list(decoder).min(1, 'names no decoder').default([DEFAULT_DECODER]), {
    value: 'names',
    help: 'decoders of the target, measured on the same releases; the first serves ("isthmus strategies" lists them)',
  }),
  ablate: option(z.boolean().default(false), {
    help: 'also measure each encoder and decoder with one of its mechanisms switched off in turn, and without the guard',
  }),
  protocol: option(oneOf(['sampled', 'full', 'published:game-video', 'cold-platform']).default('sampled'), {
    value: 'name',
    help: 'how cold persons are measured: sampled, full (the whole catalogue: also precision, recall and F1 at k), published:game-video; cold-platform: the target has few persons of its own, contributes nobody, and takes what the others make together',
  }),
  ownPersons: option(whole(0, 10_000).default(30), {
    value: 'n',
    help: 'own persons of the target, with cold-platform',
  }),
  negatives: option(whole(1, 100_000).default(99), {
    value: 'n',
    help: 'number of items that each hidden positive is ranked against, with sampled',
  }),
  seeds: option(whole(1, 1000).default(1), { value: 'n', help: 'number of seeds' }),
  seed: option(whole(0, 2 ** 31).default(1), { value: 'n', help: 'first seed' }),
  epsilon: option(
    list(z.union([epsilon, z.literal('none').transform(() => null), z.null()], { error: bestOfUnion }))
      .min(1, 'names no epsilon')
      .default([4]),
    { value: 'list', help: 'total epsilons of everything trained; none is a reference run WITHOUT NOISE' },
  ),
  delta: option(within((value) => value > 0 && value <= 0.01, 'above 0 and at most 0.01').default(1e-6), {
    value: 'delta',
    help: 'delta of the total epsilons',
  }),
  rounds: option(whole(0, 10_000).default(5), {
    value: 'n',
    help: 'rounds of the shared model, if the encoder has a training',
  }),
  release: option(
    list(nameSchema(RELEASE_MODES))
      .min(1, `names no mode; there are ${RELEASE_MODES.join(', ')}`)
      .default([USUAL_RELEASE]),
    { value: 'modes', help: `how a target receives a person's representation: ${RELEASE_MODES.join(', ')}` },
  ),
  epsilon0: option(list(epsilon).default([4]), {
    value: 'list',
    help: `epsilons of one released code, for ${LOCAL_MODES}`,
  }),
  overlap: option(share.default(1), {
    value: 'share',
    help: 'share of the persons known on both sides whose link may be used',
  }),
  colluding: option(whole(0, 10_000).default(0), {
    value: 'n',
    help: 'platforms that may collude with the coordinator',
  }),
  dropouts: option(whole(0, 10_000).nullable().default(null), {
    value: 'n',
    help: 'platforms that may be lost in a round',
    unsaid: '1 with four platforms or more, else 0',
  }),
  sampling: option(
    within((value) => value >= 0.01 && value < 1, 'from 0.01 to below 1')
      .nullable()
      .default(null),
    {
      value: 'share',
      help: 'probability that a round includes a person, by a secret coin',
      unsaid: 'everybody',
    },
  ),
  clipQuantile: option(
    within((value) => value >= 0.05 && value <= 0.95, 'from 0.05 to 0.95')
      .nullable()
      .default(null),
    {
      value: 'share',
      help: "let the clip of the rounds follow this quantile of the contributions' lengths",
      unsaid: "the training's own bound",
    },
  ),
  persons: option(whole(50, 10_000_000).default(DEFAULT_SYNTHETIC_WORLD.persons), {
    value: 'n',
    help: 'persons of each synthetic platform',
  }),
  items: option(whole(150, 10_000_000).default(DEFAULT_SYNTHETIC_WORLD.items), {
    value: 'n',
    help: 'items of each synthetic catalogue',
  }),
  worldOverlap: option(share.default(DEFAULT_SYNTHETIC_WORLD.overlap), {
    value: 'share',
    help: "share of a synthetic platform's persons who are on all platforms",
  }),
  meanHistory: option(within((value) => value >= 3, 'at least 3').default(DEFAULT_SYNTHETIC_WORLD.meanHistory), {
    value: 'n',
    help: 'mean interactions per person on a synthetic platform',
  }),
  inProcess: option(z.boolean().default(false), { help: 'run everything in one process, over in-memory transport' }),
  out: option(name.default('runs'), { value: 'folder', help: 'folder in which runs are kept' }),
};

/** The message for a value that is neither a number in the range nor "none". */
function bestOfUnion({ input }: { input?: unknown }): string {
  return `must be above 0 and at most 100, or none, not ${String(input)}`;
}

type OptionName = keyof typeof runOptions;

const USUAL_ROUNDS = 5;
/** Rounds of a shared subspace. With more rounds each sum is noisier, and further steps of the iteration gain nothing. */
const SUBSPACE_ROUNDS = 2;

/** True if a federation is measured by what it brings to a platform that contributes nobody. */
function isForNewcomer({ protocol, world }: { readonly protocol: string; readonly world: string | null }): boolean {
  return protocol === 'cold-platform' || world === 'cross-site';
}

const runSchema = z
  .strictObject(runOptions)
  .check(({ value, issues }) => {
    const refuse = (path: OptionName, message: string): void => {
      issues.push({ code: 'custom', input: value[path], path: [path], message });
    };
    if (value.meanHistory > value.items / 2) {
      refuse('meanHistory', `must be at most half of the items, not ${value.meanHistory}`);
    }
    const encoders = encodersOf(value);
    const twice = encoders.find((one, place) => encoders.indexOf(one) !== place);
    if (twice !== undefined) refuse('encoder', `names ${twice} twice`);
    if (Object.keys(value.settings).length > 0) {
      if (encoders.length > 1) refuse('settings', 'applies to a single encoder: name one with --strategy or --encoder');
      else {
        try {
          composeEncoder(encoderSpec(encoders[0], value.settings));
        } catch (error) {
          refuse('settings', `is refused: ${messageOf(error)}`);
        }
      }
    }
    for (const path of ['sampling', 'clipQuantile'] as const) {
      if (value[path] === null || encoders.some((one) => trainsInRounds(one, value.rounds))) continue;
      refuse(path, 'applies only to training rounds: choose an encoder with a training, and at least one round');
    }
    if (value.epsilon0.length === 0 && value.release.some(isLocalMode)) {
      refuse('epsilon0', `names no epsilon, which ${LOCAL_MODES} need`);
    }
    const together = isForNewcomer(value);
    const isUsual = value.strategy.length + value.encoder.length === 0;
    if (together && !isUsual && String(encoders) !== 'shared-subspace') {
      refuse('strategy', 'can only be shared-subspace with the protocol cold-platform');
    }
    if (together && value.protocol !== 'cold-platform' && value.protocol !== 'sampled') {
      refuse('protocol', 'can only be cold-platform with the world cross-site, in which nobody is on two sites');
    }
    if (!together && value.strategy.includes('shared-subspace')) {
      refuse('strategy', 'names shared-subspace, which needs a vocabulary: add --protocol cold-platform');
    }
  })
  .transform((value) =>
    isForNewcomer(value)
      ? {
          ...value,
          protocol: 'cold-platform' as const,
          strategy: ['shared-subspace'],
          encoder: [],
          release: ['none' as const],
          rounds: value.rounds === USUAL_ROUNDS ? SUBSPACE_ROUNDS : value.rounds,
        }
      : { ...value, decoder: withPublished(value) },
  );

/** The decoders asked for, and those of published pairs. If only pairs are asked for, the usual decoder is not measured. */
function withPublished({ decoder: asked, encoder: expressions, strategy }: EncodersAsked & Decoders): string[] {
  const pairs = strategy.flatMap((one) => publishedPair(one) ?? []);
  const usual = String(asked) === DEFAULT_DECODER && pairs.length > 0;
  const isPairsAlone = usual && pairs.length === strategy.length && expressions.length === 0;
  return [...new Set([...(isPairsAlone ? [] : asked), ...pairs.map(({ decoder: own }) => own)])];
}

export type SimulationOptions = Readonly<z.output<typeof runSchema>>;
export type SimulationInput = z.input<typeof runSchema>;
export type ProtocolName = SimulationOptions['protocol'];

/** @throws SimulationError SIMULATION_OPTION naming each option that is wrong, and its allowed values. */
export function simulationOptions(input: SimulationInput): SimulationOptions {
  return checked(runSchema, input, (key) => (key in runOptions ? flagOf(key, runOptions[key as OptionName]) : key));
}

interface EncodersAsked {
  readonly strategy: readonly string[];
  readonly encoder: readonly string[];
}

interface Decoders {
  readonly decoder: readonly string[];
}

/** The expressions or published names of the encoders that the options ask for. */
export function encodersOf({ strategy, encoder: expressions }: EncodersAsked): readonly string[] {
  const pairs = strategy.flatMap((one) => publishedPair(one)?.strategy ?? []);
  const asked = [...strategy.filter((one) => publishedPair(one) === undefined), ...expressions];
  const named = asked.map((one) => encoderName(encoderSpec(one)));
  const all = [...named, ...new Set(pairs.filter((one) => !named.includes(one)))];
  return all.length > 0 ? all : USUAL_STRATEGIES;
}

/** True if the encoder trains in these rounds. Without a training, options of rounds have no meaning. */
export function trainsInRounds(named: string, rounds: number): boolean {
  const { training } = encoderSpec(named);
  return rounds > 0 && training !== undefined && trainings.named(training.name).rounds !== undefined;
}

/** True if the split of persons is published: the same at every seed. */
export function isPublished(protocol: string): boolean {
  return protocol.startsWith('published:');
}

/** A trial for a newcomer is measured outside of the target's process. */
export function sampledUnlessNamed(protocol: SimulationOptions['protocol']): EvaluationProtocol {
  return protocol === 'cold-platform' ? 'sampled' : protocol;
}
