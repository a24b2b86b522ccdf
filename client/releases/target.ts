/**
 * The target's desk: asks the sources for representations, keeps what it may, deletes what is withdrawn or expired.
 * @module
 */
import type { Cancel, Clock } from '../../core/time/clock.ts';
import type { LetterBody, ReleaseBatch } from '../../core/federation/letter.ts';
import type { ReceivedRepresentations, ReleaseModeName } from '../../core/release/release.ts';
import { unixSeconds } from '../clock.ts';
import type { PlatformEvent } from '../events.ts';
import { isSameVersion } from '../store/received-version.ts';
import type { ReceivedBatch, ReceivedStore, ReceivedVersion } from '../store/platform-store.ts';
import { decodeNoiseModel } from './noise-model.ts';
import type { Log } from '../../host/log.ts';

export interface TargetOptions {
  readonly received: ReceivedStore;
  /** Platforms to ask, this one not among them. */
  readonly sources: readonly string[];
  /** The federation's release mode. */
  readonly mode: ReleaseModeName;
  readonly epoch: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly write: (to: string, bodies: readonly LetterBody[]) => void;
  readonly emit: (event: PlatformEvent) => void;
  /** Something was added or deleted: a decoder fitted before is out of date. */
  readonly onChange: () => void;
  /** A store that cannot be written, found out by the clock. */
  readonly onError: (error: unknown) => void;
}

/** Expired vectors are looked for this often. */
const EXPIRY_PERIOD_MS = 60_000;

export class TargetDesk {
  readonly #options: TargetOptions;
  #version: ReceivedVersion;
  #cancelExpiry: Cancel = () => undefined;

  constructor(options: TargetOptions) {
    this.#options = options;
    this.#version = { epoch: options.epoch, modelRound: 0 };
    this.#expire();
  }

  /** What is being asked for. */
  get version(): ReceivedVersion {
    return this.#version;
  }

  /** Asks every source whose answer for this shared model is not all here. */
  ask(modelRound: number): void {
    const { epoch, write, log } = this.#options;
    this.#version = { epoch, modelRound };
    for (const source of this.missing()) {
      write(source, [{ kind: 'release-request', epoch, modelRound }]);
      log.info('asked for representations', { source, epoch, modelRound });
    }
  }

  /** Sources whose answer is not all here. */
  missing(): readonly string[] {
    const whole = new Set(
      this.#options.received
        .batches()
        .filter((batch) => this.#isWhole(batch))
        .map(({ source }) => source),
    );
    return this.#options.sources.filter((source) => !whole.has(source));
  }

  /** What there is of whole answers of a version, for the decoder. */
  representations(version: ReceivedVersion): readonly ReceivedRepresentations[] {
    this.#options.received.expire(unixSeconds(this.#options.clock));
    return this.#options.received
      .batches()
      .filter((batch) => isSameVersion(batch, version) && batch.parts === batch.partsReceived && batch.dimension > 0)
      .map((batch) => {
        const held = this.#options.received.vectors(batch.source, version);
        const vectors = new Float32Array(held.length * batch.dimension);
        held.forEach(({ vector }, row) => vectors.set(vector, row * batch.dimension));
        const { source, mode, noiseModel, dimension } = batch;
        return { source, mode, noiseModel, dimension, persons: held.map(({ pseudonym }) => pseudonym), vectors };
      });
  }

  /** A batch nobody asked for, or of another epoch or mode, is dropped. @throws FederationError LETTER_INVALID */
  onBatch(source: string, batch: ReleaseBatch, order: number): void {
    const { received, sources, epoch, log, emit, onChange } = this.#options;
    const mode = this.#expectedMode(batch.mode);
    if (
      !sources.includes(source) ||
      batch.epoch !== epoch ||
      batch.modelRound < this.#version.modelRound ||
      mode === undefined
    ) {
      log.warn('a batch was not asked for, and dropped', { source, epoch: batch.epoch, mode: batch.mode.slice(0, 16) });
      return;
    }
    const noiseModel = decodeNoiseModel(batch, mode);
    const { modelRound, part, parts, dimension, persons, expires, vectors } = batch;
    const made = { mode, noiseModel, dimension };
    received.put({ source, epoch, modelRound, part, parts, order, ...made, persons, expires, vectors });
    if (this.missing().includes(source)) return;
    const count = received.vectors(source, this.#version).length;
    emit({ kind: 'received', source, persons: count });
    log.info('representations received', { source, persons: count, parts });
    onChange();
  }

  onWithdrawal(source: string, pseudonyms: readonly string[], order: number): void {
    const { received, log, emit, onChange } = this.#options;
    const deleted = received.withdraw(source, order, pseudonyms);
    emit({ kind: 'withdrawn', platform: source, persons: deleted });
    log.info('a source withdrew persons; their vectors are deleted', { source, deleted });
    if (deleted > 0) onChange();
  }

  stop(): void {
    this.#cancelExpiry();
  }

  /** A source that is none, or has no encoder, answers with `none`. */
  #expectedMode(mode: string): ReleaseModeName | undefined {
    if (mode === 'none') return 'none';
    return mode === this.#options.mode ? this.#options.mode : undefined;
  }

  #isWhole(batch: ReceivedBatch): boolean {
    return isSameVersion(batch, this.#version) && batch.parts === batch.partsReceived;
  }

  #expire(): void {
    const { received, clock, log, onChange, onError } = this.#options;
    const expired = received.expire(unixSeconds(clock));
    if (expired > 0) {
      log.info('representations expired and were deleted', { expired });
      onChange();
    }
    this.#cancelExpiry = clock.after(EXPIRY_PERIOD_MS, () => {
      try {
        this.#expire();
      } catch (error) {
        onError(error);
      }
    });
  }
}
