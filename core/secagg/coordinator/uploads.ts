/**
 * Stage 2 of the coordinator: masked vectors arrive, and only whole ones enter the total.
 *
 * A platform that dies half way must leave no trace in the sum, and memory must not grow with the cohort. So the coordinator
 * *stages* a vector until it is whole, and lets only a few platforms upload at a time. Each needs a slot, and the coordinator
 * grants slots in the order of requests. Memory is (slots + 1) vectors for every size of cohort. A grant also acknowledges
 * chunks and limits how many may follow. `open` makes the first grants, after the ledger was charged.
 * @module
 */
import { kernels } from '../../kernels/index.ts';
import { SecaggError } from '../errors.ts';
import { chunkCount, chunkSize, unpackInto } from '../packing.ts';
import type { MaskedChunk, UploadGrant } from '../messages.ts';
import type { SessionParameters } from '../session.ts';

export interface Grant {
  readonly platform: number;
  readonly message: UploadGrant;
}

interface Staged {
  readonly vector: Uint32Array;
  next: number;
  granted: number;
}

export class Uploads {
  /** Masked sum of all whole vectors, modulo 2^32. */
  readonly total: Uint32Array;
  readonly #whole = new Set<number>();
  readonly #staged = new Map<number, Staged>();
  readonly #waiting: number[] = [];
  /** Platforms with a staged vector and a broken connection. They are the first to lose their slots. */
  readonly #paused = new Set<number>();
  /** Platforms that held a slot and sent nothing. */
  readonly #stalled = new Set<number>();
  readonly #spare: Uint32Array[] = [];
  #isOpen = false;
  readonly #parameters: SessionParameters;
  readonly #slots: number;
  readonly #window: number;
  readonly #chunks: number;

  constructor(parameters: SessionParameters, slots: number, window: number) {
    this.#parameters = parameters;
    this.#slots = slots;
    this.#window = window;
    this.#chunks = chunkCount(parameters.vectorLength, parameters.chunkLength);
    this.total = new Uint32Array(parameters.vectorLength);
  }

  /** True once `open` was called, so that uploads may be granted. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Platforms that have asked and wait for a grant, in the order of their requests. */
  get waiting(): readonly number[] {
    return this.#waiting;
  }

  /** Platforms that wait for a slot and have not lost one by silence. */
  get patient(): readonly number[] {
    return this.#waiting.filter((platform) => !this.#stalled.has(platform));
  }

  /** Grants the first uploads. Before this call, the coordinator only collects requests. */
  open(): readonly Grant[] {
    this.#isOpen = true;
    return this.#fill();
  }

  /** Platforms whose vector is in the total, ascending. */
  get whole(): readonly number[] {
    return [...this.#whole].sort((a, b) => a - b);
  }

  get wholeCount(): number {
    return this.#whole.size;
  }

  has(platform: number): boolean {
    return this.#whole.has(platform);
  }

  /** Platforms that hold a slot now: the driver watches them for stalling. */
  get uploading(): readonly number[] {
    return [...this.#staged.keys()];
  }

  request(platform: number): readonly Grant[] {
    this.#paused.delete(platform);
    if (this.#whole.has(platform)) return [this.#grant(platform, this.#chunks, this.#chunks)];
    const staged = this.#staged.get(platform);
    if (staged !== undefined) return [this.#grant(platform, staged.next, staged.granted)];
    if (!this.#waiting.includes(platform)) this.#waiting.push(platform);
    return this.#fill();
  }

  /** @throws SecaggError SECAGG_CHUNK, SECAGG_SIZE; nothing changes then. */
  chunk(platform: number, message: MaskedChunk): readonly Grant[] {
    const staged = this.#staged.get(platform);
    const { index, bytes } = message;
    if (staged === undefined) throw new SecaggError('SECAGG_CHUNK', `chunk ${index} without a grant`, platform);
    if (index < staged.next) throw new SecaggError('SECAGG_DUPLICATE', `chunk ${index}`, platform);
    if (index !== staged.next || index >= staged.granted) {
      const detail = `chunk ${index} where ${staged.next} is next and those below ${staged.granted} are granted`;
      throw new SecaggError('SECAGG_CHUNK', detail, platform);
    }
    const { vectorLength, chunkLength, ringBits } = this.#parameters;
    const start = index * chunkLength;
    const length = chunkSize(vectorLength, chunkLength, index);
    unpackInto(staged.vector.subarray(start, start + length), bytes, ringBits);
    staged.next++;
    if (staged.next === this.#chunks) {
      this.#addToTotal(staged.vector);
      this.#whole.add(platform);
      this.#release(platform);
      return [this.#grant(platform, this.#chunks, this.#chunks), ...this.#fill()];
    }
    // Granting when half a window is left keeps the platform busy without an answer to every chunk.
    if (staged.granted - staged.next > this.#window / 2 || staged.granted === this.#chunks) return [];
    staged.granted = Math.min(staged.next + this.#window, this.#chunks);
    return [this.#grant(platform, staged.next, staged.granted)];
  }

  /** Drops the platform's staged vector and gives its slot to the next. With `requeue` it starts over at the queue's end. */
  drop(platform: number, requeue: boolean): readonly Grant[] {
    const at = this.#waiting.indexOf(platform);
    if (at !== -1) this.#waiting.splice(at, 1);
    if (this.#staged.has(platform)) this.#release(platform);
    if (requeue && !this.#whole.has(platform)) {
      this.#stalled.add(platform);
      this.#waiting.push(platform);
    }
    return this.#fill();
  }

  /** Notes that the platform's connection broke. Its staged vector is kept while nobody waits for the slot. */
  pause(platform: number): readonly Grant[] {
    const at = this.#waiting.indexOf(platform);
    if (at !== -1) this.#waiting.splice(at, 1);
    if (this.#staged.has(platform)) this.#paused.add(platform);
    return this.#fill();
  }

  #fill(): readonly Grant[] {
    if (!this.#isOpen) return [];
    const grants: Grant[] = [];
    for (;;) {
      if (this.#waiting.length > 0 && this.#staged.size >= this.#slots) {
        for (const paused of [...this.#paused].slice(0, 1)) this.#release(paused);
      }
      const platform = this.#staged.size < this.#slots ? this.#waiting.shift() : undefined;
      if (platform === undefined) return grants;
      const granted = Math.min(this.#window, this.#chunks);
      const vector = this.#spare.pop() ?? new Uint32Array(this.#parameters.vectorLength);
      this.#staged.set(platform, { vector, next: 0, granted });
      grants.push(this.#grant(platform, 0, granted));
    }
  }

  #release(platform: number): void {
    const staged = this.#staged.get(platform);
    if (staged !== undefined) this.#spare.push(staged.vector);
    this.#staged.delete(platform);
    this.#paused.delete(platform);
  }

  #grant(platform: number, next: number, limit: number): Grant {
    return { platform, message: { kind: 'upload-grant', next, limit } };
  }

  #addToTotal(vector: Uint32Array): void {
    kernels.sumWords(this.total, (take) => take(0, new Uint8Array(vector.buffer), 1));
  }
}
