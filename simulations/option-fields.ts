/**
 * The parts that a schema of options is made of: an option with its texts, values with messages that name what is allowed, and
 * the check of a whole input.
 * @module
 */
import { z } from 'zod';
import { SimulationError } from './errors.ts';

/** The texts of an option. */
export interface OptionText {
  /** Placeholder for the value in help: `--seeds <n>`. A switch has none. */
  readonly value?: string;
  readonly help: string;
  /** Describes a default that is not a value: "all of the world". */
  readonly unsaid?: string;
  /** The flag, if it differs from the option's own name. */
  readonly flag?: string;
}

const texts = z.registry<OptionText>();

/** Attaches an option's texts to its schema. */
export function option<Schema extends z.ZodType>(schema: Schema, text: OptionText): Schema {
  texts.add(schema, text);
  return schema;
}

/** The same option with another default, for a command that starts from other values. */
export function withDefault<Schema extends z.ZodType>(
  schema: z.ZodDefault<Schema>,
  value: z.core.util.NoUndefined<z.output<Schema>>,
): z.ZodDefault<Schema> {
  return option(schema.unwrap().default(value), textOf(schema));
}

/** @throws RangeError for a schema that is no option. */
export function textOf(schema: z.ZodType): OptionText {
  const text = texts.get(schema);
  if (text === undefined) throw new RangeError('an option without a text');
  return text;
}

/** The flag of an option, such as `--world-overlap`. */
export function flagOf(name: string, schema: z.ZodType): string {
  return `--${textOf(schema).flag ?? name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

/** Messages that name the allowed values and the given value. */
const must = (be: string) => ({
  error: ({ input }: { input?: unknown }) => `must be ${be}, not ${String(input)}`,
});

export function whole(least: number, most: number): z.ZodType<number, number> {
  return z.int(must(`a whole number from ${least} to ${most}`)).refine((value) => value >= least && value <= most, {
    error: ({ input }) => `must be a whole number from ${least} to ${most}, not ${String(input)}`,
  });
}

/** One of several names. */
export function oneOf<const Names extends readonly string[]>(
  names: Names,
): z.ZodEnum<z.core.util.ToEnum<Names[number]>> {
  return z.enum(names, { error: ({ input }) => `names "${String(input)}", which is none of ${names.join(', ')}` });
}

export function within(test: (value: number) => boolean, range: string): z.ZodType<number, number> {
  return z.number(must(range)).refine(test, must(range));
}

export const share = within((value) => value > 0 && value <= 1, 'above 0 and at most 1');
export const epsilon = within((value) => value > 0 && value <= 100, 'above 0 and at most 100');
export const name = z.string().min(1, 'is empty');
/** Name of a platform, which also names its files. */
export const platformName = name.refine(
  (value) => !/^\.{1,2}$|[/\\]/.test(value),
  'is a path: give names without / and \\',
);

/** A list in which no value occurs twice: the rows of both would pass for two seeds of one variant. */
export function list<Schema extends z.ZodType>(schema: Schema): z.ZodArray<Schema> {
  return z.array(schema).check((context) => {
    const twice = context.value.find((value, place) => context.value.indexOf(value) !== place);
    if (twice === undefined) return;
    context.issues.push({ code: 'custom', input: context.value, message: `names ${String(twice)} twice` });
  });
}

/**
 * @param nameOf the name by which the author of the input knows an option: its flag, or its key in a file.
 * @throws SimulationError SIMULATION_OPTION with a sentence on each issue: "--seeds must be ...".
 */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  nameOf: (key: string) => string,
): z.output<Schema> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const sentences = read.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${nameOf(String(path[0]))} ${message}` : message,
  );
  throw new SimulationError('SIMULATION_OPTION', sentences.join('; '));
}
