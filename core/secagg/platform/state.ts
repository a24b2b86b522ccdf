/**
 * A platform's side of a session as a discriminated union. Each state is named after what the platform waits for, and holds
 * what it knows by then.
 * @module
 */
import type { KeyAgreement } from '../../crypto/engine.ts';
import type { SecaggError } from '../errors.ts';
import type { Graph } from '../graph.ts';
import type { Mask } from '../masks.ts';
import type {
  BeaconList,
  ConsistencySignatures,
  KeyEntry,
  KeyList,
  Reveals,
  SharePackets,
  Survivors,
} from '../messages.ts';
import type { DealtShares } from '../packet.ts';
import type { PlatformDependencies, PlatformEffect, PlatformIdentity, SessionParameters, Step } from '../session.ts';
import type { PlatformMessage } from '../messages.ts';
import type { PublicFacts } from './public-facts.ts';

/** Secrets of one attempt. Masking checks `wiped` first: after a wipe no masks are left, and the update would leave unmasked. */
export interface PlatformSecrets {
  wiped: boolean;
  readonly sealKey: Uint8Array;
  readonly maskKey: Uint8Array;
  readonly selfMaskSeed: Uint8Array;
  readonly beaconNonce: Uint8Array;
  /** nacl.box keys by the neighbour's cohort index. They seal the packets of stage 1 and open those received. */
  readonly boxKeys: Map<number, Uint8Array>;
  /** Pairwise masks by the neighbour's cohort index. The masks shared with dealers are also in `masks`. */
  readonly pairwise: Map<number, Mask>;
  /** Masks that are added to the update. */
  readonly masks: Mask[];
  /** Shares by the dealer's cohort index. On the complete graph this platform's own shares are among them. */
  readonly held: Map<number, DealtShares>;
}

/** Data that every open state has. */
export interface PlatformSession {
  readonly parameters: SessionParameters;
  readonly parametersHash: Uint8Array;
  /** Name of the attempt, by `attemptKey`. */
  readonly attempt: string;
  readonly dependencies: PlatformDependencies;
  readonly facts: PublicFacts;
  readonly identity: PlatformIdentity;
  /** Own cohort index. */
  readonly me: number;
  readonly secrets: PlatformSecrets;
  readonly sealAgreement: KeyAgreement;
  readonly maskAgreement: KeyAgreement;
  /** The update, once the driver has given it. */
  readonly update: Uint32Array | null;
  /** Coordinator messages taken so far. The protocol has one of each kind, so a second one that differs is an attack. */
  readonly taken: Readonly<Partial<Record<OnceKind, OnceMessage>>>;
  /** Messages that `resume` sends again. */
  readonly sent: readonly PlatformMessage[];
}

export type OnceMessage = KeyList | BeaconList | SharePackets | Survivors | ConsistencySignatures;
export type OnceKind = OnceMessage['kind'];

/** Values that the platform knows once the key list has arrived. */
export interface Joined {
  readonly sessionId: Uint8Array;
  /** U1: entry i stands at position i of the graph. */
  readonly keys: readonly KeyEntry[];
}

export interface Placed extends Joined {
  readonly graph: Graph;
  readonly position: number;
  /** Cohort indices, ascending. */
  readonly neighbours: readonly number[];
}

/** Values that the platform knows from stage 2 on. */
export interface Dealt extends Placed {
  /** Neighbours that dealt shares to this platform: its part of U2. */
  readonly dealers: readonly number[];
}

export type PlatformState =
  | { readonly stage: 'awaiting-keys'; readonly session: PlatformSession }
  | { readonly stage: 'awaiting-beacon'; readonly session: PlatformSession; readonly joined: Joined }
  | { readonly stage: 'awaiting-packets'; readonly session: PlatformSession; readonly placed: Placed }
  | {
      readonly stage: 'masked-input';
      readonly session: PlatformSession;
      readonly dealt: Dealt;
      /** The coordinator has acknowledged the chunks below this. */
      readonly acknowledged: number;
      /** The chunks below this were handed to the driver. */
      readonly handedOut: number;
      /** The last grant allows the chunks below this. */
      readonly limit: number;
      /** True once this platform's ledger is charged: before the first chunk, and once per session. */
      readonly isCharged: boolean;
      /** Largest value that `handedOut` ever had. Going back lowers `handedOut`, but not this. */
      readonly furthest: number;
    }
  | {
      readonly stage: 'awaiting-signatures';
      readonly session: PlatformSession;
      readonly dealt: Dealt;
      readonly survivors: readonly number[];
    }
  | { readonly stage: 'revealed'; readonly session: PlatformSession; readonly reveals: Reveals }
  | { readonly stage: 'closed'; readonly because: string };

export type PlatformStep = Step<PlatformState, PlatformEffect>;
export type PlatformStateOf<Stage extends PlatformState['stage']> = Extract<PlatformState, { readonly stage: Stage }>;

/** Zeroes every secret in place, except KeyObjects of node:crypto, which live as long as the session object. */
export function wipe(secrets: PlatformSecrets): void {
  secrets.wiped = true;
  for (const bytes of [secrets.sealKey, secrets.maskKey, secrets.selfMaskSeed, secrets.beaconNonce]) bytes.fill(0);
  for (const key of secrets.boxKeys.values()) key.fill(0);
  secrets.boxKeys.clear();
  for (const mask of [...secrets.masks, ...secrets.pairwise.values()]) mask.key.fill(0);
  secrets.masks.length = 0;
  secrets.pairwise.clear();
  for (const shares of secrets.held.values()) {
    shares.maskKeyShare.fill(0);
    shares.selfMaskShare.fill(0);
  }
  secrets.held.clear();
}

/** Leaves the session: wipes the keys and tells the coordinator why. */
export function abort(session: PlatformSession, error: SecaggError): PlatformStep {
  wipe(session.secrets);
  return [
    { stage: 'closed', because: error.code },
    [
      { kind: 'send', message: { kind: 'leave', code: error.code, about: error.about, text: error.message } },
      { kind: 'abort', error },
    ],
  ];
}

export function ignore(state: PlatformState, error: SecaggError): PlatformStep {
  return [state, [{ kind: 'ignored', error }]];
}

/** The session after it took `message`. @param sent messages that `resume` sends again. */
export function advance(
  session: PlatformSession,
  message: OnceMessage,
  sent: readonly PlatformMessage[],
): PlatformSession {
  return { ...session, taken: { ...session.taken, [message.kind]: message }, sent };
}
