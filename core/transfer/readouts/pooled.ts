/**
 * One regression for the released vectors of all sources together: a person's vector is the mean of what the sources released.
 * A source without a linked person, which no other readout can judge, is read as the others are. That is right only if
 * all sources' numbers have one meaning, as those of a training with a shared model can have. Held-out persons judge the pool,
 * and nobody judges a source without links, so the guard cannot see that its numbers mean something else.
 *
 * Blitzer, McDonald and Pereira, EMNLP 2006: a predictor that was fitted on one domain reads another by features that both share.
 * @module
 */
import type { Readout, ReadoutTask, SourceVerdict } from '../decoder/readout.ts';
import type { ReleasedVector } from '../decoder/report.ts';
import type { RowsByPerson } from '../decoder/received-features.ts';
import type { ReceivedRepresentations } from '../../release/release.ts';
import { ridge } from './ridge.ts';

/** The name of all sources together, which no platform can have. */
const POOL = 'all sources';

interface PooledState {
  readonly dimension: number;
  /** The sources in the pool, linked or not. */
  readonly sources: readonly string[];
  /** State of the regression. */
  readonly inner: object;
}

type Letters = Pick<ReadoutTask, 'received' | 'rows'>;

export const pooled: Readout = pooledBy(ridge);

/** Without the pool each source has a regression of its own. */
function pooledBy(inner: Readout): Readout {
  return {
    name: 'pooled',
    summary: 'one regression for all sources together, so that a source without linked persons is read as well',
    reference: 'Blitzer, McDonald and Pereira, EMNLP 2006',
    ablation: { off: 'a regression for each source', readout: { ...inner, name: 'pooled' } },
    tune(task) {
      const tuned = inner.tune({ ...task, ...poolOf(task) });
      return {
        ...tuned,
        sources: verdictsOf(task.received, tuned.sources[0]),
        fit: (full): PooledState => ({
          dimension: widthOf(full.received),
          sources: full.received.filter((source) => isPooled(full.received, source)).map(({ source }) => source),
          inner: tuned.fit({ ...full, ...poolOf(full) }),
        }),
      };
    },
    restore({ dimension, inner: state, sources }: PooledState, space, domain) {
      const live = inner.restore(state as never, space, domain);
      const together = (released: readonly ReleasedVector[]): readonly ReleasedVector[] => {
        const vectors = released.filter(({ source }) => sources.includes(source)).map(({ vector }) => vector);
        return vectors.length === 0 ? [] : [{ source: POOL, vector: meanOf(vectors, dimension) }];
      };
      return {
        scores: (released) => live.scores(together(released)),
        direction: (released) => live.direction(together(released)),
      };
    },
  };
}

/** The length of the vectors that are pooled. */
function widthOf(received: readonly ReceivedRepresentations[]): number {
  return received.find(({ dimension }) => dimension > 0)?.dimension ?? 0;
}

const isPooled = (received: readonly ReceivedRepresentations[], { dimension }: ReceivedRepresentations): boolean =>
  dimension > 0 && dimension === widthOf(received);

/** The letters of all sources as one. */
function poolOf({ received, rows }: Letters): Letters {
  const dimension = widthOf(received);
  const known = new Map<string, Float32Array[]>();
  received.forEach((source, s) => {
    if (!isPooled(received, source)) return;
    for (const [person, row] of rows[s]) {
      const vector = source.vectors.subarray(row * dimension, (row + 1) * dimension);
      known.set(person, [...(known.get(person) ?? []), vector]);
    }
  });
  const persons = [...known.keys()];
  const vectors = new Float32Array(persons.length * dimension);
  persons.forEach((person, row) => vectors.set(meanOf(known.get(person) ?? [], dimension), row * dimension));
  const place: RowsByPerson = new Map(persons.map((person, row) => [person, row]));
  const noiseModel = received.find((source) => isPooled(received, source))?.noiseModel ?? { kind: 'exact' };
  return { received: [{ source: POOL, noiseModel, dimension, persons, vectors }], rows: [place] };
}

/** The mean of the vectors that are not zero: a vector of zeros says nothing. */
function meanOf(vectors: readonly Float32Array[], dimension: number): Float32Array {
  const speaking = vectors.filter((vector) => vector.some((value) => value !== 0));
  return Float32Array.from({ length: dimension }, (_, i) =>
    speaking.reduce((sum, vector) => sum + vector[i] / speaking.length, 0),
  );
}

function verdictsOf(received: readonly ReceivedRepresentations[], verdict: SourceVerdict): readonly SourceVerdict[] {
  const share = 1 / Math.max(1, received.filter((source) => isPooled(received, source)).length);
  return received.map((one) => {
    const { source } = one;
    if (!isPooled(received, one))
      return { source, shutOutBecause: 'its vectors have another length than those of the pool' };
    return 'shutOutBecause' in verdict ? { ...verdict, source } : { source, share: share * verdict.share };
  });
}
