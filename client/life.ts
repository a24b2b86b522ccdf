/**
 * A platform's life: it prepares its encoder, takes part in rounds, releases and receives representations, fits its
 * decoder, measures it where it can, and serves.
 * @module
 */
import type { Consent } from '../core/federation/consent.ts';
import type { LetterBody } from '../core/federation/letter.ts';
import type { FederationPlan } from '../core/federation/plan.ts';
import type { PrivacyStatement } from '../core/privacy/claims.ts';
import type { PrivacyMechanism } from '../core/privacy/mechanism.ts';
import type { DecoderReport, PlatformModel } from '../core/transfer/strategy.ts';
import type { StatusBody } from '../core/wire/body.ts';
import { seededRandom } from '../core/random/seeded.ts';
import { LocalEncoder } from './encoder.ts';
import { PlatformError } from './errors.ts';
import { measure } from './evaluation/measure.ts';
import type { PlatformEvent, PlatformStage } from './events.ts';
import type { PlatformOptions } from './options.ts';
import { ReleaseOffice } from './releases/office.ts';
import { peopleOf } from './releases/people.ts';
import type { People } from './releases/people.ts';
import type { Post } from './releases/post.ts';
import type { OwnLedger } from './rounds/own-ledger.ts';
import type { Participation } from './rounds/participation.ts';
import { qualityOf, refusalOf } from './serving/acceptance.ts';
import { Recommender } from './serving/recommender.ts';
import type { Recommendation } from './serving/recommender.ts';
import type { ServiceBackend } from './serving/service.ts';
import type { ReceivedVersion } from './store/platform-store.ts';

export interface LifeOptions {
  readonly options: PlatformOptions;
  readonly plan: FederationPlan;
  readonly statement: PrivacyStatement;
  readonly ledger: OwnLedger;
  readonly mechanism: PrivacyMechanism;
  readonly participation: Participation;
  readonly post: Pick<Post, 'write'>;
  readonly emit: (event: PlatformEvent) => void;
  readonly tell: (status: StatusBody) => void;
}

/** What `open` makes: the rest cannot be without it. */
interface Opened {
  readonly people: People;
  readonly model: PlatformModel;
  readonly encoder: LocalEncoder;
  readonly office: ReleaseOffice;
}

/** A decoder, and what it was fitted on. */
interface Fitted {
  readonly version: ReceivedVersion;
  readonly report: DecoderReport;
}

const DEFAULT_RELEASE_TIMEOUT_MS = 600_000;

export class Life implements ServiceBackend {
  readonly #given: LifeOptions;
  readonly #stopping = new AbortController();
  #opened: Opened | undefined;
  #stage: PlatformStage = 'preparing';
  #fraction = 0;
  #isPrepared = false;
  #areRoundsOver = false;
  #recommender: Recommender | undefined;
  #onReceived: () => void = () => undefined;
  #isFitting = false;
  /** What is held changed while a fit was under way. */
  #isFitWanted = false;
  #running: Promise<void> = Promise.resolve();

  constructor(given: LifeOptions) {
    this.#given = given;
  }

  /** Makes everything that letters and requests need. */
  async open(): Promise<void> {
    const { options, plan, emit, post } = this.#given;
    const people = await peopleOf(options.domain, options.pseudonyms);
    const model = plan.strategy.join({
      domain: people.domain,
      shape: plan.shape,
      plan: plan.shared,
      settings: plan.settings,
      random: seededRandom(`${plan.manifest.seed}/strategy/${options.identity.name}`),
      backend: options.backend,
      onProgress: (_, fraction) => this.#progress(fraction),
      signal: this.#stopping.signal,
    });
    const office = new ReleaseOffice({
      options,
      plan,
      people,
      emit,
      write: (to, bodies) => post.write(to, bodies),
      onReceived: () => this.#onReceived(),
    });
    const { ledger, mechanism } = this.#given;
    const encoder = new LocalEncoder({ options, plan, ledger, mechanism, model, emit });
    this.#opened = { people, model, encoder, office };
  }

  /**
   * Resolves when first recommendations are served, and evaluated; goes on refitting until `stop`.
   * @param contact resolves when the coordinator was reached, or could not be.
   */
  run(contact: Promise<void>): Promise<void> {
    const live = contact.then(() => this.#live());
    this.#running = live.catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) throw error;
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#onReceived();
    this.#opened?.office.stop();
    await this.#running.catch(() => undefined);
    this.#opened?.model.dispose();
  }

  tellStatus(): void {
    // How far a stage has come would tell how many persons there are: that stays here.
    const fraction = this.#fraction === 1 ? 1 : 0;
    this.#given.tell({ kind: 'status', stage: this.#stage, fraction, prepared: this.#isPrepared });
  }

  /** A later shared model than the one releases were made with. */
  async onAdopted(): Promise<void> {
    if (this.#areRoundsOver) await this.#release();
  }

  /** @throws FederationError LETTER_INVALID */
  onLetter(from: string, body: LetterBody): void {
    this.#open().office.onLetter(from, body);
  }

  stage(): string {
    return this.#stage;
  }

  async recommend(
    who: { readonly person: string } | { readonly pseudonym: string },
    k: number,
  ): Promise<Recommendation> {
    if (this.#recommender === undefined) {
      const percent = Math.round(this.#fraction * 100);
      throw new PlatformError(
        'PLATFORM_NOT_READY',
        `there are no recommendations yet: this platform is ${this.#stage} (${percent} %); ask again later`,
      );
    }
    if ('pseudonym' in who) return this.#recommender.recommend(who.pseudonym, k);
    const [pseudonym] = (await this.#given.options.pseudonyms?.pseudonyms([who.person])) ?? [who.person];
    return this.#recommender.recommend(pseudonym, k);
  }

  consents(filter: Parameters<ServiceBackend['consents']>[0]): readonly Consent[] {
    return this.#open().office.consents(filter);
  }

  addConsents(consents: readonly Consent[]): void {
    this.#open().office.addConsents(consents);
  }

  withdraw(persons: readonly string[], target?: string): number {
    return this.#open().office.withdraw(persons, target);
  }

  async #live(): Promise<void> {
    const { plan, participation } = this.#given;
    const { log } = this.#given.options;
    const { model, encoder } = this.#open();
    this.#enter('preparing');
    await encoder.prepare();
    this.#stopping.signal.throwIfAborted();
    await participation.join(model);
    this.#isPrepared = true;
    this.#enter('ready');
    const end = await this.#unlessStopped(participation.over);
    if (plan.parameters > 0) log.info(`rounds are over: ${end}`, { round: participation.round });
    await participation.idle();
    this.#areRoundsOver = true;
    this.#enter('releasing');
    await this.#release();
    await this.#unlessStopped(this.#answers());
    const fitted = await this.#fit();
    this.#onReceived = () => void this.#refit();
    await this.#measure(fitted);
    this.#enter('serving');
  }

  /** Offers this platform's representations, and asks for the others'. */
  async #release(): Promise<void> {
    const { encoder, office } = this.#open();
    const current = await encoder.after(this.#given.participation.round);
    this.#stopping.signal.throwIfAborted();
    office.open(current);
  }

  /** Resolves when every source has answered, or time is up. */
  #answers(): Promise<void> {
    const { clock, log, releaseTimeoutMs = DEFAULT_RELEASE_TIMEOUT_MS } = this.#given.options;
    const { office } = this.#open();
    return new Promise((resolve) => {
      const cancel = clock.after(releaseTimeoutMs, () => {
        log.warn('some sources did not answer in time; going on without them', {
          missing: office.missing().join(', '),
        });
        resolve();
      });
      this.#onReceived = () => {
        if (!this.#stopping.signal.aborted && office.missing().length > 0) return;
        cancel();
        resolve();
      };
      this.#onReceived();
    });
  }

  /** Fits a decoder to what was asked for; where its held-out quality falls, to what served before. */
  async #fit(): Promise<Fitted> {
    const { store } = this.#given.options;
    const { office } = this.#open();
    this.#isFitting = true;
    this.#enter('fitting');
    try {
      const candidate = await this.#fitVersion(office.version);
      const quality = qualityOf(candidate.version, candidate.report);
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
    const { statement } = this.#given;
    const { received } = this.#given.options.store;
    const { model, office, people } = this.#open();
    const report = await model.fitDecoder(office.representations(version));
    this.#stopping.signal.throwIfAborted();
    this.#recommender = new Recommender({ model, people, received, version, claims: statement.claims });
    return { version, report };
  }

  #tellFitted({ version, report }: Fitted, refusedBecause: string | undefined): void {
    const { log, receives } = this.#given.options;
    const { modelRound } = version;
    this.#given.emit({ kind: 'decoder', modelRound, report, ...(refusedBecause !== undefined && { refusedBecause }) });
    const { decoder, prior, popularity } = report.blend;
    log.info('decoder fitted', { modelRound, warmPersons: report.warmPersons, decoder, prior, popularity });
    if (refusedBecause !== undefined) {
      log.warn(`the decoder of round ${modelRound} does not serve, an earlier one does: ${refusedBecause}`);
    }
    if (report.warmPersons === 0 && receives !== false) {
      log.warn(
        'nobody is known both here and in what was released: recommendations rest on popularity; compare pseudonym keys and consents',
      );
    }
  }

  /** After a change of what is held. Changes that come meanwhile make one more fit, not many. */
  async #refit(): Promise<void> {
    this.#isFitWanted = true;
    if (this.#isFitting) return;
    try {
      while (this.#isFitWanted && !this.#stopping.signal.aborted) {
        this.#isFitWanted = false;
        await this.#fit();
      }
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'INTERNAL';
      this.#given.options.log.error('the decoder could not be fitted again; the earlier one serves on', { code });
    }
    if (!this.#stopping.signal.aborted) this.#enter('serving');
  }

  async #measure({ version, report }: Fitted): Promise<void> {
    const { plan, options, emit, statement } = this.#given;
    const { hidden } = options;
    if (hidden === undefined) return;
    this.#enter('evaluating');
    const { people, model, office } = this.#open();
    const document = await measure({
      options,
      plan,
      statement,
      people,
      hidden,
      model,
      decoder: report,
      version,
      received: office.representations(version),
      signal: this.#stopping.signal,
      onProgress: (fraction) => this.#progress(fraction),
    });
    const file = options.onEvaluated?.(document) ?? null;
    emit({ kind: 'evaluated', file, coldPersons: document.coldPersons });
  }

  #enter(stage: PlatformStage): void {
    this.#stage = stage;
    this.#fraction = stage === 'ready' || stage === 'serving' ? 1 : 0;
    this.#given.emit({ kind: 'stage', stage, fraction: this.#fraction });
    this.tellStatus();
  }

  /** Whole per cents alone: progress is for people. */
  #progress(fraction: number): void {
    const whole = Math.floor(Math.min(1, Math.max(0, fraction)) * 100) / 100;
    if (whole === this.#fraction) return;
    this.#fraction = whole;
    this.#given.emit({ kind: 'stage', stage: this.#stage, fraction: whole });
  }

  async #unlessStopped<Value>(promise: Promise<Value>): Promise<Value> {
    const { signal } = this.#stopping;
    let onAbort = (): void => undefined;
    const stopped = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'));
      signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      signal.throwIfAborted();
      return await Promise.race([promise, stopped]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #open(): Opened {
    if (this.#opened === undefined) throw new PlatformError('PLATFORM_NOT_READY', 'the platform is not started');
    return this.#opened;
  }
}
