/** Every readout on its planted world: it must keep its margins there, and lose its gain with its mechanism off. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptFigures } from '../../docs/kept-figures.ts';
import { strategiesPage } from '../../docs/generated-strategies.ts';
import { readouts } from '../../core/transfer/readouts/registry.ts';
import { plantOf } from '../../simulations/worlds/planted/plants.ts';
import { verify, VERIFY_SEEDS } from '../../simulations/worlds/planted/verify.ts';

describe('planted worlds', function () {
  this.timeout(60_000);
  for (const { name, ablation } of readouts) {
    it(`${name} keeps its margins, and not without ${ablation?.off ?? 'an ablation'}`, () => {
      const plant = plantOf(name);
      // One seed here; `isthmus strategies --verify` and docs/strategies.md have three.
      const { overAblation, overPrior } = verify(plant, VERIFY_SEEDS.slice(0, 1));
      assert.ok(overPrior.low > plant.overPrior, JSON.stringify(overPrior));
      assert.ok(overAblation.low > plant.overAblation, JSON.stringify(overAblation));
    });
  }

  it('docs/strategies.md has every readout, as its figures are kept (else: npx tsx docs/write-strategies.ts --verify)', () => {
    const { planted, measured } = keptFigures();
    assert.deepEqual(
      planted.map(({ readout }) => readout),
      readouts.map(({ name }) => name),
    );
    for (const { readout, overAblation, overPrior } of planted) {
      const plant = plantOf(readout);
      assert.ok(overPrior.low > plant.overPrior && overAblation.low > plant.overAblation, readout);
    }
    const page = readFileSync(join(import.meta.dirname, '../../docs/strategies.md'), 'utf8');
    assert.equal(strategiesPage(planted, measured), page);
  });
});
