/**
 * A statement agrees with the running code: the terms of sessions, the unit, the numbers printed for each side, and the
 * data that is left out.
 */
import assert from 'node:assert/strict';
import { views } from '../../core/transfer/registry.ts';
import { encoderName, encoderSpec } from '../../core/transfer/expression.ts';
import { createPlatform } from '../../client/platform.ts';
import {
  NEIGHBOURS,
  NOT_CHARGED,
  NOT_CLAIMED,
  privacyStatement,
  saidWarnings,
  UNIT,
} from '../../core/claims/claims.ts';
import type { ClaimRequest, PrivacyStatement } from '../../core/claims/claims.ts';
import { saidClaims } from '../../core/claims/claim-sentences.ts';
import { claimTerms } from '../../core/claims/claim-terms.ts';
import { SENTENCES } from '../../core/claims/sentence.ts';
import type { SentenceId } from '../../core/claims/sentence.ts';
import { formatStatement, saidNumbers } from '../../core/claims/statement-text.ts';
import type { Domain } from '../../core/data/domain.ts';
import { attemptConfig, sessionParameters } from '../../core/federation/attempt.ts';
import { signedBy } from '../../core/federation/co-signature.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import type { Draft } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { plannedRelease } from '../../core/federation/planned-release.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import type { PrivacyMechanism } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { addPackage, forgetPackages } from '../../core/packages/pieces.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { statementOf } from '../../simulations/trial-rows.ts';
import { smallWorld } from '../client/small-world.ts';

const trunk = encoderSpec('shared-trunk', {
  'autoencoder.hidden': 1,
  'autoencoder.bottleneck': 4,
  'subspace.steps': 1,
});

function manifest(draft: Partial<Omit<Draft, 'platforms'>> = {}, platforms = 5): Manifest {
  const identity = (name: string) => generateIdentity(name, seededRandom(name));
  return draftManifest({
    federation: 'f',
    seed: 's',
    coordinator: identity('coordinator'),
    platforms: Array.from({ length: platforms }, (_, i) => ({
      identity: identity(`p${i}`),
      items: 2000,
      personsAbout: 400,
    })),
    encoder: encoderSpec('private-subspace'),
    privacy: { epsilon: 4 },
    ...draft,
  });
}

/** The same, and its last platform only takes the shared model. */
function taken(made: Manifest): Manifest {
  const { platforms } = made;
  return {
    ...made,
    platforms: platforms.map((one, at) => (at === platforms.length - 1 ? { ...one, takes: true } : one)),
  };
}

const requestOf = (made: Manifest): ClaimRequest => claimTerms(planFederation(made));

const claimOf = ({ claims }: PrivacyStatement, id: string) => claims.find((claim) => claim.id === id)!;

describe('What a statement says is what runs', () => {
  afterEach(forgetPackages);

  it('platforms open sums of at least as many contributions as the claim says, and no fewer', () => {
    for (const [platforms, colluding, dropouts] of [
      [3, 1, 0],
      [4, 1, 1],
      [7, 1, 2],
      [10, 2, 1],
      [12, 3, 2],
    ]) {
      const made = manifest(
        { encoder: trunk, privacy: { epsilon: 4, colluding, dropouts }, rounds: { count: 2 } },
        platforms,
      );
      const plan = planFederation(made);
      const { text } = claimOf(privacyStatement(requestOf(made)), 'C1');
      const said = Number(/open only sums of at least (\d+) contributions/.exec(text)![1]);
      assert.equal(said, platforms - dropouts);
      const config = attemptConfig(
        plan,
        made.platforms.map(({ name }) => name),
      );
      const session = sessionParameters(plan, { round: 1, attempt: 1, config, model: firstModel(plan) });
      assert.equal(session.tNoise, said);
      assert.equal(session.threshold, plan.privacy.threshold);
      assert.equal(session.colluders, colluding);
      // The noise of the least number of uploads, less that of platforms that know their own.
      if (platforms > 3) assert.equal(plan.privacy.noiseShares, said - colluding);
    }
  });

  it('a raw vector has as many numbers of the history itself as the statement says, and a local code has none', () => {
    const encoder = encoderSpec('subspace+projection', { 'projection.numbers': 64 });
    const told = (draft: Partial<Omit<Draft, 'platforms'>>): { text: string; plain: string; width: number } => {
      const made = manifest(draft);
      const { shape, encoder: chosen } = planFederation(made);
      return { ...claimOf(privacyStatement(requestOf(made)), 'C3'), width: chosen.dimension(shape) };
    };
    const without = told({});
    const own = told({ encoder });
    assert.equal(own.width - without.width, 64);
    assert.match(
      own.text,
      /64 of its numbers are a public projection of your history.* able to reconstruct the history/,
    );
    assert.match(own.text, /only by a consent that names this purpose \(history\)/);
    assert.match(own.plain, /perhaps your whole history/);
    for (const said of [without.text, without.plain]) assert.doesNotMatch(said, /reconstruct|whole history|names this/);
    const itself = told({ encoder: encoderSpec('subspace+history', { 'history.items': 12 }) });
    assert.equal(itself.width - without.width, 12 + 1);
    assert.match(itself.text, /receives your history on that source itself: your latest 12 items/);
    assert.match(itself.text, /only by a consent that names this purpose \(history\)/);
    assert.match(itself.plain, /receives your history itself: your latest 12 items/);
    const privacy = { epsilon: 4, release: 'ldp', epsilon0: 4 } as const;
    const local = told({ encoder: encoderSpec('projection'), privacy });
    assert.equal(local.width, told({ privacy }).width);
    assert.doesNotMatch(local.text, /projection/);
  });

  it('a federation that sends histories needs consents that name them, and no other does', () => {
    const ldp = { epsilon: 4, release: 'ldp', epsilon0: 4 } as const;
    for (const [encoder, privacy, purposes] of [
      ['projection', { epsilon: 4 }, ['history']],
      ['subspace+projection', { epsilon: 4 }, ['history']],
      ['history', { epsilon: 4 }, ['history']],
      ['projection', ldp, []],
      ['text', { epsilon: 4 }, []],
      ['projection>autoencoder', { epsilon: 4 }, []],
    ] as const) {
      const made = manifest({ encoder: encoderSpec(encoder), privacy });
      assert.deepEqual(plannedRelease(planFederation(made), made.platforms[0].name).purposes, purposes);
      const { text } = claimOf(privacyStatement(requestOf(made)), 'C3');
      assert.equal(/names this purpose \(history\)/.test(text), purposes.length > 0);
    }
  });

  it('a person is one contribution to each sum, however long the history', async () => {
    assert.match(UNIT, /all of that person’s data/);
    assert.equal(NEIGHBOURS, 'add or remove one person');
    for (const encoder of [trunk, encoderSpec('private-subspace')]) {
      const rounds = encoder === trunk ? 1 : 0;
      const privacy = { epsilon: 4, release: 'cohort', epsilon0: 2 } as const;
      const plan = planFederation(manifest({ encoder, privacy, rounds: { count: rounds } }));
      const domain = longHistories();
      const contributions = new Map<string, number[]>();
      const counting: PrivacyMechanism = {
        ...discreteGaussian,
        bound(sum, given, random) {
          const all = Array.from(given);
          contributions.set(sum.label, [...(contributions.get(sum.label) ?? []), all.length]);
          return discreteGaussian.bound(sum, all, random);
        },
      };
      const model = plan.encoder.join({
        domain,
        shape: plan.shape,
        plan: plan.shared,
        random: seededRandom('public'),
        factorise: factorMemory('public').factorise,
      });
      const sums = createChargedSums({
        plan: plan.privacy,
        platform: domain.name,
        mechanism: counting,
        random: seededStreams('noise'),
        charge: () => undefined,
      });
      await model.prepare(sums);
      if (rounds > 0) {
        const shared = firstModel(plan);
        let persons = 0;
        for await (const _ of model.contributions(shared, 1)) persons += 1;
        contributions.set('round', [persons]);
        await model.adopt(shared);
      }
      await model.prototypes(sums);
      assert.equal(contributions.size, plan.privacy.sums[domain.name].length, [...contributions.keys()].join());
      for (const [label, counts] of contributions) {
        for (const count of counts) assert.equal(count, domain.persons.length, `${encoderName(encoder)}, ${label}`);
      }
    }
  });

  it('of an encoder from raw data nothing is bounded, whatever noise its prototypes have', () => {
    for (const privacy of [
      { epsilon: 4, release: 'cohort', epsilon0: 2 },
      { epsilon: 4, release: 'ldp', epsilon0: 2 },
      { epsilon: 4, release: 'raw' },
    ] as const) {
      const statement = privacyStatement(requestOf(manifest({ encoder: encoderSpec('linear-bridge'), privacy })));
      for (const id of ['C1', 'C2']) {
        const { holds, text } = claimOf(statement, id);
        assert.equal(holds, false, `${id} of ${privacy.release}`);
        assert.doesNotMatch(text, /\d-DP|bounded by/);
      }
      assert.equal(statement.epsilon, null);
      assert.match(claimOf(statement, 'C3').text, /Nothing bounds what it may tell of other persons/);
    }
  });

  it('every platform of a federation prints the same statement, source or not', () => {
    const names = ['books', 'films', 'music'];
    const world = smallWorld(
      { encoder: encoderSpec('private-subspace'), privacy: { epsilon: 4, release: 'raw', sources: ['films'] } },
      names,
    );
    const [first, ...others] = names.map((name) => formatStatement(createPlatform(world.options(name)).statement));
    assert.match(first, /The platform you chose receives a vector/);
    for (const other of others) assert.equal(other, first);
  });

  it('every platform of a trial, with rounds or without, warns that nobody compared the keys', () => {
    const names = ['books', 'films', 'music'];
    for (const draft of [
      { encoder: trunk, privacy: { epsilon: 4 }, rounds: { count: 2 } },
      { encoder: encoderSpec('private-subspace'), privacy: { epsilon: 4 } },
    ]) {
      const world = smallWorld(draft, names);
      const coordinator = generateIdentity('coordinator', seededRandom('small world'));
      const members = [coordinator, ...names.map((name) => world.options(name).identity)];
      const trial = signedBy({ ...world.manifest, unsafeTrial: true, signatures: {} }, members);
      for (const name of names) {
        const text = formatStatement(createPlatform(world.options(name, { manifest: trial })).statement);
        assert.match(
          text,
          /^!! UNSAFE TRIAL: --unsafe-trial\. Nobody compared/m,
          `${name}, ${encoderName(draft.encoder)}`,
        );
      }
    }
  });

  it('a code of unknown epsilon0 is no claim', () => {
    for (const name of ['ldp', 'cohort'] as const) {
      const request = { ...requestOf(manifest()), release: { name, epsilon0: null } };
      const { holds, text } = claimOf(privacyStatement(request), 'C3');
      assert.equal(holds, false);
      assert.match(text, /states no epsilon0/);
    }
  });

  it('every statement without noise begins with the warning', () => {
    for (const encoder of [encoderSpec('linear-bridge'), encoderSpec('private-subspace'), trunk]) {
      for (const count of encoder === trunk ? [0, 2] : [0]) {
        const made = manifest({ encoder, privacy: { epsilon: null }, rounds: { count } });
        const text = formatStatement(privacyStatement(requestOf(made)));
        assert.match(text, /^!! NO PRIVACY/, `${encoderName(encoder)}, ${count} rounds`);
      }
    }
  });

  it('a simulation says that its noise is no release', () => {
    for (const epsilon of [4, null]) {
      const text = formatStatement(statementOf(manifest({ privacy: { epsilon } })));
      assert.match(text, /^!! simulation: seeded noise, not a release$/m);
      assert.ok(text.indexOf('!! simulation') < text.indexOf('C1'));
    }
  });

  it('what is not charged and not claimed is the same in every statement', () => {
    for (const { release, epsilon0 } of [
      { release: 'raw', epsilon0: null },
      { release: 'none', epsilon0: null },
      { release: 'ldp', epsilon0: 2 },
      { release: 'cohort', epsilon0: 2 },
    ] as const) {
      for (const epsilon of [4, null]) {
        const request = requestOf(manifest({ privacy: { epsilon, release, epsilon0 } }));
        const statement = privacyStatement({ ...request, notCharged: ['a table'] });
        assert.deepEqual(statement.notCharged, [...NOT_CHARGED, 'a table'], release);
        assert.deepEqual(statement.notClaimed, NOT_CLAIMED, release);
        const text = formatStatement(statement);
        for (const line of [...NOT_CHARGED, ...NOT_CLAIMED, 'a table']) assert.ok(text.includes(line), line);
      }
    }
  });

  it('every number that rests on the word of an outside package is said to, in its own sentence', () => {
    allowOutside();
    const said = /, as declared by package outside@1\.2\.3, not checked by this project/;
    const rounds = requestOf(
      manifest({ encoder: trunk, rounds: { count: 2 }, privacy: { epsilon: 4, sampling: 0.3 } }),
    );
    const alone = requestOf(manifest({ privacy: { epsilon: 4, release: 'cohort', epsilon0: 2 } }));
    const ofStrategy = [
      'C1.plain',
      'C1.bound',
      'C1.alone',
      'C2.plain',
      'C2.bound',
      'C3.prototypes',
      'C3.pooled',
      'S.sampling',
      'S.adversaries',
    ];
    const ofMode = ['C3.plain', 'C3.code', 'C3.pooled'];
    const release = { name: 'outside:noise', epsilon0: 2 } as const;
    const ownAlone = requestOf(manifest({ encoder: encoderSpec('text') }));
    for (const [request, ids] of [
      [{ ...rounds, strategy: 'outside:method' }, ofStrategy],
      [{ ...alone, strategy: 'outside:method' }, ofStrategy],
      [{ ...ownAlone, strategy: 'outside:method' }, ['C2.plain', 'C2.own', 'C3.nobody-else']],
      // A mode's code could keep something of one person and put it into the next one's code.
      [{ ...ownAlone, release }, ['C2.plain', 'C2.own', 'C3.nobody-else', ...ofMode]],
      [ownAlone, []],
      [{ ...rounds, release }, ofMode],
      [{ ...alone, release }, ofMode],
      [rounds, []],
      [alone, []],
    ] as const) {
      const statement = privacyStatement(request);
      const all = [
        ...saidClaims(request).flatMap(({ plain, sentences }) => [plain, ...sentences]),
        ...saidNumbers(statement).flat(),
      ];
      for (const { id, text } of all)
        assert.equal(
          said.test(text),
          ids.some((one) => one === id),
          `${id}: ${text}`,
        );
      const isOutside = ids.length > 0;
      assert.equal(
        statement.warnings.some((text) => /package outside@1\.2\.3 is not part of this project/.test(text)),
        isOutside,
      );
      assert.deepEqual(statement.declaredBy === undefined, !isOutside);
      // No number of an outside mode is said to hold for reasons of ours.
      assert.equal(/1e-9/.test(formatStatement(statement)), request.release.name === 'cohort');
    }
  });

  it('has an id for every sentence, and a sentence for every id', () => {
    const rounds = { encoder: trunk, rounds: { count: 2 } };
    const requests: readonly ClaimRequest[] = [
      requestOf(manifest({ ...rounds, privacy: { epsilon: 4, sampling: 0.3 } })),
      requestOf(manifest({ ...rounds, rounds: { count: 2, graph: 'sparse' } }, 12)),
      requestOf(taken(manifest({ ...rounds, encoder: encoderSpec('shared-subspace'), vocabulary: { buckets: 64 } }))),
      requestOf(
        manifest({ ...rounds, encoder: encoderSpec('subspace>two-towers', { 'two-towers.adaptation': 'mmd' }) }),
      ),
      requestOf(manifest({ encoder: encoderSpec('subspace>map'), rounds: { count: 1 }, vocabulary: { buckets: 64 } })),
      requestOf(manifest({ privacy: { epsilon: 4, release: 'none' } })),
      requestOf(manifest({ privacy: { epsilon: 4, release: 'cohort', epsilon0: 2 } })),
      requestOf(manifest({ encoder: encoderSpec('linear-bridge') })),
      requestOf(manifest({ encoder: encoderSpec('subspace+projection', { 'projection.numbers': 9 }) })),
      requestOf(manifest({ encoder: encoderSpec('text') })),
      { ...requestOf(manifest({ privacy: { epsilon: null } })), seededNoise: true, unsafeTrial: true },
      { ...requestOf(manifest()), release: { name: 'ldp', epsilon0: null } },
      { ...requestOf(manifest()), release: { name: 'outside:noise', epsilon0: 2 } },
    ];
    allowOutside();
    const printed = new Set<SentenceId>();
    const earlier = [{ version: 1, attempts: 3, refunds: 1 }];
    for (const [at, request] of requests.entries()) {
      const statement = { ...privacyStatement(request), ...(at === 0 && { version: 2, earlier }) };
      const text = formatStatement(statement);
      const all = [
        ...saidWarnings(request),
        ...saidClaims(request).flatMap(({ plain, sentences }) => [plain, ...sentences]),
        ...saidNumbers(statement).flat(),
      ];
      let left = text;
      for (const { id, text: sentence } of all) {
        assert.ok(left.includes(sentence), `${id} is not printed`);
        left = left.replace(sentence, () => '');
        printed.add(id);
      }
      // Nothing else is printed except marks.
      assert.match(left, /^(!! |C[1-4] {2}| {4}(Exactly|Not claimed): |\s)*$/);
    }
    assert.deepEqual([...printed].sort(), Object.keys(SENTENCES).sort());
  });
});

/** An outside package with a strategy and a release mode, forgotten after the test. */
function allowOutside(): void {
  addPackage(
    { name: 'outside', version: '1.2.3', hash: `sha256-${'0'.repeat(64)}` },
    {
      views: { method: views.named('subspace') },
      releaseModes: { noise: { bound: 'epsilon0', width: (_: number, plain: number) => plain, bind: () => ({}) } },
    },
  );
}

/** Persons with one item, a few, and very many. */
function longHistories(): Domain {
  const lengths = [1, 2, 5, 130, 700, 3, 2000, 40];
  const items = 2000;
  const offsets = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, person) => (offsets[person + 1] = offsets[person] + length));
  return {
    name: 'p0',
    persons: lengths.map((_, person) => `person ${person}`),
    catalogue: Array.from({ length: items }, (_, item) => `item ${item}`),
    offsets,
    items: Uint32Array.from(lengths.flatMap((length) => Array.from({ length }, (_, at) => at))),
  };
}
