/**
 * The lists that one platform was shown in an attempt, in one integer: sets of platforms as bits, the honest ones
 * first. Five bits per set.
 * @module
 */

/**
 * U1, to which it dealt shares, with a number for the key list, because corrupt platforms may sign several keys for the
 * same members.
 */
export function dealtTo(lists: number): number {
  return lists & 31;
}

export function variant(lists: number): number {
  return (lists >> 15) & 3;
}

/** U2 with the platform itself: the dealers whose shares it holds. */
export function dealers(lists: number): number {
  return (lists >> 5) & 31;
}

/** The U3 that it signed; empty before. */
export function survivors(lists: number): number {
  return (lists >> 10) & 31;
}

export function listsOf(u1: number, which: number, u2: number, u3: number): number {
  return u1 | (u2 << 5) | (u3 << 10) | (which << 15);
}

/**
 * Same for platforms in one session, because the session id commits to the key list. Zero for a platform that has seen
 * no key list.
 */
export function session(lists: number): number {
  return dealtTo(lists) | (variant(lists) << 15);
}

export const SIZE: readonly number[] = Array.from({ length: 32 }, (_, set) =>
  [0, 1, 2, 3, 4].reduce((size, platform) => size + ((set >> platform) & 1), 0),
);

/** Every subset of `most` that contains `least` and has at least this many members. */
export function* setsBetween(least: number, most: number, size: number): Generator<number, undefined> {
  const free = most & ~least;
  for (let more = free; ; more = (more - 1) & free) {
    if (SIZE[least | more] >= size) yield least | more;
    if (more === 0) return;
  }
}

export function isWithin(set: number, platform: number): boolean {
  return ((set >> platform) & 1) === 1;
}

export function named(set: number): string {
  const names = [0, 1, 2, 3, 4].filter((platform) => isWithin(set, platform)).map((platform) => `${platform}`);
  return `{${names.join(' ')}}`;
}
