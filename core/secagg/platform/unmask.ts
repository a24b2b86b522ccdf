/**
 * Stages 3 and 4 of a platform: it agrees with the others on the survivors, then reveals one share of one kind per peer.
 * @module
 */
import { canonicalBytes, equalBytes } from '../../encoding/canonical-bytes.ts';
import { SecaggError } from '../errors.ts';
import { expectAscending, expectBytes, expectEnough, piece } from '../guards.ts';
import { SIGNATURE_BYTES } from '../messages.ts';
import type { ConsistencySignatures, Reveal, Survivors } from '../messages.ts';
import { chunkCount } from '../packing.ts';
import { advance, wipe } from './state.ts';
import type { PlatformStateOf, PlatformStep } from './state.ts';

/** Bytes that a platform signs in stage 3: this session and this U3. */
export function survivorsToSign(sessionId: Uint8Array, survivors: readonly number[]): Uint8Array {
  return canonicalBytes('isthmus/survivors', [sessionId, survivors.length, ...survivors]);
}

export function onSurvivors(state: PlatformStateOf<'masked-input'>, message: Survivors): PlatformStep {
  const { session, dealt } = state;
  const { parameters, dependencies, identity, me } = session;
  const { platforms } = message;
  expectAscending('U3', platforms, parameters.cohort.length);
  const survivors = new Set(platforms);
  if (!survivors.has(me)) throw new SecaggError('SECAGG_SELF_DEAD', 'its keys are wiped');
  if (state.furthest < chunkCount(parameters.vectorLength, parameters.chunkLength)) {
    throw new SecaggError('SECAGG_WRONG_STAGE', 'U3 names this platform, whose masked update was never sent');
  }
  const inU1 = new Set(dealt.keys.map((entry) => entry.platform));
  const dealers = new Set(dealt.dealers);
  const neighbours = new Set(dealt.neighbours);
  let aliveDealers = 0;
  for (const platform of platforms) {
    if (platform === me) continue;
    if (!inU1.has(platform)) throw new SecaggError('SECAGG_NOT_IN_U2', `platform ${platform}`, platform);
    if (!neighbours.has(platform)) continue;
    if (!dealers.has(platform)) throw new SecaggError('SECAGG_NOT_IN_U2', `platform ${platform}`, platform);
    aliveDealers++;
  }
  if (parameters.graph.kind === 'complete') {
    expectEnough('U3', platforms.length, parameters.threshold, parameters.tNoise);
  } else {
    expectEnough('the neighbourhood in U3', aliveDealers, parameters.threshold, 0);
    expectEnough('U3', platforms.length, 0, parameters.tNoise);
  }
  const signature = dependencies.engine.sign(survivorsToSign(dealt.sessionId, platforms), identity.secretKey);
  const reply = { kind: 'consistency-signature', signature } as const;
  return [
    { stage: 'awaiting-signatures', session: advance(session, message, [reply]), dealt, survivors: platforms },
    [{ kind: 'send', message: reply }],
  ];
}

export function onConsistencySignatures(
  state: PlatformStateOf<'awaiting-signatures'>,
  message: ConsistencySignatures,
): PlatformStep {
  const { session, dealt, survivors } = state;
  const { parameters, dependencies, secrets, me } = session;
  const { platforms, signatures } = message;
  expectAscending('the list of signers', platforms, parameters.cohort.length);
  expectBytes('the signatures', signatures, SIGNATURE_BYTES * platforms.length);
  const alive = new Set(survivors);
  const counted = new Set(dealt.neighbours);
  // On the complete graph this platform's own signature counts towards t, as in Bonawitz et al. 2017.
  if (parameters.graph.kind === 'complete') counted.add(me);
  const signed = survivorsToSign(dealt.sessionId, survivors);
  const own = session.sent.find((sent) => sent.kind === 'consistency-signature');
  let agreeing = 0;
  platforms.forEach((platform, i) => {
    if (!alive.has(platform)) {
      throw new SecaggError('SECAGG_INCONSISTENT', `platform ${platform} signs but is not in U3`, platform);
    }
    // Signatures beyond the threshold prove nothing more, and each costs as much as half a mask.
    if (!counted.has(platform) || agreeing === parameters.threshold) return;
    const signature = piece(signatures, SIGNATURE_BYTES, i);
    const valid =
      platform === me
        ? equalBytes(signature, own?.signature ?? new Uint8Array(0))
        : dependencies.engine.verify(signed, signature, parameters.cohort[platform].identity);
    if (!valid) {
      throw new SecaggError('SECAGG_INCONSISTENT', `platform ${platform} did not sign this U3`, platform);
    }
    agreeing++;
  });
  if (agreeing < parameters.threshold) {
    throw new SecaggError('SECAGG_INCONSISTENT', `${agreeing} signatures; the threshold is ${parameters.threshold}`);
  }
  const reveals: Reveal[] = [...secrets.held]
    .sort(([a], [b]) => a - b)
    .map(([peer, shares]) =>
      alive.has(peer)
        ? { peer, selfMaskShare: shares.selfMaskShare.slice() }
        : { peer, maskKeyShare: shares.maskKeyShare.slice() },
    );
  wipe(secrets);
  const reply = { kind: 'reveals', reveals } as const;
  return [
    { stage: 'revealed', session: advance(session, message, [reply]), reveals: reply },
    [
      { kind: 'persist-reveal', attempt: session.attempt, reveals: reply },
      { kind: 'send', message: reply },
    ],
  ];
}
