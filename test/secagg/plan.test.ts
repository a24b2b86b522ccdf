import assert from 'node:assert/strict';
import fc from 'fast-check';
import { degreeAndThreshold } from '../../core/secagg/degree.ts';
import type { SparseAdversary } from '../../core/secagg/degree.ts';
import { helpersTolerated } from '../../core/secagg/parameters.ts';
import { planSession } from '../../core/secagg/plan.ts';
import type { FeasiblePlan, PlanRequest } from '../../core/secagg/plan.ts';
import { encodeSecagg } from '../../core/wire/secagg-codec.ts';
import { isthmus } from '../../proto/gen/isthmus.js';
import { assertExactSum } from './drops.ts';
import { run } from './federation.ts';

const ADVERSARIES: readonly SparseAdversary[] = ['honest', 'curious', 'semi-malicious'];

function plan(given: Partial<PlanRequest> & Pick<PlanRequest, 'platforms'>): ReturnType<typeof planSession> {
  return planSession({
    corrupt: 0.1,
    dropout: 0.1,
    adversary: 'curious',
    vectorLength: 100_000,
    ringBits: 32,
    ...given,
  });
}

function feasible(given: Parameters<typeof plan>[0]): FeasiblePlan {
  const made = plan(given);
  assert.ok(made.feasible, JSON.stringify(made));
  return made;
}

function reasonOf(given: Parameters<typeof plan>[0]): string {
  const made = plan(given);
  assert.ok(!made.feasible, JSON.stringify(made));
  return made.reason;
}

describe('the plan of a masked sum', () => {
  it('of many platforms is the sparse graph of the rule, and claims no more than its adversary', () => {
    const degrees = ADVERSARIES.map((adversary) => {
      const corrupt = adversary === 'honest' ? 0 : 0.1;
      const made = feasible({ platforms: 1000, adversary, corrupt });
      const rule = degreeAndThreshold({ platforms: 1000, corrupt, dropout: 0.1, adversary });
      assert.deepEqual([made.graph, made.degree, made.threshold], ['harary', rule?.degree, rule?.threshold]);
      assert.deepEqual([made.securityBits, made.correctnessBits], [40, 20]);
      const said = made.guarantees.join(' ');
      assert.match(said, adversary === 'honest' ? /No platform colludes/ : /not covered/);
      assert.equal(/honest in stage 0/.test(said), adversary === 'semi-malicious');
      return made.degree;
    });
    assert.deepEqual(degrees, [18, 48, 96]);
  });

  it('puts all attempts under one bound, and says so', () => {
    const many = feasible({ platforms: 1000, attempts: 1000 });
    assert.ok(many.degree > feasible({ platforms: 1000 }).degree);
    assert.match(many.guarantees.join(' '), /over 1000 attempts/);
  });

  it('is the complete graph where no sparse one serves: sound against a coordinator that deviates, and it runs', () => {
    const made = feasible({ platforms: 5, corrupt: 0.2, dropout: 0.2 });
    assert.deepEqual([made.graph, made.degree, made.threshold, made.securityBits], ['complete', 4, 4, null]);
    assert.match(made.guarantees.join(' '), /deviates at will .* fewer than 2t - n = 3 platforms/);
    assertExactSum(run(5, { parameters: { threshold: made.threshold, tNoise: 4, colluders: 1 } }));
    const rates = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10);
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 60 }),
        rates,
        rates,
        fc.constantFrom(...ADVERSARIES),
        (platforms, corrupt, dropout, adversary) => {
          const found = plan({ platforms, corrupt, dropout, adversary });
          if (!found.feasible) {
            assert.ok(found.reason.length > 20);
            return;
          }
          assert.ok(found.threshold >= 2 && found.threshold <= found.degree + 1);
          if (found.graph === 'harary') {
            assert.ok(found.degree < platforms - 1 && found.degree % 2 === 0);
            return;
          }
          assert.ok(Math.floor(corrupt * platforms + 1e-9) <= helpersTolerated(platforms, found.threshold));
          assert.ok(found.threshold <= platforms - Math.floor(dropout * platforms + 1e-9));
        },
      ),
    );
  });

  it('says why nothing serves', () => {
    assert.match(reasonOf({ platforms: 1000, corrupt: 0.5, dropout: 0.5 }), /= 1 is above 0\.9/);
    assert.match(reasonOf({ platforms: 1000, corrupt: 0.3, dropout: 0.4, adversary: 'semi-malicious' }), /2 x dropout/);
    assert.match(reasonOf({ platforms: 1000, adversary: 'honest' }), /no corrupt platforms/);
    assert.match(reasonOf({ platforms: 0 }), /number of platforms is 0/);
    assert.match(reasonOf({ platforms: 2, corrupt: 0, dropout: 0 }), /too few.*at least 3/);
    assert.match(reasonOf({ platforms: 1000, dropout: 1 }), /below 1/);
    assert.match(
      reasonOf({ platforms: 4, corrupt: 0.5, dropout: 0.25 }),
      /2 colluders need 2t - n > 2, so t >= 4 of 4, but only 3 platforms may survive/,
    );
  });

  it('counts the bytes per neighbour that the wire has: one in a packet, and one in a reveal', () => {
    const bytes = (peers: readonly number[]): number => {
      const share = (size: number): Uint8Array => new Uint8Array(size * peers.length).fill(1);
      const reveals = peers.map((peer) => ({ peer, selfMaskShare: share(32).subarray(0, 32) }));
      const dealt = { sealed: share(84), commitments: share(32), selfMaskCommitment: new Uint8Array(32).fill(1) };
      const sent = [
        { kind: 'share-keys', ...dealt },
        { kind: 'reveals', reveals },
      ] as const;
      return sent.reduce((sum, one) => sum + isthmus.Secagg.encode(encodeSecagg(one)).finish().length, 0);
    };
    const peers = Array.from({ length: 40 }, (_, i) => 20 + i);
    const each = (list: readonly number[]): number => (bytes(list) - bytes(list.slice(0, 20))) / (list.length - 20);
    assert.equal(each(peers), feasible({ platforms: 128 }).cost.bytesPerNeighbour);
    assert.equal(each(peers.map((peer) => peer + 130)), feasible({ platforms: 1000 }).cost.bytesPerNeighbour);
  });

  it('counts the bytes that its ring and its neighbours take', () => {
    const { cost } = feasible({ platforms: 100 });
    assert.ok(cost.bytesPerNeighbour <= 200);
    const packed = feasible({ platforms: 100, ringBits: 20 }).cost;
    assert.equal(cost.uploadBytes - packed.uploadBytes, (100_000 * 12) / 8);
    assert.ok(cost.uploadBytes <= 4.1 * 100_000 + 200 * 99);
  });
});
