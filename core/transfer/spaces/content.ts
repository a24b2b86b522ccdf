/**
 * A space from titles alone: items are near if their titles share words, so an item that few persons have is placed as well as
 * any other. Words are weighed by their rarity among titles, and reduced by latent semantic analysis.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { Prng } from '../../random/prng.ts';
import type { SpaceMaker } from '../decoder/readout.ts';
import { TransferError } from '../errors.ts';
import { topEigen } from '../linear-algebra/top-eigen.ts';
import { foldedSpace } from './folded.ts';

const DIMENSION = 48;

function contentSpace(titlesOf: (domain: Domain) => readonly (string | undefined)[]): SpaceMaker {
  return {
    ...about,
    make: (domain) => foldedSpace(domain, itemVectors(titlesOf(domain)), Math.min(DIMENSION, domain.catalogue.length)),
  };
}

const about = {
  name: 'content',
  summary: 'item vectors from the words of titles; needs titles',
  reference: 'Deerwester et al., JASIS 1990 (latent semantic analysis); Pazzani and Billsus, The Adaptive Web 2007',
};

export const content: SpaceMaker = {
  ...contentSpace(titlesOf),
  ablation: {
    off: 'titles shuffled among items',
    space: contentSpace((domain) => new Prng('shuffled titles').shuffle(titlesOf(domain).slice())),
  },
};

/** @throws TransferError TRANSFER_NO_TITLES */
function titlesOf({ name, titles }: Domain): readonly (string | undefined)[] {
  if (titles?.some((title) => title !== undefined && title !== '') === true) return titles;
  throw new TransferError(
    'TRANSFER_NO_TITLES',
    `the item space "content" needs titles, and "${name}" has none. Add ${name}.items.tsv with columns item and title, or choose another space`,
  );
}

function itemVectors(titles: readonly (string | undefined)[]): Float64Array /* [items, dimension] */ {
  const items = titles.length;
  const dimension = Math.min(DIMENSION, items);
  const words = titles.map((title) => [...new Set((title ?? '').toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [])]);
  const counts = new Map<string, number>();
  for (const word of words.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const places = new Map([...counts].filter(([, count]) => count > 1).map(([word], place) => [word, place]));
  const rows = words.map((own) => {
    const kept = own.flatMap((word) => {
      const place = places.get(word);
      return place === undefined ? [] : [{ place, weight: Math.log(items / (counts.get(word) ?? 1)) }];
    });
    const length = Math.hypot(...kept.map(({ weight }) => weight)) || 1;
    return kept.map(({ place, weight }) => ({ place, weight: weight / length }));
  });
  // X Xᵀ Q for the matrix X of items and words.
  const times = (q: Float64Array, columns: number): Float64Array => {
    const byWord = new Float64Array(places.size * columns);
    rows.forEach((row, item) => {
      for (const { place, weight } of row) {
        for (let c = 0; c < columns; c++) byWord[place * columns + c] += weight * q[item * columns + c];
      }
    });
    const out = new Float64Array(q.length);
    rows.forEach((row, item) => {
      for (const { place, weight } of row) {
        for (let c = 0; c < columns; c++) out[item * columns + c] += weight * byWord[place * columns + c];
      }
    });
    return out;
  };
  const { values, vectors } = topEigen(items, dimension, times, new Prng(about.name));
  return vectors.map((value, at) => value * Math.sqrt(Math.max(0, values[at % dimension])));
}
