/**
 * The live view of a simulation: a small board that redraws itself on a terminal, or one line per event elsewhere.
 * @module
 */
import { createLogUpdate } from 'log-update';
import { upwardFixed } from '../core/accounting/printed-epsilon.ts';
import { trialText } from '../simulations/events.ts';
import type { SimulationEvent } from '../simulations/events.ts';
import { bar } from './bar.ts';
import { durationText } from './duration.ts';

export interface Progress {
  show(event: SimulationEvent): void;
  /** Restores the terminal. */
  end(): void;
}

/** Writes to standard error, so that standard output holds only the result. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? board(stream) : lines(stream);
}

interface Board {
  world: string;
  trial: string;
  index: number;
  of: number;
  round: string;
  epsilon: string;
  readonly platforms: Map<string, { stage: string; fraction: number }>;
  references: { readonly target: string; fraction: number; baseline: string; readonly startedAt: number } | null;
  /** Figures of the trials that ended. */
  readonly done: string[];
  readonly notes: string[];
  startedAt: number;
}

function board(stream: NodeJS.WriteStream): Progress {
  // log-update's default instance writes to standard output, which must hold only the result.
  const logUpdate = createLogUpdate(stream);
  const state: Board = {
    world: '',
    trial: '',
    index: 0,
    of: 0,
    round: '',
    epsilon: '',
    platforms: new Map(),
    references: null,
    done: [],
    notes: [],
    startedAt: Date.now(),
  };
  const redraw = (): void => logUpdate(draw(state));
  // The elapsed time must advance between events.
  const timer = setInterval(redraw, 500);
  timer.unref();
  return {
    show(event) {
      apply(state, event);
      redraw();
    },
    end() {
      clearInterval(timer);
      logUpdate.clear();
      logUpdate.done();
    },
  };
}

function apply(state: Board, event: SimulationEvent): void {
  switch (event.kind) {
    case 'world':
      state.world = `${event.name}: ${event.platforms.join(', ')}`;
      return;
    case 'references':
      state.references = { target: event.target, fraction: 0, baseline: '', startedAt: Date.now() };
      return;
    case 'references-progress':
      if (state.references === null) return;
      state.references.fraction = event.fraction;
      state.references.baseline = event.baseline;
      return;
    case 'references-ended':
      state.references = null;
      return;
    case 'trial-started':
      state.trial = trialText(event.trial);
      state.index = event.index;
      state.of = event.of;
      state.round = '';
      state.epsilon = '';
      state.platforms.clear();
      return;
    case 'platform':
      state.platforms.set(event.platform, { stage: event.stage, fraction: event.fraction });
      return;
    case 'platform-restarted':
      state.notes.push(`${event.platform} restarted: ${event.because}`);
      return;
    case 'round':
      state.round = `round ${event.round} of ${event.of}, attempt ${event.attempt}: ${event.stage}`;
      return;
    case 'epsilon':
      state.epsilon = epsilonText(event.spent, event.budget);
      return;
    case 'trial-ended':
      state.index += 1;
      state.done.push(`${trialText(event.trial)}: ${event.figures}`);
      state.platforms.clear();
      return;
    case 'note':
      state.notes.push(event.text);
      return;
    case 'spent':
    case 'folder':
    case 'kept':
      return;
  }
}

function draw(state: Board): string {
  const seconds = (Date.now() - state.startedAt) / 1000;
  const done = state.of === 0 ? 0 : Math.min(1, (state.index + trialDone(state)) / state.of);
  const left = done > 0.05 && done < 1 ? (seconds / done) * (1 - done) : null;
  const width = Math.max(8, ...[...state.platforms.keys()].map((name) => name.length));
  const out = [
    `isthmus simulate   ${state.world}`,
    `  ${bar(done)} trial ${Math.min(state.index + 1, state.of)} of ${state.of}   ${durationText(seconds)}${left === null ? '' : `, about ${durationText(left)} left`}`,
    `  ${state.trial}`,
    ...[...state.platforms].map(([name, { stage, fraction }]) => `    ${name.padEnd(width)} ${bar(fraction)} ${stage}`),
  ];
  if (state.references !== null) out.push(`  ${referencesLine(state.references)}`);
  if (state.round !== '') out.push(`  ${state.round}`);
  if (state.epsilon !== '') out.push(`  ${state.epsilon}`);
  out.push(...state.done.slice(-6).map((line) => `  done: ${line}`));
  return [...out, ...state.notes.slice(-4).map((note) => `  ! ${note}`)].join('\n');
}

/**
 * The part of a trial that a platform has behind it at the start and at the end of each stage, for the estimate of the
 * time left. Measured on the three trials of the default world (a target fits from .28 to .42 on, and evaluates from
 * .76 to .82 on).
 */
const STAGES: Readonly<Record<string, readonly [from: number, to: number]>> = {
  preparing: [0, 0.3],
  ready: [0.3, 0.3],
  training: [0.3, 0.4],
  releasing: [0.4, 0.4],
  fitting: [0.4, 0.8],
  evaluating: [0.8, 1],
  serving: [1, 1],
};

/** The finished part of the running trial: that of the slowest platform. */
function trialDone({ platforms }: Board): number {
  const working = [...platforms.values()].filter(({ stage }) => stage in STAGES);
  const at = working.map(({ stage, fraction }) => {
    const [from, to] = STAGES[stage];
    return from + Math.min(1, fraction) * (to - from);
  });
  return at.length === 0 ? 0 : Math.min(...at);
}

function lines(stream: NodeJS.WriteStream): Progress {
  const stages = new Map<string, string>();
  return {
    show(event) {
      const line = lineOf(event, stages);
      if (line !== null) stream.write(`${line}\n`);
    },
    end() {
      stages.clear();
    },
  };
}

/** The line for an event; null for progress within a stage that was already printed. */
function lineOf(event: SimulationEvent, stages: Map<string, string>): string | null {
  switch (event.kind) {
    case 'world':
      return `world ${event.name}: ${event.platforms.join(', ')}`;
    case 'references':
      return referencesText(event);
    case 'references-progress':
      return null;
    case 'references-ended':
      return `reference rows for ${event.target}, seed ${event.seed}: done in ${event.seconds.toFixed(1)} s`;
    case 'trial-started':
      stages.clear();
      return `[${event.index + 1}/${event.of}] ${trialText(event.trial)}`;
    case 'platform':
      if (stages.get(event.platform) === event.stage) return null;
      stages.set(event.platform, event.stage);
      return `  ${event.platform}: ${event.stage}`;
    case 'platform-restarted':
      return `  ${event.platform} restarted: ${event.because}`;
    case 'round':
      return `  round ${event.round} of ${event.of}, attempt ${event.attempt}: ${event.stage}`;
    case 'epsilon':
      return `  ${epsilonText(event.spent, event.budget)}`;
    case 'trial-ended':
      return `  done in ${event.seconds.toFixed(1)} s: ${event.figures}`;
    case 'note':
      return `  ! ${event.text}`;
    case 'spent':
    case 'folder':
    case 'kept':
      return null;
  }
}

const referencesText = ({ target, seed }: { readonly target: string; readonly seed: string }): string =>
  `reference rows for ${target}, seed ${seed}: all data in one place`;

function referencesLine({ baseline, fraction, startedAt, target }: NonNullable<Board['references']>): string {
  const seconds = (Date.now() - startedAt) / 1000;
  const left =
    fraction > 0.1 && fraction < 1 ? `, about ${durationText((seconds / fraction) * (1 - fraction))} left` : '';
  return `reference rows for ${target} ${bar(fraction)} ${baseline}${left}`;
}

const epsilonText = (spent: number | null, budget: number | null): string => {
  if (budget === null) return 'NO PRIVACY: no noise, no epsilon';
  return spent === null ? 'epsilon not bounded' : `epsilon ${upwardFixed(spent, 2)} of ${upwardFixed(budget, 2)} spent`;
};
