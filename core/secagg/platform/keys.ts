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
  const { parameters, dependencies } = session;
  checkKeyList(session, list);
  const joined: Joined = {
    sessionId: sessionIdOf(dependencies.engine, session.parametersHash, named(parameters, list.entries)),
    keys: list.entries,
  };
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
  joined.keys.forEach((entry, i) => {
    const nonce = piece(list.nonces, KEY_BYTES, i);
    const commitment = commitBeacon(session.dependencies.engine, session.parametersHash, entry.platform, nonce);
    if (!equalBytes(commitment, entry.beaconCommitment)) {
      throw new SecaggError('SECAGG_BEACON', `platform ${entry.platform}`, entry.platform);
    }
  });
  return deal(session, list, place(session, joined, list.nonces));
}

/** Checks sizes, order and repetitions, and that this platform's own keys are in the list unchanged. @throws SecaggError */
function checkKeyList(session: PlatformSession, list: KeyList): void {
  const { parameters, me } = session;
  const platforms = list.entries.map((entry) => entry.platform);
  expectAscending('the key list', platforms, parameters.cohort.length);
  const least = parameters.graph.kind === 'complete' ? parameters.threshold : parameters.threshold + 1;
  expectEnough('the key list', platforms.length, least, parameters.tNoise);
  const beaconBytes = parameters.graph.kind === 'complete' ? 0 : KEY_BYTES;
  const seen = new Set<string>();
  for (const entry of list.entries) {
    expectBytes('a seal key', entry.sealKey, KEY_BYTES, entry.platform);
    expectBytes('a mask key', entry.maskKey, KEY_BYTES, entry.platform);
    expectBytes('a beacon commitment', entry.beaconCommitment, beaconBytes, entry.platform);
    expectBytes('a signature', entry.signature, SIGNATURE_BYTES, entry.platform);
    for (const key of [toHex(entry.sealKey), toHex(entry.maskKey)]) {
      if (seen.has(key)) {
        throw new SecaggError('SECAGG_REPEATED_KEY', `again at platform ${entry.platform}`, entry.platform);
      }
      seen.add(key);
    }
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
  const { parameters, dependencies, me } = session;
  const { keys, sessionId } = joined;
  const graph = graphOf(dependencies.engine, parameters.graph, sessionId, nonces, keys.length);
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
