/** The tables of options in docs/experiments.md, made from their schemas. */
import type { z } from 'zod';
import { defaultText } from '../cli/run-options.ts';
import { experimentOptions } from '../simulations/experiment/config.ts';
import { flagOf, textOf } from '../simulations/option-fields.ts';
import { searchOptions } from '../simulations/search/config.ts';

const TABLES: readonly { readonly begin: string; readonly options: Readonly<Record<string, z.ZodDefault>> }[] = [
  {
    begin: '<!-- Written by npx tsx docs/write-options.ts from simulations/options.ts. -->',
    options: experimentOptions,
  },
  {
    begin: '<!-- Written by npx tsx docs/write-options.ts from simulations/search/config.ts. -->',
    options: searchOptions,
  },
];
const END = '<!-- End of the options. -->';

/** @param page docs/experiments.md. @returns the page with the tables as the schemas have them. */
export function withOptionsTable(page: string): string {
  return TABLES.reduce((text, { begin, options }) => withTable(text, begin, options), page);
}

function withTable(page: string, start: string, options: Readonly<Record<string, z.ZodDefault>>): string {
  const rows = Object.entries(options).map(([key, schema]) => {
    const { help, unsaid } = textOf(schema);
    const flag = flagOf(key, schema);
    return `| \`${key}\` | \`${flag}\` | ${unsaid ?? `\`${defaultText(schema.parse(undefined))}\``} | ${help} |`;
  });
  const table = [start, '', '| key | flag | default | |', '|---|---|---|---|', ...rows, '', END].join('\n');
  const begin = page.indexOf(start);
  const end = page.indexOf(END, begin);
  if (begin < 0 || end < begin) throw new RangeError('the page has no place for the table of options');
  return `${page.slice(0, begin)}${table}${page.slice(end + END.length)}`;
}
