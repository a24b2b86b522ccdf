/**
 * Measures local codes at equal total eps0: all that one target receives about one person, from all of its sources.
 *
 *   ISTHMUS_DATA=<folder> npm run bench:codes -- --seeds 5 --resume --summary docs/measured/codes/frontier.json
 *
 * --settings SOURCES>TARGET, such as sports>toys or beauty+sports>toys. --senders names those of the sources whose codes are used, for
 * example sports; each of them gets an equal part of --totals. Without it all send. --encoders (each with settings behind it, such as
 * 'subspace>two-towers two-towers.dimension=4'), --modes (ldp, cohort) and --totals make a grid; raw
 * releases and the prior are measured beside it. Every ended row is kept in --rows (JSON lines) at once; with --resume the rows there are
 * not computed again. No new row begins after --minutes. --summary writes the figures that docs/transfer.md shows.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluateColdStart } from '../core/evaluation/evaluate.ts';
import { popularityNegatives, uniformNegatives } from '../core/evaluation/negatives.ts';
import { personQualities } from '../core/evaluation/per-person.ts';
import { coldSplit } from '../core/evaluation/split.ts';
import { isLocalMode } from '../core/release/registry.ts';
import type { ReleaseModeName } from '../core/release/registry.ts';
import { seededRandom } from '../core/random/seeded.ts';
import { baselineNamed } from '../core/transfer/baselines/registry.ts';
import { encoderNamed } from '../core/transfer/compose.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import type { PlatformModel } from '../core/transfer/encoder.ts';
import { decodersOf, federate } from '../simulations/in-one-process.ts';
import { encoderIn } from './strategies/encoders.ts';
import { keyOf, summaryOf, summaryText } from './codes/summary.ts';
import type { CodeRow } from './codes/summary.ts';
import { domainOf } from './strategies/settings.ts';

const { values: options } = parseArgs({
  options: {
    settings: { type: 'string', default: 'sports>toys,food>kitchen' },
    senders: { type: 'string' },
    encoders: { type: 'string', default: 'linear-bridge,private-subspace' },
    modes: { type: 'string', default: 'ldp,cohort' },
    totals: { type: 'string', default: '8,4,2' },
    epsilon: { type: 'string', default: '4' },
    decoder: { type: 'string', default: 'ridge' },
    seeds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '600' },
    rows: { type: 'string', default: 'runs/codes.jsonl' },
    resume: { type: 'boolean', default: false },
    summary: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const data = process.env['ISTHMUS_DATA'];
if (data === undefined) {
  console.error('ISTHMUS_DATA is not set: name the folder that holds amazon/, douban/ and game-video/');
  process.exit(2);
}
const names = (list: string): string[] => list.split(',').filter((name) => name !== '');
const until = performance.now() + 60_000 * Number(options.minutes);
mkdirSync(dirname(options.rows), { recursive: true });
if (!options.resume) rmSync(options.rows, { force: true });
const rows: CodeRow[] = existsSync(options.rows)
  ? readFileSync(options.rows, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as CodeRow)
  : [];
const done = new Set(rows.map(keyOf));

const first = Number(options.seed);
for (let seed = first; seed < first + Number(options.seeds); seed++) {
  for (const setting of names(options.settings)) await measureSetting(setting, seed);
}
const summary = summaryOf(rows);
if (options.summary !== undefined) writeFileSync(options.summary, `${JSON.stringify(summary, null, 1)}\n`);
console.log(options.json ? JSON.stringify(summary) : summaryText(summary));

async function measureSetting(setting: string, seed: number): Promise<void> {
  const [left, right] = setting.split('>');
  const all = left.split('+');
  const senders = options.senders?.split('+') ?? all;
  const open = (name: string) => domainOf(data ?? '', name);
  const target = await open(right);
  const domains = await Promise.all(all.map(open));
  const split = coldSplit(target, domains, { seed });
  const sources = domains.filter(({ name }) => senders.includes(name));
  const drawn = { target: split.target, seed };
  const negatives = [uniformNegatives(drawn), popularityNegatives(drawn)];
  const { factorise } = factorMemory(String(seed));
  const cache = new Map<string, PlatformModel>();
  const ranked = split.cold.filter(({ positives }) => positives.length > 0);

  const measure = async (
    of: Pick<CodeRow, 'encoder' | 'mode' | 'total' | 'senders'>,
    fit: () => Promise<(person: string) => Float32Array>,
  ): Promise<void> => {
    const row = { setting, seed, ...of };
    if (done.has(keyOf(row)) || performance.now() > until) return;
    const began = process.cpuUsage();
    const score = await fit();
    const evaluations = evaluateColdStart({
      scorer: (_, { person }) => score(person),
      cold: ranked,
      items: split.target.catalogue.length,
      negatives,
      seed,
    });
    const spent = process.cpuUsage(began);
    const ended: CodeRow = {
      ...row,
      persons: ranked.map(({ person }) => person),
      counts: ranked.map(({ positives }) => positives.length),
      sums: Object.fromEntries(personQualities('', evaluations).map((one) => [one.negatives, one.sums])),
      cpuSeconds: (spent.user + spent.system) / 1e6,
    };
    rows.push(ended);
    done.add(keyOf(row));
    appendFileSync(options.rows, `${JSON.stringify(ended)}\n`);
    console.error(
      `seed ${seed}, ${setting}, ${of.encoder} ${of.mode} ${of.total ?? ''}: ${ended.cpuSeconds.toFixed(1)} s`,
    );
  };

  const nobody = { encoder: 'none', total: null, senders: '' };
  for (const mode of ['prior', 'popularity']) {
    await measure({ ...nobody, mode }, () => {
      const world = { target: split.target, linked: split.linked, sources, factorise };
      return Promise.resolve(baselineNamed(mode).fit({ ...world, random: seededRandom(`${mode}/${seed}`) }));
    });
  }
  const releases = names(options.modes).flatMap((mode) =>
    names(options.totals).map((total) => ({ mode, total: Number(total) })),
  );
  for (const encoder of names(options.encoders)) {
    for (const { mode, total } of [{ mode: 'raw', total: null }, ...releases]) {
      await measure({ encoder, mode, total, senders: senders.join('+') }, async () => {
        const name = mode as ReleaseModeName;
        const release = { mode: name, epsilon0: isLocalMode(name) && total !== null ? total / senders.length : null };
        const { changes, expression, rounds } = encoderIn(encoder);
        const privacy = { epsilon: Number(options.epsilon), delta: 1e-6, seed, release, rounds };
        const made = encoderNamed(expression, changes);
        const run = await federate({ encoder: made, sources, split, ...privacy, cache, factorise });
        const [decoder] = decodersOf(run, { split, factorise, seed }, [options.decoder]);
        return (person) => decoder.score(run.releasedOf(person));
      });
    }
  }
}
