/**
 * A platform's real part in the rounds (Participation, OwnLedger, its store) over a link to a tiny federation's
 * coordinator. A test decides at which point its process dies.
 */
import { roundWorkOf } from '../../client/rounds/update.ts';
import { DEFAULT_FLOOR } from '../../client/policy.ts';
import { OwnLedger } from '../../client/rounds/own-ledger.ts';
import { Participation } from '../../client/rounds/participation.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import type { Identity } from '../../core/federation/identity.ts';
import { wireIdentity } from '../../core/federation/wire-identity.ts';
import { seededStreams } from '../../core/random/streams.ts';
import type { PlatformModel } from '../../core/transfer/encoder.ts';
import type { Body } from '../../core/wire/body.ts';
import type { PlatformLink } from '../../core/wire/transport.ts';
import { silentLog } from '../../host/log.ts';
import { raise, testRandom } from '../../compliance/wire-federation.ts';
import type { House } from './house.ts';

export interface LiveOptions {
  /** Store of an earlier process of this platform; absent: a new one. */
  readonly store?: PlatformStore;
  /** False: its process dies instead of sending this. */
  readonly sends?: (body: Body, round: number, attempt: number) => boolean;
  /** Receives the error that ends it. Absent: the error is thrown. */
  readonly onError?: (error: unknown) => void;
  /** True: this message is lost, and nobody notices. */
  readonly loses?: (body: Body) => boolean;
}

let processes = 0;

export class LivePlatform {
  readonly name: string;
  readonly store: PlatformStore;
  readonly ledger: OwnLedger;
  readonly participation: Participation;
  readonly link: PlatformLink;
  readonly received: Body[] = [];
  readonly sent: Body[] = [];
  /** Resolves once its process is gone. */
  readonly died: Promise<void>;
  #onBody: (() => void)[] = [];
  #isDead = false;
  #resolveDied: () => void = () => undefined;
  #at = { round: 0, attempt: 0 };

  constructor(
    house: House,
    identity: Identity,
    { store = createMemoryStore(), sends, loses, onError = raise }: LiveOptions = {},
  ) {
    const { plan, manifest } = house.federation;
    const process = ++processes;
    this.name = identity.name;
    this.store = store;
    this.died = new Promise((resolve) => (this.#resolveDied = resolve));
    this.ledger = new OwnLedger(plan, identity.name, store);
    const random = seededStreams(`live ${identity.name} ${process}`);
    this.participation = new Participation({
      plan,
      identity,
      floor: { ...DEFAULT_FLOOR, acceptNoPrivacy: true, maxEpsilon: 100, minNoiseMultiplier: 0 },
      store,
      ledger: this.ledger,
      engine: nodeEngine,
      random,
      log: silentLog,
      emit: () => undefined,
      send: async (body, session) => {
        if (this.#isDead || sends?.(body, this.#at.round, this.#at.attempt) === false) {
          void this.die();
          // A killed process does not notice that its message was not sent, so nothing more happens.
          await new Promise(() => undefined);
        }
        if (loses?.(body) === true) return;
        this.sent.push(body);
        await this.link.send(body, session);
      },
      onError,
      persons: 1,
    });
    const model: Pick<PlatformModel, 'adopt' | 'contributions'> = {
      adopt: () => Promise.resolve(),
      contributions: () => [{ values: new Float32Array(plan.parameters).fill(0.01) }],
    };
    const work = roundWorkOf(model as PlatformModel, { plan, platform: identity.name, random });
    const joined = this.participation.join(work);
    this.link = house.network
      .platformTransport({
        identity: wireIdentity(manifest, identity),
        clock: house.clock,
        random: testRandom(`live wire ${identity.name} ${process}`),
        firstPauseMs: 1,
        lastPauseMs: 20,
      })
      .connect({
        onBody: (body, session) => this.#take(body, session),
        onState: (state) => {
          if (state.kind !== 'online' || state.resumed) return;
          this.participation.onNewLink();
          void joined.then(() => this.link.send({ kind: 'status', stage: 'ready', fraction: 0, prepared: true }));
        },
        onFailure: () => undefined,
        onDefect: (defect) => {
          throw defect;
        },
      });
  }

  /** Resolves once the condition holds. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#onBody = this.#onBody.filter((one) => one !== look);
        resolve();
      };
      this.#onBody.push(look);
      look();
    });
  }

  /** Behaves like a killed process: nothing more is sent or recorded, and its connection ends. */
  async die(): Promise<void> {
    this.#isDead = true;
    await this.link.close();
    this.#resolveDied();
  }

  #take(body: Body, session: Uint8Array): void {
    if (this.#isDead) return;
    this.received.push(body);
    setImmediate(() => {
      for (const look of this.#onBody) look();
    });
    switch (body.kind) {
      case 'attempt-start':
        this.#at = body;
        this.participation.onAttemptStart(body);
        return;
      case 'attempt-end':
        this.participation.onAttemptEnd(body);
        return;
      case 'last-keys':
        this.participation.onLastKeys(body);
        return;
      case 'ledger-sync':
        this.participation.onLedgerSync(body);
        return;
      case 'secagg':
        this.participation.onSecagg(body, session);
        return;
      default:
    }
  }
}
