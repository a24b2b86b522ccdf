/**
 * Symbolic attacks of a coordinator that is honest in stage 0 and deviates later, and of its helpers, on the sparse graph: which
 * platforms' packets reach whom, which survivors each platform is shown, and what can be opened of what they reveal.
 */
import { Prng } from '../../core/random/prng.ts';

export interface Setting {
  readonly size: number;
  readonly degree: number;
  readonly threshold: number;
  /** Number of colluding platforms. */
  readonly colluders: number;
  /** Most platforms that may be missing in a list of survivors. */
  readonly absent: number;
}

export interface Attack extends Setting {
  readonly corrupt: ReadonlySet<number>;
  /** By platform, places of the ring: the dealers whose packets reach it. */
  readonly dealers: readonly ReadonlySet<number>[];
  /** By platform: the survivors that it is shown; null if it is shown none. Equal lists are the same object. */
  readonly views: readonly (ReadonlySet<number> | null)[];
}

export function around({ size, degree }: Setting, at: number): number[] {
  return Array.from({ length: degree }, (_, i) => {
    const step = i < degree / 2 ? i - degree / 2 : i - degree / 2 + 1;
    return (at + step + size) % size;
  });
}

/**
 * The fewest honest platforms of a sum that can be opened; null if none can. Each check of an honest platform is the one of
 * core/secagg/platform.
 */
export function smallestOpenedSum(attack: Attack): number | null {
  const { size, threshold: t, absent, corrupt, dealers, views } = attack;
  const places = Array.from({ length: size }, (_, i) => i);
  const honest = places.filter((place) => !corrupt.has(place));
  const takesPart = (x: number): boolean => dealers[x].size >= t;
  const signs = (x: number): boolean => {
    const view = views[x];
    if (view === null || !takesPart(x) || !view.has(x) || view.size < size - absent) return false;
    const alive = around(attack, x).filter((v) => view.has(v));
    return alive.every((v) => dealers[x].has(v)) && alive.length >= t;
  };
  const signers = new Set(honest.filter(signs));
  const reveals = (x: number): boolean =>
    signers.has(x) &&
    around(attack, x).filter((v) => views[x]!.has(v) && (corrupt.has(v) || (signers.has(v) && views[v] === views[x])))
      .length >= t;
  const revealers = new Set(honest.filter(reveals));
  const shares = (of: number, isAlive: boolean): number =>
    around(attack, of).filter(
      (holder) =>
        corrupt.has(holder) || (revealers.has(holder) && dealers[holder].has(of) && views[holder]!.has(of) === isAlive),
    ).length;
  const seeds = new Set(honest.filter((x) => takesPart(x) && shares(x, true) >= t));
  const keys = new Set(honest.filter((x) => shares(x, false) >= t));
  // A platform whose two secrets are both known counts as a sum of one.
  if ([...seeds].some((x) => keys.has(x))) return 1;
  // A sum is closed: every member's mask that nobody can remove belongs to a pair inside it.
  const closed = new Map<number, ReadonlySet<number> | null>();
  const closureOf = (start: number): ReadonlySet<number> | null => {
    const inside = new Set([start]);
    for (const x of inside) {
      for (const v of dealers[x]) {
        if (corrupt.has(v) || keys.has(v)) continue;
        if (!seeds.has(v)) return null;
        inside.add(v);
      }
      // The opposite direction: a member's mask with x that x itself does not have.
      for (const v of around(attack, x)) {
        if (dealers[x].has(v) || !dealers[v].has(x) || corrupt.has(v) || !inside.has(v)) continue;
        return null;
      }
    }
    return inside;
  };
  let smallest: number | null = null;
  for (const x of seeds) {
    if (closed.has(x)) continue;
    const sum = closureOf(x);
    if (sum === null) continue;
    for (const v of sum) closed.set(v, sum);
    smallest = Math.min(smallest ?? Infinity, sum.size);
  }
  return smallest;
}

function everybodysDealers(setting: Setting): ReadonlySet<number>[] {
  return Array.from({ length: setting.size }, (_, x) => new Set(around(setting, x)));
}

const without = (size: number, absent: readonly number[]): ReadonlySet<number> =>
  new Set(Array.from({ length: size }, (_, i) => i).filter((i) => !absent.includes(i)));

/** Each half of the ring sees survivors that lack other platforms. */
export function splitAttack(setting: Setting): Attack {
  const { size, absent } = setting;
  const half = size / 2;
  const middles = [size / 4, (3 * size) / 4].map((middle) =>
    Array.from({ length: absent }, (_, i) => Math.floor(middle) + i),
  );
  const [first, second] = middles.map((places) => without(size, places));
  const gone = new Set(middles.flat());
  const views = Array.from({ length: size }, (_, x) => (gone.has(x) ? null : x < half ? first : second));
  return { ...setting, corrupt: new Set(), dealers: everybodysDealers(setting), views };
}

/** Two gaps of colluding and absent platforms around ten honest ones. */
export function cutAttack(setting: Setting): Attack {
  const { size, degree, colluders } = setting;
  const gap = degree / 2;
  const starts = [0, gap + 10];
  const corrupt = new Set(starts.flatMap((start) => Array.from({ length: colluders / 2 }, (_, i) => start + i)));
  const absent = starts.flatMap((start) =>
    Array.from({ length: gap - colluders / 2 }, (_, i) => start + colluders / 2 + i),
  );
  const view = without(size, absent);
  const views = Array.from({ length: size }, (_, x) => (absent.includes(x) ? null : view));
  return { ...setting, corrupt, dealers: everybodysDealers(setting), views };
}

/** Lost packets, silenced platforms and up to three views, at random places near each other. */
export function randomAttack(setting: Setting, seed: number): Attack {
  const { size, threshold, colluders, absent } = setting;
  const prng = new Prng(`sparse attack ${seed}`);
  const near = (count: number): number[] => {
    const start = prng.integer(size);
    return Array.from({ length: count }, () => (start + prng.integer(Math.max(2, 2 * count))) % size);
  };
  const corrupt = new Set(near(colluders));
  const lists = Array.from({ length: 1 + prng.integer(3) }, () => without(size, near(prng.integer(absent + 1))));
  const borders = lists.map(() => prng.integer(size)).sort((a, b) => a - b);
  const silence = prng.uniform() < 0.5 ? 0 : 0.3 * prng.uniform();
  const loss = prng.uniform() < 0.5 ? 0 : prng.uniform();
  const views = Array.from({ length: size }, (_, x) => {
    const view =
      lists[
        Math.max(
          0,
          borders.findLastIndex((border) => border <= x),
        )
      ];
    return prng.uniform() < silence || !view.has(x) ? null : view;
  });
  const dealers = everybodysDealers(setting).map((all, x) => {
    const kept = new Set(all);
    for (const dealer of all) {
      // A platform that signs must have the packets of everybody whom it is shown as alive.
      const isShown = views[x]?.has(dealer) === true;
      if (!isShown && kept.size > threshold && prng.uniform() < loss) kept.delete(dealer);
    }
    return kept;
  });
  return { ...setting, corrupt, dealers, views };
}
