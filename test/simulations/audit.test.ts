import assert from 'node:assert/strict';
import { runAudit } from '../../simulations/audit/audit.ts';
import type { AuditRequest } from '../../simulations/audit/audit.ts';
import { PLANTED_BUGS } from '../../simulations/audit/planted-bugs.ts';

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

  it('measures less than is proven, everywhere, and not nothing', () => {
    const document = runAudit(REQUEST);
    const { training, oneShot, releases, embeddingRows, failed } = document;
    assert.equal(failed, false);
    assert.ok(training !== null && oneShot !== null);
    assert.ok(training.gaussianLowerBound > 1 && training.gaussianLowerBound <= training.provenEpsilon);
    assert.ok(oneShot.estimate > oneShot.chance && oneShot.estimate < 2 * oneShot.provenEpsilon);
    const ldp = releases.filter(({ mode }) => mode === 'ldp');
    assert.ok(ldp.every(({ lowerBound }) => lowerBound > 0.5 && lowerBound <= 2));
    assert.ok(releases.filter(({ mode }) => mode === 'raw').every(({ lowerBound }) => lowerBound > 5));

    const [membership, membershipNoised, interaction, interactionNoised] = embeddingRows;
    // Averaged rows tell who was there, and mostly whether one item was met.
    assert.ok(membership.lowerBound > 3 && membership.correct === membership.guesses);
    assert.ok(interaction.lowerBound > 1);
    assert.ok(membershipNoised.lowerBound < 2 && interactionNoised.lowerBound < 1);
  });

  it('notices every planted bug', () => {
    const { sanity, failed } = runAudit({ ...REQUEST, canaries: 12_000, planted: 'all' });
    assert.deepEqual(
      sanity.map(({ planted }) => planted),
      [null, ...PLANTED_BUGS],
    );
    assert.equal(failed, false, JSON.stringify(sanity.filter(({ asExpected }) => !asExpected)));
  });

  it('fails for one planted bug', () => {
    const caught = runAudit({ ...REQUEST, planted: 'noise-off' });
    assert.equal(caught.failed, true);
    assert.deepEqual(runAudit({ ...REQUEST, planted: 'noise-off' }), caught, 'the same seed gives the same audit');
    assert.equal(runAudit({ ...REQUEST, planted: 'labels-swapped' }).failed, false);
  });
});
