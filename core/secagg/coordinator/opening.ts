/**
 * The end of stage 4: the coordinator rebuilds the secrets, checks each against what its owner published, and removes the
 * masks from the total.
 * @module
 */
import { equalBytes } from '../../encoding/canonical-bytes.ts';
import type { CryptoEngine } from '../../crypto/engine.ts';
import { CryptoError } from '../../crypto/errors.ts';
import { addMasks, pairwiseMask, selfMask } from '../masks.ts';
import type { Mask } from '../masks.ts';
import type { Reveal } from '../messages.ts';
import { commitSelfMask } from '../packet.ts';
import { combineShares, recombination } from '../shamir.ts';
import type { Recombination } from '../shamir.ts';
import type { Summing } from './state.ts';

export interface OpeningFailure {
  readonly dealer: number;
  readonly text: string;
}

/** Keystream words per slice of work: about 10 ms. */
const SLICE_WORDS = 1 << 22;
/** Secrets or agreements per slice of work. */
const SLICE_AGREEMENTS = 128;
/** Words of the total per block: a block stays in a core's cache while all masks are applied to it. */
const BLOCK = 65536;

/** Platforms outside U3 whose pairwise masks are in the total: they dealt shares and have a neighbour in U3. Ascending. */
export function deadWithMasks(summing: Summing): readonly number[] {
  const alive = new Set(summing.survivors);
  return [...summing.dealt.keys()]
    .filter((dealer) => !alive.has(dealer) && neighboursAlive(summing, dealer, alive).length > 0)
    .sort((a, b) => a - b);
}

export function neighboursAlive(summing: Summing, platform: number, alive: ReadonlySet<number>): readonly number[] {
  const { graph, keys, positionOf } = summing;
  const position = positionOf.get(platform);
  if (position === undefined) return [];
  return graph
    .neighbours(position)
    .map((at) => keys[at].platform)
    .filter((index) => alive.has(index));
}

/**
 * Removes every mask from `summing.total`, in slices. Returns null, or the platform at fault. Each share was checked against
 * its commitment on arrival, so a rebuilt secret that does not match what its owner published is the dealer's fault.
 */
export function* openTotal(
  engine: CryptoEngine,
  threshold: number,
  summing: Summing,
  reveals: ReadonlyMap<number, readonly Reveal[]>,
): Generator<undefined, OpeningFailure | null> {
  const shares = sharesByPeer(summing, reveals);
  const plans = new Map<string, Recombination>();
  const masks: Mask[] = [];
  let done = 0;
  for (const platform of summing.survivors) {
    const seed = rebuild(summing, plans, threshold, platform, shares);
    const commitment = commitSelfMask(engine, summing.sessionId, platform, seed);
    if (!equalBytes(commitment, summing.dealt.get(platform)?.selfMaskCommitment ?? new Uint8Array(0))) {
      return { dealer: platform, text: 'the rebuilt self-mask seed does not open its commitment' };
    }
    const mask = selfMask(engine, summing.sessionId, seed, platform);
    masks.push({ key: mask.key, sign: -1 });
    seed.fill(0);
    if (++done % SLICE_AGREEMENTS === 0) yield;
  }
  const alive = new Set(summing.survivors);
  for (const platform of deadWithMasks(summing)) {
    const secret = rebuild(summing, plans, threshold, platform, shares);
    const agreement = engine.x25519(secret);
    secret.fill(0);
    if (!equalBytes(agreement.publicKey, keyOf(summing, platform))) {
      return { dealer: platform, text: 'the rebuilt mask key does not belong to its public half' };
    }
    for (const survivor of neighboursAlive(summing, platform, alive)) {
      // The survivor added the negative of the dead platform's term, so adding the dead platform's own term cancels it.
      const mask = maskOrFailure(engine, summing, agreement, platform, survivor);
      if (mask === null) return { dealer: survivor, text: 'its mask key is a point of low order' };
      masks.push(mask);
      if (++done % SLICE_AGREEMENTS === 0) yield;
    }
  }
  yield* takeOut(engine, summing.total, masks);
  for (const mask of masks) mask.key.fill(0);
  return null;
}

function* takeOut(engine: CryptoEngine, total: Uint32Array, masks: readonly Mask[]): Generator<undefined, void> {
  for (let start = 0; start < total.length; start += BLOCK) {
    const block = total.subarray(start, start + BLOCK);
    const perSlice = Math.max(1, Math.floor(SLICE_WORDS / block.length));
    for (let first = 0; first < masks.length; first += perSlice) {
      addMasks(engine, block, start, masks.slice(first, first + perSlice));
      yield;
    }
  }
}

function keyOf(summing: Summing, platform: number): Uint8Array {
  return summing.keys[summing.positionOf.get(platform) ?? 0].maskKey;
}

function maskOrFailure(
  engine: CryptoEngine,
  summing: Summing,
  agreement: Parameters<typeof pairwiseMask>[2],
  dead: number,
  survivor: number,
): Mask | null {
  try {
    return pairwiseMask(engine, summing.sessionId, agreement, dead, survivor, keyOf(summing, survivor));
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  }
}

interface HeldShare {
  readonly holder: number;
  readonly share: Uint8Array;
}

function sharesByPeer(
  summing: Summing,
  reveals: ReadonlyMap<number, readonly Reveal[]>,
): ReadonlyMap<number, readonly HeldShare[]> {
  const byPeer = new Map<number, HeldShare[]>([...summing.dealt.keys()].map((peer) => [peer, []]));
  for (const holder of [...reveals.keys()].sort((a, b) => a - b)) {
    for (const reveal of reveals.get(holder) ?? []) {
      const share = 'selfMaskShare' in reveal ? reveal.selfMaskShare : reveal.maskKeyShare;
      byPeer.get(reveal.peer)?.push({ holder, share });
    }
  }
  return byPeer;
}

/** Rebuilds a platform's secret from its revealed shares. At least t are there: otherwise the stage would not have closed. */
function rebuild(
  summing: Summing,
  plans: Map<string, Recombination>,
  threshold: number,
  platform: number,
  shares: ReadonlyMap<number, readonly HeldShare[]>,
): Uint8Array {
  const { graph, keys, positionOf } = summing;
  const holders = graph.holders(positionOf.get(platform) ?? 0);
  const pointOf = new Map(holders.map((at, i) => [keys[at].platform, i + 1]));
  const chosen = (shares.get(platform) ?? []).slice(0, threshold);
  const points = chosen.map((held) => pointOf.get(held.holder) ?? 0);
  // On the complete graph all secrets have the same holders, so all use the same set of coefficients.
  const name = `${holders.length}:${points.join()}`;
  const plan = plans.get(name) ?? recombination(points, holders.length);
  plans.set(name, plan);
  return combineShares(
    plan,
    chosen.map((held) => held.share),
  );
}
