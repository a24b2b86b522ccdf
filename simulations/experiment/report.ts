/**
 * The self-contained report of an experiment: one HTML file with inline charts, which loads nothing.
 * @module
 */
import { stringify } from 'yaml';
import { escape } from '../report/html.ts';
import { STYLE } from '../report/style.ts';
import { notChargedLines, privacyLine, termsLine } from '../report/table.ts';
import type { PrivacyRow } from '../results.ts';
import { experimentCharts } from './charts.ts';
import { gainCell, intervalText } from './summary.ts';
import type { ExperimentSummary, FrontierPoint } from './summary.ts';

export async function experimentReport(summary: ExperimentSummary): Promise<string> {
  const { config, frontier, privacy, audits, failures } = summary;
  const figures = (await experimentCharts(summary)).map(
    ({ title, caption, svg }) =>
      `<figure><h2>${escape(title)}</h2>${svg}<figcaption>${escape(caption)}</figcaption></figure>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Isthmus: privacy against quality</title><style>${STYLE}</style></head><body>
<h1>Isthmus: what privacy costs</h1>
<p>World <b>${escape(config.data ?? 'synthetic')}</b>; ${summary.trials} trials, ${config.seeds} seed${config.seeds === 1 ? '' : 's'} from ${config.seed}, ${summary.seconds.toFixed(0)} s of work. Quality is ${escape(summary.metric)} of cold persons.</p>
<p class="note">simulation: seeded noise, not a release</p>
${config.epsilon.includes(null) ? '<p class="note">NO PRIVACY: points without an epsilon ran with no noise at all, as a reference</p>' : ''}
${failures.map(({ trial, code, text }) => `<p class="note">no result for ${escape(trial)}: ${escape(text)} [${escape(code)}]</p>`).join('\n')}
${figures.join('\n')}
<h2>The frontier in figures</h2>
<p>Intervals (95 %) cover another choice of persons and of seeds. Bold: held-out persons choose this method among those with the same budgets, release and overlap.</p>
<table><thead><tr><th>strategy, release</th><th>epsilon</th><th>eps0</th><th>overlap</th><th>negatives</th><th>${escape(summary.metric)}</th><th>gain over popularity and prior</th></tr></thead><tbody>
${frontier.map(line).join('\n')}
</tbody></table>
<h2>Reference levels</h2>
<table><thead><tr><th>method</th><th>overlap</th><th>negatives</th><th>${escape(summary.metric)}</th></tr></thead><tbody>
${summary.references.map(({ method, overlap, negatives, quality }) => `<tr class="reference"><td>${escape(method)}</td><td>${overlap}</td><td>${escape(negatives)}</td><td>${intervalText(quality)}</td></tr>`).join('\n')}
</tbody></table>
<h2>Measured beside proven</h2>
<p>Canary persons went through the mechanisms at these epsilons, with fixed seeds, on four platforms of which one colludes. Codes are those of invented persons. This audits the mechanisms, not the trials above.</p>
<table><thead><tr><th>what</th><th>attack</th><th>proven epsilon</th><th>at least</th><th>supposing a Gaussian</th><th>confidence</th></tr></thead><tbody>
${audits.map(({ subject, release, attack, proven, measured, measuredGaussian, confidence }) => `<tr><td>${escape(subject === 'training' ? 'what is trained' : `${release} code`)}</td><td>${escape(attack)}</td><td>${proven === null ? 'nothing' : proven.toFixed(3)}</td><td>${measured.toFixed(3)}</td><td>${measuredGaussian === null ? '' : measuredGaussian.toFixed(3)}</td><td>${(confidence * 100).toFixed(0)} %</td></tr>`).join('\n')}
</tbody></table>
<h2>What is claimed</h2>
${privacy.map(claims).join('\n')}
<h2>To repeat it</h2>
<p>Save this as experiment.yaml and run <code>isthmus experiment privacy --config experiment.yaml</code>. The same version and the same data give the same rows.</p>
<pre>${escape(stringify(config))}</pre>
<p>Isthmus ${escape(summary.isthmus)}, Node ${escape(process.version)}, ${escape(process.platform)} ${escape(process.arch)}.</p>
</body></html>
`;
}

function line({
  strategy,
  release,
  epsilon,
  epsilon0,
  overlap,
  negatives,
  quality,
  gain,
  chosen,
}: FrontierPoint): string {
  const cells = [epsilon ?? 'none', epsilon0 ?? '', overlap, negatives, intervalText(quality), gainCell(gain)];
  const name = escape(`${strategy}, ${release}`);
  return `<tr><td>${chosen ? `<b>${name}</b>` : name}</td>${cells.map((cell) => `<td>${escape(String(cell))}</td>`).join('')}</tr>`;
}

function claims(row: PrivacyRow): string {
  const local = row.epsilon0 === null ? '' : ` eps0 ${row.epsilon0}`;
  const said = row.claims.map(
    ({ id, holds, text: words }) =>
      `<p class="claim${holds ? '' : ' absent'}"><b>${holds ? '' : 'not claimed: '}${escape(id)}</b> ${escape(words)}</p>`,
  );
  return `<details><summary>${escape(`${row.strategy}, release ${row.release}${local}: ${privacyLine(row)}`)}</summary>${said.join('\n')}<p>${[termsLine(row), ...notChargedLines([row])].map(escape).join('<br>')}</p></details>`;
}
