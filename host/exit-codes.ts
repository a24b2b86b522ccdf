/**
 * Exit codes, the same for every command.
 * @module
 */
import type { ErrorKind } from '../core/errors/coded-error.ts';

/** How a process ends: in order, by an error of a kind, by a defect, or interrupted. */
export type Ending = 'ok' | 'internal' | ErrorKind | 'interrupted';

export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  input: 3,
  resource: 4,
  privacy: 5,
  federation: 6,
  interrupted: 130,
} as const satisfies Record<Ending, number>;

export type ExitCode = (typeof EXIT)[Ending];

export const EXIT_TEXTS: Readonly<Record<Ending, string>> = {
  ok: 'done, or stopped as asked',
  internal: 'a defect of the program, with a stack: please report it',
  usage: 'the command line itself',
  input: 'data, a manifest, a key file or a setting that cannot be used',
  resource:
    'a port, a store, a disk or a library that cannot be used: in use, locked, read-only, full, damaged, missing',
  privacy: 'the privacy budget is spent, or a policy floor refuses',
  federation: 'the federation did not get there: too few platforms, a round given up, a link ended for good',
  interrupted: 'interrupted; everything started was stopped',
};
