/**
 * Measures the other price of a transfer: how much a chosen target is told about one person, and how much of the person's history it can
 * work out from that.
 *
 * `told` is the number of bits of a person's vector, rounded as coarsely as costs less than .001 NDCG@10 (mean over both kinds of
 * negatives, decoder fitted on the unrounded vectors). The stronger of two attacks counts: recall of ten items of the person's history
 * on the source, less the recall of guessing the most popular ones. The attacker knows the histories of all linked persons. The victims
 * are the cold persons.
 */
import { appendFileSync } from 'node:fs';
import { historyOf, personIndex } from '../core/data/select.ts';
import { Prng } from '../core/random/prng.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import { encoderNamed } from '../core/transfer/compose.ts';
import { historyOfBox } from '../core/transfer/encoder/history-box.ts';
import { decodersOf, federate } from '../simulations/in-one-process.ts';
import type { Federated } from '../simulations/in-one-process.ts';
import {
  linearAttack,
  matchingPursuit,
  mean,
  popularityGuess,
  probed,
  recalls,
} from '../simulations/audit/inversion.ts';
import type { Attack, Person } from '../simulations/audit/inversion.ts';
import { settingNamed } from './strategies/settings.ts';
import type { Trial } from './strategies/settings.ts';
import { toldBy } from './strategies/told.ts';
import { count, file, readOptions, realData, word } from './options.ts';

const options = readOptions(
  {
    measures:
      "Measures how much a chosen target is told about one person, and how much of the person's history it can work out.",
    examples: [
      "ISTHMUS_DATA=DIR npm run bench:inversion -- --setting sports-toys --seeds 2 --rows 'none private-subspace@4 projection@0 history@0'",
    ],
    more: `A row is an encoder and its total epsilon, with settings in braces: projection{"projection.numbers":32}@0. The row none sends nothing, and
history@0 the history itself: every other row must lie between them.`,
  },
  {
    data: realData('amazon/, douban/ and game-video/'),
    setting: word('SOURCE-TARGET', 'sports-toys'),
    seeds: count('how many', 1),
    rows: word('separated by spaces', 'none private-subspace@4 projection@0 history@0', 'rows'),
    decoder: word('reads the vectors', 'ridge'),
    out: file('each figure is added to it, as a line of JSON'),
  },
);

const setting = await settingNamed(options.setting, options.data);

interface Measured {
  readonly row: string;
  readonly seed: number;
  readonly numbers: number;
  /** Bits per number; null for a row without numbers. */
  readonly bits: number | null;
  readonly told: number;
  readonly ndcg: Readonly<Record<string, number>>;
  readonly coarse: Readonly<Record<string, number>>;
  /** Recall of each victim. */
  readonly guess: readonly number[];
  readonly pursuit: readonly number[];
  readonly linear: readonly number[];
}

async function federated(
  row: string,
  trial: Trial,
  seed: number,
): Promise<{ run: Federated; factorise: ReturnType<typeof factorMemory>['factorise'] }> {
  const parsed = /^([a-z+>-]+)(\{.*\})?@(.+)$/.exec(row);
  if (parsed === null) throw new RangeError(`row "${row}": write ENCODER@EPSILON, or none`);
  const [, name, , epsilon] = parsed;
  const { factorise } = factorMemory(String(seed));
  const encoder = encoderNamed(name, JSON.parse(parsed.at(2) ?? '{}') as Record<string, unknown>);
  const total = epsilon === 'none' ? null : Number(epsilon) || 4;
  const { sources, split } = trial;
  return {
    factorise,
    run: await federate({ encoder, sources, split, epsilon: total, delta: 1e-6, seed, rounds: 5, factorise }),
  };
}

async function measure(row: string, trial: Trial, seed: number): Promise<Measured> {
  const { sources, split } = trial;
  const [source] = sources;
  const index = personIndex(source);
  const items = source.catalogue.length;
  const person = (id: string, vector: Float32Array | null): Person => ({
    vector,
    history: historyOf(source, index.get(id) ?? 0).items,
  });
  const cold = split.cold.map(({ person: id }) => id).filter((id) => index.has(id));
  const linked = split.linked.filter((id) => index.has(id));
  const bare = { row, seed, ndcg: {}, coarse: {}, bits: null };
  const guess = popularityGuess(
    linked.map((id) => person(id, null)),
    items,
  );
  const victims = cold.map((id) => person(id, null));
  const guessed = [...recalls(guess, victims)];
  if (row === 'none') return { ...bare, numbers: 0, told: 0, guess: guessed, pursuit: guessed, linear: guessed };
  const { factorise, run } = await federated(row, trial, seed);
  const [decoder] = decodersOf(run, { split, factorise, seed }, [options.decoder]);
  const [received] = run.received;
  const { history } = received;
  const { bits, numbers, told, rounded, whole } = toldBy(decoder, run, trial, seed);
  const releasedOf = (id: string): Float32Array | null => run.releasedOf(id).at(0)?.vector ?? null;
  const consenting = linked.map((id) => person(id, releasedOf(id)));
  const targets = cold.map((id) => person(id, releasedOf(id)));
  // A history needs no attack: the target reads it.
  const itemVectors = history ? undefined : probed((one) => run.represent(source.name, one), items);
  const read: Attack = (vector) =>
    vector === null || history === undefined ? guess(null) : [...historyOfBox(vector, history)];
  return {
    row,
    seed,
    numbers,
    bits: numbers === 0 ? null : bits,
    told,
    ndcg: whole,
    coarse: rounded,
    guess: guessed,
    pursuit: [...recalls(itemVectors === undefined ? read : matchingPursuit(itemVectors, consenting), targets)],
    linear: [...recalls(linearAttack(consenting, items), targets)],
  };
}

/** Mean and 95 % interval of the paired difference over persons, 1,000 bootstrap draws. */
function over(
  attack: readonly number[],
  guess: readonly number[],
): { readonly mean: number; readonly low: number; readonly high: number } {
  const differences = attack.map((value, i) => value - guess[i]);
  const prng = new Prng('inversion');
  const draw = (): number => mean(Float64Array.from(differences, () => differences[prng.integer(differences.length)]));
  const draws = Float64Array.from({ length: 1000 }, draw).sort();
  return { mean: mean(Float64Array.from(differences)), low: draws[25], high: draws[974] };
}

const short = (value: number): string => value.toFixed(3).replace(/^(-?)0/, '$1');
const rows = options.rows.split(' ').filter((row) => row !== '');
console.log(
  '| row | told, bits | NDCG@10 | at that many bits | popularity guess | pursuit | linear | the stronger, over the guess |\n|---|---|---|---|---|---|---|---|',
);
for (const row of rows) {
  const all: Measured[] = [];
  for (let seed = 1; seed <= options.seeds; seed++) {
    const measured = await measure(row, setting(seed), seed);
    all.push(measured);
    if (options.out !== undefined)
      appendFileSync(options.out, `${JSON.stringify({ setting: options.setting, ...measured })}\n`);
  }
  const pooled = (of: (one: Measured) => readonly number[]): readonly number[] => all.flatMap(of);
  const average = (of: (one: Measured) => readonly number[]): number => mean(Float64Array.from(pooled(of)));
  const figures = (of: (one: Measured) => Readonly<Record<string, number>>): string =>
    Object.keys(of(all[0]))
      .map((name) => short(mean(Float64Array.from(all, (one) => of(one)[name]))))
      .join(' · ');
  const guess = ({ guess: own }: Measured): readonly number[] => own;
  const attacks = [({ pursuit }: Measured) => pursuit, ({ linear }: Measured) => linear] as const;
  const stronger = attacks[average(attacks[0]) >= average(attacks[1]) ? 0 : 1];
  const { high, low, mean: gain } = over(pooled(stronger), pooled(guess));
  const told = all.map(({ told: bits }) => bits);
  const shown =
    all[0].bits === null
      ? `${Math.max(...told)}`
      : `${Math.max(...told)} (${all[0].numbers} x ${all.map(({ bits }) => bits).join(', ')})`;
  console.log(
    `| ${row} | ${shown} | ${figures(({ ndcg }) => ndcg)} | ${figures(({ coarse }) => coarse)} | ${short(average(guess))} | ${short(average(attacks[0]))} | ${short(average(attacks[1]))} | +${short(gain)} [${short(low)}, ${short(high)}] |`,
  );
}
