/**
 * Checks each platform's answer before the coordinator counts it. The coordinator trusts no platform: it refuses a bad answer
 * on arrival, names the sender, and continues with the others.
 * @module
 */
import { equalBytes, toHex } from '../../encoding/canonical-bytes.ts';
import { isLowOrder } from '../../crypto/low-order.ts';
import { SecaggError } from '../errors.ts';
import { expectBytes, piece } from '../guards.ts';
import { KEY_BYTES, SEALED_PACKET_BYTES, SHARE_COMMITMENT_BYTES, SIGNATURE_BYTES } from '../messages.ts';
import type { AdvertiseKeys, ConsistencySignature, Reveal, ShareKeys } from '../messages.ts';
import { commitShare } from '../packet.ts';
import { keysToSign } from '../parameters.ts';
import { survivorsToSign } from '../platform/unmask.ts';
import type { Circle, CoordinatorSession, Summing } from './state.ts';

/** @throws SecaggError */
export function checkAdvertisedKeys(
  session: CoordinatorSession,
  taken: ReadonlySet<string>,
  from: number,
  message: AdvertiseKeys,
): void {
  const { engine } = session.dependencies;
  expectBytes('the seal key', message.sealKey, KEY_BYTES, from);
  expectBytes('the mask key', message.maskKey, KEY_BYTES, from);
  const beacon = session.parameters.graph.kind === 'complete' ? 0 : KEY_BYTES;
  expectBytes('the beacon commitment', message.beaconCommitment, beacon, from);
  const signed = keysToSign(session.parametersHash, from, message);
  if (!engine.verify(signed, message.signature, session.parameters.cohort[from].identity)) {
    throw new SecaggError('SECAGG_KEY_SIGNATURE', 'the platform signed other keys or another session', from);
  }
  for (const key of [message.sealKey, message.maskKey]) {
    if (isLowOrder(key)) throw new SecaggError('SECAGG_LOW_ORDER', `platform ${from}`, from);
    if (taken.has(toHex(key))) throw new SecaggError('SECAGG_REPEATED_KEY', `again at platform ${from}`, from);
  }
  if (equalBytes(message.sealKey, message.maskKey)) {
    throw new SecaggError('SECAGG_REPEATED_KEY', `both keys of platform ${from}`, from);
  }
}

/** @throws SecaggError SECAGG_SIZE */
export function checkShareKeys(circle: Circle, from: number, message: ShareKeys): void {
  const position = circle.positionOf.get(from) ?? -1;
  const holders = circle.graph.holders(position);
  const others = holders.filter((at) => at !== position).length;
  expectBytes('the packets', message.sealed, SEALED_PACKET_BYTES * others, from);
  expectBytes('the commitments', message.commitments, SHARE_COMMITMENT_BYTES * holders.length, from);
  expectBytes('the commitment to the self-mask seed', message.selfMaskCommitment, KEY_BYTES, from);
}

/** @throws SecaggError SECAGG_SIZE, SECAGG_INCONSISTENT */
export function checkConsistencySignature(
  session: CoordinatorSession,
  summing: Summing,
  from: number,
  message: ConsistencySignature,
): void {
  expectBytes('the signature', message.signature, SIGNATURE_BYTES, from);
  const signed = survivorsToSign(summing.sessionId, summing.survivors);
  const { identity } = session.parameters.cohort[from];
  if (!session.dependencies.engine.verify(signed, message.signature, identity)) {
    throw new SecaggError('SECAGG_INCONSISTENT', `platform ${from} signed another U3`, from);
  }
}

/** The dealer's commitments to the two shares of one holder: 32 bytes, or none if the dealer dealt nothing. */
export function commitmentsFor(
  summing: Circle & { readonly dealt: ReadonlyMap<number, ShareKeys> },
  dealer: number,
  holder: number,
): Uint8Array {
  const { graph, positionOf, dealt } = summing;
  const at = graph.holders(positionOf.get(dealer) ?? -1).indexOf(positionOf.get(holder) ?? -1);
  return piece(dealt.get(dealer)?.commitments ?? new Uint8Array(0), SHARE_COMMITMENT_BYTES, at);
}

/**
 * Checks that a holder reveals exactly one share for each neighbour that dealt (on the complete graph also for itself), that
 * each share is of the kind U3 asks for, and that it matches its dealer's commitment.
 * @throws SecaggError SECAGG_REVEAL, SECAGG_SHARE_COMMITMENT
 */
export function checkReveals(
  session: CoordinatorSession,
  summing: Summing,
  from: number,
  reveals: readonly Reveal[],
): void {
  const { engine } = session.dependencies;
  const { graph, keys, positionOf, dealt, sessionId } = summing;
  const alive = new Set(summing.survivors);
  const position = positionOf.get(from) ?? -1;
  // Holding is symmetric: v holds shares of u exactly when u holds shares of v.
  const peers = graph
    .holders(position)
    .map((at) => keys[at].platform)
    .filter((peer) => dealt.has(peer));
  if (reveals.length !== peers.length) {
    throw new SecaggError('SECAGG_REVEAL', `${reveals.length} reveals where ${peers.length} are due`, from);
  }
  reveals.forEach((reveal, i) => {
    const { peer } = reveal;
    if (peer !== peers[i]) throw new SecaggError('SECAGG_REVEAL', `platform ${peer} where ${peers[i]} is due`, from);
    const ofSelfMask = 'selfMaskShare' in reveal;
    if (ofSelfMask !== alive.has(peer)) {
      throw new SecaggError('SECAGG_REVEAL', `the wrong kind for platform ${peer}`, from);
    }
    const share = ofSelfMask ? reveal.selfMaskShare : reveal.maskKeyShare;
    expectBytes('a share', share, KEY_BYTES, from);
    const committed = commitmentsFor(summing, peer, from);
    const half = SHARE_COMMITMENT_BYTES / 2;
    const expected = ofSelfMask ? committed.subarray(half) : committed.subarray(0, half);
    const kind = ofSelfMask ? 'self-mask' : 'mask-key';
    if (!equalBytes(commitShare(engine, sessionId, peer, from, kind, share), expected)) {
      throw new SecaggError('SECAGG_SHARE_COMMITMENT', `platform ${from} changed its share of platform ${peer}`, from);
    }
  });
}
