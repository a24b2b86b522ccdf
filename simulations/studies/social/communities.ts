/**
 * Can a platform find communities in its persons' links?
 * @module
 */
import type { Interactions } from '../../../core/data/domain.ts';
import { modularity, mutualInformation } from '../../../core/evaluation/partitions.ts';
import { Prng } from '../../../core/random/prng.ts';
import { kMeans, spreadCentres } from '../../../core/transfer/linear-algebra/k-means.ts';
import { spectralCommunities } from '../../../core/transfer/social/communities.ts';
import { linkedWith, mutualLinks, pairsOf } from '../../../core/transfer/social/links.ts';
import type { Figures, Study } from '../study.ts';
import { LAST_FM, mutualOf, openSocial, tastesOf } from './data.ts';

const BLOCKS = 12;
const SIZE = 40;

export const communities: Study = {
  name: 'communities',
  question: "Can a platform find communities in its persons' links?",
  reference:
    'Qin and Rohe, NIPS 2013 (regularised spectral clustering); Raghavan et al., Physical Review E 2007 (label propagation)',
  metrics: { 'mutual information': 'higher', modularity: 'higher' },
  method: 'spectral',
  planted: {
    summary:
      'persons of one of twelve blocks are linked with each other more often than with others, and some have many more links',
    ablation: { method: 'links rewired', off: 'the same number of links of each person, between persons drawn by lot' },
    margins: { 'label propagation': 0.1, 'links rewired': 0.4 },
    measure(seed) {
      const { blocks, links } = plantedWorld(seed);
      return measured(links, blocks, seed);
    },
  },
  real: [
    {
      name: LAST_FM.name,
      files: LAST_FM.files,
      over: ['label propagation', 'links rewired'],
      async measure(folder, seed) {
        const data = await openSocial(folder, LAST_FM);
        const { dimension, vectors } = tastesOf(data.histories, seed);
        const start = spreadCentres(vectors, dimension, BLOCKS, new Prng(`${seed}/groups of tastes`));
        return measured(mutualOf(data), kMeans(vectors, dimension, start, 30).groups, seed);
      },
    },
  ],
  caveats: [
    'On real data the mutual information is with twelve groups of tastes (k-means of factors of the histories), because nobody knows the true communities.',
    'Two divisions by chance have a mutual information above 0: the row of the rewired links shows how much.',
    'The number of communities is given, not found.',
    'Communities stay on the platform. Publishing them would tell of other persons’ links, so it has to be charged to the ledger through a noised release; there is none for them here.',
  ],
};

function measured(links: Interactions, truth: Uint32Array, seed: string): Figures {
  const rewired = rewire(links, new Prng(`${seed}/rewire`));
  const figuresOf = (found: Uint32Array, own: Interactions): Record<string, number> => ({
    'mutual information': mutualInformation(found, truth),
    modularity: modularity(own, found),
  });
  return {
    spectral: figuresOf(spectralCommunities(links, BLOCKS, seed), links),
    'label propagation': figuresOf(labelPropagation(links, new Prng(`${seed}/labels`)), links),
    'links rewired': figuresOf(spectralCommunities(rewired, BLOCKS, seed), rewired),
  };
}

/** Each person takes the label that most friends have, in random order, until nothing changes. */
function labelPropagation(links: Interactions, prng: Prng): Uint32Array {
  const labels = Uint32Array.from({ length: links.offsets.length - 1 }, (_, p) => p);
  for (let sweep = 0; sweep < 50; sweep++) {
    let changed = 0;
    for (const p of prng.shuffle(Uint32Array.from(labels.keys()))) {
      const counts = new Map<number, number>();
      for (const friend of linkedWith(links, p)) counts.set(labels[friend], (counts.get(labels[friend]) ?? 0) + 1);
      const most = Math.max(0, ...counts.values());
      const best = [...counts.keys()].filter((label) => counts.get(label) === most);
      if (best.length === 0 || best.includes(labels[p])) continue;
      labels[p] = best[prng.integer(best.length)];
      changed++;
    }
    if (changed === 0) break;
  }
  return labels;
}

/** Deals the ends of all links anew. Pairs that meet twice, or oneself, are lost. */
function rewire(links: Interactions, prng: Prng): Interactions {
  const pairs = pairsOf(links);
  const ends = prng.shuffle(pairs.flat());
  return mutualLinks(
    links.offsets.length - 1,
    pairs.map((_, i) => [ends[2 * i], ends[2 * i + 1]] as const),
  );
}

function plantedWorld(seed: string): { readonly links: Interactions; readonly blocks: Uint32Array } {
  const prng = new Prng(`communities/${seed}`);
  const persons = BLOCKS * SIZE;
  const blocks = Uint32Array.from({ length: persons }, (_, p) => p % BLOCKS);
  // A few persons have several times as many links as most.
  const sociable = Float64Array.from({ length: persons }, () => Math.exp(0.6 * prng.gaussian()));
  const pairs: [number, number][] = [];
  for (let a = 0; a < persons; a++) {
    for (let b = 0; b < a; b++) {
      const rate = (blocks[a] === blocks[b] ? 0.11 : 0.011) * sociable[a] * sociable[b];
      if (prng.uniform() < rate) pairs.push([a, b]);
    }
  }
  return { links: mutualLinks(persons, pairs), blocks };
}
