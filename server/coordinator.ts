/**
 * The coordinator: it takes links from platforms, runs the rounds, and relays letters. The caller passes in everything
 * it depends on, so that a test can run a whole federation in one process, over sockets or memory.
 * @module
 */
import { nodeEngine } from '../core/crypto/node-engine.ts';
import type { Clock } from '../core/time/clock.ts';
import { codeOf, messageOf, stackOf } from '../core/errors/coded-error.ts';
import { UNSAFE_TRIAL } from '../core/claims/claims.ts';
import { verifyManifest } from '../core/federation/co-signature.ts';
import type { Identity } from '../core/federation/identity.ts';
import { COORDINATOR } from '../core/federation/manifest.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { ledgerRules } from '../core/federation/ledger-rules.ts';
import { planFederation } from '../core/federation/plan.ts';
import type { FederationPlan } from '../core/federation/plan.ts';
import { takeVersion } from '../core/federation/versions.ts';
import { PrivacyError } from '../core/privacy/mechanism/errors.ts';
import { Ledger } from '../core/privacy/ledger/ledger.ts';
import { ledgerBudget } from '../core/privacy/plan/plan-events.ts';
import { wireIdentity } from '../core/federation/wire-identity.ts';
import type { Body } from '../core/wire/body.ts';
import type { CoordinatorEndOptions } from '../core/wire/coordinator-end.ts';
import { CoordinatorError } from './errors.ts';
import { StoreError } from '../host/errors/store-errors.ts';
import { WireError } from '../core/wire/errors.ts';
import { isPlatformMessage } from '../core/wire/secagg-codec.ts';
import type { CoordinatorEndpoint, CoordinatorTransport, PlatformPresence } from '../core/wire/transport.ts';
import { Listeners } from '../host/listeners.ts';
import { silentLog } from '../host/log.ts';
import type { Log } from '../host/log.ts';
import { systemClock, systemRandom } from '../host/system.ts';
import type { CoordinatorEvent, CoordinatorListener, RoundsEnding } from './events.ts';
import { sparingLog } from '../host/sparing-log.ts';
import { Metrics } from './http/metrics.ts';
import { httpServer } from './http/server.ts';
import type { HttpServer } from './http/server.ts';
import { LedgerNews } from './ledger-news.ts';
import { logEvent } from './log.ts';
import { DEFAULT_MAILBOX_LIMITS, Mailbox } from './mailbox/mailbox.ts';
import { Membership } from './membership.ts';
import type { Coordinator, CoordinatorOptions } from './options.ts';
import { PublicView } from './public-status.ts';
import { DEFAULT_ROUND_SETTINGS } from './rounds/settings.ts';
import { Rounds } from './rounds/rounds.ts';
import { isBounded, statusOf } from './status.ts';
import type { CoordinatorStatus } from './status.ts';
import { coordinatorTransportNamed } from './transport/registry.ts';

/**
 * @throws FederationError MANIFEST_UNSIGNED, MANIFEST_SIGNATURE, VERSION_*; CoordinatorError COORDINATOR_IDENTITY;
 *   FederationError, PrivacyError if the manifest cannot be planned; PrivacyError PRIVACY_LEDGER_BROKEN.
 */
export function createCoordinator(options: CoordinatorOptions): Coordinator {
  return new RunningCoordinator(options);
}

class RunningCoordinator implements Coordinator {
  readonly plan: FederationPlan;
  readonly roundsOver: Promise<RoundsEnding>;
  readonly failed: Promise<unknown>;
  readonly #options: CoordinatorOptions;
  readonly #log: Log & { flush(): void };
  readonly #clock: Clock;
  readonly #events: Listeners<CoordinatorEvent>;
  readonly #membership: Membership;
  readonly #ledger: Ledger;
  readonly #news: LedgerNews;
  readonly #rounds: Rounds;
  readonly #mailbox: Mailbox;
  readonly #http: HttpServer | undefined;
  readonly #transport: CoordinatorTransport;
  #endpoint: CoordinatorEndpoint | undefined;
  #address: string | undefined;
  #startedAt = 0;
  #isStopping = false;
  #resolveOver: (ending: RoundsEnding) => void = () => undefined;
  #resolveFailed: (error: unknown) => void = () => undefined;

  constructor(options: CoordinatorOptions) {
    const { manifest, identity, store, clock = systemClock, random = systemRandom } = options;
    const log = sparingLog(options.log ?? silentLog, clock);
    verifyManifest(manifest);
    checkIdentity(manifest, identity);
    this.#options = options;
    this.#log = log;
    this.#clock = clock;
    this.plan = options.plan ?? planFederation(manifest);
    this.roundsOver = new Promise((resolve) => (this.#resolveOver = resolve));
    this.failed = new Promise((resolve) => (this.#resolveFailed = resolve));
    this.#events = new Listeners<CoordinatorEvent>((error) => this.#defect(error));
    this.#events.on((event) => logEvent(log, event));
    this.#membership = new Membership(manifest.platforms);
    const budget = ledgerBudget(this.plan.privacy, 'coordinator');
    this.#ledger = Ledger.open(manifest.federation, store.ledger, budget, ledgerRules(this.plan, nodeEngine));
    takeVersion(manifest, store.versions, COORDINATOR, (version) => this.#ledger.attemptsOf(version));
    this.#news = new LedgerNews(this.#ledger);
    this.#rounds = new Rounds({
      plan: this.plan,
      store,
      ledger: this.#ledger,
      membership: this.#membership,
      engine: nodeEngine,
      clock,
      settings: { ...DEFAULT_ROUND_SETTINGS, ...options.rounds },
      send: (to, body, session) => this.#endpoint?.broadcast(to, body, session),
      onCharged: () => this.#emitEpsilon(),
      tellLedger: () => this.#tellLedger(),
      emit: (event) => {
        this.#events.emit(event);
        if (event.kind === 'rounds-over') this.#resolveOver(event.ending);
      },
      onError: (error) => this.#fail(error),
      onDefect: (error) => this.#defect(error),
    });
    this.#mailbox = new Mailbox({
      store: store.mailbox,
      clock,
      limits: { ...DEFAULT_MAILBOX_LIMITS, ...options.mailbox },
      platforms: manifest.platforms.map(({ name }) => name),
      send: (to, body) => this.#endpoint?.send(to, body) ?? Promise.reject(new WireError('LINK_CLOSED')),
      emit: (event) => this.#events.emit(event),
      onError: (error) => this.#fail(error),
    });
    const end: CoordinatorEndOptions = { identity: wireIdentity(manifest, identity), clock, random };
    if (options.carrier.kind === 'transport') {
      this.#transport = options.carrier.make(end);
    } else {
      const { host, port, hostNames = [], operatorToken } = options.carrier;
      const metrics = new Metrics(() => this.status());
      this.#events.on((event) => metrics.observe(event));
      const publicView = new PublicView(clock, () => this.status());
      this.#events.on((event) => publicView.observe(event));
      this.#http = httpServer({
        host,
        port,
        names: hostNames,
        onDefect: (error) => this.#defect(error),
        operatorToken,
        metrics,
        status: () => this.status(),
        publicStatus: () => publicView.read(),
        unready: () => this.#unready(),
      });
      this.#transport = coordinatorTransportNamed(options.carrier.transport).coordinator(this.#http.server, end);
    }
  }

  get address(): string | undefined {
    return this.#address;
  }

  on(listener: CoordinatorListener): () => void {
    return this.#events.on(listener);
  }

  async start(): Promise<void> {
    this.#startedAt = this.#clock.now();
    if (this.plan.privacy.budget === null) {
      this.#log.warn('NO PRIVACY: the manifest asks for no noise; nothing bounds what anyone learns of a person');
    }
    if (this.plan.manifest.unsafeTrial === true) this.#log.warn(UNSAFE_TRIAL);
    this.#log.info('runs by the manifest', { version: this.plan.manifest.version });
    this.#endpoint = await this.#transport.listen({
      onBody: (platform, body, session) => this.#body(platform, body, session),
      onPresence: (platform, presence) => {
        try {
          this.#presence(platform, presence);
        } catch (error) {
          if (isOwnFailure(error)) this.#fail(error);
          else this.#defect(error);
        }
      },
      onFailure: (platform, { code, seen }) => this.#events.emit({ kind: 'failure', platform, code, seen }),
      completedRounds: () => this.#rounds.completed,
      onDefect: (error) => {
        if (isOwnFailure(error)) this.#fail(error);
        else this.#defect(error);
      },
    });
    try {
      this.#address = await this.#http?.listen();
      this.#rounds.start();
      this.#mailbox.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
    if (this.#address !== undefined) this.#events.emit({ kind: 'listening', url: this.#address });
    this.#emitEpsilon();
  }

  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#rounds.stop();
    this.#mailbox.stop();
    await this.#endpoint?.close();
    await this.#http?.close();
    this.#events.emit({ kind: 'stopped' });
    this.#log.flush();
  }

  status(): CoordinatorStatus {
    return statusOf({
      plan: this.plan,
      rounds: this.#rounds,
      ledger: this.#ledger,
      members: this.#membership.members,
      lettersOf: (platform) => this.#mailbox.load(platform).letters,
      attempts: this.#options.store.rounds,
      traffic: this.#endpoint?.traffic() ?? { sentBytes: 0, receivedBytes: 0 },
      upSeconds: (this.#clock.now() - this.#startedAt) / 1000,
    });
  }

  #unready(): string | undefined {
    if (this.#isStopping) return 'stopping';
    return this.#address === undefined ? 'starting' : undefined;
  }

  #body(platform: string, body: Body, session: Uint8Array): void {
    try {
      this.#take(platform, body, session);
    } catch (error) {
      // A platform gets the error that it caused. A store that cannot be written ends the coordinator. A defect must
      // not end it, because a platform may know how to cause it.
      if (isOwnFailure(error)) this.#fail(error);
      else if (!(error instanceof WireError)) this.#defect(error);
      throw error;
    }
  }

  /** @throws WireError WIRE_UNEXPECTED. */
  #take(platform: string, body: Body, session: Uint8Array): void {
    switch (body.kind) {
      case 'status': {
        const { stage, fraction, prepared } = body;
        const isNewlyPrepared = this.#membership.status(platform, body);
        this.#events.emit({ kind: 'progress', platform, stage, fraction, prepared });
        if (isNewlyPrepared) this.#rounds.cameBack(platform);
        this.#rounds.update();
        return;
      }
      case 'secagg':
        if (!isPlatformMessage(body.message)) break;
        this.#rounds.secagg(platform, body.message, session);
        return;
      case 'attempt-decline':
        this.#rounds.declined(platform, body);
        return;
      case 'statement':
        this.#rounds.stated(platform, body);
        return;
      case 'mail':
        this.#mailbox.onMail(platform, body);
        return;
      case 'mail-receipt':
        this.#mailbox.onReceipt(platform, body);
        return;
      case 'attempt-start':
      case 'attempt-end':
      case 'ledger-sync':
      case 'last-keys':
      case 'failure':
        break;
    }
    throw new WireError('WIRE_UNEXPECTED', `${body.kind} from a platform`);
  }

  #presence(platform: string, presence: PlatformPresence): void {
    this.#membership.presence(platform, presence);
    this.#events.emit({ kind: 'platform', platform, state: presence.kind });
    switch (presence.kind) {
      case 'online':
        if (presence.resumed) this.#rounds.back(platform);
        else this.#welcome(platform);
        this.#rounds.cameBack(platform);
        break;
      case 'offline':
        this.#rounds.left(platform);
        break;
      case 'lost':
        this.#mailbox.disconnected(platform);
        this.#rounds.lost(platform);
    }
    this.#rounds.update();
  }

  /** A platform has a new link: sends it everything that it must know first. */
  #welcome(platform: string): void {
    this.#rounds.lost(platform);
    const lastKeys = this.#rounds.lastKeys(platform);
    if (lastKeys !== undefined) this.#endpoint?.broadcast([platform], lastKeys);
    this.#endpoint?.broadcast([platform], this.#news.all());
    for (const body of this.#rounds.news()) this.#endpoint?.broadcast([platform], body);
    this.#mailbox.connected(platform);
  }

  #tellLedger(): void {
    const everyone = this.plan.manifest.platforms.map(({ name }) => name);
    this.#endpoint?.broadcast(everyone, this.#news.untold());
  }

  #emitEpsilon(): void {
    const spent = isBounded(this.plan) ? this.#ledger.spent() : null;
    this.#events.emit({ kind: 'epsilon', spent, budget: this.plan.privacy.budget });
  }

  #defect(error: unknown): void {
    this.#log.error('a defect of the coordinator, please report it', {
      stack: stackOf(error),
    });
  }

  #fail(error: unknown): void {
    if (this.#isStopping) return;
    const code = codeOf(error) ?? 'INTERNAL';
    this.#log.error(`cannot continue: ${messageOf(error)}`, { code });
    void this.stop().then(() => this.#resolveFailed(error));
  }
}

function isOwnFailure(error: unknown): boolean {
  return error instanceof StoreError || error instanceof PrivacyError;
}

/** @throws CoordinatorError COORDINATOR_IDENTITY. */
function checkIdentity(manifest: Manifest, identity: Identity): void {
  const own = Buffer.from(identity.identity.publicKey).toString('base64');
  if (own === manifest.coordinator.identity) return;
  throw new CoordinatorError(
    'COORDINATOR_IDENTITY',
    `identity "${identity.name}" is not the coordinator that the manifest of federation "${manifest.federation}" names: start with that key file, or have a manifest made for this one`,
  );
}
