/**
 * The coordinator's side of a session as a discriminated union. The stages fill their maps in place, so a state that was
 * handed to `handleCoordinator` must not be used again.
 * @module
 */
import type { Outcome } from '../outcome.ts';
import type { Graph } from '../graph.ts';
import type { AdvertiseKeys, CoordinatorMessage, KeyEntry, Reveal, ShareKeys } from '../messages.ts';
import type {
  CoordinatorDependencies,
  CoordinatorEffect,
  CoordinatorStage,
  Missing,
  SessionParameters,
  Step,
} from '../session.ts';
import type { Uploads } from './uploads.ts';

export interface CoordinatorSession {
  readonly parameters: SessionParameters;
  readonly parametersHash: Uint8Array;
  readonly dependencies: CoordinatorDependencies;
  readonly indexOf: ReadonlyMap<string, number>;
  /** Platforms that are out for good, with the reason in words. */
  readonly gone: Map<number, string>;
  /** Platforms that had not answered at a deadline, with the last stage in which this happened. */
  readonly silent: Map<number, CoordinatorStage>;
  /** Codes with which platforms left. They decide the outcome when too few platforms are left. */
  readonly leaves: Set<string>;
}

/** U1, the platforms of the key list, and their graph. Position i of the graph is `keys[i]`. */
export interface Circle {
  readonly sessionId: Uint8Array;
  readonly keys: readonly KeyEntry[];
  readonly positionOf: ReadonlyMap<number, number>;
  readonly graph: Graph;
}

/** U2, the platforms that dealt shares, with what each dealt. */
export interface Dealing extends Circle {
  readonly dealt: ReadonlyMap<number, ShareKeys>;
}

/** U3, the platforms whose whole masked update is in the total. */
export interface Summing extends Dealing {
  readonly survivors: readonly number[];
  /** Masked total, modulo 2^32. */
  readonly total: Uint32Array;
}

interface Gathering<Name extends CoordinatorStage> {
  readonly stage: Name;
  readonly session: CoordinatorSession;
  /** Platforms that this stage asks: cohort indices, ascending. */
  readonly expected: readonly number[];
  /** Expected platforms that have not answered and still may. */
  readonly remaining: Set<number>;
}

export type CoordinatorState =
  | (Gathering<'keys'> & { readonly answers: Map<number, AdvertiseKeys>; readonly publicKeys: Set<string> })
  | (Gathering<'beacon'> & {
      readonly answers: Map<number, Uint8Array>;
      readonly commitments: ReadonlyMap<number, Uint8Array>;
      readonly keys: readonly KeyEntry[];
      readonly sessionId: Uint8Array;
      readonly list: CoordinatorMessage;
    })
  | (Gathering<'shares'> & {
      readonly answers: Map<number, ShareKeys>;
      readonly circle: Circle;
      readonly list: CoordinatorMessage;
    })
  | (Gathering<'masked-input'> & {
      readonly dealing: Dealing;
      readonly uploads: Uploads;
      /** State of the wait for platforms that have not asked to upload: not begun, running, or over. */
      readonly grace: 'ahead' | 'running' | 'over';
    })
  | (Gathering<'consistency'> & { readonly answers: Map<number, Uint8Array>; readonly summing: Summing })
  | (Gathering<'unmask'> & {
      readonly answers: Map<number, readonly Reveal[]>;
      readonly summing: Summing;
      readonly signatures: ReadonlyMap<number, Uint8Array>;
    })
  | (Gathering<'opening'> & {
      readonly summing: Summing;
      readonly work: Generator<undefined, { readonly dealer: number; readonly text: string } | null>;
    })
  | { readonly stage: 'ended'; readonly outcome: Outcome };

export type OpenCoordinatorState = Exclude<CoordinatorState, { readonly stage: 'ended' }>;
export type CoordinatorStateOf<Stage extends CoordinatorState['stage']> = Extract<
  CoordinatorState,
  { readonly stage: Stage }
>;
export type CoordinatorStep = Step<CoordinatorState, CoordinatorEffect>;

/** Expected platforms that are not gone. */
export function remainingOf(session: CoordinatorSession, expected: readonly number[]): Set<number> {
  return new Set(expected.filter((platform) => !session.gone.has(platform)));
}

export function idsOf(session: CoordinatorSession, platforms: readonly number[]): readonly string[] {
  return platforms.map((index) => session.parameters.cohort[index].id);
}

/** True once the coordinator has granted uploads: from then on its ledger holds a charge for the attempt. */
export function isCharged(state: OpenCoordinatorState): boolean {
  if (state.stage === 'masked-input') return state.uploads.isOpen;
  return state.stage === 'consistency' || state.stage === 'unmask' || state.stage === 'opening';
}

function missingIn({ parameters, gone, silent }: CoordinatorSession): readonly Missing[] {
  return parameters.cohort.flatMap(({ id }, index) => {
    const stage = silent.get(index);
    const because = gone.get(index) ?? (stage === undefined ? undefined : `silent in stage ${stage}`);
    return because === undefined ? [] : [{ platform: id, because }];
  });
}

/** Ends the attempt and tells the whole cohort. */
export function end(state: OpenCoordinatorState, outcome: Outcome, text: string): CoordinatorStep {
  const everyone = state.session.parameters.cohort.map((member) => member.id);
  return [
    { stage: 'ended', outcome },
    [
      { kind: 'broadcast', to: everyone, message: { kind: 'session-end', outcome, text } },
      { kind: 'end', outcome, text, charged: isCharged(state), missing: missingIn(state.session) },
    ],
  ];
}
