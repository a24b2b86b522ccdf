/**
 * The federation's release mode as this platform carries it out.
 * @module
 */
import type { Manifest } from '../../core/federation/manifest.ts';
import type { ReleaseMode, ReleaseModeName } from '../../core/release/release.ts';
import { releaseMode } from '../../core/release/registry.ts';

export interface SourceMode {
  readonly name: ReleaseModeName;
  /** Of one code; null where nothing bounds it. */
  readonly epsilon0: number | null;
  /** Made when the first representation tells its dimension. @param prototypes those of `cohort`. */
  readonly of: (dimension: number, prototypes?: Float32Array) => ReleaseMode;
}

/** @param isSource whether this platform releases; else the mode is `none`. */
export function sourceMode({ privacy }: Manifest, isSource: boolean): SourceMode {
  const { release, epsilon0 } = privacy;
  return {
    name: isSource ? release : 'none',
    epsilon0: release === 'raw' || release === 'none' ? null : epsilon0,
    of: (dimension, prototypes) => releaseMode(release, { epsilon0, dimension, ...(prototypes && { prototypes }) }),
  };
}
