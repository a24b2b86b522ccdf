/**
 * A stack of other readouts: held-out persons choose their weights, one step at a time, as long as the mixture ranks
 * better.
 * @module
 */
import type { LiveReadout, Readout, Tuned, TuningTask } from '../decoder/readout.ts';
import { bestOf, blended } from '../decoder/blend.ts';
import { spread } from '../decoder/popularity-list.ts';
import type { ReleasedVector } from '../decoder/report.ts';

interface StackState {
  /** Weights include the factor that gives each member's scores the spread of the first one's; they are above 0. */
  readonly members: readonly { readonly name: string; readonly weight: number; readonly state: object }[];
}

/** Each step adds a share of one member, perhaps of one that is in already. */
const steps = 6;
const stepShares = [0.1, 0.2, 0.35, 0.5];

const about = {
  name: 'stack',
  summary: 'a mixture of other readouts, its weights chosen on held-out persons',
  reference: 'Caruana et al., ICML 2004, section 2; Wolpert, Neural Networks 1992',
};

/** @param members the readouts to mix. The ablation has the first one alone. */
export function stackOf(members: readonly Readout[]): Readout {
  return {
    ...stack(members),
    ablation: { off: `${members[0].name} alone`, readout: stack(members.slice(0, 1)) },
  };
}

function stack(members: readonly Readout[]): Readout {
  return {
    ...about,
    tune: (task) => tune(members, task),
    restore(state: StackState, space, domain): LiveReadout {
      const live = state.members.map(({ name, state: own, weight }) => {
        const member = members.find((one) => one.name === name);
        if (member === undefined) throw new RangeError(`a stack without ${name}`);
        return { weight, readout: member.restore(own as never, space, domain) };
      });
      return {
        scores: (released) => mixedScores(live, released),
        direction: (released) => {
          const out = new Float64Array(space.dimension);
          for (const { readout, weight } of live) {
            readout.direction(released).forEach((value, i) => (out[i] += weight * value));
          }
          return out;
        },
      };
    },
  };
}

/** A member that knows nothing of a person leaves its weight to the others. */
function mixedScores(
  members: readonly { readonly weight: number; readonly readout: LiveReadout }[],
  released: readonly ReleasedVector[],
): Float32Array | undefined {
  const known = members.flatMap(({ readout, weight }) => {
    const scores = readout.scores(released);
    return scores === undefined ? [] : [{ scores, weight }];
  });
  if (known.length === 0) return undefined;
  const all = members.reduce((sum, { weight }) => sum + weight, 0);
  const scale = all / known.reduce((sum, { weight }) => sum + weight, 0);
  const out = new Float32Array(known[0].scores.length);
  for (const { scores, weight } of known) for (let i = 0; i < out.length; i++) out[i] += scale * weight * scores[i];
  return out;
}

function tune(members: readonly Readout[], task: TuningTask): Tuned {
  const { ranking } = task;
  const tuned = members.flatMap((member) => {
    const own = member.tune(task);
    return own.scores === undefined ? [] : [{ name: member.name, own, scores: own.scores }];
  });
  if (tuned.length === 0) return { ...members[0].tune(task), scores: undefined };
  const start = bestOf(tuned.map(({ scores }) => ranking.quality(scores)));
  const scales = tuned.map(({ scores }) => spread(tuned[start].scores) / (spread(scores) || 1));
  let shares: readonly number[] = tuned.map((_, m) => (m === start ? 1 : 0));
  let scores = tuned[start].scores;
  let quality = ranking.quality(scores).mean;
  const candidates = tuned.flatMap((_, m) => stepShares.map((share) => ({ m, share })));
  for (let step = 0; step < steps; step++) {
    const tried = candidates.map(
      ({ m, share }) => ranking.qualities([scores, tuned[m].scores], [[1 - share, share * scales[m]]])[0],
    );
    const at = bestOf(tried);
    if (tried[at].mean <= quality) break;
    const { m: added, share } = candidates[at];
    quality = tried[at].mean;
    scores = blended(scores, tuned[added].scores, share, scales[added]);
    shares = shares.map((own, m) => own * (1 - share) + (m === added ? share : 0));
  }
  const used = tuned.flatMap(({ name, own }, m) =>
    shares[m] === 0 ? [] : [{ name, own, share: shares[m], weight: shares[m] * scales[m] }],
  );
  return {
    scores,
    sources: task.received.map(({ source }, s) => {
      const shares = used.map(({ own, share }) => {
        const verdict = own.sources[s];
        return 'share' in verdict ? share * verdict.share : 0;
      });
      const share = shares.reduce((sum, value) => sum + value, 0);
      return share > 0 ? { source, share } : used[0].own.sources[s];
    }),
    chosen: Object.fromEntries(
      used.flatMap(({ name, own, share }) => [
        [`${name}/share`, share],
        ...Object.entries(own.chosen).map(([key, value]) => [`${name}/${key}`, value]),
      ]),
    ) as Tuned['chosen'],
    fit: (full): StackState => ({
      members: used.map(({ name, own, weight }) => ({ name, weight, state: own.fit(full) })),
    }),
  };
}
