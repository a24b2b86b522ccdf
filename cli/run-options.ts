/**
 * The options of a run as flags.
 * @module
 */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { flagOf, textOf } from '../simulations/option-fields.ts';
import { setting } from './arguments.ts';

type Options = Readonly<Record<string, z.ZodDefault>>;

/** Adds a flag per option. An absent flag stays undefined, because the schema knows the default. */
export function withRunOptions(command: Command, options: Options): Command {
  for (const [name, schema] of Object.entries(options)) command.addOption(flag(name, schema));
  return command;
}

/** The options that the user gave. @param flags as commander read them, including the command's own. */
export function givenOptions(flags: Readonly<Record<string, unknown>>, options: Options): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(options)) {
    const value = flags[flag(name, schema).attributeName()];
    if (value === undefined) continue;
    given[name] = schema.unwrap() instanceof z.ZodRecord ? Object.fromEntries(value as [string, unknown][]) : value;
  }
  return given;
}

function flag(name: string, schema: z.ZodDefault): Option {
  const { value, help, unsaid } = textOf(schema);
  const spelled = flagOf(name, schema);
  if (value === undefined) return new Option(spelled, help);
  const usual = unsaid ?? defaultText(schema.parse(undefined));
  return new Option(`${spelled} <${value}>`, `${help} (default: ${usual})`).argParser<unknown>(readerOf(schema));
}

/** @param value an option's default, in the form in which a user would write it. */
export function defaultText(value: unknown): string {
  if (Array.isArray(value)) return value.map(defaultText).join(',');
  return value === null ? 'none' : JSON.stringify(value).replaceAll('"', '');
}

/** Reads and checks a flag's value, so that the message about a wrong value names the flag. */
function readerOf(schema: z.ZodDefault): (text: string, earlier: unknown) => unknown {
  const inner = schema.unwrap();
  if (inner instanceof z.ZodRecord)
    return (text, earlier) => setting(text, earlier as ReturnType<typeof setting> | undefined);
  return (text) => {
    const read = schema.safeParse(
      inner instanceof z.ZodArray ? parts(text).map(valueOf(inner.element)) : valueOf(inner)(text.trim()),
    );
    if (read.success) return read.data;
    // The value may name a piece of a package, and packages are loaded later. The command checks all options once more.
    if (text.includes(':')) return inner instanceof z.ZodArray ? parts(text) : text.trim();
    throw new InvalidArgumentError(`It ${read.error.issues[0].message}.`);
  };
}

const parts = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Reads a number if the option allows one and the text is one. */
function valueOf(schema: z.core.$ZodType): (text: string) => string | number {
  const inner = schema instanceof z.ZodNullable ? schema.unwrap() : schema;
  const isText = inner instanceof z.ZodString || inner instanceof z.ZodEnum;
  return (text) => (isText || text === '' || Number.isNaN(Number(text)) ? text : Number(text));
}
