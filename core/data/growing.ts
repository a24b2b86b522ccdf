/**
 * Typed arrays that grow: ten million interactions as numbers, not as objects.
 * @module
 */

type Growable = Uint32Array | Float32Array | Float64Array;

/** Appends in amortised constant time; doubles when full. */
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

  /** What was appended: a view, good until the next push. */
  view(): A {
    return this.#array.subarray(0, this.#length) as A;
  }
}

/** Strings numbered in the order of their first appearance. */
export class Interner {
  readonly #numbers = new Map<string, number>();
  /** Rows of one person mostly stand together. */
  #lastId = '';
  #lastNumber = -1;

  get size(): number {
    return this.#numbers.size;
  }

  number(id: string): number {
    if (this.#lastNumber >= 0 && id === this.#lastId) return this.#lastNumber;
    const known = this.#numbers.get(id);
    const number = known ?? this.#numbers.size;
    // A part of a longer text keeps the whole text in memory for as long as it lives; a copy does not.
    if (known === undefined) this.#numbers.set(` ${id}`.slice(1), number);
    this.#lastId = id;
    this.#lastNumber = number;
    return number;
  }

  ids(): string[] {
    return [...this.#numbers.keys()];
  }
}
