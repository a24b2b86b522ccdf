/**
 * The federation's release mode, from the view of one platform.
 * @module
 */
import type { PlannedRelease } from '../../core/federation/planned-release.ts';
import { isLocalMode, releaseMode } from '../../core/release/registry.ts';
import type { ReleaseModeName } from '../../core/release/registry.ts';
import type { ReleaseMode } from '../../core/release/release.ts';

export interface SourceMode {
  readonly name: ReleaseModeName;
  /** Epsilon of one released code; null if the release mode gives no bound. */
  readonly epsilon0: number | null;
  /** Dimension of a representation. */
  readonly dimension: number;
  /** @param prototypes if the mode needs them. */
  readonly of: (prototypes?: Float32Array) => ReleaseMode;
}

export function sourceMode({ mode, epsilon0, dimension }: PlannedRelease): SourceMode {
  return {
    name: mode,
    epsilon0: isLocalMode(mode) ? epsilon0 : null,
    dimension,
    of: (prototypes) => releaseMode(mode, { epsilon0, dimension, ...(prototypes && { prototypes }) }),
  };
}
