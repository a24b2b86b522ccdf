/** The posterior of the readout `bayes`: its intervals cover, a silent source widens them, noise of a release mode too. */
import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { releaseMode } from '../../core/release/registry.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import { fitDecoder } from '../../core/transfer/decoder/decoder.ts';
import type { Decoder } from '../../core/transfer/decoder/decoder.ts';
import type { ReleasedVector } from '../../core/transfer/decoder/report.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { beliefOf, NINETY } from '../../core/transfer/readouts/bayes.ts';
import { silent } from '../../simulations/worlds/planted/bridge-worlds.ts';
import type { PlantedTrial } from '../../simulations/worlds/planted/planted.ts';
import { longIt } from '../longer.ts';

const fit = ({ target }: PlantedTrial, received: readonly ReceivedRepresentations[]): Decoder =>
  fitDecoder(
    { domain: target, factorise: factorMemory('bayes').factorise, random: new Prng('fit') },
    received,
    'bayes',
  );

/** Share of the cold persons' scores of items that lie in their 90 % intervals, and the intervals' mean half. */
function covered(
  { cold, target }: PlantedTrial,
  decoder: Decoder,
  releasedOf: (person: string) => readonly ReleasedVector[],
): { readonly share: number; readonly width: number } {
  const space = factorMemory('bayes').factorise(target);
  const { dimension, items } = space;
  let inside = 0;
  let all = 0;
  let width = 0;
  for (const { person, positives } of cold) {
    const truth = space.foldIn(positives);
    const belief = decoder.posterior?.(releasedOf(person));
    if (belief === undefined) continue;
    for (let at = 0; at < items.length; at += 5 * dimension) {
      const item = items.subarray(at, at + dimension);
      const { deviation, score } = beliefOf(item, belief);
      const value = item.reduce((sum, own, i) => sum + own * truth[i], 0);
      if (Math.abs(value - score) <= NINETY * deviation) inside += 1;
      width += NINETY * deviation;
      all += 1;
    }
  }
  return { share: inside / all, width: width / all };
}

describe('bayes', () => {
  const trial = silent.make('coverage');
  const both = fit(trial, trial.received);

  it('covers 90 % of cold persons’ scores with its 90 % intervals, give or take three', () => {
    const { share } = covered(trial, both, trial.releasedOf);
    assert.ok(share > 0.87 && share < 0.93, `covers ${share}`);
    assert.ok(Number(both.report.chosen['widening']) > 0.5);
  });

  it('is less sure where a source is silent, and still covers', () => {
    const only = (source: string) => (person: string) =>
      trial.releasedOf(person).filter((one) => one.source === source);
    const all = covered(trial, both, trial.releasedOf);
    const sums = covered(trial, both, only('sums'));
    assert.ok(sums.width > 1.02 * all.width, `${sums.width} against ${all.width}`);
    assert.ok(sums.share > 0.87 && sums.share < 0.93, `covers ${sums.share}`);
    assert.equal(both.posterior?.([]), undefined);
  });

  longIt('is less sure of codes with local noise, and still covers', () => {
    const mode = releaseMode('ldp', { epsilon0: 2, dimension: 4 });
    const random = seededRandom('codes');
    const coded = (vector: Float32Array): Float32Array => mode.release(vector, random) ?? vector;
    const received = trial.received.map((one) => ({
      ...one,
      noiseModel: mode.noiseModel,
      vectors: Float32Array.from(
        one.persons.flatMap((_, row) => Array.from(coded(one.vectors.subarray(4 * row, 4 * row + 4)))),
      ),
    }));
    const exact = covered(trial, both, trial.releasedOf);
    const noisy = covered(trial, fit(trial, received), (person) =>
      trial.releasedOf(person).map(({ source, vector }) => ({ source, vector: coded(vector) })),
    );
    assert.ok(noisy.width > 1.02 * exact.width, `${noisy.width} against ${exact.width}`);
    assert.ok(noisy.share > 0.87 && noisy.share < 0.93, `covers ${noisy.share}`);
  });
});
