/**
 * Breadth-first search over the reachable states of a model. Each state is checked once, when it is first reached. So
 * the trace to a violation is a shortest one.
 * @module
 */
import { StateTable } from './state-table.ts';

/** A state is a fixed number of 32-bit integers. */
export type State = Int32Array;

export interface Model {
  /** Number of integers in a state. */
  readonly width: number;
  initial(): State;
  /** Calls `emit` for every state that one move leads to. The caller owns the array. */
  moves(from: State, emit: (to: State, move: string) => void, named: boolean): void;
  /** Renames interchangeable things in place. States that differ only by names should become equal, but need not. */
  rename(state: State): void;
  /** The claim that this state breaks, if any. */
  broken(state: State): string | undefined;
}

export interface Limits {
  /** Number of moves from the initial state. */
  readonly depth?: number;
  readonly states?: number;
}

export interface Exploration {
  /** Number of distinct states reached, up to renaming. */
  readonly states: number;
  /** Largest distance of a state from the initial one, in moves. */
  readonly depth: number;
  /** True if the search reached every reachable state, and neither limit. */
  readonly isComplete: boolean;
  readonly violation?: { readonly claim: string; readonly trace: readonly string[] };
}

export function explore(model: Model, limits: Limits = {}): Exploration {
  const { depth: deepest = Infinity, states: most = Infinity } = limits;
  const table = new StateTable(model.width);
  const first = model.initial();
  model.rename(first);
  const broken = model.broken(first);
  table.add(first, -1);
  if (broken !== undefined) return { states: 1, depth: 0, isComplete: false, violation: { claim: broken, trace: [] } };
  const from = new Int32Array(model.width);
  let violation: { readonly claim: string; readonly at: number } | undefined;
  let parent = 0;
  const emit = (to: State): void => {
    if (violation !== undefined) return;
    model.rename(to);
    const at = table.add(to, parent);
    if (at === -1) return;
    const claim = model.broken(to);
    if (claim !== undefined) violation = { claim, at };
  };
  let depth = 0;
  for (let end = table.size; parent < end && depth < deepest; end = table.size, depth++) {
    for (; parent < end; parent++) {
      table.read(parent, from);
      model.moves(from, emit, false);
      if (violation !== undefined) {
        const { claim, at } = violation;
        return {
          states: table.size,
          depth: depth + 1,
          isComplete: false,
          violation: { claim, trace: traceTo(model, table, at) },
        };
      }
      if (table.size > most) return { states: table.size, depth, isComplete: false };
    }
    if (table.size === end) return { states: table.size, depth, isComplete: true };
  }
  return { states: table.size, depth, isComplete: parent === table.size };
}

/** Searches the same model for a state of interest instead of a broken claim. */
export function lookingFor(model: Model, found: (state: State) => string | undefined): Model {
  return {
    width: model.width,
    initial: () => model.initial(),
    moves: (from, emit, isNamed) => model.moves(from, emit, isNamed),
    rename: (state) => model.rename(state),
    broken: found,
  };
}

/** The same model after these moves. Each move is the first accepted one, until none is accepted. */
export function after(model: Model, accepts: (move: string) => boolean): Model {
  let now = model.initial();
  for (;;) {
    let next: State | undefined;
    model.moves(now, (to, move) => (next ??= accepts(move) ? to.slice() : undefined), true);
    if (next === undefined) break;
    now = next;
  }
  const start = now;
  return { ...lookingFor(model, (state) => model.broken(state)), initial: () => start.slice() };
}

/** The moves to a state, replayed without renaming, so that a platform keeps its name in all lines. */
function traceTo(model: Model, table: StateTable, last: number): readonly string[] {
  const path: number[] = [];
  for (let at = last; at !== -1; at = table.parentOf(at)) path.unshift(at);
  const trace: string[] = [];
  let now = model.initial();
  const wanted = new Int32Array(model.width);
  for (const at of path.slice(1)) {
    table.read(at, wanted);
    let next: State | undefined;
    model.moves(
      now,
      (to, move) => {
        if (next !== undefined) return;
        const renamed = to.slice();
        model.rename(renamed);
        if (!renamed.every((value, i) => value === wanted[i])) return;
        next = to.slice();
        trace.push(move);
      },
      true,
    );
    if (next === undefined) throw new Error('a trace cannot be replayed: renaming does not commute with the moves');
    now = next;
  }
  return trace;
}
