/**
 * Twins: the same product in both catalogues, recognised by nearly identical sets of raters. Ranking a positive whose
 * twin is in the person's source history is a look-up, not a recommendation, so tables have a column without them.
 * @module
 */
import type { ColdPerson } from '../data/cold-person.ts';
import type { Domain } from '../data/domain.ts';
import { personIndex } from '../data/select.ts';

export interface TwinOptions {
  /** Least Jaccard index of the two sets of raters. Default 0.5. */
  readonly jaccard?: number;
  /** Least number of raters of either item among the persons compared. Default 3. */
  readonly raters?: number;
}

/** Maps a target item to its twins in the source's catalogue. */
export type Twins = ReadonlyMap<number, readonly number[]>;

/** Item pairs whose sets of raters among `warm` (ids known on both sides) are nearly identical. */
export function findTwins(source: Domain, target: Domain, warm: readonly string[], options: TwinOptions = {}): Twins {
  const { jaccard = 0.5, raters = 3 } = options;
  const sourceSide = ratersByItem(source, warm);
  const targetSide = ratersByItem(target, warm);
  const targetPersons = personIndex(target);
  const rows = warm.map((id) => targetPersons.get(id));
  const twins = new Map<number, number[]>();
  const common = new Uint32Array(target.catalogue.length);
  for (let a = 0; a < source.catalogue.length; a++) {
    const ratersOfA = sourceSide.offsets[a + 1] - sourceSide.offsets[a];
    if (ratersOfA < raters) continue;
    const touched: number[] = [];
    for (let r = sourceSide.offsets[a]; r < sourceSide.offsets[a + 1]; r++) {
      const row = rows[sourceSide.persons[r]];
      if (row === undefined) continue;
      for (let i = target.offsets[row]; i < target.offsets[row + 1]; i++) {
        const b = target.items[i];
        if (common[b]++ === 0) touched.push(b);
      }
    }
    for (const b of touched) {
      const ratersOfB = targetSide.offsets[b + 1] - targetSide.offsets[b];
      const both = common[b];
      common[b] = 0;
      if (ratersOfB < raters || both < jaccard * (ratersOfA + ratersOfB - both)) continue;
      const known = twins.get(b);
      if (known) known.push(a);
      else twins.set(b, [a]);
    }
  }
  return twins;
}

/** Maps each item to the positions in `ids` of the persons who interacted with it. */
function ratersByItem(domain: Domain, ids: readonly string[]): { offsets: Uint32Array; persons: Uint32Array } {
  const index = personIndex(domain);
  const offsets = new Uint32Array(domain.catalogue.length + 1);
  const each = (visit: (item: number, place: number) => void): void => {
    ids.forEach((id, place) => {
      const p = index.get(id);
      if (p === undefined) return;
      for (let i = domain.offsets[p]; i < domain.offsets[p + 1]; i++) visit(domain.items[i], place);
    });
  };
  each((item) => offsets[item + 1]++);
  for (let item = 0; item < domain.catalogue.length; item++) offsets[item + 1] += offsets[item];
  const persons = new Uint32Array(offsets[domain.catalogue.length]);
  const next = offsets.slice(0, -1);
  each((item, place) => (persons[next[item]++] = place));
  return { offsets, persons };
}

/**
 * Marks with 0 the positives that have a twin in their person's source history, and with 1 all others. Aligned with the
 * ranks of an evaluation of `cold`.
 */
export function withoutTwins(
  cold: readonly ColdPerson[],
  sources: readonly { readonly domain: Domain; readonly twins: Twins }[],
): Uint8Array {
  const keep = new Uint8Array(cold.reduce((sum, { positives }) => sum + positives.length, 0)).fill(1);
  const indexed = sources.map(({ domain, twins }) => ({ domain, twins, index: personIndex(domain) }));
  let at = 0;
  for (const { person, positives } of cold) {
    for (const { domain, twins, index } of indexed) {
      const p = index.get(person);
      if (p === undefined) continue;
      const history = new Set(domain.items.subarray(domain.offsets[p], domain.offsets[p + 1]));
      positives.forEach((positive, i) => {
        if (twins.get(positive)?.some((item) => history.has(item))) keep[at + i] = 0;
      });
    }
    at += positives.length;
  }
  return keep;
}
