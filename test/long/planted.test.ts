/** Every method on its planted world, on all seeds of verification: each keeps its margins there. */
import assert from 'node:assert/strict';
import { adaptations, readouts, spaces } from '../../core/transfer/readouts/registry.ts';
import { trainings, views } from '../../core/transfer/registry.ts';
import { mechanismPlants, plantOf } from '../../simulations/worlds/planted/plants.ts';
import { keepsMargins, verify, VERIFY_SEEDS } from '../../simulations/worlds/planted/verify.ts';

describe('planted worlds, all of them', function () {
  this.timeout(120_000);
  for (const { name, ablation } of [
    ...[...views.all, ...trainings.all],
    ...mechanismPlants.map(({ ablation: own, method }) => ({ name: method, ablation: own })),
    ...[...readouts, ...spaces, ...adaptations],
  ]) {
    it(`${name} keeps its margins; mechanism switched off: ${ablation?.off ?? 'none'}`, async () => {
      const verified = await verify(plantOf(name), VERIFY_SEEDS);
      assert.ok(keepsMargins(verified, plantOf(name)), JSON.stringify(verified));
    });
  }
});
