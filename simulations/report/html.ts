/**
 * The self-contained report of a run: one HTML file with inline charts, which loads nothing.
 * @module
 */
import type { Results } from '../results.ts';
import { charts } from './charts.ts';
import { directionText, notChargedLines, privacyLine, referenceLines, resultsTables, termsLine } from './table.ts';
import type { Table } from './table.ts';

export const STYLE = `
  :root { color-scheme: light; }
  body { font: 15px/1.5 system-ui, sans-serif; color: #1e293b; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.6rem; margin-bottom: .2rem } h2 { font-size: 1.15rem; margin-top: 2rem }
  .note { background: #fef9c3; border-left: 4px solid #ca8a04; padding: .5rem .8rem; margin: .6rem 0 }
  .claim { background: #f0fdfa; border-left: 4px solid #0f766e; padding: .5rem .8rem; margin: .5rem 0 }
  .claim.absent { background: #f8fafc; border-color: #94a3b8; color: #475569 }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums } td, th { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #e2e8f0 }
  td:first-child, th:first-child { text-align: left } tr.reference td, p.reference { color: #64748b } p.reference { margin: 0 }
  figure { margin: 1.2rem 0; overflow-x: auto } figcaption { color: #64748b; font-size: .9rem }
  pre { background: #f8fafc; padding: .8rem; overflow-x: auto; font-size: .85rem }
`;

export async function reportHtml(results: Results): Promise<string> {
  const figures = (await charts(results)).map(
    (chart) =>
      `<figure><h2>${escape(chart.title)}</h2>${chart.svg}<figcaption>${escape(chart.caption)}</figcaption></figure>`,
  );
  const world = results.world.platforms
    .map((p) => `${p.name} (${p.persons} persons, ${p.items} items, ${p.interactions} interactions)`)
    .join('; ');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Isthmus: ${escape(results.world.name)}</title><style>${STYLE}</style></head><body>
<h1>Isthmus: first recommendations for cold persons</h1>
<p>World <b>${escape(results.world.name)}</b>: ${escape(world)}. ${escape(results.world.directions.map(directionText).join('; '))} (first seed). Protocol <b>${escape(results.protocol)}</b>, ${results.seeds.length} seed${results.seeds.length === 1 ? '' : 's'}.</p>
${results.notes.map((note) => `<p class="note">${escape(note)}</p>`).join('\n')}
<h2>Methods</h2>
${resultsTables(results).map(tableHtml).join('\n')}
<h2>What privacy it cost</h2>
${results.privacy
  .map(
    (row) =>
      `<h3>${escape(row.strategy)}, release ${escape(row.release)}</h3><p>${escape(privacyLine(row))}</p>${row.claims
        .map(
          (claim) =>
            `<p class="claim${claim.holds ? '' : ' absent'}"><b>${escape(claim.id)}</b> ${escape(claim.plain)}<br><small>${claim.holds ? 'Exactly' : 'Not claimed'}: ${escape(claim.text)}</small></p>`,
        )
        .join('\n')}<p>${escape(termsLine(row))}</p>`,
  )
  .join('\n')}
${notChargedLines(results.privacy)
  .map((line) => `<p>${escape(line)}</p>`)
  .join('\n')}
${figures.join('\n')}
<h2>To repeat it</h2>
<pre>${escape(JSON.stringify(results.config, null, 2))}</pre>
<p>Isthmus ${escape(results.isthmus)}, run ${escape(results.run)}.</p>
</body></html>
`;
}

function tableHtml(table: Table): string {
  const { target, columns, lines } = table;
  const body = lines.map(
    (line) =>
      `<tr class="${line.isReference ? 'reference' : 'strategy'}"><td>${escape(line.label)}</td>${line.cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`,
  );
  return `<h3>Target ${escape(target)}</h3>
<table><thead><tr><th>method</th>${columns.map((column) => `<th>${escape(column)}</th>`).join('')}</tr></thead><tbody>
${body.join('\n')}
</tbody></table>
${referenceLines(table)
  .map((text) => `<p class="reference">${escape(text)}</p>`)
  .join('\n')}`;
}

export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
