/**
 * The platform agent: one platform's part in a federation, from its data to first recommendations. `#live` is the whole
 * life in order.
 * @module
 */
import type { PrivacyStatement } from '../core/claims/claims.ts';
import { codeOf } from '../core/errors/coded-error.ts';
import type { FederationPlan } from '../core/federation/plan.ts';
import { Listeners } from '../host/listeners.ts';
import type { Spending } from '../host/metrics.ts';
import { admit } from './context.ts';
import type { AdmittedPlatform, PlatformContext } from './context.ts';
import { CoordinatorLink } from './coordinator-link.ts';
import { peopleOf } from './data/people.ts';
import { LocalEncoder } from './encoder.ts';
import { PlatformError } from './errors.ts';
import { measure } from './evaluation/measure.ts';
import type { PlatformEvent, PlatformListener } from './events.ts';
import type { PlatformOptions } from './options.ts';
import { Progress } from './progress.ts';
import { ReleaseOffice } from './releases/office.ts';
import { Post } from './releases/post.ts';
import { PreviewDesk } from './releases/preview.ts';
import type { Ties } from './rounds/held-model.ts';
import { Participation } from './rounds/participation.ts';
import { OwnHistories } from './serving/own-histories.ts';
import { TaughtMap } from './serving/taught-map.ts';
import { ServedDecoder } from './serving/decoder.ts';
import type { Fitted } from './serving/decoder.ts';
import type { Recommendation } from './serving/recommender.ts';
import type { ServiceBackend } from './serving/service.ts';
import { unlessAborted } from './unless-aborted.ts';
import { openWorkshop } from './work/open.ts';
import type { Workshop } from './work/workshop.ts';

export interface Platform {
  readonly name: string;
  readonly plan: FederationPlan;
  /** The privacy statement of this federation, for printing. */
  readonly statement: PrivacyStatement;
  /** @returns a function that removes the listener. */
  on(listener: PlatformListener): () => void;
  /** Connects and returns. The work continues in the background until `stop`. */
  start(): Promise<void>;
  /** Leaves the attempt under way and closes the link. Idempotent. */
  stop(): Promise<void>;
  /** Recommendations and consents. */
  readonly backend: ServiceBackend;
  /** The current state of this platform's ledger. */
  spending(): Spending;
  /**
   * Resolves once the first recommendations are served, and evaluated if there are hidden positives; at the latest at
   * `stop`. Rejects if the platform cannot continue before that.
   */
  readonly settled: Promise<void>;
  /**
   * Resolves with the reason if the platform cannot continue; it has stopped by then. Reasons are that the coordinator
   * ended the link permanently, the store cannot be written, or the platform's own work failed. A coordinator out of
   * reach is not a reason.
   */
  readonly failed: Promise<unknown>;
  /** Resolves once the mailbox has stored every letter of this platform. */
  delivered(): Promise<void>;
}

/** Checks everything that can be checked before a connection is made. @throws the errors of `admit`. */
export function createPlatform(options: PlatformOptions): Platform {
  return new Agent(admit(options));
}

/** The rooms that need the persons under their pseudonyms. */
interface Rooms {
  readonly workshop: Workshop;
  readonly encoder: LocalEncoder;
  readonly office: ReleaseOffice;
  readonly preview: PreviewDesk;
  readonly decoder: ServedDecoder;
  readonly histories: OwnHistories;
  readonly taughtMap: TaughtMap;
}

class Agent implements Platform {
  readonly name: string;
  readonly plan: FederationPlan;
  readonly statement: PrivacyStatement;
  readonly settled: Promise<void>;
  readonly failed: Promise<unknown>;
  readonly backend: ServiceBackend;
  readonly #context: PlatformContext;
  readonly #events: Listeners<PlatformEvent>;
  readonly #link: CoordinatorLink;
  readonly #progress: Progress;
  readonly #participation: Participation;
  readonly #post: Post;
  readonly #stopping = new AbortController();
  #rooms: Rooms | undefined;
  #areRoundsOver = false;
  #living: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  #resolveSettled: () => void = () => undefined;
  #rejectSettled: (error: unknown) => void = () => undefined;
  #resolveFailed: (error: unknown) => void = () => undefined;

  constructor(admitted: AdmittedPlatform) {
    const { plan, statement, identity, log, random } = admitted;
    this.name = identity.name;
    this.plan = plan;
    this.statement = statement;
    this.settled = new Promise((resolve, reject) => {
      this.#resolveSettled = resolve;
      this.#rejectSettled = reject;
    });
    // Nobody may be awaiting this promise, and an unhandled rejection would end the process.
    this.settled.catch(() => undefined);
    this.failed = new Promise((resolve) => (this.#resolveFailed = resolve));
    this.#events = new Listeners<PlatformEvent>((error) => log.error('a listener failed', { error: String(error) }));
    const running = {
      log,
      signal: this.#stopping.signal,
      emit: (event: PlatformEvent) => this.#events.emit(event),
      onError: (error: unknown) => this.#fail(error),
    };
    const link = new CoordinatorLink(running);
    this.#link = link;
    const send: PlatformContext['send'] = (body, session) => link.send(body, session);
    const tell: PlatformContext['tell'] = (body) => void send(body).catch(() => undefined);
    const context = { ...admitted, ...running, send, tell };
    this.#context = context;
    this.#progress = new Progress(running.emit, tell);
    this.#participation = new Participation({ ...context, persons: context.domain.persons.length });
    this.#post = new Post({
      ...context,
      random: random.of('letters'),
      // A letter stays in the store until the mailbox has it. It is sent only after the coordinator's ledger came,
      // because a platform whose state is an old copy must send none.
      send: (body) => {
        if (link.isWelcome || body.kind === 'mail-receipt') tell(body);
      },
      deliver: (from, letter) => this.#opened().office.onLetter(from, letter),
    });
    const book = (): ServiceBackend['book'] => this.#opened().office.book;
    this.backend = {
      stage: () => this.#progress.stage,
      recommend: (who, k) => this.#recommend(who, k),
      preview: async (person, target) =>
        this.#opened().preview.of(person, target, () => this.#notReady('representation')),
      get book() {
        return book();
      },
    };
  }

  on(listener: PlatformListener): () => void {
    return this.#events.on(listener);
  }

  spending(): Spending {
    // The ledger does not record what an encoder made from raw data releases.
    const { spent, budget, attempts, refunds } = this.#context.ledger;
    const isBounded = this.plan.encoder.law !== 'sealed-only';
    return { spent: isBounded ? spent : null, budget: isBounded ? budget : null, attempts, refunds };
  }

  delivered(): Promise<void> {
    return this.#post.empty();
  }

  async start(): Promise<void> {
    await this.#open();
    if (this.#stopped !== undefined) return;
    this.#post.start();
    this.#link.connect(this.#context.transport, {
      participation: this.#participation,
      post: this.#post,
      // The status is sent only now, because this platform's statements about earlier attempts must arrive before the
      // coordinator opens another one for it.
      onWelcome: () => {
        this.#progress.tell();
        this.#post.resend();
      },
    });
    this.#living = this.#live().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) throw error;
    });
    void this.#living.then(this.#resolveSettled, (error: unknown) => this.#fail(error));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#participation.stop();
    this.#stopping.abort();
    this.#post.stop();
    await this.#link.close();
    this.#rooms?.office.stop();
    // Tasks that wait for a thread are abandoned: `dispose` does not wait for them to finish.
    await this.#rooms?.workshop.dispose();
    await this.#living.catch(() => undefined);
    this.#context.flush();
    this.#resolveSettled();
  }

  /** Makes the rooms that letters and requests need. */
  async #open(): Promise<void> {
    const context = this.#context;
    const people = await peopleOf(context.domain, context.pseudonyms);
    const workshop = openWorkshop(context, people.domain, (fraction) => this.#progress.reach(fraction));
    const office = new ReleaseOffice({ ...context, people, write: (to, bodies) => this.#post.write(to, bodies) });
    await office.begin();
    const encoder = new LocalEncoder(context, workshop);
    const histories = new OwnHistories({ ...context, domain: people.domain, models: context.store.models, workshop });
    const taughtMap = new TaughtMap({ ...context, domain: people.domain, models: context.store.models });
    const onStage = (stage: 'fitting' | 'serving'): void => this.#progress.enter(stage);
    const decoder = new ServedDecoder({ ...context, people, workshop, office, histories, taughtMap, onStage });
    const preview = new PreviewDesk({ ...context, people, workshop, encoder });
    this.#rooms = { workshop, encoder, office, preview, decoder, histories, taughtMap };
    // Persons who were served before the restart are served while the new models are made.
    if (context.store.models.served() !== undefined) void decoder.serveMeanwhile().catch(context.onError);
  }

  #opened(): Rooms {
    if (this.#rooms === undefined) throw new PlatformError('PLATFORM_NOT_READY', 'the platform is not started');
    return this.#rooms;
  }

  /** Ends once the first recommendations are served and evaluated. Afterwards the decoder is fitted again until `stop`. */
  async #live(): Promise<void> {
    const { signal, onError } = this.#context;
    const { workshop, office, decoder, taughtMap } = this.#opened();
    const progress = this.#progress;
    await unlessAborted(this.#link.contact, signal);

    progress.enter('preparing');
    await workshop.prepare();
    signal.throwIfAborted();

    // A shared model may arrive after the last releases. They are made again then.
    const releaseAgain = async (): Promise<void> => (this.#areRoundsOver ? this.#release() : undefined);
    if (!this.plan.learnsMap) await this.#takePartInRounds({ onAdopted: releaseAgain });

    progress.enter('releasing');
    void decoder.serveMeanwhile().catch(onError);
    await this.#release();
    await office.answers();

    // Linked persons teach the map with what was just released. A map serves at once.
    const teaching = { onAdopted: () => taughtMap.adopt(), linked: () => office.linked() };
    if (this.plan.learnsMap) await this.#takePartInRounds(teaching);

    office.onReceived(() => void decoder.refit().catch(onError));
    const fitted = await decoder.fit();
    await this.#measure(fitted);

    progress.enter('serving');
    void decoder.refitIfWanted().catch(onError);
  }

  async #takePartInRounds(ties: Ties): Promise<void> {
    const { log, signal } = this.#context;
    const participation = this.#participation;
    await participation.join(this.#opened().workshop, ties);
    this.#progress.prepared();
    const end = await unlessAborted(participation.over, signal);
    if (this.plan.parameters > 0) log.info(`rounds are over: ${end}`, { round: participation.round });
    await participation.idle();
    this.#areRoundsOver = true;
  }

  /**
   * Offers this platform's representations and requests those of the others, then weighs the federation's item vectors
   * for persons with a history here.
   */
  async #release(): Promise<void> {
    const { encoder, office, histories } = this.#opened();
    // No round of a map is in a representation.
    const current = await encoder.after(this.plan.learnsMap ? 0 : this.#participation.round);
    this.#stopping.signal.throwIfAborted();
    office.open(current);
    await histories.fit();
  }

  async #measure({ version, decoder }: Fitted): Promise<void> {
    const { positives, onEvaluated, emit, signal } = this.#context;
    if (positives === undefined) return;
    this.#progress.enter('evaluating');
    const { office, workshop } = this.#opened();
    const received = office.representations(version);
    const document = await measure({
      context: this.#context,
      positives,
      served: decoder,
      version,
      received,
      fit: (name) => workshop.fit(office.representations(version), name),
      evaluate: (order) => workshop.evaluate(order),
    });
    // The platform may have been stopped meanwhile.
    signal.throwIfAborted();
    emit({ kind: 'evaluated', file: onEvaluated?.(document) ?? null, coldPersons: document.coldPersons });
  }

  async #recommend(...[who, k]: Parameters<ServiceBackend['recommend']>): Promise<Recommendation> {
    const recommender = this.#rooms?.decoder.recommender;
    if (recommender === undefined) throw this.#notReady('recommendation');
    if ('pseudonym' in who) return recommender.recommend(who.pseudonym, k);
    const [pseudonym] = (await this.#context.pseudonyms?.pseudonyms([who.person])) ?? [who.person];
    return recommender.recommend(pseudonym, k);
  }

  #notReady(what: string): PlatformError {
    const { stage, fraction } = this.#progress;
    const text = `this platform is ${stage} (${Math.round(fraction * 100)} %)`;
    return new PlatformError('PLATFORM_NOT_READY', `there are no ${what}s yet: ${text}; ask again later`);
  }

  #fail(error: unknown): void {
    if (this.#stopped !== undefined) return;
    const code = codeOf(error) ?? 'INTERNAL';
    // The error's text may name a row or a person (data, evaluation). Only the caller of `failed` gets it, not the log.
    this.#context.log.error('this platform cannot continue', { code });
    this.#events.emit({ kind: 'failed', code });
    this.#rejectSettled(error);
    // The reason of the failure is reported even if the platform fails to stop in order.
    void this.stop()
      .catch(() => undefined)
      .then(() => this.#resolveFailed(error));
  }
}
