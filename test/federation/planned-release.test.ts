import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { partsOf, personsInLetter, plannedRelease, releaseProblem } from '../../core/federation/planned-release.ts';
import type { ToldRelease } from '../../core/federation/planned-release.ts';
import { planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { releaseMode } from '../../core/release/registry.ts';

const random = seededRandom('planned release');
const names = ['films', 'books', 'music'];
const identities = names.map((name) => generateIdentity(name, random));
const coordinator = generateIdentity('coordinator', random);

function plan(strategy: string, release: 'raw' | 'ldp' | 'cohort', epsilon0: number | null, count = 0): FederationPlan {
  return planFederation(
    draftManifest({
      federation: 'planned',
      seed: 'planned',
      coordinator,
      platforms: identities.map((identity) => ({ identity, items: 100, personsAbout: 1000 })),
      encoder: encoderSpec(strategy),
      privacy: { epsilon: 8, release, epsilon0, sources: ['films', 'books'] },
      rounds: { count },
    }),
  );
}

describe('What a source is planned to release', () => {
  const cases = [
    ['linear-bridge', 'raw', null, 0],
    ['private-subspace', 'ldp', 2, 0],
    ['private-subspace', 'cohort', 4, 0],
    ['shared-trunk', 'raw', null, 3],
    ['shared-trunk', 'ldp', 8, 3],
  ] as const;
  for (const [strategy, mode, epsilon0, rounds] of cases) {
    it(`is taken, and nothing else: ${strategy}, ${mode}, ${rounds} rounds`, () => {
      const federation = plan(strategy, mode, epsilon0, rounds);
      const planned = plannedRelease(federation, 'films');
      const { dimension, cohorts } = planned;
      const prototypes = new Float32Array(cohorts * dimension);
      const { noiseModel } = releaseMode(mode, { epsilon0, dimension, prototypes });
      const told: ToldRelease = { mode, noiseModel, dimension, modelRound: rounds, parts: 1, persons: 2000 };
      assert.equal(releaseProblem(planned, told), undefined);
      const wrong: readonly Partial<ToldRelease>[] = [
        { modelRound: rounds + 1 },
        { dimension: dimension + 1 },
        { dimension: dimension - 1 },
        { parts: 2 },
        { persons: 2001 },
        { mode: mode === 'raw' ? 'ldp' : 'raw' },
        { mode: 'none' },
        {
          noiseModel:
            mode === 'raw'
              ? { kind: 'privunit', numbers: { epsilon0: 1, expectedCosine: 1, squaredNorm: 1 } }
              : { kind: 'exact' },
        },
      ];
      for (const changes of wrong) assert.ok(releaseProblem(planned, { ...told, ...changes }), JSON.stringify(changes));
      for (const [name, value] of Object.entries(noiseModel.numbers ?? {})) {
        const changed = (by: number) => ({ ...noiseModel, numbers: { ...noiseModel.numbers, [name]: value * by } });
        assert.equal(releaseProblem(planned, { ...told, noiseModel: changed(1 + 1e-12) }), undefined);
        assert.ok(releaseProblem(planned, { ...told, noiseModel: changed(1.001) }), name);
      }
      const more = { ...noiseModel, prototypes: new Float32Array((cohorts + 1) * dimension) };
      assert.ok(releaseProblem(planned, { ...told, noiseModel: more }));
      const also = { ...noiseModel, numbers: { ...noiseModel.numbers, toString: 1 } };
      assert.ok(releaseProblem(planned, { ...told, noiseModel: also }));
    });
  }

  it('is nobody of a platform that is no source, or not in the federation', () => {
    const federation = plan('linear-bridge', 'raw', null);
    const nobody: ToldRelease = {
      ...{ mode: 'none', noiseModel: { kind: 'exact' }, dimension: 0, modelRound: 0, parts: 1, persons: 0 },
    };
    for (const name of ['music', 'strangers']) {
      const planned = plannedRelease(federation, name);
      assert.equal(releaseProblem(planned, nobody), undefined);
      const { dimension } = plannedRelease(federation, 'films');
      assert.ok(releaseProblem(planned, { ...nobody, mode: 'raw', dimension, persons: 1 }));
    }
  });

  it('needs a power of two of letters', () => {
    assert.deepEqual(
      [0, 1, 10, 11, 20, 21, 41].map((persons) => partsOf(persons, 10)),
      [1, 1, 1, 2, 2, 4, 8],
    );
  });

  it('names no more persons in a letter than there is room for, nor than a process can take at once', () => {
    assert.equal(personsInLetter(16, 0, 22), 4096);
    const [dimension, cohorts] = [64, 4096];
    const persons = personsInLetter(dimension, cohorts, 64);
    const bytes = persons * (4 * dimension + 4 + 64) + 4 * dimension * cohorts;
    assert.ok(persons > 1000 && bytes < 4 * 1024 * 1024, `${persons} persons, ${bytes} bytes`);
  });
});
