/** The sparse graph of a federation: when the plan chooses it, and the content and limits of its statement. */
import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { claimTerms } from '../../core/claims/claim-terms.ts';
import { privacyStatement } from '../../core/claims/claims.ts';
import type { PrivacyStatement } from '../../core/claims/claims.ts';
import { formatStatement } from '../../core/claims/statement-text.ts';
import { attemptConfig, sessionParameters } from '../../core/federation/attempt.ts';
import { following, newManifest } from '../../core/federation/draft.ts';
import type { ManifestParts } from '../../core/federation/draft.ts';
import { manifestHash } from '../../core/federation/manifest.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import { MOST_ON_COMPLETE } from '../../core/privacy/plan/masked-graph.ts';
import { epsilonAgainst, planOpenings } from '../../core/privacy/plan/plan-lookups.ts';
import { noiseSharesAgainst } from '../../core/privacy/plan/trust.ts';
import { fullSumThreshold } from '../../core/secagg/full-sums.ts';
import { planSession } from '../../core/secagg/plan.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const encoder = encoderSpec('shared-trunk', {
  'autoencoder.hidden': 1,
  'autoencoder.bottleneck': 4,
  'subspace.steps': 1,
});

/** Nobody signs, because the plan and the claims do not depend on signatures. */
function manifest(platforms: number, parts: Partial<ManifestParts> = {}): Manifest {
  const key = (name: string): string => Buffer.from(seededRandom(name).bytes(32)).toString('base64');
  return newManifest({
    federation: 'f',
    seed: 's',
    coordinator: { identity: key('coordinator') },
    platforms: Array.from({ length: platforms }, (_, i) => ({
      name: `p${i}`,
      identity: key(`identity ${i}`),
      seal: key(`seal ${i}`),
      items: 20,
      personsAbout: 400,
    })),
    encoder,
    privacy: { epsilon: 4 },
    rounds: { count: 2 },
    ...parts,
  });
}

const statementOf = (made: Manifest): PrivacyStatement => privacyStatement(claimTerms(planFederation(made)));

const textOf = (statement: PrivacyStatement, id: string): string => statement.claims.find((one) => one.id === id)!.text;
const NO_BOUND = /Against a coordinator that deviates in stage 0 of an attempt .*: no bound\./;

describe('The graph of a federation', () => {
  it('is complete up to a size, and sparse above it or where the manifest asks, by the rule that secagg plan prints', () => {
    const degreeOf = (made: Manifest): number | undefined => planFederation(made).privacy.degree;
    assert.equal(degreeOf(manifest(12)), undefined);
    assert.equal(degreeOf(manifest(MOST_ON_COMPLETE)), undefined);
    assert.equal(degreeOf(manifest(MOST_ON_COMPLETE + 1, { rounds: { count: 2, graph: 'complete' } })), undefined);
    for (const made of [manifest(MOST_ON_COMPLETE + 1), manifest(12, { rounds: { count: 2, graph: 'sparse' } })]) {
      const plan = planFederation(made);
      const n = made.platforms.length;
      const { privacy } = plan;
      const rule = planSession({
        ...{ platforms: n, corrupt: 1 / n, dropout: 1 / n, adversary: 'semi-malicious', fullSums: true },
        ...{ attempts: 2 * made.rounds.maxAttempts, vectorLength: 1, ringBits: 32 },
      });
      assert.ok(rule.feasible && rule.graph === 'harary');
      assert.deepEqual([privacy.degree, privacy.threshold], [rule.degree, rule.threshold]);
      const names = made.platforms.map(({ name }) => name);
      const config = attemptConfig(plan, names);
      const session = sessionParameters(plan, { round: 1, attempt: 1, config, model: firstModel(plan) });
      assert.deepEqual(session.graph, { kind: 'harary', degree: rule.degree });
      assert.deepEqual([session.threshold, session.tNoise, session.colluders], [rule.threshold, n - 1, 1]);
      // Sums that need fewer contributions than the noise assumes would not be full.
      assert.ok(rule.threshold >= fullSumThreshold(rule.degree, 1) && privacy.noiseShares === n - 2);
    }
  });

  it('that is complete adds nothing to a manifest and its plan; one that is sparse changes both', () => {
    const [plain, sparse] = [manifest(12), manifest(12, { rounds: { count: 2, graph: 'sparse' } })];
    assert.equal('graph' in plain.rounds || 'degree' in planFederation(plain).privacy, false);
    assert.notDeepEqual(manifestHash(plain), manifestHash(sparse));
    assert.notEqual(planFederation(plain).privacy.fingerprint, planFederation(sparse).privacy.fingerprint);
  });

  it('is refused where none serves, and where there are no rounds', () => {
    const refused = (code: string, message: RegExp) => (error: unknown) =>
      error instanceof Error && 'code' in error && error.code === code && message.test(error.message);
    const rounds = { count: 2, graph: 'sparse' } as const;
    assert.throws(
      () => planFederation(manifest(6, { rounds })),
      refused('PRIVACY_PLAN_REFUSED', /no sparse graph of 6 platforms .* 1 colluding and 1 lost/),
    );
    assert.throws(
      () => planFederation(manifest(12, { rounds: { ...rounds, count: 0 } })),
      refused('PRIVACY_BAD_PARAMETER', /^graph: only for training rounds/),
    );
  });
});

describe('The statement of a federation on a sparse graph', () => {
  const rounds = { count: 2, graph: 'sparse', refunds: 30 } as const;
  const made = manifest(24, { rounds, privacy: { epsilon: 4, colluding: 2, dropouts: 2 } });
  const { privacy: plan } = planFederation(made);
  const statement = statementOf(made);

  it('names its adversary, and prints no bound against a coordinator that deviates in stage 0', () => {
    assert.match(textOf(statement, 'C1'), NO_BOUND);
    assert.match(
      textOf(statement, 'C1'),
      /deviates later, as long as .* the coordinator follows the protocol in stage 0/,
    );
    assert.match(textOf(statement, 'C4'), NO_BOUND);
    assert.match(textOf(statement, 'C4'), /even if it deviates after stage 0, while/);
    assert.match(statement.claims.find(({ id }) => id === 'C4')!.plain, /or it cheats while keys are exchanged/);
    const text = formatStatement(statement);
    assert.match(text, /epsilon against a coordinator that deviates in stage 0 of a round: no bound\./);
    assert.match(text, new RegExp(`a platform masks with ${plan.degree} others`));
    assert.match(text, /epsilon against a coordinator that deviates after stage 0, by colluding platforms: 0/);
    const complete = formatStatement(statementOf(manifest(24)));
    assert.doesNotMatch(complete, /stage 0|no bound/);
  });

  it('counts full sums up to as many helpers as its threshold holds for, and nothing but one share from then on', () => {
    const { degree = 0, threshold, exposedFrom } = plan;
    assert.ok(exposedFrom > plan.colluding);
    assert.match(
      textOf(statement, 'C4'),
      new RegExp(`while c' < ${exposedFrom} \\(each platform masks with ${degree} others, ${threshold} of whom`),
    );
    for (let helpers = 0; helpers < 24; helpers++) {
      const isFull = fullSumThreshold(degree, helpers) <= threshold;
      assert.equal(helpers < exposedFrom, isFull, `${helpers} helpers`);
      assert.equal(noiseSharesAgainst(plan, helpers), isFull ? 22 - helpers : 1);
      // R = 2 + 1 up to c, and R + F from there on, because few platforms hold the shares of one.
      assert.equal(planOpenings(plan, helpers), helpers <= 2 ? 3 : 33);
      assert.equal(statement.epsilonAgainst[helpers], epsilonAgainst(plan, helpers));
    }
  });

  it('says so as well where only an earlier version had a sparse graph', () => {
    const next = manifest(24, {
      ...following(made, { attempts: 2, rounds: 1 }),
      rounds: { count: 2 },
      privacy: { epsilon: 8, colluding: 2, dropouts: 2 },
    });
    const later = statementOf(next);
    assert.equal(planFederation(next).privacy.degree, undefined);
    assert.match(textOf(later, 'C1'), NO_BOUND);
    assert.match(formatStatement(later), /deviates in stage 0 of a round: no bound/);
  });
});

describe('The statement of a later version', () => {
  it('says what holds for the sums of all versions', () => {
    const small = manifest(4);
    const large = manifest(10, { ...following(small, { attempts: 2, rounds: 1 }), privacy: { epsilon: 8 } });
    const [before, now] = [small, large].map((made) => planFederation(made).privacy);
    assert.deepEqual([before.noiseThreshold, before.exposedFrom, before.threshold], [3, 2, 3]);
    assert.deepEqual([now.noiseThreshold, now.exposedFrom, now.threshold], [9, 4, 7]);
    const statement = statementOf(large);
    assert.match(textOf(statement, 'C1'), /data is in at most 4 opened sums/);
    assert.match(formatStatement(statement), /at most 2 attempts and 3 refunds of version 1, everything/);
    assert.match(textOf(statement, 'C1'), /open only sums of at least 3 contributions/);
    assert.match(
      textOf(statement, 'C4'),
      /helpers among the platforms of all versions .* at least 3 - c' honest platforms.* c' < 2, as in an earlier version,.* with 2 helpers or more .* With t = 3 or more/,
    );
    const { plain } = statement.claims.find(({ id }) => id === 'C4')!;
    assert.match(plain, /at least 3 platforms contributed.* unless 2 or more platforms help it/);
    assert.match(
      textOf(statementOf(manifest(10)), 'C4'),
      /among the 10 platforms .* at least 9 - c' .* c' < 2t - n = 4/,
    );
  });
});
