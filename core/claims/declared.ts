/**
 * Claims that rest on the word of a package from outside this repository. Each such sentence says so itself.
 * @module
 */
import { declarerOf } from '../packages/pieces.ts';

/** The packages, as `name@version`, whose word the claims of a run rest on. */
export interface Declarers {
  /** Declarers of the encoder’s pieces; absent if all are ours. */
  readonly strategy?: string;
  /** The declarer of the release mode; absent for a mode of ours. */
  readonly release?: string;
}

/** @param strategy an encoder's name. @throws PackageError PACKAGE_NOT_ALLOWED for a piece of a package that is not allowed here. */
export function declarersOf(strategy: string, release: string): Declarers {
  const [left, training = ''] = strategy.split('>');
  const of = [...left.split('+').map((view) => declarerOf('views', view)), declarerOf('trainings', training)];
  const ofPieces = [...new Set(of.filter((one) => one !== undefined))];
  const ofRelease = declarerOf('releaseModes', release);
  return {
    ...(ofPieces.length > 0 && { strategy: ofPieces.join(' and package ') }),
    ...(ofRelease !== undefined && { release: ofRelease }),
  };
}

/** Part of a sentence that names the declaring packages; empty if there are none. @param by undefined for pieces of ours. */
export function asDeclared(...by: readonly (string | undefined)[]): string {
  const packages = [...new Set(by.filter((one) => one !== undefined))];
  if (packages.length === 0) return '';
  return `, as declared by package ${packages.join(' and package ')}, not checked by this project,`;
}
