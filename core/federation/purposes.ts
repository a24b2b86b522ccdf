/**
 * Purposes that a consent must name beside the usual one. Every consent allows a representation for recommendations, and
 * nothing of what is listed here.
 * @module
 */

/** What a target may do under a consent that names the purpose, in words for the person. */
export const PURPOSES = {
  history: 'the target may receive the history on this platform itself, or numbers from which it can work it out',
  map: 'the target, which is this platform itself, may teach the map of all platforms with what it receives and with the history here',
} as const;

export type Purpose = keyof typeof PURPOSES;

export const PURPOSE_NAMES = Object.keys(PURPOSES) as [Purpose, ...Purpose[]];
