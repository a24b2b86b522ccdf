/**
 * What rounds and the encoder leave behind: attempts begun and revealed, sums released, shared models accepted.
 * @module
 */
import type { ModelStore, ReleasedSumStore, ServedVersion, SessionStore } from '../platform-store.ts';

export function memorySessions(): SessionStore {
  const spent = new Set<string>();
  const reveals = new Map<string, Uint8Array>();
  return {
    spend: (attempt) => spent.size !== spent.add(attempt).size,
    isSpent: (attempt) => spent.has(attempt),
    reveal(session, choice) {
      const recorded = reveals.get(session);
      if (recorded !== undefined) return Buffer.compare(recorded, choice) === 0;
      reveals.set(session, choice.slice());
      return true;
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
