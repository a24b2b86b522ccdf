/**
 * Begins an attempt: announces it to its cohort, and connects its effects with the ledger, the store and the links.
 * @module
 */
import { attemptConfig, roundSum, sessionParameters } from '../../core/federation/attempt.ts';
import { attemptCharge } from '../../core/privacy/plan/plan-events.ts';
import { attemptKey } from '../../core/secagg/parameters.ts';
import type { CoordinatorStage } from '../../core/secagg/session.ts';
import { Attempt } from './attempt.ts';
import type { AttemptEnding } from './attempt.ts';
import type { RoundsOptions } from './rounds-options.ts';

/** The facts of an attempt that is already on record. */
export interface Begun {
  readonly round: number;
  readonly number: number;
  /** Ascending by name. */
  readonly cohort: readonly string[];
  /** The shared model that it starts from. */
  readonly model: Float32Array;
}

export interface AttemptListener {
  readonly onStage: (stage: CoordinatorStage) => void;
  readonly onEnd: (ending: AttemptEnding) => void;
}

/** @returns the attempt, and the key that its frames carry. @throws SecaggError for parameters no platform would accept. */
export function openAttempt(
  { plan, store, ledger, clock, engine, emit, send, settings, onCharged, onDefect }: RoundsOptions,
  { round, number, cohort, model }: Begun,
  { onStage, onEnd }: AttemptListener,
): { readonly key: Uint8Array; readonly attempt: Attempt } {
  const { rounds } = plan.manifest;
  const config = attemptConfig(plan, cohort);
  const parameters = sessionParameters(plan, { round, attempt: number, config, model });
  const key = Buffer.from(attemptKey(engine, parameters), 'hex');
  emit({ kind: 'attempt', round, of: rounds.count, attempt: number, cohort });
  send(cohort, { kind: 'attempt-start', round, attempt: number, config, model }, key);
  const attempt = new Attempt({
    parameters,
    dependencies: { engine, ...settings.uploads },
    clock,
    stageTimeoutMs: rounds.stageTimeoutMs,
    trainTimeoutMs: rounds.trainTimeoutMs,
    stallMs: rounds.stageTimeoutMs,
    // Stage 2 ends at its deadline anyway, and the uploads need most of it.
    uploadGraceMs: Math.min(settings.uploadGraceMs, rounds.trainTimeoutMs / 4),
    send: (to, message) => send(to, { kind: 'secagg', message }, key),
    onKeys: (session, parametersHash, keys) => {
      store.sessions.list({ round, attempt: number, session, parametersHash, keys });
    },
    charge: (session) => {
      ledger.charge(attemptCharge(roundSum(plan), round, number, session));
      onCharged();
    },
    onStage: (stage, platforms) => {
      onStage(stage);
      emit({ kind: 'stage', round, attempt: number, stage, platforms });
    },
    onFault: ({ platform, code }) => emit({ kind: 'fault', platform, code }),
    onEnd,
    onDefect,
  });
  return { key, attempt };
}
