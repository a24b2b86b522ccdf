/**
 * The condition under which no deviation makes an opened sum on a sparse graph small. Noise that many platforms add
 * together protects a person only in a sum that holds their contributions.
 *
 * Setting: the coordinator is honest in stage 0, so all platforms see the same keys and the same ring. Afterwards it may
 * drop packets, silence platforms and show different survivors (U3) to different platforms, and c platforms help it.
 * docs/masked-sum.md proves that every sum that can be opened then holds all honest platforms of one U3 that honest
 * platforms signed, and that an attempt has one such sum at most, for every ring order, if:
 *
 * - 3t >= 2k + 2c + 2: platforms near each other that reveal have signed the same U3;
 * - t >= k/2 + c + 2: an opened sum has no end on the ring.
 *
 * The production rule (degree.ts) does not promise this: there platforms drop out at random, not as the coordinator wishes.
 * @module
 */

export interface DegreeAndThreshold {
  /** k: neighbours of each platform; even. */
  readonly degree: number;
  /** t: shares, of k holders, that rebuild a secret. */
  readonly threshold: number;
}

/** c: most colluding platforms with which every opened sum is full; negative if sums may be small even without colluders. */
export function fullSumsUpTo({ degree: k, threshold: t }: DegreeAndThreshold): number {
  return Math.min(Math.floor((3 * t - 2 * k - 2) / 2), t - k / 2 - 2);
}

/** The least t that keeps sums full on a graph of this degree against this many colluders. It may be above the degree. */
export function fullSumThreshold(degree: number, colluders: number): number {
  return Math.max(Math.ceil((2 * degree + 2 * colluders + 2) / 3), degree / 2 + colluders + 2);
}
