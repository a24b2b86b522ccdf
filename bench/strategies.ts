/**
 * Measures decoders of the target on real data, several on the releases of one federation, in one process.
 *
 *   ISTHMUS_DATA=<folder> npm run bench:strategies -- --setting sports-toys --seeds 3 --minutes 20 --resume
 *
 * --setting: sports-toys, food-kitchen (or any SOURCE+SOURCE-TARGET of amazon/ and douban/), game-video, video-game
 * (published). A training in rounds needs two sources: a masked sum of two platforms hides nobody.
 * --shots 3: each cold person's first three items are known, and the later ones are ranked. --met 3: sources know only the
 * first three items of the persons who are linked or cold, as of persons who are new there.
 * --encoder and --epsilon say what is released (private-subspace at 4), --decoders which decoders read it (all readouts
 * over the first space). An encoder may have settings: --encoder 'subspace>two-towers two-towers.patience=2 rounds=20'
 * (5 rounds if it says nothing). Beside a row of the same views without the training, a gain over it is shown. Every ended row is kept in --rows (JSON lines) at once; with --resume the rows there are not
 * computed again. No new row begins after --minutes. Factors and releases are kept in --cache, by data, settings, seed and
 * the code that made them; they are computed from persons' rows, so the folder is as private as the data.
 * --told also measures what the target is told, and --over 'linear-bridge, ridge' prints paired gains over that row.
 * --summary adds what docs/strategies.md shows to a file. --json prints the same, with the row that held-out persons choose and
 * the one that turned out best.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluateColdStart } from '../core/evaluation/evaluate.ts';
import type { Evaluation } from '../core/evaluation/evaluate.ts';
import type { ColdSplit } from '../core/evaluation/split.ts';
import { gains } from '../core/evaluation/metrics.ts';
import { seededRandom } from '../core/random/seeded.ts';
import { baselineNamed, baselines } from '../core/transfer/baselines/registry.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import { readouts } from '../core/transfer/readouts/registry.ts';
import { encoderNamed } from '../core/transfer/compose.ts';
import { encoderIn, piecesIn } from './strategies/encoders.ts';
import { listedInterests } from './strategies/item-facts.ts';
import { settingNamed } from './strategies/settings.ts';
import { openCache } from './strategies/cache.ts';
import { toldBy } from './strategies/told.ts';
import { chosenOf, gainsOver, merged, NO_TWINS, summaryOf, summaryText } from './strategies/summary.ts';
import type { Row, Summary } from './strategies/summary.ts';
import { decodersOf, federate } from '../simulations/in-one-process.ts';
import type { Federated } from '../simulations/in-one-process.ts';

const { values: options } = parseArgs({
  options: {
    setting: { type: 'string', default: 'sports-toys' },
    encoder: { type: 'string', default: 'private-subspace' },
    epsilon: { type: 'string', default: '4' },
    decoders: { type: 'string' },
    baselines: { type: 'string', default: 'prior' },
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '600' },
    rows: { type: 'string', default: 'runs/strategies.jsonl' },
    resume: { type: 'boolean', default: false },
    cache: { type: 'string', default: 'runs/strategies-cache' },
    shots: { type: 'string', default: '0' },
    met: { type: 'string' },
    told: { type: 'boolean', default: false },
    over: { type: 'string' },
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
const decoders = options.decoders === undefined ? readouts.map(({ name }) => name) : names(options.decoders);
const { encoder } = options;
const { changes, expression, rounds } = encoderIn(encoder);
const { views } = piecesIn(expression);
const setting = await settingNamed(options.setting, data, {
  withFacts: views.some((view) => ['vectors', 'attributes'].includes(view)),
  ...(options.met !== undefined && { met: Number(options.met) }),
});
// A manifest lists the attributes that are sent. Here they are those that occur.
const { sources: firstSources } = setting(Number(options.seed));
const chosen = encoderNamed(expression, {
  ...(views.includes('attributes') && { 'attributes.values': firstSources.flatMap(listedInterests) }),
  ...changes,
});
// Only an encoder that is charged has an epsilon.
const epsilon = chosen.law !== 'charged' || options.epsilon === 'none' ? null : Number(options.epsilon);
mkdirSync(dirname(options.rows), { recursive: true });
if (!options.resume) rmSync(options.rows, { force: true });
const rows: Row[] = existsSync(options.rows)
  ? readFileSync(options.rows, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row)
  : [];

const key = (row: Pick<Row, 'setting' | 'encoder' | 'epsilon' | 'decoder' | 'seed'>): string =>
  JSON.stringify([row.setting, row.encoder, row.epsilon, row.decoder, row.seed]);
const done = new Set(rows.map(key));
const shots = Number(options.shots);
const met = options.met === undefined ? '' : ` met ${options.met}`;
const settingName = `${options.setting}${met}${shots === 0 ? '' : ` after ${shots}`}`;
const cache = openCache(options.cache);

for (let seed = Number(options.seed); seed < Number(options.seed) + Number(options.seeds); seed++) {
  const whole = setting(seed);
  const { sources, negatives, validation, vocabulary } = whole;
  const keep = shots === 0 ? whole.keep : undefined;
  const { own, split } = afterFirst(whole.split, shots);
  const { factorise } = factorMemory(String(seed), cache.factors);
  const measure = (of: Pick<Row, 'encoder' | 'epsilon' | 'decoder'>, make: () => Scorer): void => {
    const row = { setting: settingName, ...of, seed };
    if (done.has(key(row)) || performance.now() > until) return;
    const began = performance.now();
    const { report, roundsRun, score, seconds, told } = make();
    const fitted = performance.now();
    const evaluations = evaluateColdStart({
      scorer: (_, { person }) => withoutOwn(score(person), own(person)),
      cold: split.cold,
      items: split.target.catalogue.length,
      negatives,
      seed,
    });
    const ended: Row = {
      ...row,
      seconds: { fit: seconds ?? (fitted - began) / 1000, score: (performance.now() - fitted) / 1000 },
      positives: split.cold.map(({ positives }) => positives.length),
      ...(keep && { untwinned: perPerson(evaluations[0], (_, p) => keep[p]) }),
      ndcg: Object.fromEntries(
        evaluations.flatMap((one) => {
          const gain = (rank: number): number => gains.ndcg(rank, 10);
          const whole = [one.negatives, perPerson(one, gain)] as const;
          if (keep === undefined) return [whole];
          return [whole, [`${one.negatives}${NO_TWINS}`, perPerson(one, (rank, p) => keep[p] * gain(rank))] as const];
        }),
      ),
      ...(report && { report }),
      ...(told && { told: told() }),
      ...(roundsRun !== undefined && { roundsRun }),
    };
    rows.push(ended);
    appendFileSync(options.rows, `${JSON.stringify(ended)}\n`);
    console.error(`seed ${seed}, ${of.encoder} / ${of.decoder}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  };

  for (const name of names(options.baselines).filter((one) => baselines.some((baseline) => baseline.name === one))) {
    measure({ encoder: 'none', epsilon: null, decoder: name }, () => {
      const world = {
        target: split.target,
        linked: split.linked,
        sources,
        factorise,
        ...(validation && { validation }),
      };
      return { score: baselineNamed(name).fit({ ...world, random: seededRandom(`${name}/${seed}`) }) };
    });
  }
  let federated: Pick<Federated, 'received' | 'codes' | 'releasedOf' | 'roundsRun'> | undefined;
  const wanted = decoders.filter(
    (decoder) => !done.has(key({ setting: settingName, encoder, epsilon, decoder, seed })),
  );
  if (wanted.length > 0 && performance.now() < until) {
    const privacy = { epsilon, delta: 1e-6, seed, rounds };
    const terms = {
      encoder: chosen,
      sources,
      split,
      ...privacy,
      factorise,
      ...(vocabulary !== undefined && { vocabulary }),
    };
    federated = await cache.releases(terms, () => federate(terms));
  }
  for (const decoder of wanted) {
    const run = federated;
    if (run === undefined || performance.now() > until) break;
    const [fitted, seconds] = timed(() => decodersOf(run, { split, factorise, seed }, [decoder])[0]);
    const { report } = fitted;
    const nothing = new Uint32Array(0);
    const scorer = (released: boolean, known: (person: string) => Uint32Array) => (person: string) =>
      fitted.score(released ? run.releasedOf(person) : [], known(person));
    measure({ encoder, epsilon, decoder }, () => ({
      score: scorer(true, () => nothing),
      report,
      seconds,
      ...(run.roundsRun > 0 && { roundsRun: run.roundsRun }),
      ...(options.told && { told: () => toldBy(fitted, run, { split, negatives }, seed).told }),
    }));
    if (shots === 0) continue;
    // The decoder's report is left out, because its held-out figures are of persons without items.
    measure({ encoder, epsilon, decoder: `${decoder} + own items` }, () => ({ score: scorer(true, own), seconds }));
    measure({ encoder, epsilon, decoder: `own items alone` }, () => ({ score: scorer(false, own), seconds }));
  }
}
const summary = summaryOf(rows);
if (options.summary !== undefined) {
  const before = existsSync(options.summary) ? readFileSync(options.summary, 'utf8') : '[]';
  const all = merged(JSON.parse(before) as Summary[], summary);
  writeFileSync(options.summary, `${JSON.stringify(all, null, 1)}\n`);
}
console.log(options.json ? JSON.stringify({ rows: summary, chosen: chosenOf(summary) }) : summaryText(summary));
if (options.over !== undefined && !options.json) console.log(gainsOver(rows, options.over));

interface Scorer {
  readonly score: (person: string) => Float32Array;
  readonly report?: Row['report'];
  readonly roundsRun?: number;
  /** Seconds of the fit, if it was made before. */
  readonly seconds?: number;
  /** Bits that the target is told about one person, if they are to be measured. */
  readonly told?: () => number;
}

function timed<Value>(make: () => Value): [value: Value, seconds: number] {
  const began = performance.now();
  const value = make();
  return [value, (performance.now() - began) / 1000];
}

/** The scores without the person's own items, which are not recommended. */
function withoutOwn(scores: Float32Array, own: Uint32Array): Float32Array {
  if (own.length === 0) return scores;
  const out = scores.slice();
  for (const item of own) out[item] = -Infinity;
  return out;
}

/** Cold persons after their first items: these are known, and the later ones are hidden. */
function afterFirst(all: ColdSplit, count: number): { split: ColdSplit; own: (person: string) => Uint32Array } {
  const first = new Map(all.cold.map(({ person, positives }) => [person, positives.subarray(0, count)]));
  const cold = all.cold
    .filter(({ positives }) => positives.length > count)
    .map((one) => ({ ...one, positives: one.positives.subarray(count) }));
  return { split: { ...all, cold }, own: (person) => first.get(person) ?? new Uint32Array(0) };
}

/** Sums over each person's positives. */
function perPerson({ offsets, ranks }: Evaluation, of: (rank: number, positive: number) => number): number[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => {
    let sum = 0;
    for (let p = offsets[i]; p < offsets[i + 1]; p++) sum += of(ranks[p], p);
    return Math.round(1e5 * sum) / 1e5;
  });
}
