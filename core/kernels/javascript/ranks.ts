/**
 * Ranks by blends of scores in plain JavaScript: every operation rounded to float32, so that ties are those of the WebAssembly.
 * @module
 */

const single = Math.fround;

export function ranksInJavaScript(
  lists: readonly Float32Array[],
  width: number,
  blends: readonly (readonly number[])[],
): Float32Array[] {
  const [a, b = a, c = a] = lists;
  return blends.map((weights) => {
    const [weightA, weightB = 0, weightC = 0] = weights.map(single);
    const score = (i: number): number =>
      single(single(single(weightA * a[i]) + single(weightB * b[i])) + single(weightC * c[i]));
    const out = new Float32Array(a.length / width);
    for (let row = 0; row < out.length; row++) {
      const own = score(row * width);
      let rank = 1;
      for (let i = row * width + 1; i < (row + 1) * width; i++) {
        const other = score(i);
        if (other > own) rank += 1;
        else if (other === own) rank += 0.5;
      }
      out[row] = rank;
    }
    return out;
  });
}
