/**
 * The decoder that serves. It is fitted to the released representations, and again whenever they change. A later
 * decoder replaces it only if the held-out quality does not fall.
 * @module
 */
import { codeOf } from '../../core/errors/coded-error.ts';
import { popularityDecoder, restoreDecoder } from '../../core/transfer/decoder/decoder.ts';
import type { Decoder } from '../../core/transfer/decoder/decoder.ts';
import type { Context } from '../context.ts';
import type { ReleaseOffice } from '../releases/office.ts';
import type { People } from '../data/people.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import type { ReceivedVersion } from '../store/platform-store.ts';
import type { Workshop } from '../work/workshop.ts';
import { qualityOf, refusalOf } from './acceptance.ts';
import type { OwnHistories } from './own-histories.ts';
import { Recommender } from './recommender.ts';
import type { TaughtMap } from './taught-map.ts';

export interface ServedDecoderOptions extends Context<'statement' | 'store' | 'receives' | 'log' | 'emit' | 'signal'> {
  readonly people: People;
  readonly workshop: Pick<Workshop, 'fit' | 'fitsApart'>;
  readonly office: ReleaseOffice;
  readonly histories: Pick<OwnHistories, 'newcomer'>;
  readonly taughtMap: Pick<TaughtMap, 'list'>;
  readonly onStage: (stage: 'fitting' | 'serving') => void;
}

/** A decoder and the version that it was fitted on. */
export interface Fitted {
  readonly version: ReceivedVersion;
  readonly decoder: Decoder;
}

export class ServedDecoder {
  readonly #given: ServedDecoderOptions;
  #recommender: Recommender | undefined;
  #isFitting = false;
  /** True if the received representations changed during a fit. */
  #isFitWanted = false;

  constructor(given: ServedDecoderOptions) {
    this.#given = given;
  }

  /** The recommender that serves; undefined before the first fit, unless an interim decoder serves. */
  get recommender(): Recommender | undefined {
    return this.#recommender;
  }

  /**
   * Serves until the first fit is done: popularity at first, then the decoder of the earlier process, once it is fitted
   * again beside other work. Runs once.
   */
  async serveMeanwhile(): Promise<void> {
    if (this.#recommender !== undefined) return;
    const { office, people, workshop, store, log, signal } = this.#given;
    const served = store.models.served();
    const popular = this.#recommenderOf(popularityDecoder(people.domain), served ?? office.version);
    this.#recommender = popular;
    if (served === undefined || !workshop.fitsApart) return;
    const received = office.representations(served);
    if (received.length === 0) return;
    try {
      const data = await workshop.fit(received);
      if (this.#recommender !== popular) return;
      this.#recommender = this.#recommenderOf(restoreDecoder(people.domain, data), served);
      log.info('the earlier decoder serves until there is a new one', { modelRound: served.modelRound });
    } catch (error) {
      if (signal.aborted) return;
      log.warn('the earlier decoder could not be fitted again', { code: codeOf(error) ?? 'INTERNAL' });
    }
  }

  /** Fits a decoder to the requested version. If its held-out quality falls, it fits the version that served before. */
  async fit(): Promise<Fitted> {
    const { office, store, onStage } = this.#given;
    this.#isFitting = true;
    onStage('fitting');
    try {
      const candidate = await this.#fitVersion(office.version);
      const quality = qualityOf(candidate.version, candidate.decoder.report);
      const served = store.models.served();
      const refusedBecause = refusalOf(quality, served);
      this.#tellFitted(candidate, refusedBecause);
      if (refusedBecause !== undefined && served !== undefined) {
        store.received.keep([served, candidate.version]);
        return await this.#fitVersion(served);
      }
      store.models.serve(quality);
      store.received.keep([candidate.version]);
      return candidate;
    } finally {
      this.#isFitting = false;
    }
  }

  async #fitVersion(version: ReceivedVersion): Promise<Fitted> {
    const { workshop, office, people, signal } = this.#given;
    const data = await workshop.fit(office.representations(version));
    signal.throwIfAborted();
    const decoder = restoreDecoder(people.domain, data);
    this.#recommender = this.#recommenderOf(decoder, version);
    return { version, decoder };
  }

  #recommenderOf(decoder: Decoder, version: ReceivedVersion): Recommender {
    const { people, statement, store, histories, taughtMap } = this.#given;
    const { received } = store;
    const rankings = { newcomer: () => histories.newcomer, mapped: () => taughtMap.list };
    return new Recommender({ decoder, people, ...rankings, received, version, statement });
  }

  #tellFitted({ version, decoder: { report } }: Fitted, refusedBecause: string | undefined): void {
    const { log, receives, emit } = this.#given;
    const { modelRound } = version;
    emit({ kind: 'decoder', modelRound, report, ...(refusedBecause !== undefined && { refusedBecause }) });
    const { decoder, prior, popularity } = report.blend;
    log.info('decoder fitted', { modelRound, warmPersons: report.warmPersons, decoder, prior, popularity });
    if (refusedBecause !== undefined) {
      log.warn(`the decoder of round ${modelRound} does not serve, an earlier one does: ${refusedBecause}`);
    }
    if (report.warmPersons === 0 && receives !== false) {
      log.warn(
        'no person is both here and in the received representations, so recommendations use popularity only; compare pseudonym keys and consents',
      );
    }
  }

  /**
   * Fits again after a change of the received representations. Several changes during a fit cause only one more fit.
   * @throws StoreError.
   */
  async refit(): Promise<void> {
    this.#isFitWanted = true;
    if (!this.#isFitting) await this.refitIfWanted();
  }

  /** Fits again if something changed during the first fit. @throws StoreError. */
  async refitIfWanted(): Promise<void> {
    const { onStage, log, signal } = this.#given;
    if (!this.#isFitWanted) return;
    try {
      while (this.#isFitWanted && !signal.aborted) {
        this.#isFitWanted = false;
        await this.fit();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof StoreError) throw error;
      const code = codeOf(error) ?? 'INTERNAL';
      log.error('the decoder could not be fitted again; the earlier one continues to serve', { code });
    }
    if (!signal.aborted) onStage('serving');
  }
}
