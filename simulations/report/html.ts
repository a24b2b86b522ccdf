/**
 * The self-contained report of a run: one HTML file with inline charts, which loads nothing. The answer, its picture and its
 * table come first; everything else is folded.
 * @module
 */
import type { Results } from '../results.ts';
import { answer } from './answer.ts';
import { charts, pictures } from './charts.ts';
import type { Chart } from './charts.ts';
import { claimsOnce, nameOf } from './claims-once.ts';
import type { ClaimOnce } from './claims-once.ts';
import { familyColumns, familiesOf, tableNotes } from './families.ts';
import type { Family } from './families.ts';
import { PRINT_SCRIPT, STYLE } from './style.ts';
import { directionText, notChargedLines, privacyLine, referenceLines, resultsTables, termsLine } from './table.ts';
import type { Table } from './table.ts';

export async function reportHtml(results: Results): Promise<string> {
  const { config, directions, notes, platforms, privacy, protocol, run, seeds, version } = partsOf(results);
  const drawn = await pictures(results);
  const details = await charts(results);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Isthmus: ${escape(results.world.name)}</title><style>${STYLE}</style></head><body>
<h1>Isthmus: first recommendations for persons who are new</h1>
<div class="answer">${answer(results).map(paragraph).join('\n')}</div>
${drawn.map(figure).join('\n')}
${directions.map((direction) => `<h2>${escape(directionText(direction, results.protocol))}</h2>${familiesHtml(familiesOf(results, direction.target), familyColumns(results))}${tableNotes(results, direction.target).map(paragraph).join('\n')}`).join('\n')}
<h2>Told of a person</h2>
${notes.map((note) => `<p class="note">${escape(note)}</p>`).join('\n')}
${claimsOnce(privacy)
  .map((claim) => claimHtml(claim, privacy.length))
  .join('\n')}
${folded(
  'Numbers of the privacy plans',
  privacy
    .map(
      (row) => `<p><b>${escape(nameOf(row, privacy))}</b>: ${escape(privacyLine(row))}. ${escape(termsLine(row))}</p>`,
    )
    .join('\n') + notChargedLines(privacy).map(paragraph).join('\n'),
)}
${folded('All methods, metrics and negatives', resultsTables(results).map(tableHtml).join('\n'))}
${folded('More pictures', details.map(figure).join('\n'))}
${folded(
  'The world, and how to repeat the run',
  `<p>World <b>${escape(results.world.name)}</b>: ${escape(platforms)}. Protocol <b>${escape(protocol)}</b>, ${seeds}.</p><pre>${escape(config)}</pre>`,
)}
<p class="whom">Isthmus ${escape(version)}, run ${escape(run)}.</p>
${PRINT_SCRIPT}
</body></html>
`;
}

function partsOf(results: Results) {
  const { seeds, world } = results;
  return {
    config: JSON.stringify(results.config, null, 2),
    directions: world.directions,
    notes: results.notes,
    platforms: world.platforms
      .map((p) => `${p.name} (${p.persons} persons, ${p.items} items, ${p.interactions} interactions)`)
      .join('; '),
    privacy: results.privacy,
    protocol: results.protocol,
    run: results.run,
    seeds: `${seeds.length} seed${seeds.length === 1 ? '' : 's'}`,
    version: results.isthmus,
  };
}

const paragraph = (text: string): string => `<p>${escape(text)}</p>`;

const folded = (title: string, html: string): string => `<details><summary>${escape(title)}</summary>${html}</details>`;

const figure = ({ caption, svg, title }: Chart): string =>
  `<figure><h3>${escape(title)}</h3>${svg}<figcaption>${escape(caption)}</figcaption></figure>`;

function familiesHtml(families: readonly Family[], columns: readonly string[]): string {
  const [told, ...others] = columns.map(escape);
  const body = families.map(
    ({ lines, name }) =>
      `<tr class="family"><th colspan="${1 + columns.length}">${escape(name)}</th></tr>${lines
        .map(({ cells: [first, ...rest], isStrategy, method }) => {
          const cells = rest.map((cell) => `<td>${escape(cell)}</td>`).join('');
          return `<tr class="${isStrategy ? 'strategy' : 'reference'}"><td>${escape(method)}</td><td class="told">${escape(first)}</td>${cells}</tr>`;
        })
        .join('')}`,
  );
  return `<div class="wide"><table><thead><tr><th>method</th><th class="told">${told}</th>${others.map((column) => `<th>${column}</th>`).join('')}</tr></thead><tbody>
${body.join('\n')}
</tbody></table></div>`;
}

function claimHtml({ exact, holds, id, plain, strategies }: ClaimOnce, all: number): string {
  const whom = strategies.length === all ? '' : `<br><span class="whom">${escape(strategies.join(', '))}</span>`;
  const texts = exact.map(({ strategies: whose, text }) => {
    const of = exact.length === 1 ? '' : `<b>${escape(whose.join(', '))}</b>: `;
    return `<p>${of}${escape(text)}</p>`;
  });
  return `<div class="claim${holds ? '' : ' absent'}"><b>${escape(id)}</b> ${escape(plain)}${whom}${folded(holds ? 'Exactly' : 'Not claimed, because', texts.join(''))}</div>`;
}

function tableHtml(table: Table): string {
  const { target, columns, lines } = table;
  const body = lines.map(
    (line) =>
      `<tr class="${line.isReference ? 'reference' : 'strategy'}"><td>${escape(line.label)}</td>${line.cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`,
  );
  return `<h3>Target ${escape(target)}</h3>
<div class="wide"><table><thead><tr><th>method</th>${columns.map((column) => `<th>${escape(column)}</th>`).join('')}</tr></thead><tbody>
${body.join('\n')}
</tbody></table></div>
${referenceLines(table)
  .map((text) => `<p class="reference">${escape(text)}</p>`)
  .join('\n')}`;
}

export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
