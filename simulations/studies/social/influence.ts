/**
 * Do friends' items help a person's list? Some items of each person are hidden, and each is ranked among items that the person
 * does not have.
 * @module
 */
import type { Domain, Interactions } from '../../../core/data/domain.ts';
import { historyOf, itemCounts, itemFacts } from '../../../core/data/select.ts';
import { Prng } from '../../../core/random/prng.ts';
import { seededRandom } from '../../../core/random/seeded.ts';
import { factorSettings } from '../../../core/transfer/decoder/target-factors.ts';
import { implicitAls } from '../../../core/transfer/factors/implicit-als.ts';
import { multiplyVector } from '../../../core/transfer/linear-algebra/products.ts';
import { fitInfluence, friendItems } from '../../../core/transfer/social/influence.ts';
import { linkedWith, mutualLinks, pairsOf } from '../../../core/transfer/social/links.ts';
import { likedItems } from '../../worlds/planted/planted.ts';
import { rankedAt10 } from '../ranking.ts';
import type { Figures, RealStudy, Study } from '../study.ts';
import { LAST_FM, mutualOf, openSocial } from './data.ts';

/** Share of the persons some of whose items are hidden. */
const RANKED = 0.5;
/** Most hidden items of a person. */
const MOST_HIDDEN = 15;
/** Share of these persons who choose the weight; the others are scored. */
const CHOOSING = 0.4;

export const influence: Study = {
  name: 'influence',
  question: "Do friends' items help a person's list, beside the person's own history?",
  reference:
    'Ma, King and Lyu, RecSys 2009 (a share of friends in each score); the weight is chosen on held-out persons',
  metrics: { 'NDCG@10': 'higher', 'weight of friends': 'higher' },
  method: 'own and friends',
  planted: {
    summary:
      'half of a person’s items are of the person’s own group of tastes, and half are taken from friends of any group',
    ablation: { method: 'friends permuted', off: 'each person is given the friends of another' },
    margins: { own: 0.04, friends: 0.05, 'friends permuted': 0.04, popularity: 0.1 },
    measure: (seed) => measured({ ...plantedWorld(seed), keeps: 8, seed }),
  },
  real: [realOf('Last.fm, thirty own artists', 30), realOf('Last.fm, five own artists', 5)],
  caveats: [
    'A list that contains friends’ items shows something of the friends’ histories to the person: every friend consents, and no figure here bounds what it shows.',
    'Like tastes make friends as much as friends make tastes: the gain is in prediction, and is no proof that friends changed anybody.',
    'Everybody consents in the data here.',
  ],
};

function realOf(name: string, keeps: number): RealStudy {
  return {
    name,
    files: LAST_FM.files,
    over: ['own', 'friends', 'friends permuted', 'popularity'],
    async measure(folder, seed) {
      const data = await openSocial(folder, LAST_FM);
      return measured({ domain: data.histories, links: mutualOf(data), keeps, seed });
    },
  };
}

interface Asked {
  readonly domain: Domain;
  readonly links: Interactions;
  /** Own items that a ranked person keeps. */
  readonly keeps: number;
  readonly seed: string;
}

function measured({ domain, keeps, links, seed }: Asked): Figures {
  const prng = new Prng(`${seed}/influence`);
  const persons = domain.persons.length;
  const kept = Array.from({ length: persons }, (_, p) => historyOf(domain, p).items);
  const hidden = new Map<number, Uint32Array>();
  for (const p of prng.sample(persons, Math.round(RANKED * persons))) {
    if (linkedWith(links, p).length === 0) continue;
    const items = prng.shuffle(kept[p].slice());
    kept[p] = items.slice(0, keeps);
    hidden.set(p, items.slice(keeps, keeps + MOST_HIDDEN));
  }
  const train = withHistories(domain, kept);
  const counts = itemCounts(train);
  // Nobody could rank an item that nobody else has.
  const ranked = Array.from(hidden, ([p, items]) => ({
    person: domain.persons[p],
    positives: items.filter((item) => counts[item] > 0),
    sourceInteractions: 0,
  })).filter(({ positives }) => positives.length > 0);
  const cut = Math.round(CHOOSING * ranked.length);
  const {
    items: vectors,
    dimension,
    persons: vectorsOf,
  } = implicitAls(train, domain.catalogue.length, factorSettings, seededRandom(`${seed}/als`));
  const own = (p: number): Float32Array =>
    multiplyVector(vectors, dimension, vectorsOf.subarray(p * dimension, (p + 1) * dimension));
  const consents = new Uint8Array(persons).fill(1);
  const task = { domain: train, links, consents, own, heldOut: ranked.slice(0, cut), seed };
  const both = fitInfluence(task);
  const strangers = fitInfluence({ ...task, links: relabelled(links, prng) });

  const rows = new Map(domain.persons.map((id, p) => [id, p]));
  const cold = ranked.slice(cut);
  const ndcg = (score: (p: number) => Float32Array): number =>
    rankedAt10({ target: train, cold, negatives: 99, seed }, (person) => {
      const p = rows.get(person) ?? 0;
      const scores = score(p).slice();
      for (const item of kept[p]) scores[item] = -Infinity;
      return scores;
    })['NDCG@10'];
  return {
    'own and friends': { 'NDCG@10': ndcg((p) => both.scores(p)), 'weight of friends': both.weight },
    own: { 'NDCG@10': ndcg(own), 'weight of friends': 0 },
    friends: { 'NDCG@10': ndcg((p) => friendItems(train, links, p)), 'weight of friends': 1 },
    'friends permuted': { 'NDCG@10': ndcg((p) => strangers.scores(p)), 'weight of friends': strangers.weight },
    popularity: { 'NDCG@10': ndcg(() => Float32Array.from(counts)) },
  };
}

function withHistories(domain: Domain, histories: readonly Uint32Array[]): Domain {
  const offsets = new Uint32Array(histories.length + 1);
  histories.forEach((items, p) => (offsets[p + 1] = offsets[p] + items.length));
  const { catalogue, name, persons } = domain;
  const items = Uint32Array.from(histories.flatMap((own) => Array.from(own)));
  return { name, persons, catalogue, ...itemFacts(domain), offsets, items };
}

/** The same links between other persons. */
function relabelled(links: Interactions, prng: Prng): Interactions {
  const persons = links.offsets.length - 1;
  const other = prng.shuffle(Uint32Array.from({ length: persons }, (_, p) => p));
  return mutualLinks(
    persons,
    pairsOf(links).map(([a, b]) => [other[a], other[b]] as const),
  );
}

const PERSONS = 1500;
const ITEMS = 240;
const GROUPS = 8;
const FRIENDS = 5;
const OWN_ITEMS = 9;
const TAKEN = 5;

function plantedWorld(seed: string): Pick<Asked, 'domain' | 'links'> {
  const prng = new Prng(`influence/${seed}`);
  const links = mutualLinks(
    PERSONS,
    Array.from({ length: (PERSONS * FRIENDS) / 2 }, () => [prng.integer(PERSONS), prng.integer(PERSONS)] as const),
  );
  const liked = Array.from({ length: PERSONS }, () => {
    const group = prng.integer(GROUPS);
    const utility = Float64Array.from({ length: ITEMS }, (_, item) => (item % GROUPS === group ? 4 : 0));
    return likedItems(utility, OWN_ITEMS, prng);
  });
  const histories = liked.map((own, p) => {
    const offered = Array.from(linkedWith(links, p)).flatMap((friend) => Array.from(liked[friend]));
    const taken = prng.shuffle([...new Set(offered)].filter((item) => !own.includes(item))).slice(0, TAKEN);
    return Uint32Array.from([...own, ...taken]);
  });
  const domain = {
    name: 'shop',
    persons: Array.from({ length: PERSONS }, (_, p) => `p${p}`),
    catalogue: Array.from({ length: ITEMS }, (_, item) => `item ${item}`),
    offsets: new Uint32Array(0),
    items: new Uint32Array(0),
  };
  return { domain: withHistories(domain, histories), links };
}
