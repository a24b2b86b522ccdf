/**
 * In memory, the records of rounds and of the encoder: attempts with their endings, released sums, accepted shared
 * models.
 * @module
 */
import type { ModelStore, RecordedAttempt, ReleasedSumStore, ServedVersion, SessionStore } from '../platform-store.ts';

export function memorySessions(): SessionStore {
  const attempts = new Map<string, RecordedAttempt>();
  const choices = new Map<string, Uint8Array>();
  const open = (attempt: string): RecordedAttempt | undefined => {
    const found = attempts.get(attempt);
    return found?.ending === null ? found : undefined;
  };
  return {
    enter(entered) {
      if (attempts.has(entered.attempt)) return false;
      attempts.set(entered.attempt, { ...structuredClone(entered), session: null, ending: null });
      return true;
    },
    find: (attempt) => structuredClone(attempts.get(attempt)),
    ofSession: (session) => structuredClone([...attempts.values()].find((attempt) => attempt.session === session)),
    knows: ({ sealKey, maskKey }) =>
      [...attempts.values()].some(
        (attempt) => Buffer.compare(attempt.sealKey, sealKey) === 0 && Buffer.compare(attempt.maskKey, maskKey) === 0,
      ),
    charging(attempt, session) {
      const found = attempts.get(attempt);
      if (found !== undefined) attempts.set(attempt, { ...found, session });
    },
    reveal(attempt, choice) {
      const found = open(attempt);
      if (found !== undefined) {
        attempts.set(attempt, { ...found, ending: 'revealed' });
        choices.set(attempt, choice.slice());
      }
      const recorded = choices.get(attempt);
      return recorded !== undefined && Buffer.compare(recorded, choice) === 0;
    },
    giveUp(attempt) {
      const found = open(attempt);
      if (found !== undefined) attempts.set(attempt, { ...found, ending: 'given-up' });
      return attempts.get(attempt)?.ending === 'given-up';
    },
    giveUpAll() {
      for (const [attempt, found] of attempts)
        if (found.ending === null) attempts.set(attempt, { ...found, ending: 'given-up' });
    },
  };
}

export function memorySums(): ReleasedSumStore {
  const sums = new Map<string, Float64Array>();
  return {
    get: (plan, repetition) => sums.get(`${plan} ${repetition}`)?.slice(),
    put: (plan, repetition, values) => void sums.set(`${plan} ${repetition}`, values.slice()),
  };
}

export function memoryModels(): ModelStore {
  const models = new Map<number, Float32Array>();
  let served: ServedVersion | undefined;
  return {
    accept: (round, model) => void models.set(round, model.slice()),
    latest() {
      const round = Math.max(...models.keys());
      const model = models.get(round);
      return model === undefined ? undefined : { round, model: model.slice() };
    },
    at: (round) => models.get(round)?.slice(),
    served: () => served,
    serve: (version) => void (served = { ...version }),
  };
}
