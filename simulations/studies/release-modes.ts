/**
 * Release modes that the studies of attacks compare.
 * @module
 */
import type { PublicRelease } from '../../core/transfer/encoder.ts';

/** By name for people. */
export const COMPARED_RELEASES: Readonly<Record<string, PublicRelease>> = {
  'raw vector': { mode: 'raw', epsilon0: null },
  'ldp at 8': { mode: 'ldp', epsilon0: 8 },
  'ldp at 2': { mode: 'ldp', epsilon0: 2 },
  'cohort at 4': { mode: 'cohort', epsilon0: 4 },
  none: { mode: 'none', epsilon0: null },
};
