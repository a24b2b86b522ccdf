/**
 * A set of states of equal width, each with the state it was reached from: open addressing over typed arrays, since tens of
 * millions of states must fit.
 * @module
 */
const CHUNK_STATES = 1 << 16;

export class StateTable {
  readonly #width: number;
  readonly #chunks: Int32Array[] = [];
  readonly #parents: Int32Array[] = [];
  /** Index of a state plus one; 0 if the slot is free. */
  #slots = new Int32Array(1 << 12);
  #size = 0;

  constructor(width: number) {
    this.#width = width;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns the new state's index; -1 if it was there. */
  add(state: Int32Array, parent: number): number {
    if (2 * (this.#size + 1) > this.#slots.length) this.#grow();
    const mask = this.#slots.length - 1;
    for (let slot = hash(state, 0, this.#width) & mask; ; slot = (slot + 1) & mask) {
      const there = this.#slots[slot];
      if (there === 0) {
        const index = this.#size++;
        const within = index % CHUNK_STATES;
        if (within === 0) {
          this.#chunks.push(new Int32Array(CHUNK_STATES * this.#width));
          this.#parents.push(new Int32Array(CHUNK_STATES));
        }
        this.#chunks[this.#chunks.length - 1].set(state, within * this.#width);
        this.#parents[this.#parents.length - 1][within] = parent;
        this.#slots[slot] = index + 1;
        return index;
      }
      if (this.#equals(there - 1, state)) return -1;
    }
  }

  read(index: number, into: Int32Array): void {
    const chunk = this.#chunks[Math.floor(index / CHUNK_STATES)];
    const start = (index % CHUNK_STATES) * this.#width;
    for (let i = 0; i < this.#width; i++) into[i] = chunk[start + i];
  }

  parentOf(index: number): number {
    return this.#parents[Math.floor(index / CHUNK_STATES)][index % CHUNK_STATES];
  }

  #equals(index: number, state: Int32Array): boolean {
    const chunk = this.#chunks[Math.floor(index / CHUNK_STATES)];
    const start = (index % CHUNK_STATES) * this.#width;
    for (let i = 0; i < this.#width; i++) if (chunk[start + i] !== state[i]) return false;
    return true;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#size; index++) {
      const chunk = this.#chunks[Math.floor(index / CHUNK_STATES)];
      const start = (index % CHUNK_STATES) * this.#width;
      let slot = hash(chunk, start, this.#width) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}

function hash(values: Int32Array, start: number, count: number): number {
  let h = 0x811c9dc5;
  for (let i = start; i < start + count; i++) {
    h = Math.imul(h ^ values[i], 0x85ebca6b);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
