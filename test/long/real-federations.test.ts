/**
 * Real data as one federation each, over processes, with masked rounds and a report: six Amazon domains with persons in common, and
 * XMarket's seven countries, of which one joins with few persons of its own.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultsSchema } from '../../simulations/results.ts';
import type { Results } from '../../simulations/results.ts';
import { COMMAND } from '../e2e/isthmus.ts';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DATA = process.env['ISTHMUS_DATA'];

describe('Federations of real platforms, over processes', function () {
  this.timeout(3_600_000);
  const folder = mkdtempSync(join(tmpdir(), 'real-federations-'));
  before(function () {
    if (DATA !== undefined) return;
    console.log('      skipped: ISTHMUS_DATA names no folder with amazon/ and xmarket-electronics/');
    this.skip();
  });
  after(() => rmSync(folder, { recursive: true }));

  async function simulate(...args: readonly string[]): Promise<Results> {
    const [node, ...command] = COMMAND;
    const { stdout } = await run(node, [...command, 'simulate', ...args, '--json', '--out', folder], {
      maxBuffer: 1 << 28,
    });
    const results = resultsSchema.parse(JSON.parse(stdout));
    const kept = join(folder, results.run);
    const report = readFileSync(join(kept, 'report.html'), 'utf8');
    for (const { name } of results.world.platforms) assert.ok(report.includes(name), `${name} is not in the report`);
    assert.ok(!existsSync(join(kept, 'data')), 'rows of persons are left behind');
    assert.equal(results.trials.ended, results.trials.of);
    return results;
  }

  /** Entries of each party's ledger. */
  function ledgers({ run: id }: Results): Readonly<Record<string, number>> {
    const trials = JSON.parse(readFileSync(join(folder, id, 'ledger.json'), 'utf8')) as {
      readonly ledgers: { readonly platform: string | null; readonly entries: unknown[] }[];
    }[];
    return Object.fromEntries(
      trials[0].ledgers.map(({ platform, entries }) => [platform ?? 'coordinator', entries.length]),
    );
  }

  it('Amazon: six domains train one trunk in masked rounds, and kitchen gains by it', async () => {
    const results = await simulate(
      ...['--data', join(DATA ?? '', 'amazon'), '--strategy', 'shared-trunk', '--target', 'kitchen', '--rounds', '3'],
    );
    assert.deepEqual(
      results.rounds.map(({ outcome, platforms }) => [outcome, platforms]),
      Array.from({ length: 3 }, () => ['completed', 6]),
    );
    const [privacy] = results.privacy;
    assert.equal(privacy.maxPlatformsPerPerson, 6, '546 persons are on all six');
    assert.ok(privacy.epsilon !== null && privacy.epsilon <= 4);
    const spent = ledgers(results);
    assert.equal(Object.keys(spent).length, 7);
    assert.ok(Object.values(spent).every((entries) => entries >= 3));
    const gain = results.gains.find(({ method, negatives }) => method === 'shared-trunk' && negatives === 'uniform');
    assert.ok(gain !== undefined && gain.over === 'prior' && gain.low > 0, JSON.stringify(gain));
  });

  it('XMarket: seven countries, of which japan joins with 30 persons and is in no sum', async () => {
    const results = await simulate(
      ...['--data', join(DATA ?? '', 'xmarket-electronics'), '--protocol', 'cold-platform'],
      ...['--target', 'jp', '--own-persons', '30', '--colluding', '1'],
    );
    assert.deepEqual(
      results.rounds.map(({ outcome, platforms }) => [outcome, platforms]),
      Array.from({ length: 2 }, () => ['completed', 6]),
    );
    const [privacy] = results.privacy;
    assert.deepEqual([privacy.maxPlatformsPerPerson, privacy.honestMinimum], [1, 4]);
    assert.ok(privacy.epsilon !== null && privacy.epsilon <= 4);
    const { jp, ...others } = ledgers(results);
    assert.equal(jp, 0, 'who contributes nobody pays nothing');
    assert.ok(Object.values(others).every((entries) => entries === 2));
    const gain = results.gains.find(({ method, negatives }) => method === 'shared-subspace' && negatives === 'uniform');
    assert.ok(gain !== undefined && gain.mean > 0, JSON.stringify(gain));
  });
});
