/** Rounds in which platforms die at random moments and come back, and the sums that must come out anyway. */
import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';
import { STAGES } from '../secagg/drops.ts';
import { House } from './house.ts';
import { tinyFederation } from './tiny-federation.ts';

export interface ChaosSettings {
  readonly platforms: number;
  readonly parameters: number;
  readonly rounds: number;
  /** Number of platforms that die in the first attempt at each round. */
  readonly deaths: number;
  /** Number of lost platforms that a sum survives. */
  readonly dropouts: number;
  readonly seed: number;
}

export interface ChaosResult {
  readonly completed: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Every round ends, and every model is that of the plain sum over the platforms that are reported to be in it. */
export async function chaos(settings: ChaosSettings): Promise<ChaosResult> {
  const { platforms, parameters, rounds, deaths, dropouts, seed } = settings;
  const house = new House(
    tinyFederation({
      platforms,
      parameters,
      dropouts,
      rounds: { count: rounds, stageTimeoutMs: 20_000, trainTimeoutMs: 20_000, maxAttempts: 10 },
    }),
  );
  const random = new Prng(seed);
  const fates = Array.from({ length: rounds + 1 }, () => {
    const victims = random.shuffle(Uint32Array.from({ length: platforms }, (_, index) => index)).subarray(0, deaths);
    return new Map([...victims].map((index) => [index, STAGES[random.integer(STAGES.length)]]));
  });
  const vector = (index: number) => (round: number) =>
    Float64Array.from({ length: parameters }, (_, i) => ((index * 7919 + round * 104_729 + i * 31) % 2001) - 1000);
  const join = (index: number): void => {
    house.join(index, {
      integers: vector(index),
      sends: (message, round, attempt) => {
        if (attempt > 1 || fates[round].get(index) !== message.kind) return true;
        // Starts a new process as soon as this one is gone.
        setImmediate(() => join(index));
        return false;
      },
    });
  };
  const began = performance.now();
  const coordinator = await house.start({ rounds: { graceMs: 2000, absenceMs: 500 } });
  for (let index = 0; index < platforms; index++) join(index);
  await coordinator.roundsOver;
  const seconds = (performance.now() - began) / 1000;
  try {
    checkModels(house, vector);
    const completed = coordinator.status().rounds.completed;
    return { completed, outcomes: Object.fromEntries(house.store.rounds.outcomes()), seconds };
  } finally {
    await house.tearDown();
  }
}

function checkModels(house: House, vector: (index: number) => (round: number) => Float64Array): void {
  const { plan, platforms } = house.federation;
  const [[sum]] = Object.values(plan.privacy.sums);
  const model = new Float32Array(plan.parameters);
  for (const { round, end } of house.store.rounds.attempts(1_000_000)) {
    assert.ok(end !== undefined, 'every attempt has an end');
    if (end.outcome !== 'completed') continue;
    const vectors = end.platforms.map((name) => vector(platforms.findIndex((one) => one.name === name))(round));
    for (let i = 0; i < model.length; i++) {
      model[i] += vectors.reduce((total, one) => total + one[i], 0) / sum.scale;
    }
    assert.deepEqual(house.store.rounds.model(round), model, `round ${round}`);
  }
}
