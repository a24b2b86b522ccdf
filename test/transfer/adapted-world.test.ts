/** What adaptation does on its planted world, beside the gain: the platforms' vectors come together. */
import assert from 'node:assert/strict';
import { historyOf } from '../../core/data/select.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { deviationOf } from '../../core/transfer/training/platform-means.ts';
import { platformChances } from '../../core/transfer/training/towers/adversarial.ts';
import { FEATURES } from '../../core/transfer/training/towers/mmd.ts';
import type { SharedModel } from '../../core/transfer/encoder.ts';
import { federate } from '../../simulations/in-one-process.ts';
import { mechanismPlants } from '../../simulations/worlds/planted/plants.ts';
import { longIt } from '../longer.ts';

interface Adapted {
  readonly shared: SharedModel;
  /** Vectors of the persons of each source. */
  readonly vectors: readonly (readonly Float32Array[])[];
}

async function trained(method: string, changes: object = {}): Promise<Adapted> {
  const { encoder, epsilon, rounds, settings, world } = mechanismPlants.find((plant) => plant.method === method)!;
  const seed = 'eight';
  const { sources, split } = world.make(seed);
  const { factorise } = factorMemory(seed);
  const terms = { sources, split, epsilon, delta: 1e-6, seed, rounds: rounds!, factorise };
  const { represent, shared } = await federate({
    ...terms,
    encoder: encoderNamed(encoder, { ...settings, ...changes }),
  });
  const vectors = sources.map((domain) =>
    domain.persons.map((_, row) => represent(domain.name, historyOf(domain, row))),
  );
  return { shared, vectors };
}

/** MMD² of the means that the last round released. */
function released({ shared }: Adapted): number {
  const means = { platforms: 2, features: FEATURES };
  const rows = shared.subarray(-2 * (1 + FEATURES));
  return [0, 1].reduce((sum, p) => sum + deviationOf(means, rows, p).reduce((a, value) => a + value ** 2, 0) / 2, 0);
}

/** Share of other persons whose platform a classifier tells that was trained afresh, by logistic regression on every second person. */
function toldApart({ vectors }: Adapted): number {
  const persons = vectors.flatMap((own, p) => own.map((z) => ({ z, p })));
  const learnt = persons.filter((_, i) => i % 2 === 0);
  const [{ z: first }] = persons;
  const w = new Float64Array((first.length + 1) * 2);
  for (let step = 0; step < 500; step++) {
    for (const { p, z } of learnt) {
      const slopes = platformChances(w, z, 2).map((chance, q) => chance - (q === p ? 1 : 0));
      for (let j = 0; j <= z.length; j++) for (let q = 0; q < 2; q++) w[2 * j + q] -= 0.05 * slopes[q] * (z.at(j) ?? 1);
    }
  }
  const asked = persons.filter((_, i) => i % 2 === 1);
  const right = asked.filter(({ p, z }) => platformChances(w, z, 2)[p] > 0.5).length;
  return right / asked.length;
}

describe('domain adaptation on its planted world', function () {
  this.timeout(120_000);

  longIt('mmd: the released MMD² falls to a fraction of that without the pull', async () => {
    const [on, off] = [await trained('mmd'), await trained('mmd', { 'tuned-head.lambda': 0 })].map(released);
    assert.ok(on > 0 && on < 0.2 * off, `${on} and ${off}`);
  });

  longIt('adversarial: a fresh classifier tells platforms apart without reversal, and hardly with it', async () => {
    const adapted = [await trained('adversarial'), await trained('adversarial', { 'tuned-head.lambda': 0 })];
    const [on, off] = adapted.map(toldApart);
    // A classifier that knows nothing is right about 400 persons in 750.
    assert.ok(on < 0.62 && off > 0.7, `${on} and ${off}`);
  });
});
