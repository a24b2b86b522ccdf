/**
 * Stage 1 of a platform: it deals shares of its two secrets, and opens the packets that its neighbours dealt to it.
 * @module
 */
import { equalBytes } from '../../encoding/canonical-bytes.ts';
import { CryptoError } from '../../crypto/errors.ts';
import { SecaggError } from '../errors.ts';
import { expectAscending, expectBytes, expectEnough, piece } from '../guards.ts';
import { pairwiseMask, selfMask } from '../masks.ts';
import { SEALED_PACKET_BYTES, SHARE_COMMITMENT_BYTES } from '../messages.ts';
import type { BeaconList, KeyList, SharePackets } from '../messages.ts';
import { commitSelfMask, commitShare, openPacket, sealPacket } from '../packet.ts';
import type { DealtShares } from '../packet.ts';
import { splitSecret } from '../shamir.ts';
import { requestUpload } from './upload.ts';
import { advance } from './state.ts';
import type { Dealt, Placed, PlatformSession, PlatformStateOf, PlatformStep } from './state.ts';

/** Draws b_u, splits both secrets, and seals a packet for each holder but itself. */
export function deal(session: PlatformSession, after: KeyList | BeaconList, placed: Placed): PlatformStep {
  const { parameters, dependencies, secrets, me } = session;
  const { engine, random } = dependencies;
  const { keys, sessionId, graph, position } = placed;
  const holders = graph.holders(position);
  agreeOnKeys(session, placed);
  secrets.selfMaskSeed.set(random.bytes(32));
  const maskKeyShares = splitSecret(secrets.maskKey, holders.length, parameters.threshold, random);
  const selfMaskShares = splitSecret(secrets.selfMaskSeed, holders.length, parameters.threshold, random);
  const others = holders.filter((at) => at !== position);
  const sealed = new Uint8Array(SEALED_PACKET_BYTES * others.length);
  const commitments = new Uint8Array(SHARE_COMMITMENT_BYTES * holders.length);
  let packets = 0;
  holders.forEach((at, i) => {
    const holder = keys[at];
    const shares: DealtShares = { maskKeyShare: maskKeyShares[i], selfMaskShare: selfMaskShares[i] };
    commitments.set(commitShares(session, sessionId, me, holder.platform, shares), SHARE_COMMITMENT_BYTES * i);
    if (at === position) {
      secrets.held.set(me, shares);
      return;
    }
    const key = secrets.boxKeys.get(holder.platform) ?? new Uint8Array(32);
    sealed.set(sealPacket(engine, sessionId, me, holder.platform, shares, key), SEALED_PACKET_BYTES * packets++);
    shares.maskKeyShare.fill(0);
    shares.selfMaskShare.fill(0);
  });
  const selfMaskCommitment = commitSelfMask(engine, sessionId, me, secrets.selfMaskSeed);
  const message = { kind: 'share-keys', sealed, commitments, selfMaskCommitment } as const;
  return [
    { stage: 'awaiting-packets', session: advance(session, after, [message]), placed },
    [{ kind: 'send', message }],
  ];
}

export function onSharePackets(state: PlatformStateOf<'awaiting-packets'>, message: SharePackets): PlatformStep {
  const { session, placed } = state;
  const { parameters, dependencies, secrets, me } = session;
  const { engine } = dependencies;
  const { sessionId } = placed;
  const { dealers } = message;
  expectAscending('the list of dealers', dealers, parameters.cohort.length);
  expectBytes('the packets', message.sealed, SEALED_PACKET_BYTES * dealers.length);
  expectBytes('the commitments', message.commitments, SHARE_COMMITMENT_BYTES * dealers.length);
  const neighbours = new Set(placed.neighbours);
  for (const dealer of dealers) {
    if (!neighbours.has(dealer)) {
      throw new SecaggError('SECAGG_UNKNOWN_PLATFORM', `platform ${dealer} deals no shares to this one`, dealer);
    }
  }
  if (parameters.graph.kind === 'complete') {
    expectEnough('U2', dealers.length + 1, parameters.threshold, parameters.tNoise);
  } else {
    expectEnough('the neighbourhood', dealers.length, parameters.threshold, 0);
  }
  dealers.forEach((dealer, i) => {
    const key = secrets.boxKeys.get(dealer) ?? new Uint8Array(32);
    const shares = openPacket(engine, sessionId, dealer, me, piece(message.sealed, SEALED_PACKET_BYTES, i), key);
    const committed = piece(message.commitments, SHARE_COMMITMENT_BYTES, i);
    if (!equalBytes(commitShares(session, sessionId, dealer, me, shares), committed)) {
      throw new SecaggError('SECAGG_SHARE_COMMITMENT', `dealt by platform ${dealer}`, dealer);
    }
    secrets.held.set(dealer, shares);
    const mask = secrets.pairwise.get(dealer);
    if (mask !== undefined) secrets.masks.push(mask);
  });
  secrets.masks.push(selfMask(engine, sessionId, secrets.selfMaskSeed, me));
  const dealt: Dealt = { ...placed, dealers };
  return requestUpload({
    stage: 'masked-input',
    session: advance(session, message, []),
    dealt,
    acknowledged: 0,
    handedOut: 0,
    limit: 0,
    isCharged: false,
    furthest: 0,
  });
}

function commitShares(
  session: PlatformSession,
  sessionId: Uint8Array,
  dealer: number,
  holder: number,
  shares: DealtShares,
): Uint8Array {
  const { engine } = session.dependencies;
  const both = new Uint8Array(SHARE_COMMITMENT_BYTES);
  both.set(commitShare(engine, sessionId, dealer, holder, 'mask-key', shares.maskKeyShare));
  both.set(commitShare(engine, sessionId, dealer, holder, 'self-mask', shares.selfMaskShare), both.length / 2);
  return both;
}

/**
 * Agrees on a box key and a pairwise mask with every neighbour, before anything is dealt.
 * @throws SecaggError SECAGG_LOW_ORDER
 */
function agreeOnKeys(session: PlatformSession, placed: Placed): void {
  const { secrets, dependencies, me } = session;
  const { engine } = dependencies;
  const { graph, position, keys, sessionId } = placed;
  for (const at of graph.neighbours(position)) {
    const { platform, sealKey, maskKey } = keys[at];
    try {
      secrets.boxKeys.set(platform, engine.boxKey(session.sealAgreement, sealKey));
      const mask = pairwiseMask(engine, sessionId, session.maskAgreement, me, platform, maskKey);
      secrets.pairwise.set(platform, mask);
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      throw new SecaggError('SECAGG_LOW_ORDER', `platform ${platform}`, platform);
    }
  }
}
