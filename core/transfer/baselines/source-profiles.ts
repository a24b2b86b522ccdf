/**
 * Facts that all sources together have about a person, in one place: only a centralised method sees them.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, itemCounts, personIndex } from '../../data/select.ts';
import { factorEncoder } from '../encoder/factor-encoder.ts';
import type { Factorise } from '../factors/factor-memory.ts';

/**
 * A person's items on all sources, under one numbering, weighted by inverse document frequency and scaled to unit
 * length.
 */
export interface Profile {
  /** Items in the common numbering of all sources: [items of the person]. */
  readonly items: Uint32Array;
  /** Weight of each of these items; the vector has length 1. */
  readonly weights: Float64Array;
}

export interface SourceProfiles {
  /** Items of all sources. */
  readonly items: number;
  readonly of: (person: string) => Profile;
}

/** Profiles in which an item that n of N persons have gets the weight log(1 + N / n). */
export function sourceProfiles(sources: readonly Domain[]): SourceProfiles {
  const parts = sources.map((domain) => {
    const counts = itemCounts(domain);
    const weights = Float64Array.from(counts, (count) => Math.log1p(domain.persons.length / Math.max(1, count)));
    return { domain, index: personIndex(domain), weights };
  });
  const of = (person: string): Profile => {
    const items: number[] = [];
    const weights: number[] = [];
    let offset = 0;
    for (const { domain, index, weights: idf } of parts) {
      const row = index.get(person);
      if (row !== undefined) {
        for (const item of historyOf(domain, row).items) {
          items.push(offset + item);
          weights.push(idf[item]);
        }
      }
      offset += domain.catalogue.length;
    }
    const norm = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
    return { items: Uint32Array.from(items), weights: Float64Array.from(weights, (weight) => weight / (norm || 1)) };
  };
  return { items: sources.reduce((sum, { catalogue }) => sum + catalogue.length, 0), of };
}

/**
 * The representations that a source without noise would release: whitened factors of unit length, zeros for a person it
 * does not know.
 */
export interface SourceEncoder {
  readonly source: string;
  readonly dimension: number;
  /** [dimension]; zeros for an unknown person. */
  readonly represent: (person: string) => Float32Array;
}

/** One encoder per source, from its factors without noise. @param factorise makes the factors of a domain. */
export function sourceEncoders(sources: readonly Domain[], factorise: Factorise): readonly SourceEncoder[] {
  return sources.map((domain) => {
    const factors = factorise(domain);
    const index = personIndex(domain);
    const { dimension } = factors;
    const encode = factorEncoder(factors, dimension);
    const represent = (person: string): Float32Array => {
      const row = index.get(person);
      return row === undefined ? new Float32Array(dimension) : encode(historyOf(domain, row).items);
    };
    return { source: domain.name, dimension, represent };
  });
}

/**
 * Every source's representation of a person, concatenated and scaled to unit length; float32 [sum of the dimensions].
 */
export function sourceFactors(encoders: readonly SourceEncoder[]): (person: string) => Float32Array {
  return (person) => {
    const vectors = encoders.map(({ represent }) => represent(person));
    const known = vectors.filter((vector) => vector.some((value) => value !== 0)).length;
    return Float32Array.from(
      vectors.flatMap((vector) => Array.from(vector)),
      (value) => value / Math.sqrt(Math.max(1, known)),
    );
  };
}
