/**
 * Stage 0 of a platform: it checks the list of all keys, and on a sparse graph opens its part of the beacon.
 * @module
 */
import { equalBytes, toHex } from '../../encoding/canonical-bytes.ts';
import { SecaggError } from '../errors.ts';
import { graphOf } from '../graph.ts';
import { expectAscending, expectBytes, expectEnough, piece } from '../guards.ts';
import type { BeaconList, KeyEntry, KeyList } from '../messages.ts';
import { KEY_BYTES, SIGNATURE_BYTES } from '../messages.ts';
import { commitBeacon } from '../packet.ts';
import { keysToSign, named, sessionIdOf } from '../parameters.ts';
import { deal } from './shares.ts';
import { advance } from './state.ts';
import type { Joined, Placed, PlatformSession, PlatformStateOf, PlatformStep } from './state.ts';

export function onKeyList(state: PlatformStateOf<'awaiting-keys'>, list: KeyList): PlatformStep {
  const { session } = state;
  const { parameters, dependencies, facts } = session;
  checkKeyList(session, list);
  const keys = list.entries;
  const sessionId = sessionIdOf(dependencies.engine, session.parametersHash, named(parameters, keys));
  facts.of('different keys', [sessionId], () => checkDifferent(keys));
  const joined: Joined = { sessionId, keys };
  if (parameters.graph.kind === 'complete') {
    return deal(advance(session, list, []), list, place(session, joined, new Uint8Array(0)));
  }
  const reveal = { kind: 'beacon-reveal', nonce: session.secrets.beaconNonce.slice() } as const;
  return [
    { stage: 'awaiting-beacon', session: advance(session, list, [reveal]), joined },
    [{ kind: 'send', message: reveal }],
  ];
}

export function onBeaconList(state: PlatformStateOf<'awaiting-beacon'>, list: BeaconList): PlatformStep {
  const { session, joined } = state;
  expectBytes('the beacon list', list.nonces, KEY_BYTES * joined.keys.length);
  return deal(session, list, place(session, joined, list.nonces));
}

/** @throws SecaggError SECAGG_BEACON */
function checkBeacon({ dependencies, parametersHash }: PlatformSession, { keys }: Joined, nonces: Uint8Array): void {
  keys.forEach(({ beaconCommitment, platform }, i) => {
    const nonce = piece(nonces, KEY_BYTES, i);
    if (!equalBytes(commitBeacon(dependencies.engine, parametersHash, platform, nonce), beaconCommitment)) {
      throw new SecaggError('SECAGG_BEACON', `platform ${platform}`, platform);
    }
  });
}

/** @throws SecaggError SECAGG_REPEATED_KEY */
function checkDifferent(keys: readonly KeyEntry[]): void {
  const seen = new Set<string>();
  for (const { maskKey, platform, sealKey } of keys) {
    for (const key of [toHex(sealKey), toHex(maskKey)]) {
      if (seen.has(key)) throw new SecaggError('SECAGG_REPEATED_KEY', `again at platform ${platform}`, platform);
      seen.add(key);
    }
  }
}

/** Checks sizes and order, and that this platform's own keys are in the list unchanged. @throws SecaggError */
function checkKeyList(session: PlatformSession, list: KeyList): void {
  const { parameters, me } = session;
  const platforms = list.entries.map((entry) => entry.platform);
  expectAscending('the key list', platforms, parameters.cohort.length);
  const least = parameters.graph.kind === 'complete' ? parameters.threshold : parameters.threshold + 1;
  expectEnough('the key list', platforms.length, least, parameters.tNoise);
  const beaconBytes = parameters.graph.kind === 'complete' ? 0 : KEY_BYTES;
  for (const entry of list.entries) {
    expectBytes('a seal key', entry.sealKey, KEY_BYTES, entry.platform);
    expectBytes('a mask key', entry.maskKey, KEY_BYTES, entry.platform);
    expectBytes('a beacon commitment', entry.beaconCommitment, beaconBytes, entry.platform);
    expectBytes('a signature', entry.signature, SIGNATURE_BYTES, entry.platform);
  }
  const own = list.entries.find((entry) => entry.platform === me);
  if (own === undefined) throw new SecaggError('SECAGG_OWN_KEY', 'missing from the key list');
  const sent = session.sent.find((message) => message.kind === 'advertise-keys');
  const same =
    sent !== undefined &&
    equalBytes(own.sealKey, sent.sealKey) &&
    equalBytes(own.maskKey, sent.maskKey) &&
    equalBytes(own.beaconCommitment, sent.beaconCommitment);
  if (!same) throw new SecaggError('SECAGG_OWN_KEY', 'replaced in the key list');
}

/** Finds this platform's place in the graph and checks the key signatures of its neighbours. */
function place(session: PlatformSession, joined: Joined, nonces: Uint8Array): Placed {
  const { parameters, dependencies, facts, me } = session;
  const { keys, sessionId } = joined;
  // The session id covers the parameters, the keys and the commitments of the beacon.
  const graph = facts.of('ring', [sessionId, dependencies.engine.sha256(nonces)], () => {
    if (parameters.graph.kind !== 'complete') checkBeacon(session, joined, nonces);
    return graphOf(dependencies.engine, parameters.graph, sessionId, nonces, keys.length);
  });
  const position = keys.findIndex((entry) => entry.platform === me);
  const around = graph.neighbours(position);
  for (const at of around) checkSignature(session, keys[at]);
  return { ...joined, graph, position, neighbours: around.map((at) => keys[at].platform) };
}

function checkSignature(session: PlatformSession, entry: KeyEntry): void {
  const { identity } = session.parameters.cohort[entry.platform];
  const signed = keysToSign(session.parametersHash, entry.platform, entry);
  if (!session.dependencies.engine.verify(signed, entry.signature, identity)) {
    throw new SecaggError('SECAGG_KEY_SIGNATURE', `platform ${entry.platform}`, entry.platform);
  }
}
