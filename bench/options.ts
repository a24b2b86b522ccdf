/**
 * Options of a bench, read with commander as those of isthmus are: `--help` says what is measured, a command line that cannot be
 * used ends with one line and exit code 2, and a failure with exit code 1.
 */
import { statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { integer, list, positive, text } from '../cli/arguments.ts';
import { failure } from '../cli/failure.ts';
import { EXIT } from '../host/exit-codes.ts';

/** One option. */
export interface Asked<Value> {
  readonly says: string;
  /** Stands for the value in the help. A flag has none; with `...` it is not an option, but all arguments that are none. */
  readonly name?: string;
  /** @throws InvalidArgumentError, whose message commander shows beside the option. */
  readonly read: (given: string) => Value;
  /** The default, as a user would write it. */
  readonly usually?: string;
  /** An environment variable that may say the same. */
  readonly env?: string;
  /** The error if the value is missing; absent if it may be. */
  readonly missing?: string;
}

type Spec = Readonly<Record<string, Asked<unknown>>>;

/** Values by the names of their options in camel case. */
export type Options<Of extends Spec> = {
  readonly [Key in keyof Of]: Of[Key] extends Asked<infer Value> ? Value : never;
};

export interface About {
  /** One sentence. */
  readonly measures: string;
  readonly examples: readonly string[];
  /** Text that the help needs beside its options. */
  readonly more?: string;
}

export const flag = (says: string): Asked<boolean> => ({ says, read: () => true });

export const word = (says: string, usually: string, name = 'name'): Asked<string> => ({
  ...{ says, usually, name },
  read: (given) => given,
});

export const words = (says: string, usually: string): Asked<readonly string[]> => ({
  ...{ says, usually, name: 'names' },
  read: (given) => given.split(',').filter((one) => one !== ''),
});

const choiceOf =
  <Choice extends string>(choices: readonly Choice[]) =>
  (given: string): Choice => {
    const found = choices.find((choice) => choice === given);
    if (found === undefined) throw new InvalidArgumentError(`"${given}" is not one of ${choices.join(', ')}.`);
    return found;
  };

/** Some of these words, separated by commas. */
export const someOf = <Choice extends string>(
  choices: readonly Choice[],
  says: string,
  usually = choices.join(','),
): Asked<readonly Choice[]> => ({
  ...{ says: `${says}: ${choices.join(', ')}`, usually, name: 'names' },
  read: list(choiceOf(choices)),
});

export const count = (says: string, usually: number, least = 1): Asked<number> => ({
  ...{ says, usually: String(usually), name: 'n' },
  read: integer(least),
});

export const number = (says: string, usually: number): Asked<number> => ({
  ...{ says, usually: String(usually), name: 'number' },
  read: positive,
});

/** A share of a whole, from 0 to 1. */
export const share = (says: string, usually: string): Asked<number> => ({
  ...{ says, usually, name: 'share' },
  read(given) {
    const of = Number(given);
    if (given.trim() !== '' && of >= 0 && of <= 1) return of;
    throw new InvalidArgumentError(`"${given}" is not from 0 to 1.`);
  },
});

export const numbers = (says: string, usually: string): Asked<readonly number[]> => ({
  ...{ says, usually, name: 'numbers' },
  read: list(positive),
});

/** Whole numbers, or `none`. */
export const counts = (says: string, usually: string, least = 1): Asked<readonly number[]> => ({
  ...{ says: `${says}, or none`, usually, name: 'numbers' },
  read: (given) => (given === 'none' ? [] : list(integer(least))(given)),
});

const limit = (given: string): number | null => (given === 'none' ? null : positive(given));

/** A total epsilon; null for `none`. */
export const totalEpsilon = (says: string, usually: string): Asked<number | null> => ({
  ...{ says: `${says}; none: without a limit`, usually, name: 'number' },
  read: limit,
});

export const totalEpsilons = (says: string, usually: string): Asked<readonly (number | null)[]> => ({
  ...{ says: `${says}; none: without a limit`, usually, name: 'numbers' },
  read: list(limit),
});

/** Settings of a strategy. */
export const settings = (says: string): Asked<Record<string, unknown>> => ({
  ...{ says, usually: '{}', name: 'json' },
  read(given) {
    try {
      return JSON.parse(given) as Record<string, unknown>;
    } catch {
      throw new InvalidArgumentError(`${given} is not JSON.`);
    }
  },
});

export const oneOf = <Choice extends string>(
  choices: readonly Choice[],
  says: string,
  usually: NoInfer<Choice>,
): Asked<Choice> => ({
  ...{ says, usually, name: choices.join('|') },
  read: choiceOf(choices),
});

/** Arguments that are no options. @param missing the error if there is none; absent if there need not be any. */
export const rest = (name: `${string}...`, says: string, missing?: string): Asked<readonly string[]> => ({
  ...{ says, name, ...(missing !== undefined && { missing }) },
  read: (given) => [given],
});

/** Words that are no options: all of these if none is given. */
export const parts = <Choice extends string>(choices: readonly Choice[], says: string): Asked<readonly Choice[]> => ({
  ...{ says: `${says}: ${choices.join(', ')}; all if none is named`, name: 'parts...' },
  read: (given) => [choiceOf(choices)(given)],
});

/** Undefined without it. */
export const maybe = <Value>({ missing: _, usually: __, ...asked }: Asked<Value>): Asked<Value | undefined> => asked;

export const file = (says: string): Asked<string | undefined> => ({ says, name: 'file', read: text });

export const realData = (holds: string): Asked<string> => ({
  says: `the folder with real data; it holds ${holds}`,
  name: 'folder',
  env: 'ISTHMUS_DATA',
  missing: `--data or ISTHMUS_DATA must name the folder that holds ${holds}`,
  read(given) {
    if (statSync(given, { throwIfNoEntry: false })?.isDirectory() === true) return given;
    throw new InvalidArgumentError(`It must be the folder that holds ${holds}.`);
  },
});

/**
 * Reads the command line of this process. It ends the process after `--help`, and if the line cannot be used. From then on an error that
 * nothing catches ends the process with exit code 1.
 */
export function readOptions<const Of extends Spec>(about: About, spec: Of): Options<Of> {
  process.on('uncaughtException', (error) => {
    console.error(failure(error).text.replace(/^isthmus: /, ''));
    process.exit(EXIT.internal);
  });
  try {
    const command = new Command(relative(resolve(import.meta.dirname, '..'), process.argv[1]));
    return parseOptions(command, about, spec, process.argv.slice(2));
  } catch (error) {
    // commander has printed its message.
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    throw error;
  }
}

/** @throws CommanderError after `--help`, and if the line cannot be used. */
export function parseOptions<const Of extends Spec>(
  command: Command,
  { examples, measures, more = '' }: About,
  spec: Of,
  given: readonly string[],
): Options<Of> {
  command.description(measures).exitOverride();
  const after = [...(more === '' ? [] : [more, '']), 'Examples:', ...examples.map((example) => `  ${example}`)];
  command.addHelpText('after', `\n${after.join('\n')}`);
  for (const [key, asked] of Object.entries(spec)) {
    if (isRest(asked)) command.addArgument(new Argument(`[${asked.name}]`, asked.says).argParser(collect(asked)));
    else command.addOption(optionOf(key, asked));
  }
  command.parse(given, { from: 'user' });
  const found: Readonly<Record<string, readonly [unknown] | true | undefined>> = command.opts();
  const values = Object.entries(spec).map(([key, asked]) => {
    const value = isRest(asked) ? (command.processedArgs as [unknown]) : found[key];
    const isGiven = isRest(asked) ? command.args.length > 0 : value !== undefined;
    if (!isGiven && asked.missing !== undefined) command.error(`error: ${asked.missing}`);
    if (asked.name === undefined) return [key, value === true];
    return [key, typeof value === 'object' ? value[0] : undefined];
  });
  return Object.fromEntries(values) as Options<Of>;
}

const collect =
  ({ read }: Asked<unknown>) =>
  (given: string, before: readonly unknown[] = []): readonly unknown[] =>
    before.concat(read(given));

const isRest = ({ name }: Asked<unknown>): boolean => name?.endsWith('...') === true;

function optionOf(key: string, { env, name, read, says, usually }: Asked<unknown>): Option {
  const long = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  // A flag --no-x is called noX here, and is no option x that is true by default.
  if (name === undefined) return Object.assign(new Option(long, says), { negate: false });
  // Boxed, because commander takes a value of null for an empty text.
  const option = new Option(`${long} <${name}>`, says).argParser((given) => [read(given)]);
  if (env !== undefined) option.env(env);
  return usually === undefined ? option : option.default([read(usually)], usually === '' ? "''" : usually);
}
