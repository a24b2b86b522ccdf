/**
 * The federation's release mode, from the view of one platform.
 * @module
 */
import type { Manifest } from '../../core/federation/manifest.ts';
import { isLocalMode, releaseMode } from '../../core/release/registry.ts';
import type { ReleaseModeName } from '../../core/release/registry.ts';
import type { ReleaseMode } from '../../core/release/release.ts';

export interface SourceMode {
  readonly name: ReleaseModeName;
  /** Epsilon of one released code; null if the release mode gives no bound. */
  readonly epsilon0: number | null;
  /** Makes the mode, once the first representation gives the dimension. @param prototypes if the mode needs them. */
  readonly of: (dimension: number, prototypes?: Float32Array) => ReleaseMode;
}

/** @param isSource true if this platform releases; otherwise the mode is `none`. */
export function sourceMode({ privacy }: Manifest, isSource: boolean): SourceMode {
  const { release, epsilon0 } = privacy;
  return {
    name: isSource ? release : 'none',
    epsilon0: isLocalMode(release) ? epsilon0 : null,
    of: (dimension, prototypes) => releaseMode(release, { epsilon0, dimension, ...(prototypes && { prototypes }) }),
  };
}
