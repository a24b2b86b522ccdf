/**
 * The facts of a manifest about its masked sums on which claims depend.
 * @module
 */
import { contributorsOf } from '../federation/manifest.ts';
import type { Manifest } from '../federation/manifest.ts';
import type { ClaimTerms } from './claim-sentences.ts';

export function sumTerms(manifest: Manifest): Pick<ClaimTerms, 'takers' | 'vocabulary'> {
  const { platforms, vocabulary } = manifest;
  return { takers: platforms.length - contributorsOf(manifest).length, ...(vocabulary && { vocabulary }) };
}
