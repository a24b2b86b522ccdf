/**
 * The platform agent: one platform's part in a federation, from its data to first recommendations.
 * @module
 */
import { nodeEngine } from '../core/crypto/node-engine.ts';
import { codeOf } from '../core/errors/coded-error.ts';
import { platformOf } from '../core/federation/manifest.ts';
import { memberOf, verifyManifest } from '../core/federation/co-signature.ts';
import { planFederation } from '../core/federation/plan.ts';
import type { FederationPlan } from '../core/federation/plan.ts';
import { takeVersion } from '../core/federation/versions.ts';
import { privacyStatement } from '../core/claims/claims.ts';
import { sumTerms } from '../core/claims/sum-terms.ts';
import type { PrivacyStatement } from '../core/claims/claims.ts';
import { discreteGaussian, withoutNoise } from '../core/privacy/mechanism/pipeline.ts';
import type { Body } from '../core/wire/body.ts';
import type { PlatformLink, PlatformLinkState } from '../core/wire/transport.ts';
import { placeOf } from './defect.ts';
import { sparingLog } from '../host/sparing-log.ts';
import { onCoordinates } from './coordinates.ts';
import { checkDomain } from './domain-check.ts';
import { inVocabulary } from './vocabulary.ts';
import { forgetFormerKeys } from './former-members.ts';
import { PlatformError } from './errors.ts';
import { StoreError } from '../host/errors/store-errors.ts';
import type { PlatformEvent, PlatformListener } from './events.ts';
import { Life } from './life.ts';
import type { PlatformOptions } from './options.ts';
import { checkFloor, DEFAULT_FLOOR } from './policy.ts';
import { bindPseudonyms } from './pseudonym-binding.ts';
import { Post } from './releases/post.ts';
import { OwnLedger } from './rounds/own-ledger.ts';
import { Participation } from './rounds/participation.ts';
import type { ServiceBackend } from './serving/service.ts';
import { Listeners } from '../host/listeners.ts';
import type { Spending } from '../host/metrics.ts';

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

/**
 * Checks everything that can be checked before a connection is made.
 * @throws FederationError MANIFEST_*, VERSION_*, FEDERATION_UNKNOWN_PLATFORM; PlatformError PLATFORM_EMPTY_DOMAIN,
 *   PLATFORM_BAD_DOMAIN, PLATFORM_CATALOGUE, PLATFORM_PSEUDONYM_KEY, POLICY_FLOOR; PrivacyError for a policy that
 *   cannot be planned or a broken ledger.
 */
export function createPlatform(options: PlatformOptions): Platform {
  return new Agent(options);
}

class Agent implements Platform {
  readonly name: string;
  readonly plan: FederationPlan;
  readonly statement: PrivacyStatement;
  readonly settled: Promise<void>;
  readonly failed: Promise<unknown>;
  readonly #options: PlatformOptions & { readonly log: { flush(): void } };
  readonly #events: Listeners<PlatformEvent>;
  readonly #participation: Participation;
  readonly #ledger: OwnLedger;
  readonly #post: Post;
  readonly #life: Life;
  #link: PlatformLink | undefined;
  /** True once the coordinator has sent its ledger over this link. */
  #isWelcome = false;
  /**
   * Resolves once the coordinator has sent what it must send first, or is out of reach. Before that nothing may be
   * computed: the state might prove to be an old copy, and long work would let the handshake time out.
   */
  readonly #contact: Promise<void>;
  #resolveContact: () => void = () => undefined;
  #stopping: Promise<void> | undefined;
  #resolveSettled: () => void = () => undefined;
  #rejectSettled: (error: unknown) => void = () => undefined;
  #resolveFailed: (error: unknown) => void = () => undefined;

  constructor(given: PlatformOptions) {
    const log = sparingLog(given.log, given.clock);
    const { manifest, identity, store, random, clock, floor = DEFAULT_FLOOR } = given;
    verifyManifest(manifest);
    memberOf(manifest, identity);
    this.name = identity.name;
    this.plan = planFederation(manifest);
    checkFloor(this.plan, floor, this.name);
    const entry = platformOf(manifest, this.name);
    checkDomain(given.domain, entry, log);
    const ledger = new OwnLedger(this.plan, this.name, store);
    this.#ledger = ledger;
    takeVersion(
      manifest,
      store.versions,
      this.name,
      (version) => ledger.attemptsOf(version),
      () => forgetFormerKeys(manifest, store),
    );
    const domain = inVocabulary(onCoordinates(given.domain, store.coordinates, entry, log), {
      manifest,
      platform: this.name,
      file: given.vocabulary,
      origin: given.catalogueOrigin,
      log,
    });
    const options = { ...given, log, domain };
    if (given.pseudonyms !== undefined) {
      bindPseudonyms(given.pseudonyms, store.pseudonyms, given.hasNewPseudonyms === true, log);
    }
    this.#options = options;
    this.statement = privacyStatement({
      strategy: this.plan.encoder.name,
      law: this.plan.encoder.law,
      plan: this.plan.privacy,
      release: { name: manifest.privacy.release, epsilon0: manifest.privacy.epsilon0 },
      ownNumbers: this.plan.ownNumbers,
      ...sumTerms(manifest),
      unsafeTrial: manifest.unsafeTrial === true,
    });
    for (const warning of this.statement.warnings) log.warn(warning);
    this.#events = new Listeners<PlatformEvent>((error) => log.error('a listener failed', { error: String(error) }));
    this.settled = new Promise((resolve, reject) => {
      this.#resolveSettled = resolve;
      this.#rejectSettled = reject;
    });
    // Nobody may be awaiting this promise, and an unhandled rejection would end the process.
    this.settled.catch(() => undefined);
    this.failed = new Promise((resolve) => (this.#resolveFailed = resolve));
    this.#contact = new Promise((resolve) => (this.#resolveContact = resolve));
    const mechanism = this.plan.privacy.budget === null ? withoutNoise : discreteGaussian;
    const emit = (event: PlatformEvent): void => this.#events.emit(event);
    this.#participation = new Participation({
      plan: this.plan,
      identity,
      floor,
      store,
      ledger,
      mechanism,
      engine: nodeEngine,
      random,
      log,
      emit,
      send: (body, session) => this.#send(body, session),
      onAdopted: () => this.#life.onAdopted(),
      onError: (error) => this.#fail(error),
      persons: domain.persons.length,
    });
    this.#post = new Post({
      manifest,
      identity,
      store,
      clock,
      random: random.of('letters'),
      log,
      // A letter stays in the store until the mailbox has it. It is sent only after the coordinator's ledger came,
      // because a platform whose state is an old copy must send none.
      send: (body) => {
        if (this.#isWelcome || body.kind === 'mail-receipt') this.#tell(body);
      },
      deliver: (from, letter) => this.#life.onLetter(from, letter),
      onError: (error) => this.#fail(error),
    });
    this.#life = new Life({
      options,
      ...(given.hidden && { hidden: given.hidden(domain) }),
      plan: this.plan,
      statement: this.statement,
      ledger,
      participation: this.#participation,
      post: this.#post,
      emit,
      tell: (body) => this.#tell(body),
      onError: (error) => this.#fail(error),
    });
  }

  get backend(): ServiceBackend {
    return this.#life;
  }

  spending(): Spending {
    // The ledger does not record what an encoder made from raw data releases.
    const { spent, budget, attempts, refunds } = this.#ledger;
    if (this.plan.encoder.law === 'sealed-only') return { spent: null, budget: null, attempts, refunds };
    return { spent, budget, attempts, refunds };
  }

  on(listener: PlatformListener): () => void {
    return this.#events.on(listener);
  }

  async start(): Promise<void> {
    await this.#life.open();
    if (this.#stopping !== undefined) return;
    this.#post.start();
    this.#link = this.#options.transport.connect({
      onBody: (body, session) => this.#onBody(body, session),
      onState: (state) => this.#onState(state),
      onFailure: ({ code, text, seen }) => {
        const { log } = this.#options;
        if (seen === 'there') log.warn(`the coordinator refused a message: ${text}`, { code });
        else log.warn('refused a message of the coordinator', { code });
      },
      onDefect: (error) => {
        if (error instanceof StoreError) this.#fail(error);
        else this.#options.log.error('a defect of this platform, please report it', { at: placeOf(error) });
      },
    });
    void this.#life.run(this.#contact).then(this.#resolveSettled, (error: unknown) => this.#fail(error));
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#participation.stop();
    this.#post.stop();
    await this.#link?.close();
    const stopped = this.#life.stop();
    // Tasks that wait for contact continue, and find that the platform has stopped.
    this.#resolveContact();
    await stopped;
    this.#options.log.flush();
    this.#resolveSettled();
  }

  delivered(): Promise<void> {
    return this.#post.empty();
  }

  #onState(state: PlatformLinkState): void {
    const { log } = this.#options;
    switch (state.kind) {
      case 'connecting':
        return;
      case 'online':
        log.info('connected', { resumed: state.resumed, completedRounds: state.completedRounds });
        this.#events.emit({ kind: 'link', state: 'online', reason: '' });
        if (state.resumed) return;
        this.#participation.onNewLink();
        this.#isWelcome = false;
        return;
      case 'offline':
        this.#resolveContact();
        if (this.#stopping === undefined) log.warn(`the coordinator is out of reach: ${state.reason}; trying again`);
        this.#events.emit({ kind: 'link', state: 'offline', reason: state.reason });
        return;
      case 'closed':
        if (state.error !== undefined) {
          const { code, message } = state.error;
          this.#fail(
            new PlatformError('LINK_ENDED', `the coordinator ended the link permanently: ${message} [${code}]`, {
              cause: state.error,
            }),
          );
        }
        return;
    }
  }

  /**
   * The coordinator's ledger arrived. The platform's last keys came before it, and would have revealed an old state.
   * The status is sent only now, because this platform's statements about earlier attempts must arrive before the
   * coordinator opens another one for it.
   */
  #onWelcome(): void {
    if (this.#isWelcome) return;
    this.#isWelcome = true;
    this.#resolveContact();
    this.#life.tellStatus();
    this.#post.resend();
  }

  #onBody(body: Body, session: Uint8Array): void {
    try {
      this.#take(body, session);
    } catch (error) {
      // An error of the coordinator's is reported to it, and the platform continues. An error of its own store, or an
      // old state, is fatal: continuing would lose charges.
      const isOld = error instanceof PlatformError && error.code === 'PLATFORM_STATE_OLD';
      if (isOld || error instanceof StoreError) this.#fail(error);
      throw error;
    }
  }

  #take(body: Body, session: Uint8Array): void {
    switch (body.kind) {
      case 'attempt-start':
        this.#participation.onAttemptStart(body);
        return;
      case 'attempt-end':
        this.#participation.onAttemptEnd(body);
        return;
      case 'last-keys':
        this.#participation.onLastKeys(body);
        return;
      case 'ledger-sync':
        this.#participation.onLedgerSync(body);
        this.#onWelcome();
        return;
      case 'secagg':
        this.#participation.onSecagg(body, session);
        return;
      case 'mail':
        this.#post.onMail(body);
        return;
      case 'mail-receipt':
        this.#post.onReceipt(body);
        return;
      case 'failure':
        this.#options.log.warn(`the coordinator reports: ${body.text}`, { code: body.code });
        return;
      case 'status':
      case 'attempt-decline':
      case 'statement':
        // Only platforms send these.
        return;
    }
  }

  async #send(body: Body, session?: Uint8Array): Promise<void> {
    if (this.#link === undefined) throw new PlatformError('PLATFORM_NOT_READY', 'the platform is not started');
    await this.#link.send(body, session);
  }

  /** Sends a message that will be sent again anyway if the link is lost. */
  #tell(body: Body): void {
    void this.#send(body).catch(() => undefined);
  }

  #fail(error: unknown): void {
    if (this.#stopping !== undefined) return;
    const code = codeOf(error) ?? 'INTERNAL';
    // The error's text may name a row or a person (data, evaluation). Only the caller of `failed` gets it, not the log.
    this.#options.log.error('this platform cannot continue', { code });
    this.#events.emit({ kind: 'failed', code });
    this.#rejectSettled(error);
    // The reason of the failure is reported even if the platform fails to stop in order.
    void this.stop()
      .catch(() => undefined)
      .then(() => this.#resolveFailed(error));
  }
}
