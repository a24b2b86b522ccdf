import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulationOptions } from '../../simulations/options.ts';
import { resultsSchema } from '../../simulations/results.ts';
import { simulate } from '../../simulations/simulate.ts';

describe('a simulation of sites and a newcomer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'newcomer-'));
  after(() => rmSync(folder, { recursive: true }));

  it('runs masked rounds among those who contribute, and the newcomer takes the model and gains by it', async function () {
    this.timeout(120_000);
    const { results, folder: kept } = await simulate(
      { world: 'cross-site', persons: 1500, items: 220, negatives: 30, ownPersons: 12, inProcess: true, out: folder },
      { version: 'test', onEvent: () => undefined, signal: new AbortController().signal },
    );
    resultsSchema.parse(JSON.parse(readFileSync(kept.results, 'utf8')));
    assert.deepEqual(
      results.rounds.map(({ outcome, platforms }) => [outcome, platforms]),
      [
        ['completed', 4],
        ['completed', 4],
      ],
    );
    const [privacy] = results.privacy;
    assert.deepEqual([privacy.maxPlatformsPerPerson, privacy.honestMinimum, privacy.noiseShares], [1, 2, 2]);
    assert.match(privacy.claims[0].text, /1 platform takes the shared model and contributes nobody/);
    assert.match(privacy.claims[0].text, /220 ids of a public file/);
    const gain = results.gains.find(({ negatives }) => negatives === 'uniform');
    assert.equal(gain?.over, 'own rows');
    assert.ok(gain.low > 0, `gained ${gain.mean} [${gain.low}, ${gain.high}]`);
    const ledgers = JSON.parse(readFileSync(join(kept.path, 'ledger.json'), 'utf8')) as {
      ledgers: { platform: string | null; entries: unknown[] }[];
    }[];
    const entries = Object.fromEntries(
      ledgers[0].ledgers.map((one) => [one.platform ?? 'coordinator', one.entries.length]),
    );
    assert.equal(entries.newcomer, 0, 'who contributes nobody pays nothing');
    assert.equal(entries.west, 2);
    assert.match(readFileSync(kept.report, 'utf8'), /over own rows/);
  });

  it('refuses options that mean something else', () => {
    assert.equal(simulationOptions({ world: 'cross-site' }).rounds, 2);
    assert.throws(
      () => simulationOptions({ world: 'cross-site', strategy: ['shared-trunk'] }),
      /can only be shared-subspace/,
    );
    assert.throws(() => simulationOptions({ world: 'cross-site', protocol: 'full' }), /can only be cold-platform/);
    assert.throws(() => simulationOptions({ strategy: ['shared-subspace'] }), /add --protocol cold-platform/);
  });
});
