/**
 * Exit codes, the same for every command.
 * @module
 */
import type { ErrorKind } from '../core/errors/coded-error.ts';

/** Ways in which a process ends: without an error, by a defect, by an error of a kind, or interrupted. */
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
  usage: 'a command line that cannot be used',
  input: 'data, a manifest, a key file or a setting that cannot be used',
  resource:
    'a port, a store, a disk or a library that cannot be used: in use, locked, read-only, full, damaged, missing',
  privacy: 'the privacy budget is spent, or a policy floor refuses',
  federation: 'the federation did not succeed: too few platforms, a round given up, a link ended permanently',
  interrupted: 'interrupted; everything that was started has been stopped',
};
