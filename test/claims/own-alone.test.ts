/**
 * Epsilon 0: where the statement says that nothing depends on other persons, the sealed letters of a source about one person are
 * the same, byte for byte, whoever else is on the platform.
 */
import assert from 'node:assert/strict';
import { createPlatform } from '../../client/platform.ts';
import { peopleOf } from '../../client/data/people.ts';
import { SourceDesk } from '../../client/releases/source.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import { InOrder } from '../../client/turns.ts';
import { privacyStatement } from '../../core/claims/claims.ts';
import { claimTerms } from '../../core/claims/claim-terms.ts';
import { formatStatement } from '../../core/claims/statement-text.ts';
import { unsafeSharedKeyPseudonyms } from '../../core/crypto/pseudonym.ts';
import type { Domain } from '../../core/data/domain.ts';
import { historyOf } from '../../core/data/select.ts';
import { encodeLetter } from '../../core/federation/letter.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import type { Draft } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { sealedBytes } from '../../core/federation/letter-seal.ts';
import { plannedRelease } from '../../core/federation/planned-release.ts';
import { planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { releaseMode } from '../../core/release/registry.ts';
import { composeEncoder } from '../../core/transfer/compose.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import type { EncoderSpec, PlatformModel } from '../../core/transfer/encoder.ts';
import { views } from '../../core/transfer/registry.ts';
import { silentLog } from '../../host/log.ts';
import { HandClock } from '../client/hand-clock.ts';
import { smallWorld } from '../client/small-world.ts';

const DAY = 86_400;
const ITEMS = 40;
const catalogue = Array.from({ length: ITEMS }, (_, item) => `i${item}`);
const titles = catalogue.map((_, item) => `colour${item % 5} shape${item % 3} thing${item}`);
const vectors = {
  dimension: 6,
  of: new Map(catalogue.map((id) => [id, Float32Array.from(seededRandom(id).bytes(6), (byte) => byte / 256)])),
};

interface Person {
  readonly id: string;
  readonly items: readonly number[];
  /** Days; NaN if unknown. */
  readonly days: readonly number[];
}

/** The person whom the letters are about. The first event has no time. */
const one: Person = { id: 'one', items: [1, 6, 12], days: [NaN, 100, 130] };
const short: Person = { id: 'short', items: [2], days: [90] };
const long: Person = { id: 'long', items: catalogue.map((_, item) => item), days: catalogue.map((_, item) => item) };

function shop(persons: readonly Person[]): Domain {
  const offsets = new Uint32Array(persons.length + 1);
  persons.forEach(({ items }, row) => (offsets[row + 1] = offsets[row] + items.length));
  return {
    name: 'shop',
    persons: persons.map(({ id }) => id),
    catalogue,
    titles,
    vectors,
    attributes: new Map(persons.map(({ id, items }) => [id, [`age=${items.length % 2}`]])),
    offsets,
    items: Uint32Array.from(persons.flatMap(({ items }) => items)),
    ratings: Float32Array.from(persons.flatMap(({ items }) => items.map((item) => (item % 5) / 4))),
    timestamps: Float64Array.from(
      persons.flatMap(({ days }) => days),
      (day) => day * DAY,
    ),
  };
}

/** Platforms on which everything but the one person differs: number of persons, items that are met, latest day. */
const WORLDS = [
  shop([one, short, long]),
  shop([{ ...long, id: 'newest', days: long.days.map((day) => day + 5000) }, one]),
  shop([one]),
  shop([short, { id: 'other', items: [39, 38], days: [1, 2] }, one]),
];

const AGED = { halfLife: 30, weights: 'ratings' };
const SETTINGS: Readonly<Record<string, object>> = {
  text: { numbers: 8, ...AGED },
  vectors: { numbers: 6, ...AGED },
  attributes: { values: ['age=0', 'age=1'] },
  projection: { numbers: 16 },
  history: { items: 8 },
};
const publicViews = views.all.filter(({ law }) => law === 'public');
const viewOf = ({ name }: { readonly name: string }): EncoderSpec['views'][number] => ({
  name,
  settings: { ...SETTINGS[name] },
});
const everyEncoder: readonly EncoderSpec[] = [
  ...publicViews.map((view) => ({ views: [viewOf(view)] })),
  { views: publicViews.map(viewOf) },
];

function planOf(encoder: EncoderSpec, draft: Partial<Draft> = {}): FederationPlan {
  const identity = (name: string) => generateIdentity(name, seededRandom(name));
  return planFederation(
    draftManifest({
      federation: 'f',
      seed: 's',
      coordinator: identity('coordinator'),
      platforms: ['shop', 'target'].map((name) => ({ identity: identity(name), items: ITEMS, personsAbout: 10 })),
      encoder,
      privacy: { epsilon: 4 },
      ...draft,
    }),
  );
}

async function modelOf(plan: FederationPlan, domain: Domain): Promise<PlatformModel> {
  const model = plan.encoder.join({
    domain,
    shape: plan.shape,
    plan: plan.shared,
    random: seededRandom('public'),
    factorise: factorMemory('f').factorise,
  });
  await model.prepare({ noiseDeviation: () => 0, release: () => Promise.reject(new Error('a sum at epsilon 0')) });
  return model;
}

/** The content of every letter of a source about the one person. */
async function lettersAbout(plan: FederationPlan, domain: Domain): Promise<readonly Uint8Array[]> {
  const scheme = unsafeSharedKeyPseudonyms(new Uint8Array(32).fill(1));
  const people = await peopleOf(domain, scheme);
  const model = await modelOf(plan, people.domain);
  const store = createMemoryStore();
  const { purposes, dimension } = plannedRelease(plan, domain.name);
  store.consents.add([{ person: one.id, target: 'target', epoch: 1, expires: 2_000_000, also: purposes }]);
  const { release: name, epsilon0 } = plan.manifest.privacy;
  const letters: Uint8Array[] = [];
  const desk = new SourceDesk({
    people,
    scheme: scheme.fingerprint,
    store,
    mode: { name, epsilon0, dimension, of: () => releaseMode(name, { epsilon0, dimension }) },
    mostPersons: 10,
    purposes,
    plan: 'plan',
    targets: ['target'],
    clock: new HandClock(),
    random: seededStreams('source'),
    log: silentLog,
    write: (_, bodies) => letters.push(...bodies.map(encodeLetter)),
    emit: () => undefined,
    onError: (error) => assert.fail(String(error)),
    order: new InOrder(),
  });
  await desk.adopt({
    modelRound: 0,
    represent: (rows) => Promise.resolve(rows.map((row) => model.represent(historyOf(people.domain, row)))),
  });
  await desk.request({ target: 'target', epoch: 1, modelRound: 0 });
  assert.equal(letters.length, 1);
  return letters;
}

function claimsOf(plan: FederationPlan) {
  const statement = privacyStatement(claimTerms(plan));
  return { statement, of: (id: string) => statement.claims.find((claim) => claim.id === id)! };
}

describe('epsilon 0', () => {
  for (const encoder of everyEncoder) {
    const { name } = composeEncoder(encoder);
    for (const release of ['raw', 'ldp'] as const) {
      if (release === 'ldp' && (encoder.views.length > 1 || ['attributes', 'history'].includes(name))) continue;
      it(`${name}, ${release}: what leaves about a person is the same byte for byte, whoever else is there`, async () => {
        const plan = planOf(encoder, { privacy: { epsilon: 4, release, epsilon0: release === 'ldp' ? 2 : null } });
        const { of, statement } = claimsOf(plan);
        assert.equal(statement.epsilon, 0);
        assert.match(of('C2').text, /the same with and without your data.*: epsilon 0 and delta 0/);
        assert.equal(of('C2').holds, true);
        assert.match(of('C3').text, /tells of no other person\.$/);
        const [first, ...others] = await Promise.all(WORLDS.map((domain) => lettersAbout(plan, domain)));
        for (const other of others) assert.deepEqual(other, first);
      });
    }

    it(`${name}: every person’s box has one size, however long the history is`, async () => {
      const plan = planOf(encoder);
      const [domain] = WORLDS;
      const model = await modelOf(plan, domain);
      const lengths = domain.persons.map((_, row) => model.represent(historyOf(domain, row)).length);
      assert.deepEqual(
        new Set([...lengths, model.represent({ items: new Uint32Array(0) }).length]),
        new Set([plan.encoder.dimension(plan.shape)]),
      );
      const sizes = await Promise.all(
        [one, short, long].map(async ({ days, items }) => {
          const letters = await lettersAbout(plan, shop([{ id: one.id, items, days }]));
          return letters.map(({ length }) => [length, sealedBytes(length)]);
        }),
      );
      for (const size of sizes) assert.deepEqual(size, sizes[0]);
    });
  }

  it('speaks of content, and says what it does not cover', () => {
    const { of } = claimsOf(planOf({ views: [viewOf({ name: 'text' })] }));
    assert.match(of('C2').text, /does not cover who is linked and who takes part/);
    for (const part of [
      /number of persons/,
      /number and length of letters/,
      /their time/,
      /catalogue, titles, item vectors, reading/,
      /chosen platforms, .* outside this bound/,
    ]) {
      assert.match(of('C2').text, part);
    }
    assert.match(of('C2').plain, /get nothing that your data went into.*They may see that you take part\./);
    assert.equal(of('C1').plain, 'Nothing is trained from anybody’s data.');
  });

  it('is not said where prototypes are made of persons, where a view reads raw rows, or where no noise was asked for', () => {
    const text = { views: [viewOf({ name: 'text' })] };
    const cohorts = claimsOf(planOf(text, { privacy: { epsilon: 4, release: 'cohort', epsilon0: 4 } }));
    assert.match(cohorts.of('C2').text, /is bounded by C1/);
    assert.ok((cohorts.statement.epsilon ?? 0) > 3);
    const raw = claimsOf(planOf({ views: [viewOf({ name: 'plain-als' }), viewOf({ name: 'text' })] }));
    const unnoised = claimsOf(planOf(text, { privacy: { epsilon: null } }));
    for (const { of, statement } of [raw, unnoised]) {
      assert.equal(statement.epsilon, null);
      assert.equal(of('C2').holds, false);
    }
    for (const { statement } of [cohorts, raw, unnoised]) {
      assert.doesNotMatch(formatStatement(statement), /epsilon 0 |of no other person/);
    }
  });

  it('is not said by a later version while targets may hold what an earlier one made from raw rows', () => {
    const identity = (name: string) => generateIdentity(name, seededRandom(name));
    const draft = {
      federation: 'f',
      seed: 's',
      coordinator: identity('coordinator'),
      platforms: ['shop', 'target'].map((name) => ({ identity: identity(name), items: ITEMS, personsAbout: 10 })),
      privacy: { epsilon: 4 },
    };
    const before = draftManifest({ ...draft, encoder: { views: [viewOf({ name: 'plain-als' })] } });
    const { signatures: _, ...unsigned } = before;
    const after = draftManifest({ ...draft, encoder: { views: [viewOf({ name: 'text' })] } });
    const later = {
      ...after,
      version: 2,
      previous: { attempts: 0, rounds: 0, manifest: { ...unsigned, signatures: {} } },
    };
    const { of, statement } = claimsOf(planFederation(later));
    assert.equal(statement.epsilon, null);
    assert.equal(of('C2').holds, false);
  });

  it('is refused by a source whose catalogue was collected from rows', () => {
    const world = smallWorld({ encoder: { views: [{ name: 'text' }] } });
    const films = (catalogueOrigin: 'rows' | 'private') => () =>
      createPlatform(world.options('films', { catalogueOrigin }));
    assert.throws(films('rows'), { code: 'PLATFORM_CATALOGUE_OF_ROWS', message: /--items/ });
    assert.doesNotThrow(films('private'));
    const charged = smallWorld({ encoder: { views: [{ name: 'subspace' }] } });
    assert.doesNotThrow(() => createPlatform(charged.options('films', { catalogueOrigin: 'rows' })));
  });
});
