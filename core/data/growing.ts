/**
 * Typed arrays that grow, so that ten million interactions are numbers and not objects.
 * @module
 */

type Growable = Uint32Array | Float32Array | Float64Array;

/** Appends in amortised constant time by doubling the array when it is full. */
export class Growing<A extends Growable> {
  readonly #make: (length: number) => A;
  #array: A;
  #length = 0;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#array = make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#array.length) {
      const larger = this.#make(2 * this.#length);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.#length++] = value;
  }

  /** The values appended so far, as a view that is valid until the next push. */
  view(): A {
    return this.#array.subarray(0, this.#length) as A;
  }
}

/** Numbers strings in the order of their first appearance. */
export class Interner {
  readonly #numbers = new Map<string, number>();
  /** The last id, checked first because the rows of one person mostly follow each other. */
  #lastId = '';
  #lastNumber = -1;

  get size(): number {
    return this.#numbers.size;
  }

  number(id: string): number {
    if (this.#lastNumber >= 0 && id === this.#lastId) return this.#lastNumber;
    const known = this.#numbers.get(id);
    const number = known ?? this.#numbers.size;
    // A substring keeps the whole text in memory for as long as it lives; a copy does not.
    if (known === undefined) this.#numbers.set(` ${id}`.slice(1), number);
    this.#lastId = id;
    this.#lastNumber = number;
    return number;
  }

  ids(): string[] {
    return [...this.#numbers.keys()];
  }
}
