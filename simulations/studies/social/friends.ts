/**
 * Can a platform suggest friends among the persons who consented? Some links are hidden, and each is ranked among persons who are
 * no friends.
 * @module
 */
import type { Interactions } from '../../../core/data/domain.ts';
import { mean } from '../../../core/evaluation/results.ts';
import { Prng } from '../../../core/random/prng.ts';
import { fitFriends } from '../../../core/transfer/social/friends.ts';
import type { FriendTask } from '../../../core/transfer/social/friends.ts';
import { consentedLinks, linkedWith, mutualLinks, pairsOf } from '../../../core/transfer/social/links.ts';
import { HIDDEN } from '../../../core/transfer/social/standardised.ts';
import { rankedAt10 } from '../ranking.ts';
import type { Figures, RealStudy, Study } from '../study.ts';
import { FILM_TRUST, LAST_FM, mutualOf, openSocial, tastesOf, unitRows } from './data.ts';
import type { SocialSet, Tastes } from './data.ts';

/** Share of the links between consenting persons that are hidden and ranked. */
const HIDDEN_SHARE = 0.2;
/** Share of the persons who do not consent, in the planted world and in the real data (which hold no consents). */
const WITHOUT_CONSENT = 0.1;
const NEGATIVES = 99;

export const friends: Study = {
  name: 'friends',
  question: 'Can a platform suggest friends, among persons who consented?',
  reference: 'Adamic and Adar, Social Networks 2003; Hu, Koren and Volinsky, ICDM 2008, with persons as items',
  metrics: { 'NDCG@10': 'higher', 'HR@10': 'higher' },
  method: 'blend',
  planted: {
    summary: 'links are likelier within a circle of friends, and likelier again between persons of like tastes',
    ablation: { method: 'tastes permuted', off: 'each person is given the tastes of another' },
    margins: { 'adamic-adar': 0.05, factors: 0.03, tastes: 0.1, 'tastes permuted': 0.02, 'number of friends': 0.2 },
    measure: (seed) => measured({ ...plantedWorld(seed), dimension: 16, seed }),
  },
  real: [LAST_FM, FILM_TRUST].map(realOf),
  caveats: [
    'Consent is drawn here, because the data have none: a tenth of the persons withhold it, and are neither suggested nor read.',
    'A suggestion can tell that two persons know each other: it needs the consent of both, and no figure here bounds what it reveals of a friend.',
    'All of it is computed at one platform from its own links; nothing leaves, so nothing is charged.',
  ],
};

function realOf(set: SocialSet): RealStudy {
  return {
    name: set.name,
    files: set.files,
    over: ['adamic-adar', 'factors', 'tastes', 'tastes permuted', 'number of friends'],
    async measure(folder, seed) {
      const data = await openSocial(folder, set);
      return measured({ links: mutualOf(data), tastes: tastesOf(data.histories, seed), dimension: 48, seed });
    },
  };
}

interface Asked {
  readonly links: Interactions;
  readonly tastes: Tastes;
  readonly dimension: number;
  readonly seed: string;
}

function measured({ dimension, links, seed, tastes }: Asked): Figures {
  const prng = new Prng(`${seed}/friends`);
  const persons = links.offsets.length - 1;
  const consents = Uint8Array.from({ length: persons }, () => (prng.uniform() < WITHOUT_CONSENT ? 0 : 1));
  const pairs = prng.shuffle([...pairsOf(consentedLinks(links, consents))]);
  const hidden = mutualLinks(persons, pairs.slice(0, Math.round(HIDDEN_SHARE * pairs.length)));
  const isHidden = new Set(pairsOf(hidden).map(([a, b]) => `${a} ${b}`));
  // Links of persons without consent stay in the platform's table; the method has to leave them alone.
  const kept = mutualLinks(
    persons,
    pairsOf(links).filter(([a, b]) => !isHidden.has(`${a} ${b}`)),
  );
  const task: FriendTask = { links: kept, consents, tastes, dimension, seed };
  const own = fitFriends(task);
  const without = fitFriends({ ...task, tastes: dealt(tastes, seed) });
  const degrees = Float32Array.from({ length: persons }, (_, p) => linkedWith(kept, p).length);

  const names = Array.from({ length: persons }, (_, p) => String(p));
  const cold = names.flatMap((person, p) => {
    const positives = linkedWith(hidden, p);
    return positives.length === 0 ? [] : [{ person, positives, sourceInteractions: 0 }];
  });
  const target = { name: 'links', persons: names, catalogue: names, ...kept };
  const figuresOf = (score: (p: number) => Float32Array): Figures[string] =>
    rankedAt10({ target, cold, negatives: NEGATIVES, seed }, (person) => score(Number(person)));
  return {
    blend: figuresOf((p) => own.scores(p)),
    'adamic-adar': figuresOf((p) => own.signal('adamic-adar', p)),
    factors: figuresOf((p) => own.signal('factors', p)),
    tastes: figuresOf((p) => own.signal('tastes', p)),
    'tastes permuted': figuresOf((p) => without.scores(p)),
    // Nobody who cannot be suggested is among the others' candidates either.
    'number of friends': figuresOf((p) =>
      own.scores(p).map((score, other) => (score === HIDDEN ? HIDDEN : degrees[other])),
    ),
  };
}

function dealt({ dimension, vectors }: Tastes, seed: string): Tastes {
  const order = new Prng(`${seed}/dealt`).shuffle(
    Uint32Array.from({ length: vectors.length / dimension }, (_, p) => p),
  );
  const out = new Float32Array(vectors.length);
  order.forEach((from, to) => out.set(vectors.subarray(from * dimension, (from + 1) * dimension), to * dimension));
  return { dimension, vectors: out };
}

const PERSONS = 600;
const CIRCLES = 30;
const TASTES = 6;

function plantedWorld(seed: string): Pick<Asked, 'links' | 'tastes'> {
  const prng = new Prng(`friends/${seed}`);
  const circles = Array.from({ length: PERSONS }, () => prng.integer(CIRCLES));
  const tastes = unitRows(
    Float32Array.from({ length: PERSONS * TASTES }, () => prng.gaussian()),
    TASTES,
  );
  const likeness = (a: number, b: number): number =>
    mean(Array.from({ length: TASTES }, (_, j) => tastes.vectors[a * TASTES + j] * tastes.vectors[b * TASTES + j])) *
    TASTES;
  const pairs: [number, number][] = [];
  for (let a = 0; a < PERSONS; a++) {
    for (let b = 0; b < a; b++) {
      const odds = (circles[a] === circles[b] ? -2 : -7) + 3.5 * likeness(a, b);
      if (prng.uniform() < 1 / (1 + Math.exp(-odds))) pairs.push([a, b]);
    }
  }
  return { links: mutualLinks(PERSONS, pairs), tastes };
}
