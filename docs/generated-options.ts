/** The table of options in docs/experiments.md, made from their schemas. */
import { defaultText } from '../cli/run-options.ts';
import { experimentOptions } from '../simulations/experiment/config.ts';
import { flagOf, textOf } from '../simulations/option-fields.ts';

const BEGIN = '<!-- Written by npx tsx docs/write-options.ts from simulations/options.ts. -->';
const END = '<!-- End of the options. -->';

/** @param page docs/experiments.md. @returns the page with the table as the schemas have it. */
export function withOptionsTable(page: string): string {
  const rows = Object.entries(experimentOptions).map(([key, schema]) => {
    const { help, unsaid } = textOf(schema);
    const flag = flagOf(key, schema);
    return `| \`${key}\` | \`${flag}\` | ${unsaid ?? `\`${defaultText(schema.parse(undefined))}\``} | ${help} |`;
  });
  const table = [BEGIN, '', '| key | flag | default | |', '|---|---|---|---|', ...rows, '', END].join('\n');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new RangeError('the page has no place for the table of options');
  return `${page.slice(0, begin)}${table}${page.slice(end + END.length)}`;
}
