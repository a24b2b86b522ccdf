/**
 * Messages that the coordinator forwards to one platform: its neighbours' packets, and its neighbours' signatures.
 * @module
 */
import { piece } from '../guards.ts';
import { SEALED_PACKET_BYTES, SHARE_COMMITMENT_BYTES, SIGNATURE_BYTES } from '../messages.ts';
import type { ConsistencySignatures, SharePackets } from '../messages.ts';
import { commitmentsFor } from './answers.ts';
import type { CoordinatorStateOf, Dealing } from './state.ts';

/** The packets and commitments that its neighbours dealt to one platform. */
export function packetsFor(dealing: Dealing, platform: number): SharePackets {
  const { graph, keys, positionOf, dealt } = dealing;
  const position = positionOf.get(platform) ?? -1;
  const dealers = graph
    .neighbours(position)
    .map((at) => keys[at].platform)
    .filter((dealer) => dealt.has(dealer));
  const sealed = new Uint8Array(SEALED_PACKET_BYTES * dealers.length);
  const commitments = new Uint8Array(SHARE_COMMITMENT_BYTES * dealers.length);
  dealers.forEach((dealer, i) => {
    const from = positionOf.get(dealer) ?? -1;
    const at = graph.neighbours(from).indexOf(position);
    const packets = dealt.get(dealer)?.sealed ?? new Uint8Array(0);
    sealed.set(piece(packets, SEALED_PACKET_BYTES, at), SEALED_PACKET_BYTES * i);
    commitments.set(commitmentsFor(dealing, dealer, platform), SHARE_COMMITMENT_BYTES * i);
  });
  return { kind: 'share-packets', dealers, sealed, commitments };
}

/** The signatures that one platform checks: all of them on the complete graph, its neighbours' on a sparse one. */
export function signaturesFor(state: CoordinatorStateOf<'unmask'>, platform: number): ConsistencySignatures {
  const { session, summing, signatures, expected } = state;
  if (session.parameters.graph.kind === 'complete') return signaturesOf(signatures, expected);
  const { graph, keys, positionOf } = summing;
  const signers = graph
    .neighbours(positionOf.get(platform) ?? -1)
    .map((at) => keys[at].platform)
    .filter((signer) => signatures.has(signer));
  return signaturesOf(signatures, signers);
}

function signaturesOf(all: ReadonlyMap<number, Uint8Array>, platforms: readonly number[]): ConsistencySignatures {
  const signatures = new Uint8Array(SIGNATURE_BYTES * platforms.length);
  platforms.forEach((platform, i) => {
    signatures.set(all.get(platform) ?? new Uint8Array(0), SIGNATURE_BYTES * i);
  });
  return { kind: 'consistency-signatures', platforms, signatures };
}
