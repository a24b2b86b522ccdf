/** The losses that rounds are planned for if a manifest sets none, and their price. */
import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { lossesText } from '../../core/claims/losses.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import type { Draft } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { formatManifest, parseManifest } from '../../core/federation/manifest.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { defaultDropouts, priceOfLosses, trustOf } from '../../core/privacy/plan/trust.ts';
import { seededRandom } from '../../core/random/seeded.ts';

function drafted(platforms: number, privacy: Partial<Draft['privacy']> = {}, count = 3): Manifest {
  const identity = (name: string) => generateIdentity(name, seededRandom(name));
  return draftManifest({
    federation: 'f',
    seed: 's',
    coordinator: identity('coordinator'),
    platforms: Array.from({ length: platforms }, (_, n) => ({
      identity: identity(`p${n}`),
      items: 40,
      personsAbout: 500,
    })),
    encoder: encoderSpec('shared-trunk', { 'autoencoder.hidden': 4, 'autoencoder.bottleneck': 4 }),
    privacy: { epsilon: 4, ...privacy },
    rounds: { count },
  });
}

/** Variance of the noise that one platform adds to a round. */
function varianceOf(manifest: Manifest): number {
  const sum = Object.values(planFederation(manifest).privacy.sums)[0].find(({ scope }) => scope === 'federation');
  return sum!.localVariance / sum!.scale ** 2;
}

describe('losses that rounds are planned for', () => {
  it('one from four platforms on, none of three, none without rounds, and what is asked for where it is', () => {
    const dropouts = [3, 4, 5, 10].map((platforms) => drafted(platforms).privacy.dropouts);
    assert.deepEqual(dropouts, [0, 1, 1, 1]);
    assert.equal(drafted(5, {}, 0).privacy.dropouts, 0);
    assert.equal(drafted(5, { dropouts: 0 }).privacy.dropouts, 0);
    assert.equal(drafted(10, { dropouts: 2 }).privacy.dropouts, 2);
    // A manifest written by hand gets the same plan.
    const byHand = formatManifest(drafted(4, { dropouts: 0 })).replace(/\n +dropouts: 0/, '');
    assert.equal(parseManifest(byHand).privacy.dropouts, 1);
  });

  it('can be planned for wherever none can', () => {
    for (let platforms = 4; platforms <= 40; platforms++) {
      for (let colluding = 0; colluding < platforms; colluding++) {
        const isPlanned = (dropouts: number): boolean => {
          try {
            return trustOf({ colluding, dropouts }, platforms, true).honestMinimum > 0;
          } catch {
            return false;
          }
        };
        const planned = isPlanned(defaultDropouts(platforms));
        assert.equal(planned, isPlanned(0), `${platforms} platforms, ${colluding} colluding`);
      }
    }
  });

  it('cost the noise that is told: that of what each platform adds, at the same epsilon', () => {
    for (const platforms of [4, 10]) {
      const one = drafted(platforms);
      const measured = Math.sqrt(varianceOf(one) / varianceOf(drafted(platforms, { dropouts: 0 })));
      const told = priceOfLosses(planFederation(one).privacy);
      assert.ok(Math.abs(told / measured - 1) < 1e-3, `${told} is told of ${measured}`);
    }
    const { privacy } = planFederation(drafted(4));
    assert.equal(
      lossesText(privacy),
      'a round still completes if up to 1 of its 4 platforms are lost, at the price of 22 % more noise in its sum than with --dropouts 0',
    );
    assert.match(lossesText(planFederation(drafted(4, { dropouts: 0 })).privacy)!, /^no platform may be lost/);
    assert.equal(lossesText(planFederation(drafted(4, {}, 0)).privacy), undefined);
  });
});
