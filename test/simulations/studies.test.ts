/** Every study on its planted world, and on real data where `ISTHMUS_DATA` names them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptFigures } from '../../docs/kept-figures.ts';
import { itemColumn } from '../../simulations/studies/item-column.ts';
import { studies, studyNamed } from '../../simulations/studies/registry.ts';
import { keepsMargins, runPlanted, runReal, STUDY_SEEDS } from '../../simulations/studies/run.ts';
import type { StudyResult } from '../../simulations/studies/run.ts';
import type { Study } from '../../simulations/studies/study.ts';
import { longIt } from '../longer.ts';

function assertComplete({ method, metrics, name }: Study, { figures }: StudyResult): void {
  const [decides] = Object.keys(metrics);
  assert.ok(method in figures, name);
  for (const [row, values] of Object.entries(figures)) {
    assert.ok(Number.isFinite(values[decides]), `${name}: ${row} has no ${decides}`);
  }
}

describe('studies', function () {
  this.timeout(120_000);

  it('have figures in docs/measured/studies, within their margins', () => {
    const { studies: kept } = keptFigures();
    assert.deepEqual([...kept.keys()].toSorted(), studies.map(({ name }) => name).toSorted());
    for (const [name, { planted, real }] of kept) {
      const study = studyNamed(name);
      assert.ok(keepsMargins(study, planted), name);
      assert.deepEqual(
        real.map(({ data }) => data),
        study.real.map((one) => one.name),
        `${name}: figures on real data`,
      );
    }
  });

  it('names the line of a table that is too short, and reads Windows line ends', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'isthmus-table-'));
    try {
      await writeFile(join(folder, 'items.tsv'), '\uFEFFitem\tcategory\r\na\tfood\r\n');
      assert.deepEqual([...(await itemColumn(folder, 'items.tsv', 'category'))], [['a', 'food']]);
      await writeFile(join(folder, 'items.tsv'), 'item\tcategory\na\tfood\nb\n');
      await assert.rejects(itemColumn(folder, 'items.tsv', 'category'), {
        code: 'SIMULATION_STUDY',
        message: /items\.tsv, line 3: 1 columns, and the header has 2/,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  for (const study of studies) {
    it(`${study.name}: the ablation is among the margins`, () => {
      assert.ok(study.planted.ablation.method in study.planted.margins);
      if (study.real.length === 0) assert.ok(study.caveats.length > 0, 'says why it has no figure on real data');
    });

    longIt(`${study.name} keeps its margins; mechanism switched off: ${study.planted.ablation.off}`, async () => {
      const result = await runPlanted(study, STUDY_SEEDS);
      assertComplete(study, result);
      assert.ok(keepsMargins(study, result), JSON.stringify(result.gains));
    });

    if (study.real.length === 0) continue;
    longIt(`${study.name} measures real data (skips without ISTHMUS_DATA)`, async function () {
      const folder = process.env.ISTHMUS_DATA;
      if (folder === undefined) return this.skip();
      for (const result of await runReal(study, folder, ['1'])) assertComplete(study, result);
    });
  }

  it('a missing file of data is named', async () => {
    const study: Study = {
      ...studyNamed('off-policy'),
      real: [{ name: 'absent', files: ['absent/rows.tsv'], over: [], measure: () => Promise.resolve({}) }],
    };
    await assert.rejects(runReal(study, '/nowhere', ['1']), { code: 'SIMULATION_STUDY', message: /absent\/rows\.tsv/ });
  });
});
