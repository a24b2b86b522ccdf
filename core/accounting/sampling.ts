/**
 * Where Poisson sampling may be accounted for.
 * @module
 */
import type { PrivacyEvent } from './accountant.ts';

/** Amplification by sampling is about a person being absent: not for guarantees about one answer turned into another. */
export function samplingApplies(event: PrivacyEvent): boolean {
  switch (event.kind) {
    case 'randomised-response':
      return event.neighbours === 'replace-special';
    case 'poisson-sampled':
      return samplingApplies(event.event);
    default:
      return true;
  }
}
