/**
 * A platform's life: it prepares its encoder, takes part in rounds, releases and receives representations, fits its
 * decoder, measures it where it can, and serves.
 * @module
 */
import type { Consent } from '../core/federation/consent.ts';
import { checkConsent } from '../core/federation/consent.ts';
import type { LetterBody } from '../core/federation/letter.ts';
import type { FederationPlan } from '../core/federation/plan.ts';
import { historyOf } from '../core/data/select.ts';
import { createChargedSums } from '../core/privacy/charged-sums.ts';
import type { PrivacyStatement } from '../core/privacy/claims.ts';
import type { PrivacyMechanism } from '../core/privacy/mechanism.ts';
import { releaseMode } from '../core/privacy/release-modes/registry.ts';
import type { DecoderReport, PlatformModel } from '../core/transfer/strategy.ts';
import type { Body } from '../core/wire/body.ts';
import { PlatformError } from './errors.ts';
import { evaluateTarget, DEFAULT_EVALUATION } from './evaluation/evaluate.ts';
import type { PlatformEvent, PlatformStage } from './events.ts';
import type { PlatformOptions } from './options.ts';
import { peopleOf } from './releases/people.ts';
import type { People } from './releases/people.ts';
import type { Post } from './releases/post.ts';
import { SourceDesk } from './releases/source.ts';
import { TargetDesk } from './releases/target.ts';
import type { OwnLedger } from './rounds/own-ledger.ts';
import type { Participation } from './rounds/participation.ts';
import { Recommender } from './serving/recommender.ts';
import type { Recommendation } from './serving/recommender.ts';
import type { ServiceBackend } from './serving/service.ts';

export interface LifeOptions {
  readonly options: PlatformOptions;
  readonly plan: FederationPlan;
  readonly statement: PrivacyStatement;
  readonly ledger: OwnLedger;
  readonly mechanism: PrivacyMechanism;
  readonly participation: Participation;
  readonly post: Post;
  readonly emit: (event: PlatformEvent) => void;
  readonly tell: (body: Body) => void;
}

const DEFAULT_RELEASE_TIMEOUT_MS = 600_000;
const DEFAULT_EPOCH = 1;

export class Life implements ServiceBackend {
  readonly #given: LifeOptions;
  readonly #stopping = new AbortController();
  #stage: PlatformStage = 'preparing';
  #fraction = 0;
  #isPrepared = false;
  #areRoundsOver = false;
  #people: People | undefined;
  #model: PlatformModel | undefined;
  #source: SourceDesk | undefined;
  #target: TargetDesk | undefined;
  #recommender: Recommender | undefined;
  #onReceived: () => void = () => undefined;
  /** One fit at a time; `true` while another is wanted after it. */
  #isFitWanted = false;
  #fitting: Promise<DecoderReport> | undefined;
  #running: Promise<void> | undefined;

  constructor(given: LifeOptions) {
    this.#given = given;
  }

  /** Makes everything that letters and requests need. */
  async open(): Promise<void> {
    const { options, plan, emit, post } = this.#given;
    const { domain, store, clock, random, log, backend, pseudonyms, identity, manifest } = options;
    const people = await peopleOf(domain, pseudonyms);
    this.#people = people;
    this.#model = plan.strategy.join({
      domain: people.domain,
      shape: plan.shape,
      plan: plan.shared,
      settings: plan.settings,
      random,
      backend,
      onProgress: (_, fraction) => this.#progress(fraction),
      signal: this.#stopping.signal,
    });
    if (pseudonyms === undefined) {
      log.warn('no pseudonym scheme: this platform takes part in rounds, but releases and receives nothing');
      return;
    }
    const { release, epsilon0 } = manifest.privacy;
    const releasing = plan.shape.platforms.filter(({ releases }) => releases).map(({ name }) => name);
    const isSource = release !== 'none' && releasing.includes(identity.name);
    const desk = { clock, log, emit, write: (to: string, bodies: readonly LetterBody[]) => post.write(to, bodies) };
    this.#source = new SourceDesk({
      ...desk,
      people,
      store,
      random,
      mode: {
        name: isSource ? release : 'none',
        epsilon0: release === 'ldp' || release === 'cohort' ? epsilon0 : null,
        of: (dimension) => releaseMode(release, { epsilon0, dimension }),
      },
    });
    this.#source.carryOutRevoked();
    if (options.receives === false) return;
    this.#target = new TargetDesk({
      ...desk,
      received: store.received,
      sources: release === 'none' ? [] : releasing.filter((name) => name !== identity.name),
      mode: release,
      epoch: options.epoch ?? DEFAULT_EPOCH,
      onChange: () => this.#onReceived(),
    });
  }

  /** Resolves when first recommendations are served, and evaluated; refits on change until `stop`. */
  run(): Promise<void> {
    this.#running = this.#live().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) throw error;
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#target?.stop();
    this.#onReceived();
    await this.#running?.catch(() => undefined);
    await this.#fitting?.catch(() => undefined);
    this.#model?.dispose();
  }

  tellStatus(): void {
    this.#given.tell({ kind: 'status', stage: this.#stage, fraction: this.#fraction, prepared: this.#isPrepared });
  }

  /** A later shared model than the one releases were made with. */
  onAdopted(): void {
    if (this.#areRoundsOver) this.#release();
  }

  onLetter(from: string, body: LetterBody): void {
    switch (body.kind) {
      case 'release-request':
        this.#source?.request({ target: from, epoch: body.epoch, modelRound: body.modelRound });
        return;
      case 'release-batch':
        this.#target?.onBatch(from, body);
        return;
      case 'release-withdrawal':
        this.#target?.onWithdrawal(from, body.persons);
        return;
    }
  }

  stage(): string {
    return this.#stage;
  }

  async recommend(
    who: { readonly person: string } | { readonly pseudonym: string },
    k: number,
  ): Promise<Recommendation> {
    if (this.#recommender === undefined) {
      throw new PlatformError(
        'PLATFORM_NOT_READY',
        `there are no recommendations yet: this platform is ${this.#stage} (${Math.round(this.#fraction * 100)} %); ask again later`,
      );
    }
    if ('pseudonym' in who) return this.#recommender.recommend(who.pseudonym, k);
    const [pseudonym] = (await this.#given.options.pseudonyms?.pseudonyms([who.person])) ?? [who.person];
    return this.#recommender.recommend(pseudonym, k);
  }

  consents(filter: Parameters<ServiceBackend['consents']>[0]): readonly Consent[] {
    return this.#given.options.store.consents.list(filter);
  }

  addConsents(consents: readonly Consent[]): void {
    const { manifest, identity, store } = this.#given.options;
    const platforms = manifest.platforms.map(({ name }) => name);
    for (const consent of consents) checkConsent(consent, identity.name, platforms);
    store.consents.add(consents);
    this.#source?.onConsents(consents);
  }

  withdraw(persons: readonly string[], target?: string): number {
    if (this.#source !== undefined) return this.#source.withdraw(persons, target);
    return this.#given.options.store.consents.withdraw(persons, target).length;
  }

  async #live(): Promise<void> {
    const { plan, participation, ledger, mechanism, emit } = this.#given;
    const { identity, random, store, log } = this.#given.options;
    const model = this.#joined();
    this.#enter('preparing');
    await model.prepare(
      createChargedSums({
        plan: plan.privacy,
        platform: identity.name,
        mechanism,
        random,
        drawn: store.sums,
        charge: (charge) => {
          ledger.charge(charge);
          emit({ kind: 'epsilon', spent: ledger.spent, budget: ledger.budget });
        },
      }),
    );
    this.#stopping.signal.throwIfAborted();
    await participation.join(model);
    this.#isPrepared = true;
    this.#enter('ready');
    const end = await this.#unlessStopped(participation.over);
    if (plan.parameters > 0) log.info(`rounds are over: ${end}`, { round: participation.round });
    await participation.idle();
    this.#areRoundsOver = true;
    this.#enter('releasing');
    this.#release();
    await this.#unlessStopped(this.#answers());
    const report = await this.#fit();
    this.#onReceived = () => void this.#refit();
    await this.#evaluate(report);
    this.#enter('serving');
  }

  /** Offers this platform's representations, and asks for the others'. */
  #release(): void {
    const model = this.#joined();
    const { participation, options } = this.#given;
    const modelRound = participation.round;
    this.#source?.adopt({ modelRound, represent: (row) => model.represent(historyOf(options.domain, row)) });
    this.#target?.ask(modelRound);
  }

  /** Resolves when every source has answered, or time is up. */
  #answers(): Promise<void> {
    const { clock, log, releaseTimeoutMs = DEFAULT_RELEASE_TIMEOUT_MS } = this.#given.options;
    return new Promise((resolve) => {
      const cancel = clock.after(releaseTimeoutMs, () => {
        log.warn('some sources did not answer in time; going on without them', {
          missing: this.#target?.missing().join(', ') ?? '',
        });
        resolve();
      });
      this.#onReceived = () => {
        if (!this.#stopping.signal.aborted && (this.#target?.missing().length ?? 0) > 0) return;
        cancel();
        resolve();
      };
      this.#onReceived();
    });
  }

  #fit(): Promise<DecoderReport> {
    this.#fitting = this.#fitOnce();
    return this.#fitting;
  }

  async #fitOnce(): Promise<DecoderReport> {
    const { statement, participation, emit } = this.#given;
    const { store, log } = this.#given.options;
    this.#enter('fitting');
    const model = this.#joined();
    const report = await model.fitDecoder(this.#target?.representations() ?? []);
    this.#stopping.signal.throwIfAborted();
    store.models.serve(participation.round);
    this.#recommender = new Recommender({
      model,
      people: this.#known(),
      received: store.received,
      claims: statement.claims,
    });
    emit({ kind: 'decoder', report });
    const { decoder, prior, popularity } = report.blend;
    log.info('decoder fitted', { warmPersons: report.warmPersons, decoder, prior, popularity });
    if (report.warmPersons === 0) {
      log.warn(
        'nobody is known both here and in what was released: recommendations rest on popularity; compare pseudonym keys and consents',
      );
    }
    return report;
  }

  /** After a change of what was received. Changes that come meanwhile make one more fit, not many. */
  async #refit(): Promise<void> {
    this.#isFitWanted = true;
    if (this.#stage === 'fitting') return;
    try {
      while (this.#isFitWanted && !this.#stopping.signal.aborted) {
        this.#isFitWanted = false;
        await this.#fit();
      }
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        this.#given.options.log.error('the decoder could not be fitted again; the earlier one serves on', {
          code: error instanceof Error && 'code' in error ? String(error.code) : 'INTERNAL',
        });
      }
    }
    if (!this.#stopping.signal.aborted) this.#enter('serving');
  }

  async #evaluate(decoder: DecoderReport): Promise<void> {
    const { plan, options, emit, participation, statement } = this.#given;
    const { hidden, evaluation = DEFAULT_EVALUATION, store, clock, manifest, identity, random } = options;
    if (hidden === undefined) return;
    this.#enter('evaluating');
    const began = clock.now();
    const model = this.#joined();
    const received = this.#target?.representations() ?? [];
    const sources = received.map(({ source }) => source);
    const { release } = manifest.privacy;
    const own = hidden.cold.map(({ person }) => person);
    const names = (await options.pseudonyms?.pseudonyms(own)) ?? own;
    const cold = hidden.cold.map((person, index) => ({ ...person, person: names[index] }));
    const result = evaluateTarget({
      settings: evaluation,
      domain: this.#known().domain,
      cold,
      ...(hidden.keep && { keep: hidden.keep }),
      linked: [...new Set(received.flatMap(({ persons }) => persons))],
      subject: { target: identity.name, sources, release, epsilon: statement.epsilon, epsilon0: statement.epsilon0 },
      strategy: { name: plan.strategy.name, score: (person) => model.score(store.received.person(person)) },
      random,
      signal: this.#stopping.signal,
      onProgress: (fraction) => this.#progress(fraction),
    });
    const file =
      options.onEvaluated?.({
        isthmus: 'evaluation',
        federation: manifest.federation,
        target: identity.name,
        sources,
        strategy: plan.strategy.name,
        release,
        modelRound: participation.round,
        coldPersons: cold.length,
        coldPersonsReleased: cold.filter(({ person }) => store.received.person(person).length > 0).length,
        positives: cold.reduce((sum, { positives }) => sum + positives.length, 0),
        decoder,
        ...evaluation,
        ...result,
        seconds: (clock.now() - began) / 1000,
      }) ?? null;
    emit({ kind: 'evaluated', file, coldPersons: cold.length });
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
    this.tellStatus();
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

  #joined(): PlatformModel {
    if (this.#model === undefined) throw new PlatformError('PLATFORM_NOT_READY', 'the platform is not started');
    return this.#model;
  }

  #known(): People {
    if (this.#people === undefined) throw new PlatformError('PLATFORM_NOT_READY', 'the platform is not started');
    return this.#people;
  }
}
