/**
 * Parts of a federation whose process may die at any point: platforms as they run in production, and stores and a transport
 * that pass a point before anything is written or leaves.
 */
import { DEFAULT_FLOOR } from '../../client/policy.ts';
import type { OwnLedger } from '../../client/rounds/own-ledger.ts';
import { Participation } from '../../client/rounds/participation.ts';
import { roundWorkOf } from '../../client/rounds/update.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import type { Identity } from '../../core/federation/identity.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { wireIdentity } from '../../core/federation/wire-identity.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import type { PlatformModel } from '../../core/transfer/encoder.ts';
import type { Body } from '../../core/wire/body.ts';
import type { MemoryNetwork } from '../../core/wire/memory-transport.ts';
import type { CoordinatorEndpoint, CoordinatorTransport, PlatformLink } from '../../core/wire/transport.ts';
import { silentLog } from '../../host/log.ts';
import { systemClock } from '../../host/system.ts';

export interface TestPlatform {
  readonly plan: FederationPlan;
  readonly identity: Identity;
  readonly store: PlatformStore;
  readonly ledger: OwnLedger;
  readonly leave: (line: string) => void;
}

/** Joins the rounds, with the platform's real code. */
export async function takePart(network: MemoryNetwork, platform: TestPlatform, process: string): Promise<PlatformLink> {
  const { plan, identity, store, ledger, leave } = platform;
  const model: Pick<PlatformModel, 'adopt' | 'contributions'> = {
    adopt: () => Promise.resolve(),
    contributions: () => [{ values: new Float32Array(plan.parameters).fill(0.1) }],
  };
  const attempts = new Map<string, string>();
  const random = seededStreams(`${identity.name} ${process}`);
  const participation = new Participation({
    plan,
    identity,
    floor: DEFAULT_FLOOR,
    store,
    ledger,
    engine: nodeEngine,
    random,
    log: silentLog,
    emit: () => undefined,
    send(body, session = new Uint8Array(0)) {
      const key = hex(session);
      if (body.kind === 'secagg' && body.message.kind === 'advertise-keys') leave(`keys ${key}`);
      if (body.kind === 'secagg' && body.message.kind === 'masked-chunk') leave(`update ${attempts.get(key) ?? ''}`);
      if (body.kind === 'secagg' && body.message.kind === 'reveals') leave(`shares ${attempts.get(key) ?? ''}`);
      if (body.kind === 'statement') leave(`statement ${body.round}/${body.attempt}`);
      return link.send(body, session);
    },
    onError: (error) => {
      throw error;
    },
    persons: 1,
  });
  await participation.join(roundWorkOf(model as PlatformModel, { plan, platform: identity.name, random }));
  const link = network
    .platformTransport({
      identity: wireIdentity(plan.manifest, identity),
      clock: systemClock,
      random: seededRandom(`wire ${identity.name} ${process}`),
      firstPauseMs: 1,
    })
    .connect({
      onBody(body, session) {
        if (body.kind === 'attempt-start') {
          attempts.set(hex(session), `${body.round}/${body.attempt}`);
          participation.onAttemptStart(body);
        }
        if (body.kind === 'attempt-end') participation.onAttemptEnd(body);
        if (body.kind === 'last-keys') participation.onLastKeys(body);
        if (body.kind === 'ledger-sync') participation.onLedgerSync(body);
        if (body.kind === 'secagg') participation.onSecagg(body, session);
      },
      onState(state) {
        if (state.kind !== 'online' || state.resumed) return;
        participation.onNewLink();
        void link.send({ kind: 'status', stage: 'ready', fraction: 0, prepared: true });
      },
      onFailure: () => undefined,
      onDefect: (error) => {
        throw error;
      },
    });
  return link;
}

/**
 * The transport. It adds a line before the first upload is granted, before the survivors are sent, and before a new
 * shared model is sent.
 */
export function overheard(transport: CoordinatorTransport, leave: (line: string) => void): CoordinatorTransport {
  const attempts = new Map<string, string>();
  const hear = (body: Body, session: Uint8Array = new Uint8Array(0)): void => {
    if (body.kind === 'attempt-start') attempts.set(hex(session), `${body.round}/${body.attempt}`);
    const granted = body.kind === 'secagg' && body.message.kind === 'upload-grant' && body.message.next === 0;
    if (granted && !attempts.has(`granted ${hex(session)}`)) {
      attempts.set(`granted ${hex(session)}`, '');
      leave(`grant ${attempts.get(hex(session)) ?? ''}`);
    }
    if (body.kind === 'secagg' && body.message.kind === 'survivors')
      leave(`survivors ${attempts.get(hex(session)) ?? ''}`);
    if (body.kind === 'attempt-end' && body.outcome === 'completed') leave(`model ${body.round}`);
  };
  return {
    name: transport.name,
    async listen(handlers) {
      const endpoint: CoordinatorEndpoint = await transport.listen(handlers);
      return {
        ...endpoint,
        send(platform, body, session) {
          hear(body, session);
          return endpoint.send(platform, body, session);
        },
        broadcast(platforms, body, session) {
          hear(body, session);
          endpoint.broadcast(platforms, body, session);
        },
      };
    },
  };
}

/** The same store, with a point before each of these writes. */
export function watched<Store extends object>(
  store: Store,
  writes: readonly (keyof Store)[],
  point: () => void,
): Store {
  return new Proxy(store, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== 'function') return found;
      return (...given: unknown[]): unknown => {
        if (writes.includes(name as keyof Store)) point();
        return Reflect.apply(found, target, given) as unknown;
      };
    },
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
