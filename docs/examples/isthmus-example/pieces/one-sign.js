/**
 * A release mode: the sign of one coordinate, drawn at random, by randomised response (Warner, "Randomized response",
 * JASA 1965). The coordinate does not depend on the person, and the sign is true with probability e^eps / (1 + e^eps). So
 * each code is pure epsilon0-local DP, up to the 2^-32 with which the coin is drawn.
 */

/** @returns {number} uniform in [0, 1), in steps of 2^-32 */
function uniform(random) {
  const [a, b, c, d] = random.bytes(4);
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32;
}

export const oneSign = {
  bound: 'epsilon0',
  /** Few coordinates, because one code tells about one of them. */
  width: (epsilon0) => (epsilon0 >= 4 ? 4 : 2),
  bind({ dimension, epsilon0 }) {
    const truth = 1 / (1 + Math.exp(-epsilon0));
    // With this length the mean of the codes is the vector of signs.
    const length = dimension / (2 * truth - 1);
    return {
      noiseModel: { kind: 'one-sign', numbers: { epsilon0, truth } },
      release(representation, random) {
        const at = Math.floor(uniform(random) * dimension);
        const isTrue = uniform(random) < truth;
        const code = new Float32Array(dimension);
        code[at] = representation[at] > 0 === isTrue ? length : -length;
        return code;
      },
    };
  },
};
