/**
 * The part of the guard against negative transfer that looks at one source at a time: a source that ranks held-out
 * persons no better than the prior is shut out.
 * @module
 */
import type { ReceivedRepresentations } from '../../release/release.ts';
import type { SourceVerdict, TuningTask } from './readout.ts';

/** A source and its place in the task's lists. */
export interface Place {
  readonly source: string;
  readonly index: number;
}

export interface Admitted<Candidate> {
  /** The best candidate of each source that was let in. */
  readonly kept: readonly (Candidate & Place)[];
  /** @param shareOf the share of a source that was let in; all of these sum to 1. */
  readonly verdicts: (shareOf: (source: string) => number) => readonly SourceVerdict[];
}

/** @param candidates what a readout would make of one source alone, with the scores of the held-out candidates. */
export function admit<Candidate extends { readonly scores: Float32Array }>(
  { priorQuality, ranking, received }: TuningTask,
  candidates: (source: ReceivedRepresentations, index: number) => Iterable<Candidate>,
): Admitted<Candidate> {
  const kept: (Candidate & Place)[] = [];
  const reasons = new Map<string, string>();
  received.forEach((source, index) => {
    if (source.dimension === 0) {
      reasons.set(source.source, 'released nothing');
      return;
    }
    let best: { candidate: Candidate; quality: number } | undefined;
    for (const candidate of candidates(source, index)) {
      const quality = ranking.quality(candidate.scores).mean;
      if (best === undefined || quality > best.quality) best = { candidate, quality };
    }
    if (best === undefined || best.quality <= priorQuality) {
      const found = best?.quality.toFixed(4) ?? 'none';
      reasons.set(source.source, `ranks held-out persons no better than the prior (${found})`);
    } else {
      kept.push({ ...best.candidate, source: source.source, index });
    }
  });
  return {
    kept,
    verdicts: (shareOf) =>
      received.map(({ source }) => {
        const shutOutBecause = reasons.get(source);
        return shutOutBecause === undefined ? { source, share: shareOf(source) } : { source, shutOutBecause };
      }),
  };
}
