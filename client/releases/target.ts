/**
 * The target's desk: requests representations from the sources, stores what the plan allows, and deletes what is
 * withdrawn or expired.
 * @module
 */
import type { Cancel, Clock } from '../../core/time/clock.ts';
import type { LetterBody, ReleaseBatch } from '../../core/federation/letter.ts';
import { FederationError } from '../../core/federation/errors.ts';
import { releaseProblem } from '../../core/federation/planned-release.ts';
import type { PlannedRelease, ToldRelease } from '../../core/federation/planned-release.ts';
import { readNoise } from '../../core/release/noise-text.ts';
import { isKnownMode } from '../../core/release/registry.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import { unixSeconds } from '../clock.ts';
import type { PlatformEvent } from '../events.ts';
import { isSameVersion } from '../store/received-version.ts';
import type { ReceivedBatch, ReceivedStore, ReceivedVersion } from '../store/platform-store.ts';
import type { Log } from '../../host/log.ts';

export interface TargetOptions {
  readonly received: ReceivedStore;
  /** Platforms to ask, without this one. */
  readonly sources: readonly string[];
  /** The release that the federation's plan allows a source. */
  readonly planned: (source: string) => PlannedRelease;
  readonly epoch: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly write: (to: string, bodies: readonly LetterBody[]) => void;
  readonly emit: (event: PlatformEvent) => void;
  /** Called after representations were added or deleted: an earlier decoder is out of date. */
  readonly onChange: () => void;
  /** Receives an error of the store in a task that the clock started. */
  readonly onError: (error: unknown) => void;
}

/** Period of the search for expired vectors. */
const EXPIRY_PERIOD_MS = 60_000;

export class TargetDesk {
  readonly #options: TargetOptions;
  #version: ReceivedVersion;
  #cancelExpiry: Cancel = () => undefined;

  constructor(options: TargetOptions) {
    this.#options = options;
    this.#version = { epoch: options.epoch, modelRound: 0 };
    this.#dropUnplanned();
    this.#expire();
  }

  /** The requested version. */
  get version(): ReceivedVersion {
    return this.#version;
  }

  /** Asks every source whose answer for this shared model has not arrived completely. */
  ask(modelRound: number): void {
    const { epoch, write, log } = this.#options;
    this.#version = { epoch, modelRound };
    for (const source of this.missing()) {
      write(source, [{ kind: 'release-request', epoch, modelRound }]);
      log.info('asked for representations', { source, epoch, modelRound });
    }
  }

  /** Sources whose answer has not arrived completely. */
  missing(): readonly string[] {
    const whole = new Set(
      this.#options.received
        .batches()
        .filter((batch) => this.#isWhole(batch))
        .map(({ source }) => source),
    );
    return this.#options.sources.filter((source) => !whole.has(source));
  }

  /** The complete answers of a version, for the decoder. */
  representations(version: ReceivedVersion): readonly ReceivedRepresentations[] {
    this.#options.received.expire(unixSeconds(this.#options.clock));
    return this.#options.received
      .batches()
      .filter((batch) => isSameVersion(batch, version) && batch.parts === batch.partsReceived && batch.dimension > 0)
      .map((batch) => {
        const held = this.#options.received.vectors(batch.source, version);
        const vectors = new Float32Array(held.length * batch.dimension);
        held.forEach(({ vector }, row) => vectors.set(vector, row * batch.dimension));
        const { source, noiseModel, dimension } = batch;
        const { history } = this.#options.planned(source);
        const persons = held.map(({ pseudonym }) => pseudonym);
        return { source, noiseModel, dimension, persons, vectors, ...(history && { history }) };
      });
  }

  /**
   * Takes a batch. A batch that was not requested, of another epoch or of an earlier model is dropped.
   * @param order order of its letter.
   * @throws FederationError LETTER_INVALID if it is not what the plan lets its source release.
   */
  onBatch(source: string, batch: ReleaseBatch, order: number): void {
    const { received, sources, epoch, log, emit, onChange } = this.#options;
    const isAwaited = sources.includes(source) && batch.epoch === epoch && batch.modelRound >= this.#version.modelRound;
    if (!isAwaited || this.#isOvertaken(source, batch)) {
      log.warn('a batch was not asked for, and dropped', { source, epoch: batch.epoch, modelRound: batch.modelRound });
      return;
    }
    const { modelRound, part, parts, dimension, persons, expires, vectors } = batch;
    const { mode } = batch;
    if (!isKnownMode(mode)) throw invalid(source, `there is no release mode "${batch.mode}"`);
    const noiseModel = readNoise(batch);
    if (noiseModel === undefined) throw invalid(source, 'its noise model cannot be read');
    const made = { mode, noiseModel, dimension };
    this.#check(source, { ...made, modelRound, parts, persons: persons.length });
    received.put({ source, epoch, modelRound, part, parts, order, ...made, persons, expires, vectors });
    this.#checkWhole(source, batch);
    this.#keepOneAhead(source, batch);
    if (this.missing().includes(source)) return;
    const count = received.vectors(source, this.#version).length;
    emit({ kind: 'received', source, persons: count });
    log.info('representations received', { source, persons: count, parts });
    onChange();
  }

  /** Answers to later models than the requested one. Only the latest is kept, because there may be one for every round. */
  #ahead(source: string): readonly ReceivedBatch[] {
    const { epoch, modelRound } = this.#version;
    return this.#options.received
      .batches()
      .filter((batch) => batch.source === source && batch.epoch === epoch && batch.modelRound > modelRound);
  }

  #isOvertaken(source: string, { modelRound }: ReleaseBatch): boolean {
    return modelRound > this.#version.modelRound && this.#ahead(source).some((held) => held.modelRound > modelRound);
  }

  #keepOneAhead(source: string, { modelRound }: ReleaseBatch): void {
    for (const held of this.#ahead(source)) {
      if (held.modelRound < modelRound) this.#options.received.drop(source, held);
    }
  }

  #check(source: string, told: ToldRelease): void {
    const problem = releaseProblem(this.#options.planned(source), told);
    if (problem === undefined) return;
    this.#options.log.warn(`an answer was refused: ${problem}`, { source });
    throw invalid(source, problem);
  }

  /** Checks all parts together: each alone may be within the plan. */
  #checkWhole(source: string, version: ReceivedVersion): void {
    const { received } = this.#options;
    const held = received.batches().find((batch) => batch.source === source && isSameVersion(batch, version));
    try {
      if (held !== undefined) this.#check(source, held);
    } catch (error) {
      received.drop(source, version);
      throw error;
    }
  }

  /** Drops answers of an earlier program or another manifest that a source of this manifest cannot have released. */
  #dropUnplanned(): void {
    const { received, planned, log } = this.#options;
    for (const held of received.batches()) {
      const problem = releaseProblem(planned(held.source), held);
      if (problem === undefined) continue;
      received.drop(held.source, held);
      log.warn(`an answer that was kept is dropped: ${problem}`, { source: held.source });
    }
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

function invalid(source: string, problem: string): FederationError {
  return new FederationError('LETTER_INVALID', `the answer of "${source}" is not valid: ${problem}`);
}
