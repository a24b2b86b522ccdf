import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { Prng } from '../../core/random/prng.ts';
import { experimentConfig } from '../../simulations/experiment/config.ts';
import { grid } from '../../simulations/experiment/grid.ts';
import type { JobResult } from '../../simulations/experiment/job.ts';
import { gainCell, summarise } from '../../simulations/experiment/summary.ts';
import type { FrontierPoint } from '../../simulations/experiment/summary.ts';
import { ResultsStore } from '../../simulations/experiment/store.ts';

/** Mean NDCG@10 of each method, and its figure on held-out persons. */
const METHODS = { 'private-subspace': [0.115, 0.4], 'private-subspace / memory': [0.112, 0.5] } as const;

/** Every person has one positive. */
function resultOf(seed: string, persons: number): JobResult {
  const prng = new Prng(seed);
  const measured = [...Object.entries(METHODS).map(([name, [mean]]) => [name, mean] as const), ['prior', 0.1] as const];
  const perPerson = measured.map(([method, mean]) => ({
    ...{ method, negatives: 'uniform' as const },
    sums: Array.from({ length: persons }, () => mean + (method === 'prior' ? 0 : 0.02 * prng.gaussian())),
  }));
  const subject = { target: 'toys', sources: ['sports'], release: 'raw', epsilon: 3.9, epsilon0: null };
  return {
    rows: perPerson.map(({ method, negatives, sums }) => {
      const mean = sums.reduce((sum, value) => sum + value / persons, 0);
      const of = { ...subject, method, negatives, twins: 'with' as const, group: 'all', metric: 'NDCG@10', seed };
      return { ...of, mean, personMean: mean, n: persons };
    }),
    persons: Array.from({ length: persons }, (_, number) => ({ number, positives: 1 })),
    perPerson,
    choices: Object.entries(METHODS).map(([method, [, heldOut]]) => ({ ...subject, method, heldOut })),
    ...({ privacy: {}, rounds: [], seconds: 1 } as unknown as Pick<JobResult, 'privacy' | 'rounds' | 'seconds'>),
  };
}

describe('the frontier of an experiment', () => {
  let place = '';
  before(async () => (place = await mkdtemp(join(tmpdir(), 'isthmus-frontier-'))));
  after(() => rm(place, { recursive: true, force: true }));

  function frontierOf(persons: number): readonly FrontierPoint[] {
    const store = new ResultsStore(join(place, `${persons}.db`));
    const config = experimentConfig({ seeds: 3, epsilon: [4], release: ['raw'], strategy: ['private-subspace'] });
    for (const job of grid(config)) store.addTrial(job, resultOf(job.seed, persons));
    store.privacy = () => [];
    const { frontier } = summarise(store, config, { folder: place, version: 'test' });
    store.close();
    return frontier;
  }

  it('has the choice of held-out persons, and beside it the best in hindsight', () => {
    const marks = frontierOf(700).map(({ strategy, chosen, hindsight, heldOut }) => [
      strategy,
      chosen,
      hindsight,
      heldOut?.toFixed(2),
    ]);
    assert.deepEqual(marks, [
      ['private-subspace', false, true, '0.40'],
      ['private-subspace / memory', true, false, '0.50'],
    ]);
  });

  it('claims a gain below .02 only with enough persons, of whom each counts once over the seeds', () => {
    const [many] = frontierOf(600);
    const [few] = frontierOf(599);
    for (const { gain } of [many, few]) {
      assert.ok(gain !== null && gain.low > 0.01 && gain.low < gain.mean && gain.mean < gain.high && gain.high < 0.02);
    }
    assert.deepEqual([many.gain?.claimed, many.gain?.persons], [true, 600]);
    assert.deepEqual([few.gain?.claimed, few.gain?.persons], [false, 599]);
    assert.doesNotMatch(gainCell(many.gain), /too few/);
    assert.match(gainCell(few.gain), /\(599 persons: too few to tell\)$/);
  });

  it('is not continued from a file whose tables are those of another version', () => {
    const path = join(place, 'old.db');
    const old = new Libsql(path);
    old.exec('CREATE TABLE trials (trial TEXT)');
    old.close();
    assert.throws(() => new ResultsStore(path), { code: 'SIMULATION_RESULTS', message: /another version/ });
  });
});
