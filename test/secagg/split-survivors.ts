/**
 * An attack on real platforms of a session over the sparse graph. Each half of the ring is shown other survivors, and
 * gets the signatures of the platforms that signed the same list.
 */
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { graphOf } from '../../core/secagg/graph.ts';
import type { Graph } from '../../core/secagg/graph.ts';
import { ringOrder } from '../../core/secagg/graph.ts';
import type { KeyList, Reveals } from '../../core/secagg/messages.ts';
import { named, parametersHash, sessionIdOf } from '../../core/secagg/parameters.ts';
import { handlePlatform } from '../../core/secagg/platform.ts';
import { members, parametersFor, run } from './federation.ts';

interface Request {
  readonly platforms: number;
  readonly degree: number;
  readonly threshold: number;
  readonly tNoise: number;
}

/**
 * Platforms of the sum that their shares open, null if it cannot be opened; and the platforms that were left out of it.
 */
export function splitSurvivors({ platforms: n, degree, threshold, tNoise }: Request): {
  readonly opened: number | null;
  readonly left: number;
} {
  const over = { graph: { kind: 'harary', degree }, threshold, tNoise } as const;
  const parameters = parametersFor(members(n), over);
  const ids = parameters.cohort.map(({ id }) => id);
  let keys: KeyList | undefined;
  let ring: readonly number[] = [];
  let graph: Graph | undefined;
  const views = (): readonly (readonly number[])[] =>
    [ring[n / 4], ring[(3 * n) / 4]].map((absent) => ids.map((_, i) => i).filter((i) => i !== absent));
  const viewOf = (platform: number): readonly number[] => views()[ring.indexOf(platform) < n / 2 ? 0 : 1];
  const signatures = new Map<number, Uint8Array>();
  const attacked = run(n, {
    parameters: over,
    down(to, message) {
      if (message.kind === 'key-list') keys = message;
      if (message.kind === 'beacon-list' && graph === undefined && keys !== undefined) {
        const hash = parametersHash(nodeEngine, parameters);
        const sid = sessionIdOf(nodeEngine, hash, named(parameters, keys.entries));
        ring = ringOrder(nodeEngine, sid, message.nonces, n);
        graph = graphOf(nodeEngine, over.graph, sid, message.nonces, n);
      }
      if (message.kind === 'session-end') return [];
      if (message.kind !== 'survivors') return [message];
      const platform = ids.indexOf(to);
      return viewOf(platform).includes(platform) ? [{ ...message, platforms: viewOf(platform) }] : [];
    },
    up(from, message) {
      if (message.kind !== 'consistency-signature') return [message];
      signatures.set(ids.indexOf(from), message.signature);
      return [];
    },
  });
  const reveals = new Map<number, Reveals>();
  for (const [platform, id] of ids.entries()) {
    const state = attacked.states.get(id);
    if (state?.stage !== 'awaiting-signatures') continue;
    const view = viewOf(platform);
    const same = [...signatures.keys()]
      .filter((other) => viewOf(other).length === view.length && viewOf(other).every((at, i) => at === view[i]))
      .sort((a, b) => a - b);
    const packed = new Uint8Array(64 * same.length);
    same.forEach((other, i) => packed.set(signatures.get(other)!, 64 * i));
    const [, effects] = handlePlatform(state, { kind: 'consistency-signatures', platforms: same, signatures: packed });
    for (const effect of effects) if (effect.kind === 'persist-reveal') reveals.set(platform, effect.reveals);
  }
  const shares = (of: number, kind: 'selfMaskShare' | 'maskKeyShare'): number =>
    [...reveals.values()].filter((answer) => answer.reveals.some((one) => one.peer === of && kind in one)).length;
  const seeds = ids.map((_, i) => i).filter((i) => shares(i, 'selfMaskShare') >= threshold);
  const known = new Set(ids.map((_, i) => i).filter((i) => shares(i, 'maskKeyShare') >= threshold));
  const isClosed = seeds.every((x) => graph?.neighbours(x).every((v) => seeds.includes(v) || known.has(v)));
  return { opened: seeds.length > 0 && isClosed ? seeds.length : null, left: known.size };
}
