/**
 * Influence of friends: the items of a person's friends, in the person's list by a weight that held-out persons choose (Ma et al.,
 * "Learning to recommend with social trust ensemble", RecSys 2009, in which the share of friends is a fixed number).
 * A person who did not consent gives no item to anybody, and gets none from friends.
 * @module
 */
import type { Domain, Interactions } from '../../data/domain.ts';
import { historyOf, personIndex } from '../../data/select.ts';
import { chooseWeights } from '../decoder/blend.ts';
import { HeldOutRanking } from '../decoder/held-out.ts';
import type { RankedPerson } from '../decoder/held-out.ts';
import { consentedLinks, linkedWith } from './links.ts';
import { standardised, weighted } from './standardised.ts';

export interface InfluenceTask {
  /** Histories, without the items that are to be ranked. */
  readonly domain: Domain;
  /** Mutual links between the domain's persons, by their rows. */
  readonly links: Interactions;
  /** 1 for each person whose links and items friends may be shown. */
  readonly consents: Uint8Array /* [persons] */;
  /** Scores of all items for person p by any method that knows no friends. */
  readonly own: (p: number) => Float32Array /* [items] */;
  /** Persons with hidden items, who choose the weight. */
  readonly heldOut: readonly RankedPerson[];
  readonly seed: string;
}

export interface Influence {
  /** Weight of the friends' items; the own scores have the rest. 0: they do not help. */
  readonly weight: number;
  /** Scores of all items for person p; `HIDDEN` for the person's own. */
  scores(p: number): Float32Array /* [items] */;
}

export function fitInfluence({ consents, domain, heldOut, links, own, seed }: InfluenceTask): Influence {
  const consented = consentedLinks(links, consents);
  const rows = personIndex(domain);
  const sources = [own, (p: number) => friendItems(domain, consented, p)];
  const listOf = (source: (p: number) => Float32Array, p: number): Float32Array => {
    const isOwn = new Uint8Array(domain.catalogue.length);
    for (const item of historyOf(domain, p).items) isOwn[item] = 1;
    return standardised(source(p), isOwn);
  };
  const ranking = new HeldOutRanking(domain, heldOut, seed);
  const { weights } = chooseWeights(
    ranking,
    sources.map((source) => ranking.personScores((at) => listOf(source, rows.get(ranking.persons[at].person) ?? 0))),
  );
  return {
    weight: weights[1],
    scores: (p) =>
      weighted(
        sources.map((source) => listOf(source, p)),
        weights,
      ),
  };
}

/**
 * Each item's sum over friends who have it. A friend's items share one vote, so that a friend with a long history does not decide
 * alone.
 */
export function friendItems(domain: Domain, links: Interactions, p: number): Float32Array /* [items] */ {
  const scores = new Float32Array(domain.catalogue.length);
  for (const friend of linkedWith(links, p)) {
    const { items } = historyOf(domain, friend);
    for (const item of items) scores[item] += 1 / items.length;
  }
  return scores;
}
