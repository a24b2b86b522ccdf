/** Runs the compliance suites on every view and training of the registry, so none can be added without passing them. */
import assert from 'node:assert/strict';
import { checkOneAtATime, trainingCompliance, viewCompliance } from '../../compliance/piece.ts';
import { composeEncoder } from '../../core/transfer/compose.ts';
import type { PerPerson } from '../../core/transfer/per-person.ts';
import { trainings, views } from '../../core/transfer/registry.ts';
import { representationOf } from '../../core/transfer/training/representation.ts';

/** Settings of pieces that have no usable defaults, or are slow with them. */
const SETTINGS: Readonly<Record<string, object>> = {
  attributes: { values: ['age=0', 'age=1', 'of=nobody'] },
  autoencoder: { hidden: 8, bottleneck: 6 },
};

const OTHER_WAYS: readonly (readonly [string, object])[] = [
  ['meta', { outer: 'reptile' }],
  ['two-towers', { patience: 2 }],
  ['two-towers', { adaptation: 'mmd' }],
  ['two-towers', { adaptation: 'adversarial', patience: 2 }],
  ['meta', { nearness: 'distance', sampling: 'counts' }],
  ['item-attention', { sampling: 'mixed', logQ: false, task: 'next' }],
  ['item-attention', { sampling: 'hard', ordered: false }],
];

describe('pieces that carry a claim', () => {
  for (const view of views.all) describe(`view ${view.name}`, () => viewCompliance(view, SETTINGS[view.name]));
  for (const training of trainings.all) {
    describe(`training ${training.name}`, () => trainingCompliance(training, SETTINGS[training.name]));
  }
  // Every setting that changes what a person's contribution is made of.
  for (const [name, given] of OTHER_WAYS) {
    describe(`training ${name}, ${JSON.stringify(given)}`, () => trainingCompliance(trainings.named(name), given));
  }

  it('a test of batches sees a contribution that depends on who else is in the batch', () => {
    const leaky: PerPerson = (batch) => batch.map(() => ({ values: Float32Array.of(batch.length) }));
    assert.throws(() => checkOneAtATime(leaky, 'leaky'), /batches of 1/);
  });

  it('a training is never put above a view that is made from raw data', () => {
    const above = { views: [{ name: 'plain-als' }], training: { name: 'autoencoder' } };
    assert.throws(() => composeEncoder(above), { code: 'TRANSFER_LAW', message: /raw data/ });
  });

  it('under a local mode a training sends as many numbers as the mode carries, and raw all of them', () => {
    for (const { name } of trainings.all) {
      const training = trainings.named(name);
      const settings = training.settings({});
      const sent = (mode: 'ldp' | 'cohort', epsilon0: number): number =>
        training.width(8, settings, { mode, epsilon0 });
      assert.deepEqual([sent('ldp', 8), sent('ldp', 4), sent('cohort', 8), sent('cohort', 4)], [5, 2, 6, 4], name);
      const raw = training.width(8, settings, { mode: 'raw', epsilon0: null });
      assert.ok(raw >= 8 && raw === training.width(8, settings), `${name} sends ${raw} numbers`);
    }
  });

  it('a representation is z with a constant behind it, where there is room for one', () => {
    assert.deepEqual([...representationOf([1, 2, 3], 4)], [1, 2, 3, 0.5]);
    assert.deepEqual([...representationOf([1, 2, 3], 2)], [1, 2]);
    assert.deepEqual([...representationOf(undefined, 4)], [0, 0, 0, 0]);
  });

  it('a training by towers is refused above a view without vectors of items, before any platform prepares', () => {
    const above = (view: string, training: string): unknown =>
      composeEncoder({ views: [{ name: 'text' }, { name: view }], training: { name: training } });
    const refused = { code: 'TRANSFER_PIECE', message: /the view "attributes" has none; leave it out/ };
    assert.throws(() => above('attributes', 'two-towers'), refused);
    above('attributes', 'gram');
    above('projection', 'two-towers');
  });

  it('a training by towers is refused without rounds, where it would release untrained networks', () => {
    const platforms = [{ name: 'books', items: 50, personsAbout: 100, releases: true }];
    for (const training of ['two-towers', 'item-attention', 'gru', 'text-cnn', 'meta', 'tuned-head']) {
      const encoder = composeEncoder({ views: [{ name: 'text' }], training: { name: training } });
      const shape = { platforms, maxPlatformsPerPerson: 1, rounds: 0 };
      assert.throws(() => encoder.queries(shape, 'books'), { code: 'TRANSFER_SHAPE', message: /none are planned/ });
      assert.equal(encoder.queries({ ...shape, rounds: 1 }, 'books').length, 1);
    }
  });
});
