/** Measures decoders of the target on real data, several on the releases of one federation, in one process. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
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
import { KeptRows, keeping } from './kept-rows.ts';
import { count, file, flag, maybe, readOptions, realData, totalEpsilon, word, words } from './options.ts';

const options = readOptions(
  {
    measures:
      'Measures decoders of the target on real data, several on the releases of one federation, in one process.',
    examples: ['ISTHMUS_DATA=DIR npm run bench:strategies -- --setting sports-toys --seeds 3 --minutes 20 --resume'],
    more: `A training in rounds needs two sources, because a masked sum of two platforms hides nobody. An encoder may have settings, as in
--encoder 'subspace>two-towers two-towers.patience=2 rounds=20' (5 rounds if it says nothing). Beside a row of the same views without the
training, a gain over it is shown. Factors and releases are kept in --cache, by data, settings, seed and the code that made them. They are computed from persons' rows, so
the folder is as private as the data.`,
  },
  {
    data: realData('amazon/, douban/ and game-video/'),
    setting: word('SOURCE+SOURCE-TARGET of amazon/ and douban/; game-video or video-game (published)', 'sports-toys'),
    shots: count("each cold person's first items that are known; the later ones are ranked", 0, 0),
    met: maybe(
      count(
        'sources know only so many items of the persons who are linked or cold, as of persons who are new there',
        3,
      ),
    ),
    unlinked: maybe(word('a source that knows no linked person, and alone knows the cold ones', '')),
    encoder: word('what is released', 'private-subspace'),
    vectors: maybe(
      word(
        'holds SOURCE.vectors.tsv of "isthmus data embed", for the view vectors instead of the words of the items files',
        '',
        'folder',
      ),
    ),
    epsilon: totalEpsilon('its total epsilon', '4'),
    decoders: maybe(words('they read the releases; all readouts over the first space if none is named', '')),
    baselines: words('measured beside them', 'prior'),
    seeds: count('how many', 1),
    seed: count('the first of them', 1, 0),
    ...keeping('runs/strategies.jsonl'),
    cache: word('keeps factors and releases', 'runs/strategies-cache', 'folder'),
    told: flag('also measures what the target is told'),
    over: maybe(word("prints paired gains over this row, such as 'linear-bridge, ridge'", '')),
    summary: file('adds what docs/strategies.md shows'),
    json: flag('prints the same, with the row that held-out persons choose and the one that turned out best'),
  },
);

const decoders = options.decoders ?? readouts.map(({ name }) => name);
const { changes, expression, rounds } = encoderIn(options.encoder);
const { views } = piecesIn(expression);
// The name of the folder, as of a model, is part of the row's name.
const encoder =
  options.vectors === undefined
    ? options.encoder
    : options.encoder.replace(/\bvectors\b/, `vectors:${basename(options.vectors)}`);
const setting = await settingNamed(options.setting, options.data, {
  withFacts: views.some((view) => ['vectors', 'attributes'].includes(view)),
  ...(options.vectors !== undefined && { vectors: options.vectors }),
  ...(options.met !== undefined && { met: options.met }),
  ...(options.unlinked !== undefined && { unlinked: options.unlinked }),
});
// A manifest lists the attributes that are sent, and names what made item vectors. Here they are those that occur.
const { sources: firstSources } = setting(options.seed);
const chosen = encoderNamed(expression, {
  ...(views.includes('attributes') && { 'attributes.values': firstSources.flatMap(listedInterests) }),
  ...(views.includes('vectors') && { 'vectors.made': firstSources[0].vectors?.made ?? null }),
  ...changes,
});
// Only an encoder that is charged has an epsilon.
const epsilon = chosen.law === 'charged' ? options.epsilon : null;
const rows = new KeptRows<Pick<Row, 'setting' | 'encoder' | 'epsilon' | 'decoder' | 'seed'>, Row>(options, (row) =>
  JSON.stringify([row.setting, row.encoder, row.epsilon, row.decoder, row.seed]),
);
const { shots } = options;
const settingName = [
  options.setting,
  ...(options.met === undefined ? [] : [`met ${options.met}`]),
  ...(options.unlinked === undefined ? [] : [`unlinked ${options.unlinked}`]),
  ...(shots === 0 ? [] : [`after ${shots}`]),
].join(' ');
const cache = openCache(options.cache);

for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
  const whole = setting(seed);
  const { sources, negatives, validation, vocabulary } = whole;
  const keep = shots === 0 ? whole.keep : undefined;
  const { own, split } = afterFirst(whole.split, shots);
  const { factorise } = factorMemory(String(seed), cache.factors);
  const measure = (of: Pick<Row, 'encoder' | 'epsilon' | 'decoder'>, make: () => Scorer): void => {
    const row = { setting: settingName, ...of, seed };
    if (rows.has(row) || rows.isOver) return;
    const began = performance.now();
    const { encoderSeconds, report, roundsRun, score, seconds, told } = make();
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
      ...(encoderSeconds !== undefined && { encoderSeconds }),
      ...(roundsRun !== undefined && { roundsRun }),
    };
    rows.add(ended);
    console.error(`seed ${seed}, ${of.encoder} / ${of.decoder}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  };

  for (const name of options.baselines.filter((one) => baselines.some((baseline) => baseline.name === one))) {
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
  let federated: Awaited<ReturnType<typeof cache.releases>> | undefined;
  const wanted = decoders.filter((decoder) => !rows.has({ setting: settingName, encoder, epsilon, decoder, seed }));
  if (wanted.length > 0 && !rows.isOver) {
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
    if (run === undefined || rows.isOver) break;
    const [fitted, seconds] = timed(() => decodersOf(run, { split, factorise, seed }, [decoder])[0]);
    const { report } = fitted;
    const nothing = new Uint32Array(0);
    const scorer = (released: boolean, known: (person: string) => Uint32Array) => (person: string) =>
      fitted.score(released ? run.releasedOf(person) : [], known(person));
    measure({ encoder, epsilon, decoder }, () => ({
      score: scorer(true, () => nothing),
      report,
      seconds,
      encoderSeconds: run.cpuSeconds,
      ...(run.roundsRun > 0 && { roundsRun: run.roundsRun }),
      ...(options.told && { told: () => toldBy(fitted, run, { split, negatives }, seed).told }),
    }));
    if (shots === 0) continue;
    // The decoder's report is left out, because its held-out figures are of persons without items.
    measure({ encoder, epsilon, decoder: `${decoder} + own items` }, () => ({ score: scorer(true, own), seconds }));
    measure({ encoder, epsilon, decoder: `own items alone` }, () => ({ score: scorer(false, own), seconds }));
  }
}
const summary = summaryOf(rows.all);
if (options.summary !== undefined) {
  const before = existsSync(options.summary) ? readFileSync(options.summary, 'utf8') : '[]';
  const all = merged(JSON.parse(before) as Summary[], summary);
  writeFileSync(options.summary, `${JSON.stringify(all, null, 1)}\n`);
}
console.log(options.json ? JSON.stringify({ rows: summary, chosen: chosenOf(summary) }) : summaryText(summary));
if (options.over !== undefined && !options.json) console.log(gainsOver(rows.all, options.over));

interface Scorer {
  readonly score: (person: string) => Float32Array;
  readonly report?: Row['report'];
  readonly encoderSeconds?: number;
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
