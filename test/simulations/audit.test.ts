import assert from 'node:assert/strict';
import { runAudit } from '../../simulations/audit/audit.ts';
import type { AuditRequest } from '../../simulations/audit/audit.ts';
import { composeEncoder } from '../../core/transfer/compose.ts';
import { trainings, views } from '../../core/transfer/registry.ts';
import { ADAPTATIONS } from '../../core/transfer/training/towers/adaptation.ts';
import type { TowerSettings } from '../../core/transfer/training/towers/towers.ts';
import { attackedEncoders } from '../../simulations/audit/attacked.ts';
import { PLANTED_BUGS } from '../../simulations/audit/planted-bugs.ts';
import { longIt } from '../longer.ts';

const REQUEST: AuditRequest = {
  claimedEpsilon: 4,
  delta: 1e-6,
  canaries: 6000,
  confidence: 0.95,
  epsilon0s: [2],
  seed: 'audit',
  planted: null,
};

describe('audit', function () {
  this.timeout(60_000);

  longIt('measures less than is proven, everywhere, and not nothing', async () => {
    const document = await runAudit(REQUEST);
    const { training, strategies, oneShot, releases, embeddingRows, failed } = document;
    assert.equal(failed, false);
    assert.ok(training !== null && oneShot !== null);
    assert.ok(training.gaussianLowerBound > 1 && training.gaussianLowerBound <= training.provenEpsilon);
    assert.ok(oneShot.estimate > oneShot.chance && oneShot.estimate < 2 * oneShot.provenEpsilon);
    for (const audited of strategies) {
      assert.ok(audited.canaries >= 1000 && audited.platformsPerCanary === 2);
      assert.ok(audited.gaussianLowerBound > 0.5 && audited.gaussianLowerBound <= audited.provenEpsilon);
      assert.ok(Math.abs(audited.chargedEpsilon / audited.provenEpsilon - 1) < 1e-9, 'charged as planned');
    }
    assert.deepEqual(
      strategies.map(({ strategy }) => strategy),
      attackedEncoders().flatMap(({ notBecause, strategy }) => (notBecause === null ? [strategy] : [])),
    );
    const inRounds = strategies.filter(({ rounds }) => rounds > 0).map(({ strategy }) => strategy);
    assert.ok(inRounds.includes('shared-trunk') && inRounds.includes('subspace>two-towers'), inRounds.join());
    assert.ok(!inRounds.includes('private-subspace') && !inRounds.includes('subspace>gram'), inRounds.join());
    const ldp = releases.filter(({ mode }) => mode === 'ldp');
    assert.ok(ldp.every(({ lowerBound }) => lowerBound > 0.5 && lowerBound <= 2));
    assert.ok(releases.filter(({ mode }) => mode === 'raw').every(({ lowerBound }) => lowerBound > 5));

    const [membership, membershipNoised, interaction, interactionNoised] = embeddingRows;
    // Averaged rows reveal who was there, and mostly also if one item was met.
    assert.ok(membership.lowerBound > 3 && membership.correct === membership.guesses);
    assert.ok(interaction.lowerBound > 1);
    assert.ok(membershipNoised.lowerBound < 2 && interactionNoised.lowerBound < 1);
  });

  it('notices every planted bug', async () => {
    const { sanity, failed } = await runAudit({ ...REQUEST, canaries: 12_000, planted: 'all' });
    assert.deepEqual(
      sanity.map(({ planted }) => planted),
      [null, ...PLANTED_BUGS],
    );
    assert.equal(failed, false, JSON.stringify(sanity.filter(({ asExpected }) => !asExpected)));
  });

  it('fails for one planted bug', async () => {
    const caught = await runAudit({ ...REQUEST, planted: 'noise-off' });
    assert.equal(caught.failed, true);
    const again = await runAudit({ ...REQUEST, planted: 'noise-off' });
    assert.deepEqual(again, caught, 'the same seed gives the same audit');
    const swapped = await runAudit({ ...REQUEST, planted: 'labels-swapped' });
    assert.equal(swapped.failed, false);
  });
});

describe('The audit and the registry', () => {
  it('agree: every charged view and every training is attacked, or named with the reason why it is not', () => {
    const attacked = attackedEncoders();
    const pieces = new Set(
      attacked.flatMap(({ encoder }) => {
        const { views: parts, training } = composeEncoder(encoder).spec;
        return [...parts, ...(training ? [training] : [])].map(({ name }) => name);
      }),
    );
    const charged = views.all.filter(({ law }) => law === 'charged');
    assert.deepEqual([...pieces].sort(), [...charged, ...trainings.all].map(({ name }) => name).sort());
    assert.deepEqual(
      attacked.filter(({ notBecause }) => notBecause !== null).map(({ strategy }) => strategy),
      ['shared-subspace'],
    );
    const adaptations = attacked.flatMap(({ encoder }) => {
      const { training } = composeEncoder(encoder).spec;
      const adaptation = (training?.settings as Partial<TowerSettings> | undefined)?.adaptation;
      return training?.name === 'two-towers' && adaptation !== undefined ? [adaptation] : [];
    });
    assert.deepEqual(adaptations, ADAPTATIONS);
  });
});
