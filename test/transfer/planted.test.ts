/** Methods on their planted worlds: each keeps its margins there, and loses its gain with its mechanism off. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptFigures } from '../../docs/kept-figures.ts';
import { strategiesPage } from '../../docs/generated-strategies.ts';
import { adaptations, readouts, spaces } from '../../core/transfer/readouts/registry.ts';
import { trainings, views } from '../../core/transfer/registry.ts';
import { mechanismPlants, plantOf } from '../../simulations/worlds/planted/plants.ts';
import { keepsMargins, verify, VERIFY_SEEDS } from '../../simulations/worlds/planted/verify.ts';

const QUICK = ['subspace', 'ridge', 'memory', 'procrustes', 'als', 'content'];
const methods = [
  ...[...views.all, ...trainings.all],
  ...mechanismPlants.map(({ ablation, method: name }) => ({ name, ablation })),
  ...[...readouts, ...spaces, ...adaptations],
];

describe('planted worlds', function () {
  this.timeout(60_000);
  // The quick ones; test/long/planted.test.ts runs all of them.
  for (const { name, ablation } of methods.filter(({ name: one }) => QUICK.includes(one))) {
    it(`${name} keeps its margins; mechanism switched off: ${ablation?.off ?? 'none'}`, async () => {
      const plant = plantOf(name);
      // One seed here, so only what it cannot contradict; `isthmus strategies --verify` and docs/strategies.md have three.
      const { overAblation, overPrior, overRidge } = await verify(plant, VERIFY_SEEDS.slice(0, 1));
      for (const [gain, margin] of [
        [overPrior, plant.overPrior],
        [overAblation, plant.overAblation],
        [overRidge, plant.overRidge ?? -1],
      ] as const) {
        if (gain === undefined) continue;
        assert.ok(gain.high > margin && gain.mean > Math.min(0, margin), JSON.stringify({ gain, margin }));
      }
    });
  }

  it('docs/strategies.md has every method, as its figures are kept (else: npx tsx docs/write-strategies.ts --verify)', () => {
    const figures = keptFigures();
    const { planted } = figures;
    assert.deepEqual(
      planted.map(({ method }) => method),
      methods.map(({ name }) => name),
    );
    // The more items a person has, the more the training of meta gains, beyond the intervals of both.
    const [one, three, five] = ['meta-1-shot', 'meta-3-shots', 'meta-5-shots'].map(
      (method) => planted.find((verified) => verified.method === method)!.overAblation,
    );
    assert.ok(one.low > 0 && three.low > one.high && five.low > three.high);
    for (const verified of planted) assert.ok(keepsMargins(verified, plantOf(verified.method)), verified.method);
    const page = readFileSync(join(import.meta.dirname, '../../docs/strategies.md'), 'utf8');
    assert.equal(strategiesPage(figures), page);
  });
});
