/** Titles as weighted words: the cosine of two titles, from an inverted index. */

export class TitleIndex {
  readonly #words: readonly (readonly [word: number, weight: number][])[];
  readonly #postings: readonly (readonly [item: number, weight: number][])[];

  /** An item without a title has no words and resembles nothing. Weights are tf-idf, of length 1 per item. */
  constructor(titles: readonly (string | undefined)[]) {
    const numbers = new Map<string, number>();
    const frequencies: number[] = [];
    const bags = titles.map((title) => {
      const bag = new Map<number, number>();
      for (const word of title?.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
        const number = numbers.get(word) ?? numbers.size;
        numbers.set(word, number);
        bag.set(number, (bag.get(number) ?? 0) + 1);
      }
      for (const word of bag.keys()) frequencies[word] = (frequencies[word] ?? 0) + 1;
      return bag;
    });
    const postings = frequencies.map((): [number, number][] => []);
    this.#words = bags.map((bag, item) => {
      const weighed = Array.from(bag, ([word, count]): [number, number] => [
        word,
        (1 + Math.log(count)) * Math.log(titles.length / frequencies[word]),
      ]);
      const length = Math.hypot(...weighed.map(([, weight]) => weight));
      if (length === 0) return [];
      return weighed.map(([word, weight]): [number, number] => {
        postings[word].push([item, weight / length]);
        return [word, weight / length];
      });
    });
    this.#postings = postings;
  }

  /** Adds the cosines of an item's title with every title. */
  addLikeness(item: number, into: Float32Array): void {
    for (const [word, weight] of this.#words[item]) {
      for (const [other, its] of this.#postings[word]) into[other] += weight * its;
    }
  }
}
