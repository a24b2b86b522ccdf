/**
 * The stages of a platform: it prepares its encoder, takes part in rounds, releases and receives representations, fits
 * its decoder, measures it if there are hidden positives, and serves.
 * @module
 */
import type { FederationPlan } from '../core/federation/plan.ts';
import type { PrivacyStatement } from '../core/claims/claims.ts';
import type { StatusBody } from '../core/wire/body.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import type { FactorMemory } from '../core/transfer/factors/factor-memory.ts';
import type { ConsentBook } from './consent-book.ts';
import { LocalEncoder } from './encoder.ts';
import { PlatformError } from './errors.ts';
import type { HiddenPositives } from './evaluation/hidden.ts';
import { measure } from './evaluation/measure.ts';
import type { PlatformEvent } from './events.ts';
import type { PlatformOptions } from './options.ts';
import { Progress } from './progress.ts';
import { ReleaseOffice } from './releases/office.ts';
import { peopleOf } from './data/people.ts';
import type { People } from './data/people.ts';
import type { IncomingLetter, Post } from './releases/post.ts';
import type { OwnLedger } from './rounds/own-ledger.ts';
import type { Participation } from './rounds/participation.ts';
import { OwnHistories } from './serving/own-histories.ts';
import { ServedDecoder } from './serving/decoder.ts';
import type { Fitted } from './serving/decoder.ts';
import type { Recommendation } from './serving/recommender.ts';
import type { ServiceBackend } from './serving/service.ts';
import { LocalWorkshop } from './work/local-workshop.ts';
import { ThreadedWorkshop } from './work/threaded-workshop.ts';
import type { Workshop, WorkshopOptions } from './work/workshop.ts';

export interface LifeOptions {
  readonly options: PlatformOptions;
  readonly hidden?: HiddenPositives;
  readonly plan: FederationPlan;
  readonly statement: PrivacyStatement;
  readonly ledger: OwnLedger;
  readonly participation: Participation;
  readonly post: Pick<Post, 'write'>;
  readonly emit: (event: PlatformEvent) => void;
  readonly tell: (status: StatusBody) => void;
  /** Receives an error that no caller awaits. The platform cannot continue after it. */
  readonly onError: (error: unknown) => void;
}

/** The parts that `open` makes, and all other methods need. */
interface Opened {
  readonly people: People;
  readonly workshop: Workshop;
  readonly encoder: LocalEncoder;
  readonly office: ReleaseOffice;
  readonly decoder: ServedDecoder;
  readonly histories: OwnHistories;
}

const DEFAULT_RELEASE_TIMEOUT_MS = 600_000;

export class Life implements ServiceBackend {
  readonly #given: LifeOptions;
  readonly #stopping = new AbortController();
  readonly #progress: Progress;
  readonly #factors: FactorMemory;
  #opened: Opened | undefined;
  #areRoundsOver = false;
  #onReceived: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(given: LifeOptions) {
    this.#given = given;
    this.#progress = new Progress(given.emit, given.tell);
    this.#factors = given.options.factors ?? factorMemory(given.plan.manifest.seed);
  }

  /** Makes the parts that letters and requests need. */
  async open(): Promise<void> {
    const { options, plan, emit, post, onError } = this.#given;
    const people = await peopleOf(options.domain, options.pseudonyms);
    const workshop = this.#workshop(people);
    const office = new ReleaseOffice({
      options,
      plan,
      people,
      emit,
      write: (to, bodies) => post.write(to, bodies),
      onReceived: () => this.#onReceived(),
      onError,
    });
    await office.begin();
    const { statement } = this.#given;
    const encoder = new LocalEncoder({ options, plan, workshop });
    const { store, log } = options;
    const histories = new OwnHistories({ plan, domain: people.domain, models: store.models, workshop, log });
    const decoder = new ServedDecoder({
      options,
      statement,
      people,
      workshop,
      office,
      histories,
      emit,
      onStage: (stage) => this.#progress.enter(stage),
      signal: this.#stopping.signal,
    });
    this.#opened = { people, workshop, encoder, office, decoder, histories };
    // Persons who were served before the restart are served while the new models are made.
    if (options.store.models.served() !== undefined) void decoder.serveMeanwhile().catch(onError);
  }

  #workshop({ domain }: People): Workshop {
    const { options, plan, ledger, emit } = this.#given;
    const work: WorkshopOptions = {
      plan,
      platform: options.identity.name,
      domain,
      ...(options.decoder !== undefined && { decoder: options.decoder }),
      random: options.random,
      factorise: this.#factors.factorise,
      drawn: options.store.sums,
      charge: (charge) => {
        ledger.charge(charge);
        // Sums of an encoder without a privacy promise are charged too, but their charges bound nothing.
        const isBounded = plan.encoder.law !== 'sealed-only';
        emit({ kind: 'epsilon', spent: isBounded ? ledger.spent : null, budget: ledger.budget });
      },
      onProgress: (fraction) => this.#progress.reach(fraction),
      signal: this.#stopping.signal,
    };
    const { threads } = options;
    return threads === undefined ? new LocalWorkshop(work) : new ThreadedWorkshop(work, threads.module);
  }

  /**
   * Resolves once the first recommendations are served and evaluated. Afterwards it refits until `stop`.
   * @param contact resolves once the coordinator was reached, or proved out of reach.
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
    // Tasks that wait for a thread are abandoned: `dispose` does not wait for them to finish.
    await this.#opened?.workshop.dispose();
    await this.#running.catch(() => undefined);
  }

  tellStatus(): void {
    this.#progress.tell();
  }

  /** A later shared model arrived than the one that the releases were made with. */
  async onAdopted(): Promise<void> {
    if (!this.#areRoundsOver) return;
    await this.#release();
    await this.#open().histories.fit();
  }

  /** @throws FederationError LETTER_INVALID */
  onLetter(from: string, letter: IncomingLetter): void {
    this.#open().office.onLetter(from, letter);
  }

  stage(): string {
    return this.#progress.stage;
  }

  async recommend(
    who: { readonly person: string } | { readonly pseudonym: string },
    k: number,
  ): Promise<Recommendation> {
    const recommender = this.#opened?.decoder.recommender;
    if (recommender === undefined) {
      const { stage, fraction } = this.#progress;
      throw new PlatformError(
        'PLATFORM_NOT_READY',
        `there are no recommendations yet: this platform is ${stage} (${Math.round(fraction * 100)} %); ask again later`,
      );
    }
    if ('pseudonym' in who) return recommender.recommend(who.pseudonym, k);
    const [pseudonym] = (await this.#given.options.pseudonyms?.pseudonyms([who.person])) ?? [who.person];
    return recommender.recommend(pseudonym, k);
  }

  get book(): ConsentBook {
    return this.#open().office.book;
  }

  async #live(): Promise<void> {
    const { plan, participation, onError } = this.#given;
    const { log } = this.#given.options;
    const { workshop, encoder, decoder, histories } = this.#open();
    this.#stopping.signal.throwIfAborted();
    this.#progress.enter('preparing');
    await encoder.prepare();
    this.#stopping.signal.throwIfAborted();
    await participation.join(workshop);
    this.#progress.prepared();
    const end = await this.#unlessStopped(participation.over);
    if (plan.parameters > 0) log.info(`rounds are over: ${end}`, { round: participation.round });
    await participation.idle();
    this.#areRoundsOver = true;
    this.#progress.enter('releasing');
    void decoder.serveMeanwhile().catch(onError);
    await this.#release();
    await histories.fit();
    await this.#unlessStopped(this.#answers());
    this.#onReceived = () => void decoder.refit().catch(onError);
    const fitted = await decoder.fit();
    await this.#measure(fitted);
    this.#progress.enter('serving');
    void decoder.refitIfWanted().catch(onError);
  }

  /** Offers this platform's representations, and requests those of the others. */
  async #release(): Promise<void> {
    const { encoder, office } = this.#open();
    const current = await encoder.after(this.#given.participation.round);
    this.#stopping.signal.throwIfAborted();
    office.open(current);
  }

  /** Resolves once every source has answered, or the time is up. */
  #answers(): Promise<void> {
    const { clock, log, releaseTimeoutMs = DEFAULT_RELEASE_TIMEOUT_MS } = this.#given.options;
    const { office } = this.#open();
    return new Promise((resolve) => {
      const cancel = clock.after(releaseTimeoutMs, () => {
        log.warn('some sources did not answer in time; continuing without them', {
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

  async #measure({ version, decoder }: Fitted): Promise<void> {
    const { plan, options, emit, statement, hidden } = this.#given;
    if (hidden === undefined) return;
    this.#progress.enter('evaluating');
    const { office, workshop } = this.#open();
    const document = await measure({
      options,
      plan,
      statement,
      hidden,
      decoder,
      version,
      received: office.representations(version),
      fit: (name) => workshop.fit(office.representations(version), name),
      evaluate: (order) => workshop.evaluate(order),
    });
    // The platform may have been stopped meanwhile.
    this.#stopping.signal.throwIfAborted();
    const file = options.onEvaluated?.(document) ?? null;
    emit({ kind: 'evaluated', file, coldPersons: document.coldPersons });
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
