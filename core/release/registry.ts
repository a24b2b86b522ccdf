/**
 * The release modes by name: ours, and those of packages that the operator allowed. To add one of ours, add a file in
 * modes/ and a line here.
 * @module
 */
import { isOutsideName } from '../packages/package-id.ts';
import type { OutsideName } from '../packages/package-id.ts';
import { isLoaded, outsideNames, outsidePiece } from '../packages/pieces.ts';
import { PrivacyError } from '../privacy/mechanism/errors.ts';
import { cohort } from './modes/cohort.ts';
import { ldp } from './modes/ldp.ts';
import { none } from './modes/none.ts';
import { raw } from './modes/raw.ts';
import type { ReleaseBound, ReleaseMode, ReleaseModeDefinition } from './release.ts';

const modes = { raw, ldp, cohort, none } satisfies Record<string, ReleaseModeDefinition>;

type OwnModeName = keyof typeof modes;
export type ReleaseModeName = OwnModeName | OutsideName;

/** Our modes, in the order of tables and help texts. */
export const RELEASE_MODES = Object.keys(modes) as readonly OwnModeName[];

/** Our modes, then those of allowed packages. */
export function allReleaseModes(): readonly ReleaseModeName[] {
  return [...RELEASE_MODES, ...outsideNames('releaseModes')];
}

/** True for a mode of ours, or of a package that is allowed here. */
export function isKnownMode(name: string): name is ReleaseModeName {
  return isOutsideName(name) ? isLoaded('releaseModes', name) : Object.hasOwn(modes, name);
}

/** The mode of a manifest that names none. */
export const USUAL_RELEASE: ReleaseModeName = 'raw';

/** @throws PackageError PACKAGE_NOT_ALLOWED, PACKAGE_PIECE_UNKNOWN for a mode of a package. */
export function releaseDefinition(name: ReleaseModeName): ReleaseModeDefinition {
  return isOutsideName(name) ? (outsidePiece('releaseModes', name) as ReleaseModeDefinition) : modes[name];
}

export function releaseBound(name: ReleaseModeName): ReleaseBound {
  return releaseDefinition(name).bound;
}

/** The modes that randomise each code on its own platform, for messages: "ldp and cohort". */
export const LOCAL_MODES = RELEASE_MODES.filter((name) => releaseBound(name) === 'epsilon0').join(' and ');

/** True for modes under which epsilon0 bounds what one code reveals. They alone need an epsilon0. */
export function isLocalMode(name: ReleaseModeName): boolean {
  return releaseBound(name) === 'epsilon0';
}

/** True for modes whose codes are prototypes, which each source makes through charged sums. */
export function needsPrototypes(name: ReleaseModeName): boolean {
  return releaseDefinition(name).prototypes !== undefined;
}

export interface ReleaseModeOptions {
  /** eps0 of one release; required by local modes. */
  readonly epsilon0?: number | null;
  /** Length of a representation; required by local modes. */
  readonly dimension?: number;
  /** Prototypes, as in {@link ReleaseTerms}; required by modes whose codes are prototypes. */
  readonly prototypes?: Float32Array;
}

/** @throws PrivacyError PRIVACY_BAD_PARAMETER naming the option that is missing or out of range. */
export function releaseMode(name: ReleaseModeName, options: ReleaseModeOptions = {}): ReleaseMode {
  return boundMode(name, releaseDefinition(name), options);
}

/** A mode of this definition, as {@link releaseMode} gives it by name. @throws as releaseMode. */
export function boundMode(name: string, definition: ReleaseModeDefinition, options: ReleaseModeOptions): ReleaseMode {
  const [isLocal, { epsilon0 }] = [definition.bound === 'epsilon0', options];
  const need = <T>(isNeeded: boolean, option: string, value: T | null | undefined, otherwise: T): T => {
    if (isNeeded && (value === null || value === undefined)) {
      throw new PrivacyError('PRIVACY_BAD_PARAMETER', `release mode "${name}" needs ${option}`);
    }
    return value ?? otherwise;
  };
  const terms = {
    prototypes: need(definition.prototypes !== undefined, 'prototypes', options.prototypes, new Float32Array(0)),
    dimension: need(isLocal, 'dimension', options.dimension, 0),
    epsilon0: need(isLocal, 'epsilon0', epsilon0, 0),
  };
  return { name, epsilon0: isLocal ? terms.epsilon0 : null, ...definition.bind(terms) };
}
