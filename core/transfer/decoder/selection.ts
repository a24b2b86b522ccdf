/**
 * Makes every choice of a decoder on held-out persons: the readout's own, the sources that are let in, the blend with
 * prior and popularity.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import { chooseBlend } from './blend.ts';
import type { HeldOutSpace, HeldOutTarget } from './held-out-target.ts';
import { choosePull } from './own-items.ts';
import type { Readout, ReadoutTask, Tuned } from './readout.ts';
import type { DecoderReport } from './report.ts';

export interface Selection extends Omit<DecoderReport, 'warmPersons'> {
  readonly tuned: Tuned;
  /** Pull to the transferred vector once the person has items here; absent: own items do not move it. */
  readonly pull?: number;
}

export interface GuardedReadout {
  readonly readout: Readout;
  /** False: every source is let in, and nothing is blended with the prior. */
  readonly guard: boolean;
}

/** @param seed of the readout's randomness. */
export function select(
  { guard, readout }: GuardedReadout,
  target: HeldOutTarget,
  inSpace: HeldOutSpace,
  letters: Pick<ReadoutTask, 'received' | 'rows' | 'linked'>,
  seed: string,
): Selection {
  const { domain, ranking } = target;
  const { heldOut, popularity, prior, space, train } = inSpace;
  const tuned = readout.tune({
    domain,
    space,
    ...letters,
    train,
    ranking,
    heldOut,
    priorQuality: guard ? prior.quality.mean : -Infinity,
    random: new Prng(`${seed}/${readout.name}`),
  });
  const { scores } = tuned;
  const { blend, quality } =
    guard || scores === undefined
      ? chooseBlend(ranking, prior.scores, popularity.scores, scores)
      : { blend: { decoder: 1, prior: 0, popularity: 0 }, quality: ranking.quality(scores) };
  const lists = [prior.scores, popularity.scores, scores ?? prior.scores];
  const shares = [blend.prior, blend.popularity, blend.decoder];
  const pull = choosePull(
    ranking,
    space,
    prior.scores.map((_, at) => lists.reduce((sum, list, l) => sum + shares[l] * list[at], 0)),
  );
  return {
    tuned,
    ...(pull !== undefined && { pull }),
    blend,
    heldOut: {
      blend: quality.mean,
      prior: prior.quality.mean,
      popularity: popularity.quality.mean,
      ...(scores && { decoder: ranking.quality(scores).mean }),
      persons: ranking.persons.length,
    },
    sources: tuned.sources.map((verdict) => {
      if ('shutOutBecause' in verdict) return { weight: 0, ...verdict };
      const { share, source } = verdict;
      return blend.decoder > 0
        ? { source, weight: blend.decoder * share }
        : { source, weight: 0, shutOutBecause: 'the blend without the decoder ranks held-out persons best' };
    }),
    chosen: { ...tuned.chosen, popularityScale: popularity.scale, ownPull: pull ?? 'none' },
  };
}
