/**
 * The table of docs/privacy.md: each printed sentence, the bugs that make it false, and the tests that notice them.
 * @module
 */
import { SENTENCES } from '../../../core/claims/sentence.ts';
import { linked } from './linked.ts';
import { NOTICED } from './noticed.ts';
import { ownAlone } from './own-alone.ts';
import type { Plant } from './plant.ts';
import { seen } from './seen.ts';
import { fromReview, unseen, unseenOfManifests } from './unseen.ts';

export const PLANTS: readonly Plant[] = [
  ...fromReview,
  ...unseen,
  ...unseenOfManifests,
  ...seen,
  ...ownAlone,
  ...linked,
];

const BEGIN = '<!-- planted bugs: npx tsx docs/write-plants.ts -->';
const END = '<!-- end of planted bugs -->';

/** The page with the table made from the data. @throws Error if the page has no place for it. */
export function withTable(page: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error(`docs/privacy.md lacks "${BEGIN}" or "${END}"`);
  return `${page.slice(0, from)}${BEGIN}\n\n${table()}\n\n${page.slice(to)}`;
}

function table(): string {
  const rows = Object.entries(SENTENCES).flatMap(([id, about]) =>
    PLANTS.filter(({ breaks }) => breaks === id).map((plant, at) => {
      const { file, title } = NOTICED[plant.id];
      const sentence = at === 0 ? `**${id}** ${about}` : '';
      return `| ${sentence} | \`${file.replace(/^test\//, '').replace(/\.test\.ts$/, '')}\`: ${title} | \`${plant.id}\`: ${plant.why} |`;
    }),
  );
  return ['| sentence | test that fails | planted bug |', '|---|---|---|', ...rows].join('\n');
}
