/**
 * Composes the cost of many releases.
 * @module
 */
import { canonicalJson } from '../encoding/canonical-json.ts';
import type { Accountant, PrivacyEvent } from './accountant.ts';
import { RdpAccountant } from './rdp.ts';
import type { RdpOptions } from './rdp.ts';

export interface CountedEvent {
  readonly event: PrivacyEvent;
  readonly count: number;
}

/** The accountant that every claim names. The version changes whenever an epsilon that it computes changes. */
export const CLAIM_ACCOUNTANT = { name: 'rdp', version: '1' } as const;

/** The accountant that computes every claimed epsilon: Rényi differential privacy, which covers the discrete mechanism. */
export function claimAccountant(): Accountant<PrivacyEvent> {
  return RdpAccountant.empty();
}

/** Epsilon at `delta` of all events together. */
export function composedEpsilon(events: readonly CountedEvent[], delta: number): number {
  return composed(events).epsilon(delta);
}

/**
 * Epsilon at `delta` that holds for each of these lists of events, and for any other list whose Rényi curve lies nowhere
 * above the largest of theirs.
 */
export function largestEpsilon(lists: readonly (readonly CountedEvent[])[], delta: number): number {
  return RdpAccountant.ofAny(lists.map((events) => composed(events))).epsilon(delta);
}

/** Composes the events. It counts equal events first, because their cost is then computed once. */
export function composed(events: readonly CountedEvent[], options: RdpOptions = {}): RdpAccountant<PrivacyEvent> {
  const counted = new Map<string, CountedEvent>();
  for (const { event, count } of events) {
    const key = canonicalJson(event);
    counted.set(key, { event, count: count + (counted.get(key)?.count ?? 0) });
  }
  let accountant = RdpAccountant.empty(options);
  for (const { event, count } of counted.values()) accountant = accountant.compose(event, count);
  return accountant;
}
