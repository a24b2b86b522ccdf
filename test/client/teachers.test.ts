import assert from 'node:assert/strict';
import { ofTeachers } from '../../client/releases/teachers.ts';
import { checkPersons } from '../../client/domain-check.ts';
import type { Consent } from '../../core/federation/consent.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';

describe('persons who teach the map at a target', () => {
  const own = ['ada', 'bob', 'eve'];
  const people = {
    pseudonyms: own.map((person) => `p-${person}`),
    rowOf: (person: string) => (own.includes(person) ? own.indexOf(person) : undefined),
  };
  const received = [
    {
      source: 'films',
      noiseModel: { kind: 'exact' as const },
      dimension: 2,
      persons: ['p-ada', 'p-cold', 'p-eve'],
      vectors: Float32Array.of(1, 2, 3, 4, 5, 6),
    },
  ];
  const consent: Consent = { person: 'eve', target: 'books', epoch: 1, expires: 100, also: ['map'] };
  const taught = (consents: readonly Consent[], now = 99): string[] =>
    ofTeachers(received, { platform: 'books', epoch: 1, now, people, consents }).flatMap(({ persons }) => persons);

  it('are those whose consent is to the target itself and names the purpose, with their vectors', () => {
    assert.deepEqual(taught([]), []);
    assert.deepEqual(taught([{ ...consent, target: 'music' }]), []);
    assert.deepEqual(taught([{ ...consent, also: ['history'] }]), []);
    const [only] = ofTeachers(received, { platform: 'books', epoch: 1, now: 0, people, consents: [consent] });
    assert.deepEqual([only.persons, [...only.vectors]], [['p-eve'], [5, 6]]);
    const all = own.map((person) => ({ ...consent, person }));
    assert.deepEqual(taught([...all, { ...consent, person: 'nobody' }]), ['p-ada', 'p-eve']);
  });

  it('teach no longer once the consent is over, or was for another epoch', () => {
    assert.deepEqual(taught([consent], 99), ['p-eve']);
    assert.deepEqual(taught([consent], 100), []);
    assert.deepEqual(taught([{ ...consent, epoch: 2 }]), []);
  });

  it('are no choice among too many: a source with more persons than an answer holds is refused', () => {
    const random = seededRandom('too many');
    const planOf = (encoder: string): FederationPlan =>
      planFederation(
        draftManifest({
          federation: 'f',
          seed: 's',
          coordinator: generateIdentity('coordinator', random),
          platforms: ['films', 'books', 'music'].map((name) => ({
            identity: generateIdentity(name, random),
            items: 20,
            personsAbout: 10,
          })),
          vocabulary: { buckets: 64 },
          encoder: encoderSpec(encoder),
          privacy: { epsilon: 4, sources: ['films'] },
          rounds: { count: 1 },
        }),
      );
    const films = (count: number) => ({ name: 'films', persons: Array.from({ length: count }, (_, p) => `p${p}`) });
    const plan = planOf('subspace>map');
    checkPersons(plan, films(20));
    checkPersons(plan, { ...films(21), name: 'books' });
    checkPersons(planOf('subspace'), films(21));
    assert.throws(() => checkPersons(plan, films(21)), { code: 'PLATFORM_PERSONS', message: /personsAbout/ });
  });
});
