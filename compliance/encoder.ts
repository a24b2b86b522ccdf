/** Requirements for every transfer strategy; encoder.test.ts runs them against each. */
import assert from 'node:assert/strict';
import type { Domain } from '../core/data/domain.ts';
import { hashedPlaces } from '../core/data/vocabulary.ts';
import { historyOf, personIndex, restrictPersons } from '../core/data/select.ts';
import { uniformNegatives } from '../core/evaluation/negatives.ts';
import { evaluateColdStart } from '../core/evaluation/evaluate.ts';
import { rankMetrics } from '../core/evaluation/metrics.ts';
import { fitDecoder, restoreDecoder } from '../core/transfer/decoder/decoder.ts';
import { coldSplit } from '../core/evaluation/split.ts';
import type { ChargedSums, Contribution, SumQuery } from '../core/privacy/mechanism/mechanism.ts';
import { lengthOf, writtenOut } from '../core/privacy/mechanism/written-out.ts';
import type { ReceivedRepresentations } from '../core/release/release.ts';
import { Prng } from '../core/random/prng.ts';
import { seededRandom } from '../core/random/seeded.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import { baselineNamed } from '../core/transfer/baselines/registry.ts';
import { composeEncoder } from '../core/transfer/compose.ts';
import type { PlatformModel, PublicShape, SharedModel, Encoder } from '../core/transfer/encoder.ts';
import type { PieceSpec } from '../core/transfer/piece.ts';
import { trainings } from '../core/transfer/registry.ts';
import { syntheticWorld } from '../simulations/worlds/synthetic.ts';

export interface EncoderComplianceSetup {
  /** Number of rounds; absent: 0. The suite's worlds are small, because it runs a platform several times. */
  readonly rounds?: number;
}

/** Buckets: about as many as items, so that some items share one. */
const VOCABULARY = 200;

type Released = ReadonlyMap<string, readonly Float64Array[]>;

/** Everything that one platform releases before anybody requests a representation. */
interface Departures {
  readonly model: PlatformModel;
  /** In order, by label: one list of contributions per release. */
  readonly charged: ReadonlyMap<string, readonly (readonly Contribution[])[]>;
  readonly released: Released;
  readonly updates: readonly (readonly Contribution[])[];
}

/** Attributes of persons in these worlds. */
export const BANDS: readonly string[] = Array.from({ length: 12 }, (_, band) => `band=${band}`);

/** Facts that some views need. They follow tastes, so that every view has something to tell. */
function factsOf({ catalogue, items, offsets, persons, titles = [] }: Domain): Partial<Domain> {
  const words = [...new Set(titles.map((title) => title?.split(' ').at(-1)))].sort();
  const band = (item: number): number => words.indexOf(titles[item]?.split(' ').at(-1)) % BANDS.length;
  return {
    vectors: { dimension: 4, of: new Map(catalogue.map((id, item) => [id, Float32Array.from(wordsOf(titles[item]))])) },
    attributes: new Map(
      persons.map((person, row) => {
        const counts = BANDS.map((_, b) =>
          items.subarray(offsets[row], offsets[row + 1]).filter((item) => band(item) === b),
        );
        const order = BANDS.map((_, b) => b).sort((a, b) => counts[b].length - counts[a].length);
        return [person, order.slice(0, 3).map((b) => BANDS[b])];
      }),
    ),
  };
}

/** Four numbers of a title's words. */
function wordsOf(title = ''): readonly number[] {
  const sums = [0, 0, 0, 0];
  for (const word of title.split(' '))
    seededRandom(word)
      .bytes(4)
      .forEach((byte, i) => (sums[i] += byte / 128 - 1));
  return sums;
}

/** Declares the suite under mocha, inside the caller's `describe`. */
export function encoderCompliance(encoder: Encoder, setup: EncoderComplianceSetup = {}): void {
  const rounds = setup.rounds ?? 0;
  const world = syntheticWorld({
    seed: 'compliance',
    platforms: ['books', 'films', 'music'],
    persons: 240,
    items: 80,
    overlap: 0.7,
    meanHistory: 12,
    tasteDimensions: 3,
    sharedTaste: 1,
    tasteStrength: 3,
    popularityExponent: 0.5,
  });
  const [books, films] = world.domains.map((domain) => ({
    ...domain,
    places: hashedPlaces(VOCABULARY, domain.catalogue),
    ...factsOf(domain),
  }));
  const shape: PublicShape = {
    platforms: world.domains.map(({ name, catalogue, persons }) => ({
      name,
      items: catalogue.length,
      personsAbout: Math.round(persons.length / 100) * 100,
      releases: true,
    })),
    maxPlatformsPerPerson: 2,
    rounds,
    vocabulary: VOCABULARY,
  };
  /** Views side by side need more numbers than a code of a local release mode has, and a list of items is no code at all. */
  const { views, training } = encoder.spec;
  const carriesCodes =
    encoder.ownItems === 0 &&
    (training !== undefined && !trainings.named(training.name).readsViews ? views.length === 0 : views.length === 1);
  const inCohorts: PublicShape = { ...shape, release: { mode: 'cohort', epsilon0: 4 } };
  const plan = encoder.plan(shape);
  const parameters = plan.blocks.reduce((sum, block) => sum + block.shape.reduce((a, b) => a * b, 1), 0);
  const queries = encoder.queries(shape, books.name);

  const join = (domain: Domain, seed: string, joined = shape): PlatformModel => {
    const random = seededRandom(seed);
    const { factorise } = factorMemory(seed);
    return encoder.join({ domain, shape: joined, plan, random, factorise });
  };

  /** A shared model other than the first, the same for all compared runs. */
  const sharedAt = (round: number): SharedModel => {
    const shared = encoder.initialModel(plan, 'compliance');
    return shared.map((value, i) => value + 0.01 * Math.sin(i + round));
  };

  /** Runs a whole platform. With `pinned`, sums return those values, whatever is contributed. */
  const run = async (domain: Domain, pinned?: Released, joined = shape): Promise<Departures> => {
    const model = join(domain, 'platform', joined);
    const queries = encoder.queries(joined, domain.name);
    const charged = new Map<string, Contribution[][]>();
    const released = new Map<string, Float64Array[]>();
    const sums: ChargedSums = {
      noiseDeviation: () => 0.5,
      release(label, contributions) {
        const query = declared(queries, label);
        assert.equal(query.scope, 'platform', `${label} is not this platform's to release alone`);
        const list = Array.from(contributions, copyOf);
        const lists = charged.get(label) ?? [];
        const values = released.get(label) ?? [];
        lists.push(list);
        assert.ok(lists.length <= query.repetitions, `${label} was asked for more often than declared`);
        const noise = seededRandom(`${label}/${lists.length}`);
        const value = pinned?.get(label)?.[lists.length - 1] ?? noisySum(query, list, noise.bytes(query.dimension));
        values.push(value);
        charged.set(label, lists);
        released.set(label, values);
        return Promise.resolve(Float64Array.from(value));
      },
    };
    await model.prepare(sums);
    const updates: Contribution[][] = [];
    for (let round = 1; round <= rounds; round++) {
      const list: Contribution[] = [];
      for await (const contribution of model.contributions(sharedAt(round), round)) list.push(copyOf(contribution));
      updates.push(list);
      await model.adopt(sharedAt(round + 1));
    }
    if (rounds === 0) await model.adopt(sharedAt(0));
    if (joined.release?.mode === 'cohort') await model.prototypes(sums);
    return { model, charged, released, updates };
  };

  /**
   * The change of everything that leaves if one person is removed: the largest difference, and the person's
   * contribution.
   */
  const removalOf = async (
    person: number,
    joined = shape,
  ): Promise<{ readonly others: number; readonly own: readonly { readonly query: SumQuery; norm: number }[] }> => {
    const queries = encoder.queries(joined, books.name);
    const full = await run(books, undefined, joined);
    const rows = books.persons.map((_, row) => row).filter((row) => row !== person);
    const less = await run(restrictPersons(books, rows), full.released, joined);
    let others = 0;
    const own: { query: SumQuery; norm: number }[] = [];
    const compare = (query: SumQuery, before: readonly Contribution[], after: readonly Contribution[]): void => {
      assert.equal(before.length, books.persons.length, `${query.label}: one contribution a person`);
      assert.equal(after.length, rows.length, `${query.label}: one contribution a person`);
      rows.forEach((row, i) => (others = Math.max(others, differenceOf(before[row], after[i], query.dimension))));
      own.push({ query, norm: lengthOf(before[person]) });
    };
    for (const [label, lists] of full.charged) {
      lists.forEach((list, i) => compare(declared(queries, label), list, less.charged.get(label)?.[i] ?? []));
    }
    const federated = queries.find((query) => query.scope === 'federation');
    if (federated !== undefined) full.updates.forEach((list, i) => compare(federated, list, less.updates[i]));
    for (const row of rows) {
      const before = full.model.represent(historyOf(books, row));
      const after = less.model.represent(historyOf(books, row));
      before.forEach((value, i) => (others = Math.max(others, Math.abs(value - after[i]))));
    }
    return { others, own };
  };

  it('is the same again from what a manifest says of it', () => {
    const again = composeEncoder(encoder.spec);
    assert.deepEqual([again.name, again.law, again.spec], [encoder.name, encoder.law, encoder.spec]);
    assert.ok(encoder.summary.length > 10 && encoder.reference.length > 5);
  });

  it('refuses unknown settings by name', () => {
    const { training, views } = encoder.spec;
    const wrong = (piece: PieceSpec): PieceSpec => ({ ...piece, settings: { ...piece.settings, noSuchKey: 1 } });
    for (const [at] of views.entries()) {
      const spec = { ...encoder.spec, views: views.map((view, i) => (i === at ? wrong(view) : view)) };
      assert.throws(() => composeEncoder(spec), /noSuchKey/);
    }
    if (training !== undefined) assert.throws(() => composeEncoder({ views, training: wrong(training) }), /noSuchKey/);
  });

  it('plans from public facts alone, the same at every call', () => {
    assert.deepEqual(encoder.plan(shape), plan);
    assert.deepEqual(encoder.queries(shape, books.name), queries);
    assert.equal(encoder.initialModel(plan, 'a').length, parameters);
    assert.deepEqual(encoder.initialModel(plan, 'a'), encoder.initialModel(plan, 'a'));
    assert.equal(new Set(queries.map(({ label }) => label)).size, queries.length);
    if (parameters === 0) return;
    const [round] = queries.filter((query) => query.scope === 'federation');
    assert.equal(round.dimension, parameters);
    assert.equal(round.repetitions, rounds);
  });

  it('lets nothing out of a platform that is not declared, and uses what it declares', async () => {
    const { charged, updates } = await run(books);
    for (const { label, repetitions, scope } of queries) {
      if (scope === 'platform') assert.equal(charged.get(label)?.length, repetitions, label);
    }
    const most = queries.find((query) => query.scope === 'federation')?.outerProducts ?? 0;
    for (const list of updates) {
      assert.equal(list.length, books.persons.length);
      for (const contribution of list) {
        if ('blocks' in contribution) {
          const terms = contribution.blocks.map(({ columns, right }) => right.length / columns);
          assert.ok(Math.max(...terms) <= most, `${most} outer products are declared`);
        }
        const { indices, values } = writtenOut(contribution, parameters);
        if (indices === undefined) assert.equal(values.length, parameters);
      }
    }
    if (encoder.law === 'sealed-only') assert.deepEqual(queries, [], 'it claims nothing, so it must charge nothing');
  });

  if (encoder.law !== 'sealed-only') {
    it('moves nobody else when a person is removed, and the person by no more than the bound', async () => {
      const lengths = books.persons.map((_, row) => historyOf(books, row).items.length);
      const longest = lengths.indexOf(Math.max(...lengths));
      const shortest = lengths.indexOf(Math.min(...lengths));
      const cases = (carriesCodes ? [shape, inCohorts] : [shape]).flatMap((joined) =>
        [0, longest, shortest].map((person) => ({ person, joined })),
      );
      for (const { person, joined } of cases) {
        const { others, own } = await removalOf(person, joined);
        assert.equal(others, 0, `removing person ${person} moved what leaves of others`);
        assert.equal(own.length > 0, encoder.queries(joined, books.name).length > 0);
        // Clipping in the privacy layer loses no privacy, but if it clips much, the clip is set wrong.
        for (const { query, norm } of own) {
          if (query.scope === 'platform') assert.ok(norm <= query.clip * (1 + 1e-5), `${query.label}: ${norm}`);
        }
      }
    });
  } else {
    it('has an encoder that others can be seen through, which is why it claims nothing', async () => {
      assert.ok((await removalOf(0)).others > 1e-6);
    });
  }

  it('represents a person by finite numbers, the same each time, and by nothing what it knows nothing of', async () => {
    const { model } = await run(books);
    const empty = model.represent({ items: new Uint32Array(0) });
    assert.equal(empty.length, encoder.dimension(shape));
    assert.ok(empty.length <= 288);
    assert.ok(empty.every((value) => value === 0));
    for (let row = 0; row < 20; row++) {
      const vector = model.represent(historyOf(books, row));
      assert.equal(vector.length, empty.length);
      assert.ok(vector.every(Number.isFinite));
      assert.deepEqual(model.represent(historyOf(books, row)), vector);
    }
  });

  it('makes unit prototypes of its representations where people answer by cohort, and only there', async () => {
    if (!carriesCodes) {
      assert.throws(() => encoder.queries(inCohorts, books.name), { code: 'TRANSFER_SETTING', message: /choose/ });
      return;
    }
    const labels = encoder.queries(inCohorts, books.name).map(({ label }) => label);
    assert.ok(labels.some((label) => queries.every((query) => query.label !== label)));
    const budget = (list: readonly SumQuery[]): number =>
      list.reduce((sum, { relativeNoise, repetitions }) => sum + repetitions / relativeNoise ** 2, 0);
    assert.ok(Math.abs(budget(encoder.queries(inCohorts, books.name)) - 1) < 1e-9, 'the budget is shared');
    const { charged } = await run(books, undefined, inCohorts);
    for (const { label, repetitions, scope } of encoder.queries(inCohorts, books.name)) {
      if (scope === 'platform') assert.equal(charged.get(label)?.length, repetitions, label);
    }
    const { model } = await run(books);
    const refused: ChargedSums = { noiseDeviation: () => 0, release: () => Promise.reject(new Error('not declared')) };
    await assert.rejects(model.prototypes(refused), { code: 'TRANSFER_SHAPE' });
  });

  it('gives the same from the same seeds', async () => {
    const [first, second] = [await run(books), await run(books)];
    assert.deepEqual(first.model.represent(historyOf(books, 3)), second.model.represent(historyOf(books, 3)));
  });

  it('says what is missing when it is used too early', async () => {
    const model = join(books, 'early');
    assert.throws(() => model.represent(historyOf(books, 0)), { code: 'TRANSFER_NOT_PREPARED' });
    await Promise.resolve();
  });

  it('ranks for cold persons better than the prior does, explains it, and says what it rests on', async () => {
    const split = coldSplit(films, [books], { seed: 1 });
    const { model: source } = await run(books);
    const index = personIndex(books);
    const vectorOf = (person: string): Float32Array => source.represent(historyOf(books, index.get(person) ?? 0));
    const history = encoder.historyBox(shape, books.name);
    const received = { ...received1(books.name, split.linked, vectorOf), ...(history && { history }) };
    const { factorise } = factorMemory('target');
    const target = fitDecoder({ domain: split.target, random: new Prng('target'), factorise }, [received]);
    const { report } = target;
    assert.equal(report.warmPersons, split.linked.length);
    const { decoder, prior, popularity } = report.blend;
    assert.ok(Math.abs(decoder + prior + popularity - 1) < 1e-9);

    const releasedOf = (person: string): { source: string; vector: Float32Array }[] => [
      { source: books.name, vector: vectorOf(person) },
    ];
    const quality = (scorer: (person: string) => Float32Array): number =>
      rankMetrics(
        evaluateColdStart({
          scorer: (_, { person }) => scorer(person),
          cold: split.cold,
          items: films.catalogue.length,
          negatives: [uniformNegatives({ target: split.target, n: 20, seed: 1 })],
          seed: 1,
        })[0],
      ).find(({ metric }) => metric === 'NDCG@10')!.mean;
    const zero = baselineNamed('prior').fit({
      target: split.target,
      linked: split.linked,
      sources: [books],
      random: seededRandom('prior'),
      factorise: factorMemory('prior').factorise,
    });
    const gain = quality((person) => target.score(releasedOf(person))) - quality(zero);
    assert.ok(gain > 0.02, `gained ${gain} over the prior`);

    const [{ person }] = split.cold;
    const scores = target.score(releasedOf(person));
    const explained = target.explain(releasedOf(person), 5);
    assert.equal(explained.basis, 'representation');
    const told = explained.parts.filter(({ name }) => !name.startsWith('near:'));
    const total = told.reduce((sum, { weight }) => sum + weight, 0);
    assert.ok(Math.abs(total - scores[5]) < 1e-4, `parts add up to ${total}, the score is ${scores[5]}`);
    assert.equal(target.explain([], 5).basis === 'representation', false);
    assert.equal(target.score([]).length, films.catalogue.length);

    const again = restoreDecoder(split.target, structuredClone(target.data));
    assert.deepEqual(again.report, report);
    assert.deepEqual(again.score(releasedOf(person)), scores);
    assert.deepEqual(again.explain(releasedOf(person), 5), explained);
    assert.deepEqual(again.score([]), target.score([]));
  });
}

function received1(
  source: string,
  persons: readonly string[],
  vectorOf: (person: string) => Float32Array,
): ReceivedRepresentations {
  const rows = persons.map(vectorOf);
  const dimension = rows[0].length;
  const vectors = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => vectors.set(row, i * dimension));
  return { source, noiseModel: { kind: 'exact' }, dimension, persons, vectors };
}

function declared(queries: readonly SumQuery[], label: string): SumQuery {
  const query = queries.find((one) => one.label === label);
  assert.ok(query, `the sum ${label} was never declared`);
  return query;
}

const copyOf = (contribution: Contribution): Contribution =>
  'blocks' in contribution
    ? {
        blocks: contribution.blocks.map((block) => ({
          ...block,
          left: block.left?.slice() ?? null,
          right: block.right.slice(),
        })),
      }
    : {
        ...(contribution.indices && { indices: contribution.indices.slice() }),
        values: contribution.values.slice(),
      };

function noisySum({ dimension }: SumQuery, list: readonly Contribution[], bytes: Uint8Array): Float64Array {
  const sum = Float64Array.from(bytes, (byte) => (byte - 127.5) / 256);
  for (const contribution of list) {
    const { indices, values } = writtenOut(contribution, dimension);
    values.forEach((value, i) => (sum[indices?.[i] ?? i] += value));
  }
  assert.equal(sum.length, dimension);
  return sum;
}

function differenceOf(a: Contribution, b: Contribution, dimension: number): number {
  const dense = new Float64Array(dimension);
  for (const [sign, contribution] of [
    [1, a],
    [-1, b],
  ] as const) {
    const { indices, values } = writtenOut(contribution, dimension);
    values.forEach((value, i) => (dense[indices?.[i] ?? i] += sign * value));
  }
  return dense.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
