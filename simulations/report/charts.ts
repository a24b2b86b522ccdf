/**
 * The charts of a report: Vega-Lite specifications of a results document, drawn to SVG without a browser.
 * @module
 */
import * as vega from 'vega';
import { compile } from 'vega-lite';
import type { TopLevelSpec } from 'vega-lite';
import type { ResultRow, Results, RoundRow } from '../results.ts';
import { upward } from '../../core/accounting/printed-epsilon.ts';
import { figure, headlines, toldText } from './headline.ts';
import type { Headline } from './headline.ts';
import { methodLabel, REFERENCE_ROWS } from './table.ts';

const CONFIG: TopLevelSpec['config'] = {
  font: 'system-ui, sans-serif',
  axis: { labelFontSize: 12, titleFontSize: 12, labelLimit: 260 },
  legend: { labelFontSize: 12, titleFontSize: 12, labelLimit: 480 },
  header: { labelFontSize: 13, titleFontSize: 13 },
  view: { stroke: 'transparent' },
};

/** Colours of strategies. They differ also without colour vision, on light and on dark backgrounds. */
const STRATEGIES = ['#0d9488', '#d97706', '#7c3aed', '#dc2626', '#2563eb'];
const REFERENCE = '#8b98a8';

export interface Chart {
  readonly title: string;
  readonly caption: string;
  readonly svg: string;
}

/** The picture of a run: quality against privacy, between the prior and the ceiling. One for each target. */
export async function pictures(results: Results): Promise<Chart[]> {
  const drawn = results.world.directions.map(async ({ target }): Promise<Chart | null> => {
    const spec = qualityAgainstPrivacy(results, target);
    if (spec === null) return null;
    return {
      title: `Quality against privacy, target ${target}`,
      caption: `NDCG@10 of cold persons by the total epsilon of training; less is more private. Bars: 95 % interval of the gain over the prior, over another choice of persons and seeds. Lines: one list for everybody (popularity, prior) and all data in one place without privacy (ceiling). The axis does not begin at zero.`,
      svg: await toSvg(spec),
    };
  });
  return (await Promise.all(drawn)).filter((chart) => chart !== null);
}

function qualityAgainstPrivacy(results: Results, target: string): TopLevelSpec | null {
  const all = headlines(results, target);
  const strategies = all.filter(({ isStrategy }) => isStrategy);
  const most = Math.max(
    ...strategies.map(({ row }) => strategies.filter((other) => other.row.epsilon === row.epsilon).length),
  );
  const slots = Array.from({ length: 2 * most - 1 }, (_, slot) => slot);
  const hasModes = new Set(strategies.map(({ row }) => toldText(row))).size > 1;
  const points = strategies.map(({ gain, row }) => {
    const beside = strategies.filter((other) => other.row.epsilon === row.epsilon);
    const place = beside.findIndex((other) => other.row === row);
    return {
      method: hasModes ? `${row.method}, ${toldText(row)}` : row.method,
      epsilon: row.epsilon === null ? 'no limit' : upward(row.epsilon),
      order: row.epsilon ?? Infinity,
      // Strategies with the same epsilon stand side by side around its place on the axis.
      slot: most - beside.length + 2 * place,
      mean: row.mean,
      low: gain !== undefined && Number.isFinite(gain.low) ? row.mean - (gain.mean - gain.low) : row.mean,
      high: gain !== undefined && Number.isFinite(gain.high) ? row.mean + (gain.high - gain.mean) : row.mean,
    };
  });
  if (points.length === 0) return null;
  const epsilons = [...new Map(points.map(({ epsilon, order }) => [epsilon, order]))].sort((a, b) => a[1] - b[1]);
  const x = {
    field: 'epsilon',
    type: 'ordinal',
    sort: epsilons.map(([epsilon]) => epsilon),
    title: 'epsilon of everything trained',
    axis: { labelAngle: 0 },
  } as const;
  // The axis begins below the lowest value drawn, not at zero, because readers compare differences.
  const levels = referenceLevels(all);
  const low = Math.min(...[...points, ...levels].map(({ mean }) => mean));
  const high = Math.max(...points.map((point) => point.high), ...levels.map(({ mean }) => mean));
  const domain = [Math.max(0, low - 0.25 * (high - low)), high + 0.1 * (high - low)];
  const y = (field: string) =>
    ({ field, type: 'quantitative', title: 'NDCG@10', scale: { domain, nice: false, zero: false } }) as const;
  const color = {
    field: 'method',
    type: 'nominal',
    title: null,
    scale: { range: STRATEGIES },
    legend: { orient: 'bottom', columns: 3 },
  } as const;
  const xOffset = { field: 'slot', type: 'ordinal', scale: { domain: slots } } as const;
  return {
    width: 460,
    height: 300,
    layer: [
      {
        data: { values: levels },
        layer: [
          { mark: { type: 'rule', strokeDash: [5, 4], color: REFERENCE }, encoding: { y: y('mean') } },
          {
            mark: { type: 'text', align: 'left', baseline: 'bottom', dx: 4, dy: -2 },
            encoding: { y: y('mean'), x: { value: 0 }, text: { field: 'label' } },
          },
        ],
      },
      {
        data: { values: points },
        layer: [
          {
            mark: { type: 'rule', strokeWidth: 2 },
            encoding: { x, xOffset, y: y('low'), y2: { field: 'high' }, color },
          },
          {
            mark: { type: 'point', filled: true, size: 90, opacity: 1 },
            encoding: { x, xOffset, y: y('mean'), color, shape: { field: 'method', type: 'nominal', title: null } },
          },
        ],
      },
    ],
  };
}

/** Levels of the reference rows. Popularity is left out where its label would lie on the prior's. */
function referenceLevels(all: readonly Headline[]): { readonly label: string; readonly mean: number }[] {
  const level = (name: string): { label: string; mean: number }[] =>
    all
      .filter(({ row }) => row.method === name)
      .map(({ row }) => ({ label: `${name} ${figure(row.mean)}`, mean: row.mean }));
  const [prior, popularity, ceiling] = ['prior', 'popularity', 'ceiling'].map(level);
  const top = Math.max(...all.map(({ row }) => row.mean));
  const isApart = popularity.every(({ mean }) => Math.abs(mean - (prior.at(0)?.mean ?? 0)) > 0.06 * top);
  return [...prior, ...(isApart ? popularity : []), ...ceiling];
}

/** Every other chart for which the results have data. */
export async function charts(results: Results): Promise<Chart[]> {
  const drawn: Chart[] = [];
  const add = async (title: string, caption: string, spec: TopLevelSpec | null): Promise<void> => {
    if (spec !== null) drawn.push({ title, caption, svg: await toSvg(spec) });
  };
  for (const { target } of results.world.directions) {
    const rows = results.rows.filter((row) => row.target === target);
    await add(
      `Quality by method, target ${target}`,
      'NDCG@10 of cold persons; mean over seeds, bars one standard deviation. Reference rows are grey.',
      qualityByMethod(rows),
    );
    await add(
      `Cold-start quality by history length, target ${target}`,
      'NDCG@10 with uniform negatives, by number of interactions on the sources.',
      qualityByHistory(rows),
    );
  }
  await add('Training curve', 'How far each completed round moved the shared model (L2 norm).', trainingCurve(results));
  await add(
    'Epsilon by round',
    'Total epsilon spent, encoders included, after each attempt that was charged.',
    epsilonByRound(results),
  );
  await add(
    'Epsilon against colluders',
    'Total epsilon against the coordinator and this many colluding platforms.',
    epsilonAgainstColluders(results),
  );
  return drawn;
}

export async function toSvg(spec: TopLevelSpec): Promise<string> {
  const { spec: compiled } = compile({ config: CONFIG, background: 'transparent', ...spec });
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function headline(rows: readonly ResultRow[]): ResultRow[] {
  return rows.filter((row) => row.metric === 'NDCG@10' && row.group === 'all' && row.twins === 'with');
}

function qualityByMethod(all: readonly ResultRow[]): TopLevelSpec | null {
  const rows = headline(all).map((row) => ({
    method: methodLabel(row),
    negatives: row.negatives,
    mean: row.mean,
    low: row.mean - (row.std ?? 0),
    high: row.mean + (row.std ?? 0),
    kind: REFERENCE_ROWS.includes(row.method) ? 'reference' : 'strategy',
  }));
  if (rows.length === 0) return null;
  const order = [...new Map(rows.map((row) => [row.method, row.mean]))].sort((a, b) => a[1] - b[1]);
  const y = { field: 'method', type: 'nominal', sort: order.map(([method]) => method), title: null } as const;
  return {
    data: { values: rows },
    facet: { column: { field: 'negatives', title: 'negatives' } },
    resolve: { scale: { x: 'independent' } },
    spec: {
      width: 300,
      height: { step: 22 },
      layer: [
        {
          mark: { type: 'bar', height: 14 },
          encoding: {
            y,
            x: { field: 'mean', type: 'quantitative', title: 'NDCG@10' },
            color: {
              field: 'kind',
              scale: { domain: ['strategy', 'reference'], range: ['#0f766e', '#b8bfc6'] },
              legend: null,
            },
          },
        },
        {
          mark: { type: 'rule', color: '#334155' },
          encoding: { y, x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
        },
      ],
    },
  };
}

function qualityByHistory(all: readonly ResultRow[]): TopLevelSpec | null {
  const rows = all
    .filter((row) => row.metric === 'NDCG@10' && row.group !== 'all' && row.twins === 'with')
    .filter((row) => row.negatives === 'uniform' && !['random', 'true-preference'].includes(row.method))
    .map((row) => ({ method: methodLabel(row), group: row.group, mean: row.mean }));
  if (rows.length === 0) return null;
  const groups = [...new Set(rows.map((row) => row.group))].sort((a, b) => firstNumber(a) - firstNumber(b));
  return {
    width: 480,
    height: 260,
    data: { values: rows },
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        field: 'group',
        type: 'ordinal',
        sort: groups,
        title: 'interactions on the sources',
        axis: { labelAngle: 0 },
      },
      y: { field: 'mean', type: 'quantitative', title: 'NDCG@10', scale: { zero: false } },
      color: { field: 'method', type: 'nominal', title: 'method' },
    },
  };
}

const firstNumber = (text: string): number => Number(/\d+/.exec(text)?.[0] ?? 0);

const roundSeries = (row: RoundRow): string =>
  `${row.strategy}, ${row.epsilon === null ? 'no privacy' : `eps ${row.epsilon}`}, seed ${row.seed}`;

function trainingCurve(results: Results): TopLevelSpec | null {
  const rows = results.rounds
    .filter((row) => row.modelChange !== null)
    .map((row) => ({ series: roundSeries(row), round: row.round, norm: row.modelChange }));
  if (rows.length === 0) return null;
  return {
    width: 480,
    height: 220,
    data: { values: rows },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'round', type: 'ordinal', axis: { labelAngle: 0 } },
      y: { field: 'norm', type: 'quantitative', title: 'change of the shared model' },
      color: { field: 'series', type: 'nominal', title: null },
    },
  };
}

function epsilonByRound(results: Results): TopLevelSpec | null {
  const rows = results.rounds
    .filter((row) => row.epsilonSpent !== null)
    .map((row, index) => ({ series: roundSeries(row), attempt: index, round: row.round, spent: row.epsilonSpent }));
  if (rows.length === 0) return null;
  return {
    width: 480,
    height: 220,
    data: { values: rows },
    mark: { type: 'line', point: true, interpolate: 'step-after' },
    encoding: {
      x: { field: 'round', type: 'ordinal', axis: { labelAngle: 0 } },
      y: { field: 'spent', type: 'quantitative', title: 'epsilon spent' },
      color: { field: 'series', type: 'nominal', title: null },
    },
  };
}

function epsilonAgainstColluders(results: Results): TopLevelSpec | null {
  const rows = results.privacy.flatMap((row) =>
    row.epsilonAgainst.map((epsilon, colluding) => ({
      strategy: `${row.strategy}, eps ${String(row.budget)}`,
      colluding,
      epsilon,
    })),
  );
  if (rows.length === 0) return null;
  return {
    width: 480,
    height: 220,
    data: { values: rows },
    mark: { type: 'line', point: true, interpolate: 'step-after' },
    encoding: {
      x: { field: 'colluding', type: 'ordinal', title: 'colluding platforms', axis: { labelAngle: 0 } },
      y: { field: 'epsilon', type: 'quantitative' },
      color: { field: 'strategy', type: 'nominal', title: null },
    },
  };
}
