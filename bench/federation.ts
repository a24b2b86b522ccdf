/** Measures what a federation brings to a platform with few persons of its own, or none: XMarket electronics, one shop in seven countries. */
import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { mostOwnOf } from './federation/board.ts';
import { Measurer } from './federation/cell.ts';
import type { Means } from './federation/cell.ts';
import { cellKey, cellsOf, cutSeed, PARTS } from './federation/cells.ts';
import type { Cell, Kept } from './federation/cells.ts';
import { diagnose, diagnosisMeans } from './federation/diagnosis.ts';
import { marketOf, openWorld } from './federation/markets.ts';
import { settingKey } from './federation/setting.ts';
import { summaryOf } from './federation/summary.ts';
import { summaryText } from './federation/text.ts';
import { KeptRows, keeping } from './kept-rows.ts';
import { count, file, flag, readOptions, realData, someOf } from './options.ts';

const options = readOptions(
  {
    measures:
      'Measures what a federation brings to a platform with few persons of its own, or none: XMarket electronics, seven countries.',
    examples: ['ISTHMUS_DATA=DIR npm run bench:federation -- --minutes 60 --resume'],
    more: `goals: with the bound, which has everybody else's raw rows. members: the platform's own persons are in the sums. diagnosis: the shared minus
the private subspace. A row is a cell: a market, a cut, a setting. After Ctrl-C, too, no cell begins, and the summary of what there is follows.`,
  },
  {
    data: realData('xmarket-electronics/'),
    only: someOf(PARTS, 'parts'),
    cuts: count('cuts of each market', 10),
    choosingCuts: count('cuts of the markets that only decide choices', 3, 0),
    ...keeping('runs/federation.jsonl'),
    summary: file('writes the figures that docs/federation.md shows'),
    json: flag('prints the same'),
  },
);

const parts = PARTS.filter((part) => options.only.includes(part));
const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
  console.error('\nstops after this cell; again: at once');
});

const kept = new KeptRows<Pick<Kept, 'key'>, Kept>(options, ({ key }) => key);
const world = await openWorld(options.data);
const measurer = new Measurer(world);
const cells = parts.flatMap((part) => cellsOf(part, options, (market) => mostOwnOf(marketOf(world, market))));
const missing = new Set(cells.filter((cell) => !kept.has({ key: cellKey(cell) })).map(cellKey));
const toDo = missing.size;
const began = performance.now();

for (const cell of cells) {
  const key = cellKey(cell);
  if (!missing.has(key)) continue;
  await setImmediate();
  if (stop.signal.aborted || kept.isOver) break;
  const start = process.cpuUsage();
  const result = measured(cell);
  const { user, system } = process.cpuUsage(start);
  const row: Kept = { key, cell, seconds: Math.round((user + system) / 1e4) / 100, ...result };
  kept.add(row);
  missing.delete(key);
  const done = toDo - missing.size;
  const left = ((performance.now() - began) / done / 60_000) * missing.size;
  console.error(
    `${done} of ${toDo}: ${key} (${row.seconds.toFixed(1)} s of processor; about ${left.toFixed(0)} min left)`,
  );
}

const all = cells.flatMap((cell) => kept.find({ key: cellKey(cell) }) ?? []);
const summary = summaryOf(all);
if (options.summary !== undefined) writeFileSync(options.summary, `${JSON.stringify(summary, null, 1)}\n`);
console.log(options.json ? JSON.stringify(summary) : summaryText(summary));
if (missing.size > 0) console.error(`${missing.size} of ${cells.length} cells are missing: run again with --resume`);

function measured(cell: Cell): Pick<Kept, 'means' | 'measured'> {
  const { owns, part, role, setting } = cell;
  const market = marketOf(world, cell.market);
  const cut = cutSeed(cell);
  if (part === 'diagnosis') {
    const [own] = owns;
    return role === 'choose'
      ? { means: { [own]: diagnosisMeans(world, market, setting, own, cut) } }
      : { measured: { [own]: diagnose(world, market, setting, own, cut, priorOf(cell, own)) } };
  }
  const isBound = part === 'goals';
  return role === 'choose'
    ? { means: measurer.means(market, setting, owns, cut, isBound) }
    : { measured: measurer.measure(market, setting, owns, cut, (own) => priorOf(cell, own), isBound) };
}

/** Means of fr and ca in the same setting; for a point of a curve, those in the goals' setting with 100 and 300 own persons. */
function priorOf({ part, setting }: Cell, own: number): Means[] {
  const isCurve = part === 'curves';
  return kept.all
    .filter(({ cell }) => cell.role === 'choose' && cell.part === (isCurve ? 'goals' : part))
    .filter(({ cell }) => isCurve || settingKey(cell.setting) === settingKey(setting))
    .flatMap(({ means }) =>
      (isCurve ? [100, 300] : [own]).flatMap((asked) => (means?.[asked] === undefined ? [] : [means[asked]])),
    );
}
