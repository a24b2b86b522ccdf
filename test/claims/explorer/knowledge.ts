/**
 * The adversary's knowledge, computed only from shares: those it has seen, those that corrupt platforms hold, and those that
 * honest ones may still give away.
 *
 * *Opened.* A platform's masked vector is its update, its noise, its self mask and one mask per pair. The sum over any set of
 * vectors reveals something only if every self mask in it is known. So an honest platform counts as **opened** as soon as it
 * has uploaded anything and the adversary holds t shares of its self-mask seed b, whether or not the masks of its pairs are
 * gone too. That may count too many, never too few: without t shares of b, b is uniform and independent of all that was
 * seen, and its vector with it. Every attempt is one masked vector, so that whatever is computed from it, in however many
 * sums, is one release.
 *
 * *Can be opened.* An honest holder counts as one that may yet give its share away unless it has recorded that it gives up *and*
 * its secrets are gone from its memory. This too counts too much: many of these could not be brought to reveal.
 * @module
 */
import { dealers, dealtTo, isWithin, session, SIZE, survivors } from './lists.ts';
import { GIVEN_UP, has, Memory, memory, REVEALED, UPLOADED } from './platform.ts';

/** Shares of the self-mask seed of `owner`, which dealt them: shares seen, or held by corrupt platforms. */
export function seedShares(platforms: Int32Array, lists: Int32Array, owner: number): number {
  const honest = platforms.length;
  const own = lists[owner];
  let shares = SIZE[dealtTo(own) >> honest];
  for (let holder = 0; holder < honest; holder++) {
    if (gaveSeedShare(platforms, lists, holder, owner)) shares++;
  }
  return shares;
}

function gaveSeedShare(platforms: Int32Array, lists: Int32Array, holder: number, owner: number): boolean {
  return (
    has(platforms[holder], REVEALED) &&
    session(lists[holder]) === session(lists[owner]) &&
    isWithin(survivors(lists[holder]), owner) &&
    (holder === owner || isWithin(dealers(lists[holder]), owner))
  );
}

/** Shares of the mask key of `owner`, revealed by platforms that say that it dropped out. */
export function maskKeyShares(platforms: Int32Array, lists: Int32Array, owner: number): number {
  const honest = platforms.length;
  let shares = SIZE[dealtTo(lists[owner]) >> honest];
  for (let holder = 0; holder < honest; holder++) {
    const isGiven =
      has(platforms[holder], REVEALED) &&
      session(lists[holder]) === session(lists[owner]) &&
      isWithin(dealers(lists[holder]) & ~survivors(lists[holder]), owner);
    if (isGiven) shares++;
  }
  return shares;
}

export function isOpened(platforms: Int32Array, lists: Int32Array, owner: number, threshold: number): boolean {
  return has(platforms[owner], UPLOADED) && seedShares(platforms, lists, owner) >= threshold;
}

/** True if this honest holder can give away nothing more than it has given away. */
export function isOut(holder: number): boolean {
  return has(holder, GIVEN_UP) && memory(holder) === Memory.gone;
}

export function canBeOpened(platforms: Int32Array, lists: Int32Array, owner: number, threshold: number): boolean {
  const honest = platforms.length;
  const holders = dealtTo(lists[owner]);
  let shares = SIZE[holders >> honest];
  for (let holder = 0; holder < honest; holder++) {
    if (!isWithin(holders, holder)) continue;
    if (has(platforms[holder], REVEALED) || !isOut(platforms[holder])) shares++;
  }
  return shares >= threshold;
}
