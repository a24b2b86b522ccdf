/**
 * A public view: each item has 16 signs that its id decides, and a person's numbers are the sum of the signs of their items,
 * at length 1 (feature hashing, Weinberger et al., ICML 2009). It depends on the one history alone, so it costs no epsilon.
 * The target may read much of the history in the numbers, so `sendsHistory` is true and a consent must cover it.
 */
import { createHash } from 'node:crypto';

const NUMBERS = 16;

/** @returns {Float32Array} NUMBERS signs, the same for an id on every platform */
function signsOf(id) {
  const digest = createHash('sha256').update(id).digest();
  return Float32Array.from({ length: NUMBERS }, (_, i) => ((digest[i >> 3] >> (i & 7)) & 1 ? 1 : -1));
}

export const signs = {
  summary: 'sixteen public signs per item, summed over the history',
  reference: 'Weinberger et al., ICML 2009, section 2',
  law: 'public',
  sendsHistory: true,
  defaults: {},
  settings(raw) {
    const [key] = Object.keys(raw ?? {});
    if (key !== undefined) throw new Error(`signs has no setting "${key}"; it has none at all`);
    return {};
  },
  width: () => NUMBERS,
  make({ catalogue }) {
    const ofItem = catalogue.ids.map(signsOf);
    return Promise.resolve({
      encode({ items }) {
        const numbers = new Float32Array(NUMBERS);
        for (const item of items) ofItem[item].forEach((sign, i) => (numbers[i] += sign));
        const length = Math.hypot(...numbers);
        return length === 0 ? numbers : numbers.map((value) => value / length);
      },
    });
  },
};
