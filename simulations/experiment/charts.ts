/**
 * Charts of an experiment: the frontier, epsilon against colluders, measured beside proven, the cost of rounds.
 * @module
 */
import type { TopLevelSpec } from 'vega-lite';
import { toSvg } from '../report/charts.ts';
import type { Chart } from '../report/charts.ts';
import type { ExperimentSummary, FrontierPoint, ReferenceLevel } from './summary.ts';

export async function experimentCharts(summary: ExperimentSummary): Promise<Chart[]> {
  const drawn: Chart[] = [];
  const add = async (title: string, caption: string, spec: TopLevelSpec | null): Promise<void> => {
    if (spec !== null) drawn.push({ title, caption, svg: await toSvg(spec) });
  };
  const negatives = [...new Set(summary.frontier.map((point) => point.negatives))];
  for (const overlap of new Set(summary.frontier.map((point) => point.overlap))) {
    for (const kind of negatives) {
      await add(
        `Privacy-utility frontier: ${kind} negatives, overlap ${overlap}`,
        `${summary.metric} of cold persons against the total epsilon of everything trained; mean over seeds with 95 % intervals over persons and seeds, one line per release mode. Bands: popularity and prior below, the ceiling (all data in one place, no privacy) above.`,
        frontier(summary, overlap, kind),
      );
    }
  }
  await add(
    'Epsilon against colluders',
    'Total epsilon of everything trained, against the coordinator and this many colluding platforms.',
    colluders(summary),
  );
  await add(
    'Measured beside proven',
    'Lower bounds with 95 % confidence from canaries in training and from released codes. A point above the line would contradict the proof.',
    measured(summary),
  );
  await add('Cost of each round', 'Wall time of a round, mean over trials in one process.', roundTime(summary));
  await add(
    'Epsilon spent by round',
    'Rounds and encoders together, after the round was charged.',
    roundSpend(summary),
  );
  return drawn;
}

const NO_NOISE = 'none';
const label = (epsilon: number | null): string => (epsilon === null ? NO_NOISE : String(epsilon));
const series = ({ strategy, release, epsilon0 }: FrontierPoint): string =>
  `${strategy}, ${release}${epsilon0 === null ? '' : ` eps0 ${epsilon0}`}`;

function frontier(summary: ExperimentSummary, overlap: number, negatives: string): TopLevelSpec | null {
  const here = (row: FrontierPoint | ReferenceLevel): boolean => row.overlap === overlap && row.negatives === negatives;
  const points = summary.frontier.filter(here).map((point) => ({
    series: series(point),
    epsilon: label(point.epsilon),
    mean: point.quality.mean,
    low: point.quality.low,
    high: point.quality.high,
  }));
  if (points.length === 0) return null;
  const bands = summary.references
    .filter(here)
    .filter(({ method }) => ['popularity', 'prior', 'ceiling'].includes(method))
    .map(({ method, quality }) => ({
      method,
      mean: quality.mean,
      low: quality.low,
      high: quality.high,
    }));
  const numbers = summary.config.epsilon.filter((value) => value !== null).toSorted((a, b) => a - b);
  const order = [...numbers.map(label), NO_NOISE];
  const x = {
    field: 'epsilon',
    type: 'ordinal',
    sort: order,
    title: 'total epsilon of everything trained',
    axis: { labelAngle: 0 },
  } as const;
  const quality = { type: 'quantitative', title: summary.metric, scale: { zero: false } } as const;
  return {
    width: 520,
    height: 300,
    layer: [
      {
        data: { values: bands },
        mark: { type: 'rect', opacity: 0.15, color: '#64748b' },
        encoding: { y: { field: 'low', ...quality }, y2: { field: 'high' } },
      },
      {
        data: { values: bands },
        mark: { type: 'rule', color: '#94a3b8', strokeDash: [4, 3] },
        encoding: { y: { field: 'mean', ...quality } },
      },
      {
        data: { values: bands },
        // Prior and popularity are close together, so one label is above its line and the other below.
        mark: {
          type: 'text',
          align: 'left',
          dx: 4,
          dy: { expr: "datum.method === 'prior' ? 9 : -6" },
          color: '#475569',
        },
        encoding: { y: { field: 'mean', ...quality }, x: { value: 0 }, text: { field: 'method' } },
      },
      {
        data: { values: points },
        mark: { type: 'line', point: true },
        encoding: { x, y: { field: 'mean', ...quality }, color: { field: 'series', type: 'nominal', title: null } },
      },
      {
        data: { values: points },
        mark: { type: 'rule', opacity: 0.6 },
        encoding: {
          x,
          y: { field: 'low', ...quality },
          y2: { field: 'high' },
          color: { field: 'series', type: 'nominal', title: null },
        },
      },
    ],
  };
}

function colluders({ privacy }: ExperimentSummary): TopLevelSpec | null {
  const seen = new Set<string>();
  const values = privacy.flatMap(({ strategy, budget, epsilonAgainst }) => {
    const name = `${strategy}, epsilon ${String(budget)}`;
    if (seen.has(name)) return [];
    seen.add(name);
    return epsilonAgainst.map((epsilon, colluding) => ({ name, colluding, epsilon }));
  });
  if (values.length === 0) return null;
  return {
    width: 480,
    height: 220,
    data: { values },
    mark: { type: 'line', point: true, interpolate: 'step-after' },
    encoding: {
      x: { field: 'colluding', type: 'ordinal', title: 'colluding platforms', axis: { labelAngle: 0 } },
      y: { field: 'epsilon', type: 'quantitative' },
      color: { field: 'name', type: 'nominal', title: null },
    },
  };
}

function measured({ audits }: ExperimentSummary): TopLevelSpec | null {
  const values = audits.flatMap(({ subject, release, attack, proven, measured: any, measuredGaussian }) => {
    if (proven === null || proven === 0) return [];
    const what = subject === 'training' ? 'training' : `${release} code`;
    return [
      { proven, measured: any, what: `${what}, ${attack}` },
      ...(measuredGaussian === null
        ? []
        : [{ proven, measured: measuredGaussian, what: `${what}, supposing a Gaussian` }]),
    ];
  });
  if (values.length === 0) return null;
  const most = Math.max(...values.map(({ proven }) => proven));
  return {
    width: 420,
    height: 300,
    layer: [
      {
        data: { values: [{ at: 0 }, { at: most }] },
        mark: { type: 'line', color: '#94a3b8', strokeDash: [4, 3] },
        encoding: { x: { field: 'at', type: 'quantitative' }, y: { field: 'at', type: 'quantitative' } },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 60 },
        encoding: {
          x: { field: 'proven', type: 'quantitative', title: 'proven epsilon' },
          y: { field: 'measured', type: 'quantitative', title: 'measured lower bound' },
          color: { field: 'what', type: 'nominal', title: null },
        },
      },
    ],
  };
}

function roundTime({ rounds }: ExperimentSummary): TopLevelSpec | null {
  if (rounds.length === 0) return null;
  const values = rounds.map((row) => ({ ...row, name: `${row.strategy}, ${row.release}, eps ${label(row.epsilon)}` }));
  return roundLines(values, 'milliseconds', 'milliseconds');
}

function roundSpend({ rounds }: ExperimentSummary): TopLevelSpec | null {
  const values = rounds
    .filter(({ epsilonSpent }) => epsilonSpent !== null)
    .map((row) => ({ ...row, name: `${row.strategy}, budget ${label(row.epsilon)}` }));
  return values.length === 0 ? null : roundLines(values, 'epsilonSpent', 'epsilon');
}

function roundLines(values: readonly object[], field: 'milliseconds' | 'epsilonSpent', title: string): TopLevelSpec {
  return {
    width: 480,
    height: 220,
    data: { values: [...values] },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'round', type: 'ordinal', axis: { labelAngle: 0 } },
      y: { field, type: 'quantitative', title, aggregate: 'mean' },
      color: { field: 'name', type: 'nominal', title: null },
    },
  };
}
