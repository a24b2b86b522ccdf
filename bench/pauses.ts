/**
 * Measures how long the event loops of a federation's processes stand still. During a pause a process answers no ping, no signal and no
 * request for recommendations. Two sources train, record consents and release histories to a target, which fits, measures itself on
 * hidden positives and serves. Needs Linux.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { address, coordinator, found, PLATFORMS, platform, serving } from '../test/e2e/federation.ts';
import { Workplace } from '../test/e2e/isthmus.ts';
import { built } from '../test/e2e/built.ts';
import { count, readOptions } from './options.ts';

const values = readOptions(
  {
    measures: "Measures how long the event loops of a federation's processes stand still.",
    examples: ['npm run bench:pauses -- --persons 20000 --items 5000'],
  },
  {
    persons: count('of each platform', 20_000),
    items: count('of each platform', 5000),
    rounds: count('how many', 3),
  },
);
built();
const TARGET_MS = 20;
const SHOWN = 10;
const COLD = 300;
const ASKED = 20;
const TARGET = 'music';
const SOURCES = PLATFORMS.filter((name) => name !== TARGET);
const PSEUDONYMS = '--unsafe-shared-pseudonym-key';

interface Report {
  readonly command: readonly string[];
  readonly pauses: readonly { readonly length: number; readonly during: string }[];
}

const folder = mkdtempSync(join(tmpdir(), 'isthmus-pauses-'));
const place = await Workplace.make();
process.once('SIGINT', () => void place.leave().finally(() => process.exit(130)));
try {
  await found(place, { persons: values.persons, items: values.items }, [
    ...['--strategy', 'shared-trunk', '--epsilon', '4', '--rounds', `${values.rounds}`, PSEUDONYMS],
  ]);
  hide();
  process.env.ISTHMUS_PAUSES = folder;
  process.env.NODE_OPTIONS = `--import=${new URL('pauses/watch.mjs', import.meta.url).href}`;
  const coordinating = coordinator(place, '--port', '0');
  const url = await address(coordinating);
  const agents = PLATFORMS.map((name) => {
    const own = name === TARGET ? ['--hidden', 'hidden.tsv'] : ['--no-receive'];
    return platform(place, name, url, PSEUDONYMS, 'fed/pseudonym.key', ...own);
  });
  await Promise.all(agents.map((agent) => address(agent)));
  for (const name of SOURCES) {
    const consent = ['--target', TARGET, '--file', `${name}.persons`, '--accept-unknown'];
    const { code, stderr } = await place.run('consent', 'add', '--state', `${name}-state`, ...consent);
    if (code !== 0) throw new Error(stderr);
  }
  const target = agents[PLATFORMS.indexOf(TARGET)];
  await target.event(({ kind }) => kind === 'evaluated');
  await serving(target);
  const cold = [...new Set(rowsOf('hidden.tsv').map(([person]) => person))].slice(0, ASKED);
  for (const person of cold) await place.run('recommend', '--state', `${TARGET}-state`, '--person', person);
  for (const one of [...agents, coordinating]) {
    const { code, stderr } = await one.stop();
    if (code !== 0) throw new Error(stderr);
  }
  const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Report);
  for (const name of ['coordinator', ...PLATFORMS]) {
    const report = reports.find(({ command }) => command.includes(`fed/${name}.key`));
    if (report !== undefined) show(name, report);
  }
} finally {
  await place.leave();
  rmSync(folder, { recursive: true });
}

/** Takes the target's rows of persons who are on all platforms out of its data, as positives to be found. */
function hide(): void {
  const rows = rowsOf(`data/${TARGET}.tsv`);
  const elsewhere = SOURCES.map((name) => new Set(rowsOf(`data/${name}.tsv`).map(([person]) => person)));
  const linked = [...new Set(rows.map(([person]) => person))].filter((person) =>
    elsewhere.every((persons) => persons.has(person)),
  );
  const hidden = new Set(linked.slice(0, COLD));
  const [kept, taken] = [false, true].map((isHidden) => rows.filter(([person]) => hidden.has(person) === isHidden));
  write(`data/${TARGET}.tsv`, ['person\titem', ...kept.map((row) => row.slice(0, 2).join('\t'))]);
  write(
    'hidden.tsv',
    taken.map((row) => row.slice(0, 2).join('\t')),
  );
  SOURCES.forEach((name, index) => write(`${name}.persons`, [...elsewhere[index]]));
}

function rowsOf(file: string): readonly (readonly string[])[] {
  const lines = readFileSync(place.path(file), 'utf8').trim().split('\n');
  return lines.filter((line) => !line.startsWith('person\t')).map((line) => line.split('\t'));
}

function write(file: string, lines: readonly string[]): void {
  writeFileSync(place.path(file), `${lines.join('\n')}\n`);
}

function show(name: string, { pauses }: Report): void {
  const longest = pauses.toSorted((a, b) => b.length - a.length);
  const over = longest.filter(({ length }) => length > TARGET_MS);
  console.log(`\n${name}: longest ${(longest[0]?.length ?? 0).toFixed(0)} ms; ${over.length} over ${TARGET_MS} ms`);
  for (const { length, during } of over.slice(0, SHOWN)) {
    console.log(`  ${length.toFixed(0).padStart(6)} ms  ${during.split(' > ').slice(-4).join(' > ')}`);
  }
}
