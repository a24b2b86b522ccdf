/**
 * What is shown to a new person first, while each answer tells more of that person? Twenty items are shown, one after the other.
 * @module
 */
import { join } from 'node:path';
import { inspectSource } from '../../../client/data/inspect.ts';
import type { ColdPerson } from '../../../core/data/cold-person.ts';
import type { Domain } from '../../../core/data/domain.ts';
import { historyOf, itemCounts } from '../../../core/data/select.ts';
import { coldSplit } from '../../../core/evaluation/split.ts';
import { mean } from '../../../core/evaluation/results.ts';
import { Prng } from '../../../core/random/prng.ts';
import type { ReceivedRepresentations } from '../../../core/release/release.ts';
import { encoderNamed } from '../../../core/transfer/compose.ts';
import { fitDecoder } from '../../../core/transfer/decoder/decoder.ts';
import type { PersonPosterior } from '../../../core/transfer/decoder/readout.ts';
import type { ReleasedVector } from '../../../core/transfer/decoder/report.ts';
import { factorSettings } from '../../../core/transfer/decoder/target-factors.ts';
import { afterReward, beliefOfAnybody, drawnFrom, rewardLine } from '../../../core/transfer/exploration/thompson.ts';
import { FactorMemory } from '../../../core/transfer/factors/factor-memory.ts';
import { federate } from '../../in-one-process.ts';
import { planted } from '../../worlds/planted/planted.ts';
import type { Figures, Study } from '../study.ts';

const STEPS = 20;
/** Items of which the twenty are chosen, for each person of the real data. */
const SLATE = 100;
/** Scored persons of the real data. */
const PERSONS = 300;

export const exploration: Study = {
  name: 'exploration',
  question: 'Which items are shown to a new person first, while each answer tells more of that person?',
  reference: 'Thompson, Biometrika 1933; Agrawal and Goyal, ICML 2013, from the posterior of the readout bayes',
  metrics: { 'regret over 20 steps': 'lower' },
  method: 'thompson',
  planted: {
    summary:
      'a person opens articles of a quiet topic, which the released vector tells, and of a loud one, of which it tells half; the loud ones are read to the end, the quiet ones to the middle',
    ablation: { method: 'greedy', off: 'the variance of the draws is 0: always the item that is best so far' },
    margins: { greedy: 2, 'no released vector': 1, 'fixed list': 2 },
    measure: (seed) => measured(plantedWorld(seed), seed),
  },
  real: [
    {
      name: 'Amazon food -> kitchen',
      files: ['amazon/food.tsv', 'amazon/kitchen.tsv'],
      over: ['greedy', 'no released vector', 'fixed list'],
      measure: async (folder, seed) => measured(await openFoodKitchen(folder, seed), seed),
    },
  ],
  caveats: [
    'On real data an answer is known only for items that the person met later: of 100 items those are worth 1, and all others 0. A person might have liked others.',
    'On food -> kitchen the draws cost more than they find within twenty steps: always the item that is best so far is better there, and nothing in this project explores when it serves.',
    'Regret is the sum, over the steps, of what the best item left would have earned minus what the shown one earns.',
  ],
};

interface Asked {
  readonly target: Domain;
  readonly received: readonly ReceivedRepresentations[];
  readonly releasedOf: (person: string) => readonly ReleasedVector[];
  readonly cold: readonly ColdPerson[];
  /** Dimensions of the item space. */
  readonly dimension: number;
  /** Items that may be shown to the person, each with what it earns on average and the error of one answer. */
  readonly slate: (person: ColdPerson | { readonly person: string }) => Slate;
  readonly error: number;
}

interface Slate {
  readonly items: Uint32Array;
  readonly rewards: Float64Array;
}

function measured({ cold, dimension, error, received, releasedOf, slate, target }: Asked, seed: string): Figures {
  const { factorise } = new FactorMemory({ ...factorSettings, dimension }, seed);
  const decoder = fitDecoder({ domain: target, factorise, random: new Prng(seed) }, received, 'bayes');
  const space = factorise(target);
  const vectorOf = (item: number): Float32Array => space.items.subarray(item * dimension, (item + 1) * dimension);
  // The target knows the answers of its own persons.
  const [scores, rewards]: [number[], number[]] = [[], []];
  target.persons.slice(0, PERSONS).forEach((person, row) => {
    const own = slate({ person });
    const vector = space.persons.subarray(row * dimension, (row + 1) * dimension);
    own.items.forEach((item, i) => {
      scores.push(product(vectorOf(item), vector));
      rewards.push(own.rewards[i]);
    });
  });
  const line = rewardLine(scores, rewards);
  const anybody = beliefOfAnybody(space.persons, dimension);

  const regretOf = (person: ColdPerson, { items, rewards: worth }: Slate, policy: Policy): number => {
    const prng = new Prng(`${seed}/${person.person}`);
    let belief = policy.isTold ? (decoder.posterior?.(releasedOf(person.person)) ?? anybody) : anybody;
    const left = new Set(items.keys());
    let regret = 0;
    for (let step = 0; step < STEPS && left.size > 0; step++) {
      const vector = policy.choose(belief, prng);
      const shown = best(left, (at) => product(vectorOf(items[at]), vector));
      regret += Math.max(...[...left].map((at) => worth[at])) - worth[shown];
      left.delete(shown);
      const answer = worth[shown] + error * prng.gaussian();
      if (policy.learns) belief = afterReward(belief, vectorOf(items[shown]), answer, line);
    }
    return regret;
  };
  const slates = cold.map((person) => ({ person, own: slate(person) }));
  return Object.fromEntries(
    Object.entries(POLICIES).map(([name, policy]) => [
      name,
      { 'regret over 20 steps': mean(slates.map(({ own, person }) => regretOf(person, own, policy))) },
    ]),
  );
}

interface Policy {
  /** True if it starts from the released vectors. */
  readonly isTold: boolean;
  /** True if answers change its belief. */
  readonly learns: boolean;
  readonly choose: (belief: PersonPosterior, prng: Prng) => Float64Array;
}

const POLICIES: Readonly<Record<string, Policy>> = {
  thompson: { isTold: true, learns: true, choose: drawnFrom },
  greedy: { isTold: true, learns: true, choose: (belief) => belief.mean },
  'no released vector': { isTold: false, learns: true, choose: drawnFrom },
  'fixed list': { isTold: true, learns: false, choose: (belief) => belief.mean },
  'fixed prior list': { isTold: false, learns: false, choose: (belief) => belief.mean },
};

function best(among: Iterable<number>, score: (at: number) => number): number {
  let found = -1;
  let most = -Infinity;
  for (const at of among) {
    const value = score(at);
    if (value <= most) continue;
    most = value;
    found = at;
  }
  return found;
}

function product(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const WARM = 500;
const COLD = 150;
const QUIET = 4;
const LOUD = 6;
const PER_TOPIC = 20;

/** Mean share of an article that is read: of the loud topic, of the quiet one, of all others. */
const READ = { loud: 0.95, quiet: 0.5, other: 0.05 };

function plantedWorld(seed: string): Asked {
  const topics = QUIET + LOUD;
  const items = topics * PER_TOPIC;
  const read = new Map<string, Float64Array>();
  const plan = { warm: WARM, cold: COLD, items, chosen: 12, sources: ['source'], dimension: QUIET + 1 };
  const trial = planted(plan, `exploration/${seed}`, (prng, row) => {
    const quiet = prng.integer(QUIET);
    const loud = QUIET + prng.integer(LOUD);
    const each = (of: (topic: number) => number): Float64Array =>
      Float64Array.from({ length: items }, (_, item) => of(item % topics));
    read.set(
      `p${row}`,
      each((topic) => (topic === loud ? READ.loud : topic === quiet ? READ.quiet : READ.other)),
    );
    const half = loud % 2 === 0 ? 1 : -1;
    const told = Float64Array.from(
      { length: QUIET + 1 },
      (_, topic) => (topic === quiet ? 1 : topic === QUIET ? half : 0) + 0.1 * prng.gaussian(),
    );
    return { releases: { source: told }, utility: each((topic) => (topic === loud || topic === quiet ? 4 : 0)) };
  });
  return {
    ...trial,
    dimension: topics,
    error: 0.1,
    slate: ({ person }) => ({
      items: Uint32Array.from({ length: items }, (_, item) => item),
      rewards: read.get(person) ?? new Float64Array(items),
    }),
  };
}

async function openFoodKitchen(folder: string, seed: string): Promise<Asked> {
  const open = async (name: string): Promise<Domain> =>
    (await inspectSource(join(folder, 'amazon', `${name}.tsv`), { name, minRating: null, items: null })).report.domain;
  const [source, kitchen] = [await open('food'), await open('kitchen')];
  const split = coldSplit(kitchen, [source], { seed });
  const { target } = split;
  const dimension = 16;
  const { factorise } = new FactorMemory({ ...factorSettings, dimension }, seed);
  const encoder = encoderNamed('private-subspace');
  const options = { encoder, sources: [source], split, epsilon: 4, delta: 1e-6, seed, factorise };
  const { received, releasedOf } = await federate(options);
  const counts = itemCounts(target);
  const met = Uint32Array.from(counts.keys()).filter((item) => counts[item] > 0);
  const rows = new Map(target.persons.map((id, row) => [id, row]));
  const slateOf = (person: string, positives: Uint32Array): Slate => {
    const prng = new Prng(`${seed}/slate/${person}`);
    const own = new Set(positives.subarray(0, SLATE / 2));
    while (own.size < SLATE) own.add(met[prng.integer(met.length)]);
    const items = Uint32Array.from(own);
    const isPositive = new Set(positives);
    return { items, rewards: Float64Array.from(items, (item) => (isPositive.has(item) ? 1 : 0)) };
  };
  return {
    target,
    received,
    releasedOf,
    cold: new Prng(`${seed}/scored`).shuffle([...split.cold]).slice(0, PERSONS),
    dimension,
    error: 0,
    slate: (asked) =>
      slateOf(
        asked.person,
        'positives' in asked ? asked.positives : historyOf(target, rows.get(asked.person) ?? 0).items,
      ),
  };
}
