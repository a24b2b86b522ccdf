/**
 * Friend recommendation on one platform, among persons who consented. A person without consent is never suggested, gets no
 * suggestions, and none of that person's links is read.
 *
 * Three scores are blended, each standardised over the other persons: common friends (Adamic-Adar), a factorisation of the links
 * with persons as items (Hu, Koren and Volinsky, ICDM 2008), and likeness of tastes. Hidden links of some persons choose the
 * blend.
 * @module
 */
import type { Interactions } from '../../data/domain.ts';
import { Prng } from '../../random/prng.ts';
import { seededRandom } from '../../random/seeded.ts';
import { chooseWeights } from '../decoder/blend.ts';
import { HeldOutRanking } from '../decoder/held-out.ts';
import { factorSettings } from '../decoder/target-factors.ts';
import { implicitAls } from '../factors/implicit-als.ts';
import { adamicAdar, consentedLinks, linkedWith, mutualLinks, pairsOf } from './links.ts';
import { standardised, weighted } from './standardised.ts';

export interface FriendTask {
  /** Mutual links: {@link mutualLinks}. */
  readonly links: Interactions;
  /** 1 for each person who consented to be suggested and to have links read. */
  readonly consents: Uint8Array /* [persons] */;
  /** A vector of each person's tastes, of length 1 or zeros, from the platform's own histories. */
  readonly tastes: { readonly dimension: number; readonly vectors: Float32Array /* [persons, dimension] */ };
  /** Dimensions of the factorisation. */
  readonly dimension: number;
  /** Seed of the factorisation's start and of the links that choose the blend. */
  readonly seed: string;
}

export const FRIEND_SIGNALS = ['adamic-adar', 'factors', 'tastes'] as const;
export type FriendSignal = (typeof FRIEND_SIGNALS)[number];

export interface Friends {
  /** Weight of each signal in the blend; they sum to 1. */
  readonly weights: Readonly<Record<FriendSignal, number>>;
  /** Scores of all persons as friends of person p. Those of p, of p's friends, and of everybody without consent are `HIDDEN`. */
  scores(p: number): Float32Array /* [persons] */;
  /** The same from one signal alone. */
  signal(name: FriendSignal, p: number): Float32Array /* [persons] */;
}

/** Share of the links that are hidden to choose the blend. */
const HELD_OUT = 0.1;

export function fitFriends(task: FriendTask): Friends {
  const { consents, seed } = task;
  const links = consentedLinks(task.links, consents);
  const persons = consents.length;
  const names = Array.from(consents.keys(), String);
  const pairs = new Prng(`${seed}/held-out links`).shuffle([...pairsOf(links)]);
  const cut = Math.ceil(HELD_OUT * pairs.length);
  const kept = mutualLinks(persons, pairs.slice(cut));
  const hidden = mutualLinks(persons, pairs.slice(0, cut));
  const heldOut = names
    .map((person, p) => ({ person, positives: linkedWith(hidden, p) }))
    .filter(({ positives }) => positives.length > 0);
  const ranking = new HeldOutRanking({ name: 'links', persons: names, catalogue: names, ...kept }, heldOut, seed);
  const choosing = signalsOf({ ...task, links: kept });
  const lists = FRIEND_SIGNALS.map((name) =>
    ranking.personScores((row) => choosing(name, Number(ranking.persons[row].person))),
  );
  const { weights } = chooseWeights(ranking, lists);
  const signal = signalsOf({ ...task, links });
  return {
    weights: { 'adamic-adar': weights[0], factors: weights[1], tastes: weights[2] },
    signal,
    scores: (p) =>
      weighted(
        FRIEND_SIGNALS.map((name) => signal(name, p)),
        weights,
      ),
  };
}

/** @param task its links are those of consenting persons alone. */
function signalsOf({ consents, dimension, links, seed, tastes }: FriendTask): Friends['signal'] {
  const persons = consents.length;
  const factors = implicitAls(links, persons, { ...factorSettings, dimension }, seededRandom(`${seed}/links`));
  const raw: Record<FriendSignal, (p: number) => Float32Array> = {
    'adamic-adar': (p) => adamicAdar(links, p),
    // A link has no direction, so both ends speak.
    factors: (p) => {
      const out = products(factors.items, dimension, factors.persons, p);
      products(factors.persons, dimension, factors.items, p).forEach((value, other) => (out[other] += value));
      return out;
    },
    tastes: (p) => products(tastes.vectors, tastes.dimension, tastes.vectors, p),
  };
  return (name, p) => {
    const isHidden = consents.map((consent) => 1 - consent);
    isHidden[p] = 1;
    for (const friend of linkedWith(links, p)) isHidden[friend] = 1;
    if (consents[p] === 0) isHidden.fill(1);
    return standardised(raw[name](p), isHidden);
  };
}

/** Products of all rows with row p of another table. */
function products(rows: Float32Array, dimension: number, others: Float32Array, p: number): Float32Array {
  const own = others.subarray(p * dimension, (p + 1) * dimension);
  return Float32Array.from({ length: rows.length / dimension }, (_, row) => {
    let sum = 0;
    for (let j = 0; j < dimension; j++) sum += rows[row * dimension + j] * own[j];
    return sum;
  });
}
