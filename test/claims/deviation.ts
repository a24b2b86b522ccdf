/**
 * A coordinator that deviates, over honest platforms as they run in production (Participation, OwnLedger, Attempt, their store,
 * the state machine) and platforms that help it. It keeps some that have uploaded in the dark, so that they reveal nothing,
 * shows each a ledger of its own charges alone, and asks for refunds of sums that it has opened.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { silentLog } from '../../host/log.ts';
import { OwnLedger } from '../../client/rounds/own-ledger.ts';
import { Participation } from '../../client/rounds/participation.ts';
import { roundWorkOf } from '../../client/rounds/update.ts';
import type { RoundWork } from '../../client/rounds/update.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { attemptConfig, sessionParameters } from '../../core/federation/attempt.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Identity } from '../../core/federation/identity.ts';
import { manifestHash } from '../../core/federation/manifest.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { canonicalEntry, Ledger, MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { Charge, LedgerEntry } from '../../core/privacy/ledger/ledger.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { createCoordinatorSession, handleCoordinator } from '../../core/secagg/coordinator.ts';
import type { CoordinatorState } from '../../core/secagg/coordinator.ts';
import type { CoordinatorMessage, NamedKeys, PlatformMessage } from '../../core/secagg/messages.ts';
import { attemptKey } from '../../core/secagg/parameters.ts';
import { makeRefundProof } from '../../core/secagg/refund-proof.ts';
import type { RefundProof } from '../../core/secagg/refund-proof.ts';
import { createPlatformSession, handlePlatform } from '../../core/secagg/platform.ts';
import type { PlatformState } from '../../core/secagg/platform.ts';
import type {
  CoordinatorEffect,
  CoordinatorEvent,
  PlatformEffect,
  PlatformEvent,
  SessionParameters,
} from '../../core/secagg/session.ts';
import { signStatement } from '../../core/secagg/statement.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import type { PlatformModel } from '../../core/transfer/encoder.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import type { AttemptStartBody, Body, StatementBody } from '../../core/wire/body.ts';

const PARAMETERS = 4;
const FEDERATION = 'deviation';
/** Number of idle turns of the event loop after which a stage's deadline is over. */
const PATIENCE = 5;

const MODEL: Pick<PlatformModel, 'adopt' | 'contributions'> = {
  adopt: () => Promise.resolve(),
  contributions: () => [{ values: new Float32Array(PARAMETERS).fill(0.1) }],
};

export interface DeviationSettings {
  readonly platforms: number;
  /** c: colluders that the plan covers. */
  readonly colluding: number;
  readonly dropouts: number;
  /** R: there are no spare attempts. */
  readonly rounds: number;
  /** F. Default: the plan's default. */
  readonly refunds?: number;
  readonly epsilon: number;
  /** c': platforms that help the coordinator. */
  readonly helpers: number;
}

export interface Honest {
  readonly name: string;
  readonly identity: Identity;
  readonly store: PlatformStore;
  readonly ledger: OwnLedger;
  readonly participation: Participation;
  /** The ledger that the coordinator shows it. */
  view: Ledger;
  /** Number of opened sums with its data in them. */
  opened: number;
}

/** One attempt under way. */
interface Session {
  readonly number: number;
  readonly parameters: SessionParameters;
  readonly key: Uint8Array;
  /** Platforms that are told the survivors and their signatures. The others that uploaded are told neither. */
  readonly told: ReadonlySet<string>;
  readonly signatures: ReadonlySet<string>;
  /** Platforms that are not told the end either. */
  readonly open: ReadonlySet<string>;
  readonly events: CoordinatorEvent[];
  readonly helpers: Map<string, PlatformState>;
  readonly declined: Set<string>;
  parametersHash: Uint8Array;
  keys: readonly NamedKeys[];
}

export class Deviation {
  /** The last ledger with a refund that a platform refused. */
  refusedView: Ledger | undefined;
  readonly plan: FederationPlan;
  readonly #honest: Honest[];
  readonly helpers: readonly Identity[];
  /** R and F. */
  readonly attempts: number;
  readonly refunds: number;
  readonly #statements: (StatementBody & { readonly from: string })[] = [];
  #session: Session | undefined;
  #attempts = 0;
  #processes = 0;

  private constructor(settings: DeviationSettings) {
    const random = seededRandom('deviation');
    const coordinator = generateIdentity('coordinator', random);
    const identities = Array.from({ length: settings.platforms }, (_, i) => generateIdentity(`p${i}`, random));
    this.plan = planOf(coordinator, identities, settings);
    this.attempts = settings.rounds;
    this.refunds = this.plan.privacy.refunds;
    this.helpers = identities.slice(0, settings.helpers);
    this.#honest = identities.slice(settings.helpers).map((identity) => this.#join(identity));
  }

  get honest(): readonly Honest[] {
    return this.#honest;
  }

  static async begin(settings: DeviationSettings): Promise<Deviation> {
    const deviation = new Deviation(settings);
    for (const { name, participation } of deviation.honest) await participation.join(deviation.#work(name));
    return deviation;
  }

  #work(platform: string): RoundWork {
    const random = seededStreams(`noise ${platform}`);
    return roundWorkOf(MODEL as PlatformModel, { plan: this.plan, platform, random });
  }

  /** Number of charges in this platform's ledger that are not taken back. */
  paid({ store }: Honest): number {
    const standing = new Set<string>();
    for (const { charge, refund } of store.ledger.entries()) {
      if (refund !== undefined) standing.delete(refund.session);
      else if (charge.scope === 'federation') standing.add(charge.session);
    }
    return standing.size;
  }

  refundsOf({ store }: Honest): number {
    return store.ledger.entries().filter((entry) => 'refund' in entry && entry.refund !== undefined).length;
  }

  /** Largest excess of opened sums with one platform's data in them over that platform's payments. */
  get worstExcess(): number {
    return Math.max(...this.honest.map((one) => one.opened - this.paid(one)));
  }

  /**
   * Runs one attempt over everybody. @param told honest platforms that are told of survivors; helpers always are.
   * @param signatures those that are told of signatures too, and so reveal; all of them when absent.
   * @param open those that are not told of its end.
   * @returns the platforms in the sum that was opened; undefined where none was, or an honest platform declined.
   */
  async attempt(
    told: ReadonlySet<string>,
    signatures: ReadonlySet<string> = told,
    open: ReadonlySet<string> = new Set(),
  ): Promise<readonly string[] | undefined> {
    const number = ++this.#attempts;
    const everyone = [...this.helpers, ...this.honest.map(({ identity }) => identity)].map(({ name }) => name);
    const start: AttemptStartBody = {
      kind: 'attempt-start',
      round: 1,
      attempt: number,
      config: attemptConfig(this.plan, everyone),
      model: new Float32Array(PARAMETERS),
    };
    const parameters = sessionParameters(this.plan, start);
    const session: Session = {
      number,
      parameters,
      key: Buffer.from(attemptKey(nodeEngine, parameters), 'hex'),
      told: new Set([...told, ...this.helpers.map(({ name }) => name)]),
      signatures: new Set([...signatures, ...this.helpers.map(({ name }) => name)]),
      open,
      events: [],
      helpers: new Map(),
      declined: new Set(),
      parametersHash: new Uint8Array(0),
      keys: [],
    };
    this.#session = session;
    let [state, effects] = createCoordinatorSession(parameters, {
      engine: nodeEngine,
      uploadSlots: everyone.length,
    });
    let opened: readonly string[] | undefined;
    const act = (more: readonly CoordinatorEffect[]): void => {
      for (const effect of more) if (effect.kind === 'sum') opened = effect.platforms;
      this.#carryOut(session, more);
    };
    act(effects);
    for (const { name } of this.honest) this.#deliverStart(name, start);
    for (const { name } of this.helpers) this.#beginHelper(session, name);
    for (let idle = 0; state.stage !== 'ended';) {
      const event = session.events.shift() ?? (idle >= PATIENCE ? this.#timer(state) : undefined);
      if (event === undefined) {
        idle += 1;
        await turn();
        continue;
      }
      idle = 0;
      [state, effects] = handleCoordinator(state, event);
      act(effects);
    }
    for (const one of this.honest) {
      if (!open.has(one.name)) this.end(one);
    }
    await this.settle();
    for (const one of this.honest) if (opened?.includes(one.name)) one.opened += 1;
    this.#tellCharges();
    await this.settle();
    if (session.declined.size > 0) return undefined;
    return opened;
  }

  /** Tells a platform that the last attempt has ended. */
  end({ participation }: Honest): void {
    participation.onAttemptEnd({
      kind: 'attempt-end',
      round: 1,
      attempt: this.#attempts,
      outcome: 'too-few-platforms',
      text: '',
      model: new Float32Array(0),
      completedRounds: 0,
    });
  }

  /**
   * Asks for refunds of the last attempt with the true statements of those who gave it up and the helpers' false ones.
   * @param of whose charges; of those who stated when absent.
   * @param change what is made of the proof before it is shown.
   * @returns who took the charge back.
   */
  async refund(
    of?: ReadonlySet<string>,
    change: (proof: RefundProof) => RefundProof = (proof) => proof,
  ): Promise<readonly string[]> {
    const session = this.#session;
    if (session === undefined) return [];
    const statements = new Map<string, Uint8Array>();
    for (const { attempt, from, signature } of this.#statements) {
      if (attempt === session.number) statements.set(from, signature);
    }
    for (const helper of this.helpers) statements.set(helper.name, this.#falseStatement(session, helper));
    const proof = change(makeRefundProof(session.parametersHash, session.keys, statements));
    const before = new Map(this.honest.map((one) => [one.name, this.refundsOf(one)]));
    for (const one of this.honest) {
      const charge = this.#chargeOf(one, session.number);
      if (charge === undefined || !(of ?? statements).has(one.name)) continue;
      const { label, round, attempt, session: id } = charge;
      const view = this.#view(one.view.entries);
      view.refund({ scope: 'federation', label, round, attempt, session: id, proof });
      this.show({ ...one, view });
      // A refund without a valid proof would keep the platform away, so the platform gets the ledger without it again.
      if (one.ledger.refusal === undefined) one.view = view;
      else {
        this.refusedView = view;
        this.show(one);
      }
    }
    await this.settle();
    return this.honest.filter((one) => this.refundsOf(one) > (before.get(one.name) ?? 0)).map(({ name }) => name);
  }

  #falseStatement({ key, parametersHash, keys }: Session, helper: Identity): Uint8Array {
    const own = keys.find(({ id }) => id === helper.name);
    if (own === undefined) throw new Error(`${helper.name} has no keys in the list`);
    const { sealKey, maskKey } = own;
    const entered = { attempt: Buffer.from(key).toString('hex'), parametersHash, sealKey, maskKey };
    return signStatement(nodeEngine, FEDERATION, entered, helper.identity.secretKey);
  }

  #join(identity: Identity, store = createMemoryStore(), seen?: Ledger): Honest {
    const { name } = identity;
    const process = ++this.#processes;
    const ledger = new OwnLedger(this.plan, name, store);
    const participation = new Participation({
      plan: this.plan,
      identity,
      floor: FLOOR,
      store,
      ledger,
      engine: nodeEngine,
      random: seededStreams(`deviation ${name} ${process}`),
      log: silentLog,
      emit: () => undefined,
      send: (body) => {
        this.#hear(name, body);
        return Promise.resolve();
      },
      onError: (error) => {
        throw error;
      },
      persons: 1,
    });
    const honest: Honest = { name, identity, store, ledger, participation, view: seen ?? this.#view([]), opened: 0 };
    this.show(honest);
    return honest;
  }

  #deliverStart(name: string, start: AttemptStartBody): void {
    this.#of(name)?.participation.onAttemptStart(start);
  }

  /** Names of the platforms that stated that they gave the last attempt up. */
  get stated(): readonly string[] {
    return this.#statements.filter(({ attempt }) => attempt === this.#attempts).map(({ from }) => from);
  }

  /** Starts a new process of a platform, on the state that the last one left. The old one's memory is lost. */
  async restart(name: string): Promise<Honest> {
    const at = this.honest.findIndex((one) => one.name === name);
    const { identity, store, view, opened } = this.honest[at];
    const next = { ...this.#join(identity, store, view), opened };
    this.#honest[at] = next;
    await next.participation.join(this.#work(name));
    await this.settle();
    return next;
  }

  /** A platform of this name with an empty state. Its messages are ignored. */
  async stranger(name: string): Promise<Honest> {
    const one = this.#join(this.honest.find((known) => known.name === name)!.identity);
    await one.participation.join(this.#work(name));
    return one;
  }

  /** Takes a message of an honest platform. */
  #hear(from: string, body: Body): void {
    const session = this.#session;
    if (session === undefined) return;
    if (body.kind === 'statement') this.#statements.push({ ...body, from });
    if (body.kind === 'attempt-decline') {
      session.declined.add(from);
      session.events.push({ kind: 'lost', platform: from });
    }
    if (body.kind !== 'secagg') return;
    session.events.push({ kind: 'message', from, message: body.message as PlatformMessage });
  }

  #carryOut(session: Session, effects: readonly CoordinatorEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.#deliver(session, effect.to, effect.message);
      if (effect.kind === 'broadcast') for (const to of effect.to) this.#deliver(session, to, effect.message);
      if (effect.kind === 'continue') session.events.push({ kind: 'continue' });
      if (effect.kind === 'grace') session.events.push({ kind: 'grace' });
      if (effect.kind !== 'persist-keys') continue;
      session.parametersHash = effect.parametersHash;
      session.keys = effect.keys;
    }
  }

  /** The deviation: a platform outside `told` never learns that a sum was to be opened. */
  #deliver(session: Session, to: string, message: CoordinatorMessage): void {
    if (message.kind === 'survivors' && !session.told.has(to)) return;
    if (message.kind === 'consistency-signatures' && !session.signatures.has(to)) return;
    if (message.kind === 'session-end' && session.open.has(to)) return;
    const told: CoordinatorMessage =
      message.kind === 'session-end' ? { ...message, outcome: 'too-few-platforms' } : message;
    const honest = this.#of(to);
    if (honest !== undefined) honest.participation.onSecagg({ kind: 'secagg', message: told }, session.key);
    else this.#helperTakes(session, to, told);
  }

  /** A helper follows the protocol without any record: it never charges, and never refuses. */
  #beginHelper(session: Session, name: string): void {
    const helper = this.helpers.find((identity) => identity.name === name);
    if (helper === undefined) return;
    const [state, effects] = createPlatformSession(
      session.parameters,
      { id: name, secretKey: helper.identity.secretKey },
      {
        engine: nodeEngine,
        random: seededRandom(`helper ${name} ${session.number}`),
        floor: { platforms: 3, tNoise: 2, colluders: 0 },
        ...{ isEntered: () => false, isSpent: () => false },
      },
    );
    session.helpers.set(name, state);
    this.#helperDoes(session, name, effects);
    this.#helperTakes(session, name, { kind: 'update', vector: new Uint32Array(PARAMETERS) });
  }

  #helperTakes(session: Session, name: string, event: PlatformEvent): void {
    const state = session.helpers.get(name);
    if (state === undefined) return;
    const [next, effects] = handlePlatform(state, event);
    session.helpers.set(name, next);
    this.#helperDoes(session, name, effects);
  }

  #helperDoes(session: Session, from: string, effects: readonly PlatformEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') session.events.push({ kind: 'message', from, message: effect.message });
      if (effect.kind !== 'upload') continue;
      for (const message of effect.chunks) session.events.push({ kind: 'message', from, message });
    }
  }

  #timer(state: CoordinatorState): CoordinatorEvent {
    return { kind: 'deadline', stage: state.stage };
  }

  /** Shows every platform its own charges, which it would miss, and no others. */
  #tellCharges(): void {
    for (const one of this.honest) {
      const known = new Set(one.view.entries.map(({ charge }) => charge?.session));
      for (const { charge } of one.store.ledger.entries()) {
        if (charge?.scope === 'federation' && !known.has(charge.session)) one.view.charge(charge);
      }
      this.show(one);
    }
  }

  /** A coordinator's ledger that follows no rule. */
  #view(entries: readonly LedgerEntry[]): Ledger {
    const store = new MemoryLedgerStore();
    for (const entry of entries) store.append(entry);
    return Ledger.open(
      FEDERATION,
      store,
      { epsilon: null, delta: 1e-6, elsewhere: [] },
      { chargeProblem: () => undefined, refundProblem: () => undefined, mostRefunds: Infinity },
    );
  }

  /** @param view the ledger that the platform is shown. Default: its own. */
  show({ participation, ...one }: Pick<Honest, 'view' | 'participation'>, view = one.view): void {
    participation.onLedgerSync({ kind: 'ledger-sync', from: 0, entries: view.entries.map(canonicalEntry) });
  }

  #chargeOf({ store }: Honest, attempt: number): Charge | undefined {
    return store.ledger.entries().find(({ charge }) => charge?.scope === 'federation' && charge.attempt === attempt)
      ?.charge;
  }

  #of(name: string): Honest | undefined {
    return this.honest.find((one) => one.name === name);
  }

  /** Lets the platforms finish their pending work. */
  async settle(): Promise<void> {
    for (let i = 0; i < PATIENCE; i++) await turn();
  }
}

const FLOOR = {
  acceptNoPrivacy: false,
  maxEpsilon: 100,
  maxDelta: 1,
  minNoiseMultiplier: 0,
  minPlatforms: 3,
  minNoiseThreshold: 3,
  minHonest: 2,
  minColluding: 0,
  minPlatformsPerPerson: 1,
  requirePrivateEncoder: false,
  maxEpsilon0: null,
};

function planOf(coordinator: Identity, identities: readonly Identity[], settings: DeviationSettings): FederationPlan {
  const { epsilon, colluding, dropouts, rounds, refunds } = settings;
  const manifest = draftManifest({
    federation: FEDERATION,
    seed: 'deviation',
    coordinator,
    platforms: identities.map((identity) => ({ identity, items: 10, personsAbout: 1000 })),
    encoder: encoderSpec('linear-bridge'),
    privacy: { epsilon, colluding, dropouts },
    rounds: { count: rounds, spareAttempts: 0, ...(refunds !== undefined && { refunds }) },
  });
  const encoder = {
    ...encoderNamed('private-subspace'),
    name: 'deviation',
    queries: () => [],
    initialModel: () => new Float32Array(PARAMETERS),
  };
  const platforms = manifest.platforms.map(({ name, items, personsAbout }) => ({
    name,
    items,
    personsAbout,
    releases: true,
  }));
  const round = {
    label: 'round',
    dimension: PARAMETERS,
    clip: 1,
    repetitions: rounds,
    relativeNoise: 1,
    scope: 'federation',
  } as const;
  return {
    manifest,
    manifestHash: manifestHash(manifest),
    encoder,
    shape: { platforms, maxPlatformsPerPerson: 2, rounds },
    shared: {
      blocks: [{ name: 'all', shape: [PARAMETERS] }],
      optimiser: { name: 'fedavg', learningRate: 1 },
      denominator: 1,
    },
    parameters: PARAMETERS,
    learnsMap: false,
    law: 'charged',
    ownNumbers: 0,
    ownItems: 0,
    privacy: planPrivacy({
      epsilon,
      delta: manifest.privacy.delta,
      colluding,
      dropouts,
      maxPlatformsPerPerson: 2,
      spareAttempts: 0,
      refunds: manifest.rounds.refunds,
      platforms: platforms.map(({ name, personsAbout }) => ({ name, personsAbout, queries: [round] })),
    }),
  };
}
