/**
 * Measures what a federation brings to a platform with few persons of its own, or none: XMarket electronics, one shop in seven countries.
 *
 *   ISTHMUS_DATA=<folder> npm run bench:federation -- --minutes 60 --resume
 *
 * Parts (--only): goals (with the bound: everybody else's raw rows), members (the platform's own persons are in the sums), curves,
 * diagnosis (shared minus private subspace). Every cell (a market, a cut, a setting) is kept in --rows (JSON lines) as it ends; with --resume the cells there are not measured again. No new
 * cell begins after --minutes or Ctrl-C, and the summary of what there is follows. --summary writes it as JSON, --json prints it.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
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

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join(',') },
    cuts: { type: 'string', default: '10' },
    'choosing-cuts': { type: 'string', default: '3' },
    minutes: { type: 'string', default: '600' },
    rows: { type: 'string', default: 'runs/federation.jsonl' },
    resume: { type: 'boolean', default: false },
    summary: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const data = process.env['ISTHMUS_DATA'];
if (data === undefined) {
  console.error('ISTHMUS_DATA is not set: name the folder that holds xmarket-electronics/');
  process.exit(2);
}
const parts = PARTS.filter((part) => options.only.split(',').includes(part));
if (parts.length === 0) {
  console.error(`--only ${options.only}: name at least one of ${PARTS.join(', ')}`);
  process.exit(2);
}
const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
  console.error('\nstops after this cell; again: at once');
});

mkdirSync(dirname(options.rows), { recursive: true });
if (!options.resume) rmSync(options.rows, { force: true });
const kept = new Map(readRows(options.rows).map((row) => [row.key, row]));
const world = await openWorld(data);
const measurer = new Measurer(world);
const amounts = { cuts: Number(options.cuts), choosingCuts: Number(options['choosing-cuts']) };
const cells = parts.flatMap((part) => cellsOf(part, amounts, (market) => mostOwnOf(marketOf(world, market))));
const missing = new Set(cells.filter((cell) => !kept.has(cellKey(cell))).map(cellKey));
const toDo = missing.size;
const began = performance.now();
const until = began + 60_000 * Number(options.minutes);

for (const cell of cells) {
  const key = cellKey(cell);
  if (!missing.has(key)) continue;
  await setImmediate();
  if (stop.signal.aborted || performance.now() > until) break;
  const start = process.cpuUsage();
  const result = measured(cell);
  const { user, system } = process.cpuUsage(start);
  const row: Kept = { key, cell, seconds: Math.round((user + system) / 1e4) / 100, ...result };
  kept.set(key, row);
  appendFileSync(options.rows, `${JSON.stringify(row)}\n`);
  missing.delete(key);
  const done = toDo - missing.size;
  const left = ((performance.now() - began) / done / 60_000) * missing.size;
  console.error(
    `${done} of ${toDo}: ${key} (${row.seconds.toFixed(1)} s of processor; about ${left.toFixed(0)} min left)`,
  );
}

const all = cells.flatMap((cell) => kept.get(cellKey(cell)) ?? []);
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
  return [...kept.values()]
    .filter(({ cell }) => cell.role === 'choose' && cell.part === (isCurve ? 'goals' : part))
    .filter(({ cell }) => isCurve || settingKey(cell.setting) === settingKey(setting))
    .flatMap(({ means }) =>
      (isCurve ? [100, 300] : [own]).flatMap((asked) => (means?.[asked] === undefined ? [] : [means[asked]])),
    );
}

/** A line that was cut off while it was written is not a row. */
function readRows(file: string): Kept[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Kept];
    } catch {
      return [];
    }
  });
}
