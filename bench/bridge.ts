/**
 * Measures a map between vocabularies, learnt from persons who are linked at other targets and used by a target that has no
 * linked person, or few. The bound comes first: everybody's raw rows pooled, without noise. No noised sum can bring more than about
 * this.
 */
import { clusteredGain } from '../core/evaluation/clustered-gain.ts';
import type { CutGains } from '../core/evaluation/clustered-gain.ts';
import type { Gain } from '../core/evaluation/gains.ts';
import { KINDS } from '../core/evaluation/two-kinds.ts';
import type { Kind } from '../core/evaluation/two-kinds.ts';
import { boardOf, compare } from './bridge/measure.ts';
import type { Board, BridgeRow } from './bridge/measure.ts';
import { amazonPairs, xmarketPairs } from './bridge/worlds.ts';
import type { Pair } from './bridge/worlds.ts';
import { codeOf, messageOf } from '../core/errors/coded-error.ts';
import { count, flag, readOptions, realData, someOf, words } from './options.ts';

const options = readOptions(
  {
    measures:
      'Measures a map between vocabularies that persons of other targets taught, for a target with few linked persons or none.',
    examples: ['ISTHMUS_DATA=DIR npm run bench:bridge -- --only amazon,xmarket --cuts 1 --json'],
  },
  {
    data: realData('amazon/ and xmarket-electronics/'),
    only: someOf(['amazon', 'xmarket'], 'worlds'),
    cuts: count('cuts of each pair', 1),
    pairs: words('SOURCE-TARGET; all if none is named', ''),
    json: flag('prints the groups as JSON'),
  },
);
const asked = new Set(options.pairs);
/** Lengths of a representation in the noised maps. Words would need a sum of their own, so Amazon has only the bound. */
const worlds = [
  { name: 'amazon', pairsOf: amazonPairs, noised: [] },
  { name: 'xmarket', pairsOf: xmarketPairs, noised: [8, 32] },
] as const;
const found: object[] = [];
for (const { name: world, noised, pairsOf } of worlds) {
  if (!options.only.includes(world)) continue;
  const boards: Board[] = [];
  for (const pair of await pairsOf(options.data)) {
    const name = `${pair.source.name}-${pair.target.domain.name}`;
    if (asked.size > 0 && !asked.has(name)) continue;
    for (let cut = 0; cut < options.cuts; cut++) {
      const board = boardUnlessTooSmall(pair, name, cut, noised);
      if (board === undefined) continue;
      boards.push(board);
      const noise = board.noised.map(({ dimension, noise: deviation, signal }) => {
        return `; map of ${dimension}: a coordinate ${signal.toFixed(2)}, its noise ${deviation.toFixed(2)}`;
      });
      console.error(
        `${world} ${name}, cut ${cut}: ${board.cut.elsewhere.flat().length} linked elsewhere${noise.join('')}`,
      );
    }
  }
  const rows = compare(boards);
  const groups = grouped(rows, ({ linked, over, row }) => `${linked} linked: ${row} over ${over}`);
  for (const [group, of] of groups) {
    const gains = { both: gainOf(of, 'both'), uniform: gainOf(of, 'uniform'), popularity: gainOf(of, 'popularity') };
    const ndcg = KINDS.map((kind) => of.reduce((sum, row) => sum + row.ndcg[kind], 0) / of.length);
    const byPair = Object.fromEntries(
      [...grouped(of, ({ pair }) => pair)].map(([pair, cuts]) => [
        pair,
        cuts.reduce((sum, { gains: found }) => sum + meanOf(found.uniform) / cuts.length, 0),
      ]),
    );
    found.push({ world, group, pairs: new Set(of.map(({ pair }) => pair)).size, ndcg, gains, byPair });
    if (options.json) continue;
    const text = KINDS.map((kind, i) => `${kind} ${ndcg[i].toFixed(3)} ${gainText(gains[kind])}`);
    console.log(`${world}, ${group}: ${text.join(' | ')}`);
  }
}
if (options.json) console.log(JSON.stringify(found));

/** Undefined if a person's items leave too few others to draw negatives from: jp has 449 items in its half. */
function boardUnlessTooSmall(pair: Pair, name: string, cut: number, noised: readonly number[]): Board | undefined {
  try {
    return boardOf(pair, name, `2026-11-30 bridge/${name}/${cut}`, noised);
  } catch (error) {
    if (codeOf(error) !== 'EVALUATION_TOO_FEW_ITEMS') throw error;
    console.error(`${name}, cut ${cut} is left out: ${messageOf(error)}`);
    return undefined;
  }
}

function gainOf(rows: readonly BridgeRow[], kind: Kind): Gain {
  const byPair = grouped(rows, ({ pair }) => pair);
  const cuts = (of: readonly BridgeRow[]): CutGains[] =>
    of.map(({ gains, persons }) => ({ persons, gains: gains[kind] }));
  return clusteredGain([...byPair.values()].map(cuts), kind);
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4).replace(/^0/, '')}`;
}

function gainText({ high, low, mean }: Gain): string {
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
}

function grouped(rows: readonly BridgeRow[], keyOf: (row: BridgeRow) => string): ReadonlyMap<string, BridgeRow[]> {
  const groups = new Map<string, BridgeRow[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
