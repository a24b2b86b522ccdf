import assert from 'node:assert/strict';
import type { Domain } from '../../core/data/domain.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import { Prng } from '../../core/random/prng.ts';
import type { Decoder } from '../../core/transfer/decoder/decoder.ts';
import { fitDecoder, restoreDecoder } from '../../core/transfer/decoder/decoder.ts';
import { moveBy } from '../../core/transfer/decoder/own-items.ts';
import { RidgePath, applyLinearMap } from '../../core/transfer/decoder/ridge-path.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { ablationsOf, decoderNamed } from '../../core/transfer/readouts/registry.ts';
import { ITEMS as items, liftOf, receivedFrom, tasteWorld } from '../../compliance/taste-world.ts';
import type { TasteWorld } from '../../compliance/taste-world.ts';

const fit = (domain: Domain, sources: readonly ReceivedRepresentations[]): Decoder =>
  fitDecoder({ domain, random: new Prng('fit'), factorise: factorMemory('als').factorise }, sources);

const lift = (world: TasteWorld, decoder: Decoder, vectorOf: (taste: Float64Array) => Float32Array): number =>
  liftOf(world, (taste) => decoder.score([{ source: 'source', vector: vectorOf(taste) }]));

const random = (count: number, dimension: number, seed: string): Float64Array[] => {
  const prng = new Prng(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length: dimension }, () => prng.gaussian()));
};

/** The same decoder, whose scores are moved by own items. */
const pullOf = (decoder: Decoder, pull: number): Decoder =>
  restoreDecoder(WORLD.domain, { ...decoder.data, pull } as Decoder['data']);

const WORLD = tasteWorld(400, 'tastes');

describe('decoder', () => {
  const world = WORLD;
  const { domain } = world;
  const warmTastes = world.tastes.slice(0, 400);
  const exact = (taste: Float64Array): Float32Array => Float32Array.from(taste);

  it('learns tastes from released vectors', () => {
    const decoder = fit(domain, [receivedFrom('source', warmTastes, domain.persons)]);
    assert.ok(decoder.report.blend.decoder > 0.5);
    assert.ok(decoder.report.heldOut['decoder'] > decoder.report.heldOut['prior'] + 0.1);
    const found = lift(world, decoder, exact);
    assert.ok(found > 0.8, `lift ${found}`);
  });

  it('shuts out a source whose vectors mean nothing, and says why', () => {
    const useless = random(400, 3, 'useless');
    const decoder = fit(domain, [receivedFrom('source', useless, domain.persons)]);
    const [source] = decoder.report.sources;
    const decoded = decoder.report.blend.decoder;
    assert.ok(decoded === 0 || source.weight <= decoded);
    if (decoded === 0) assert.ok((source.shutOutBecause ?? '').length > 10);
    // Using a useless source costs nothing: the result is as good as the prior.
    assert.ok(decoder.report.heldOut['blend'] >= decoder.report.heldOut['prior']);
  });

  it('keeps the source that helps beside one that does not', () => {
    const decoder = fit(domain, [
      receivedFrom('noise', random(400, 3, 'noise'), domain.persons),
      receivedFrom('source', warmTastes, domain.persons),
    ]);
    const [noise, source] = decoder.report.sources;
    assert.ok(source.weight > 5 * noise.weight, `${source.weight} against ${noise.weight}`);
    assert.ok(lift(world, decoder, exact) > 0.75);
  });

  it('takes persons whom only one of two sources knows', () => {
    const half = domain.persons.length / 2;
    const decoder = fit(domain, [
      receivedFrom('source', warmTastes.slice(0, half), domain.persons.slice(0, half)),
      receivedFrom('other', warmTastes.slice(half), domain.persons.slice(half)),
    ]);
    assert.equal(decoder.report.warmPersons, domain.persons.length);
    assert.ok(lift(world, decoder, exact) > 0.6);
  });

  it('decodes codes of randomised response', () => {
    const corners = [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => [-1, 1].map((z) => [x, y, z])));
    const prototypes = Float32Array.from(corners.flat(), (value) => value / Math.sqrt(3));
    const prng = new Prng('codes');
    const truth = 0.7;
    const codeOf = (taste: Float64Array): number => {
      if (prng.uniform() > truth) return prng.integer(8);
      return (taste[0] > 0 ? 4 : 0) + (taste[1] > 0 ? 2 : 0) + (taste[2] > 0 ? 1 : 0);
    };
    const vectorOf = (taste: Float64Array): Float32Array => {
      const code = codeOf(taste);
      return prototypes.subarray(code * 3, code * 3 + 3);
    };
    const noiseModel = { kind: 'randomised-response', numbers: { epsilon0: 2.8, truthProbability: truth }, prototypes };
    const codes = warmTastes.map((taste) => Float64Array.from(vectorOf(taste)));
    const decoder = fit(domain, [receivedFrom('source', codes, domain.persons, noiseModel)]);
    const found = lift(world, decoder, vectorOf);
    assert.ok(found > 0.3, `lift ${found}`);
  });

  it('falls back on the prior for a person of whom nothing is known', () => {
    const decoder = fit(domain, [receivedFrom('source', warmTastes, domain.persons)]);
    const nothing = decoder.score([]);
    assert.deepEqual(decoder.score([{ source: 'source', vector: new Float32Array(3) }]), nothing);
    assert.deepEqual(decoder.score([{ source: 'unheard of', vector: Float32Array.of(1, 0, 0) }]), nothing);
    assert.notDeepEqual(decoder.score([{ source: 'source', vector: Float32Array.of(1, 0, 0) }]), nothing);
    assert.equal(decoder.explain([], 3).basis, 'prior');
  });

  it('gives the best items as all scores would, own items or none, whatever the readout', () => {
    const prng = new Prng('best');
    for (const name of ['ridge', 'bayes', 'memory']) {
      const context = { domain, random: new Prng('fit'), factorise: factorMemory('als').factorise };
      const decoder = fitDecoder(context, [receivedFrom('source', warmTastes, domain.persons)], name);
      const read = pullOf(decoder, 0.3);
      for (let person = 0; person < 5; person++) {
        const released = [{ source: 'source', vector: exact(warmTastes[person]) }];
        for (const own of [new Uint32Array(0), Uint32Array.from(prng.sample(items, 5)).sort()]) {
          for (const one of [decoder, read]) {
            for (const k of [10, items]) {
              const scores = one.score(released, own);
              const best = one.best(released, k, own);
              const expected = Array.from(scores.keys())
                .filter((item) => !own.includes(item))
                .sort((a, b) => scores[b] - scores[a] || a - b)
                .slice(0, k);
              assert.deepEqual(best.rows, expected, `${name}, ${k} best`);
              assert.deepEqual(
                best.scores,
                expected.map((item) => scores[item]),
              );
            }
          }
        }
      }
    }
  });

  it('works with a mode that releases nothing, and with nobody known on both sides', () => {
    const none = fit(domain, [
      {
        source: 'source',
        noiseModel: { kind: 'exact' },
        dimension: 0,
        persons: domain.persons,
        vectors: new Float32Array(0),
      },
    ]);
    assert.equal(none.report.blend.decoder, 0);
    assert.equal(none.report.sources[0].shutOutBecause, 'released nothing');
    const alone = fit(domain, [
      receivedFrom(
        'source',
        warmTastes,
        warmTastes.map((_, i) => `stranger ${i}`),
      ),
    ]);
    assert.deepEqual(alone.report.blend, { decoder: 0, prior: 0, popularity: 1 });
    assert.match(alone.report.sources[0].shutOutBecause ?? '', /0 persons are known on both sides/);
    assert.equal(alone.explain([], 3).basis, 'popularity');
    const order = Array.from(alone.score([]));
    const counts = new Float64Array(items);
    for (const item of domain.items) counts[item]++;
    for (let a = 0; a < items; a++)
      for (let b = 0; b < a; b++) if (counts[a] > counts[b]) assert.ok(order[a] > order[b]);
  });
});

describe('ridge path', () => {
  it('is least squares at a vanishing penalty and the mean at a huge one', () => {
    const prng = new Prng('ridge');
    const x = Float64Array.from({ length: 200 * 3 }, () => 5 + prng.gaussian());
    const y = new Float64Array(200 * 2);
    for (let r = 0; r < 200; r++) {
      y[2 * r] = 1 + 2 * x[3 * r] - x[3 * r + 1];
      y[2 * r + 1] = -3 * x[3 * r + 2];
    }
    const path = new RidgePath(x, 3, y, 2);
    const exact = applyLinearMap(path.at(1e-12), Float64Array.of(1, 2, 3));
    assert.ok(Math.abs(exact[0] - 1) < 1e-5 && Math.abs(exact[1] + 9) < 1e-5);
    const flat = applyLinearMap(path.at(1e9), Float64Array.of(1, 2, 3));
    const mean = y.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b, 0) / 200;
    assert.ok(Math.abs(flat[0] - mean) < 1e-4);
  });

  it('halves a direction of mean variance at penalty 1', () => {
    const x = Float64Array.of(-1, 1, -1, 1);
    const half = new RidgePath(x, 1, x, 1).at(1);
    assert.ok(Math.abs(half.weights[0] - 0.5) < 1e-12);
  });
});

describe('a decoder without one of its mechanisms', () => {
  const world = tasteWorld(400, 'ablations');
  const { domain } = world;
  const useless = receivedFrom('source', random(400, 3, 'useless'), domain.persons);
  const fitted = (name: string): Decoder =>
    fitDecoder({ domain, random: new Prng('fit'), factorise: factorMemory('als').factorise }, [useless], name);

  it('lets every source in and blends nothing without its guard', () => {
    const { blend, heldOut, sources } = fitted('ridge~guard').report;
    assert.deepEqual(blend, { decoder: 1, prior: 0, popularity: 0 });
    assert.deepEqual(
      sources.map(({ weight }) => weight),
      [1],
    );
    assert.ok(heldOut['blend'] < fitted('ridge').report.heldOut['blend'], JSON.stringify(heldOut));
  });

  it('has a name of its own, and only mechanisms that there are', () => {
    assert.deepEqual(
      ablationsOf('memory@bpr').map(({ name }) => name),
      ['memory@bpr~readout', 'memory@bpr~space', 'memory@bpr~guard'],
    );
    for (const name of ['ridge~', 'ridge~prior', 'ridge~guard~guard']) {
      assert.throws(() => decoderNamed(name), { code: 'TRANSFER_DECODER_UNKNOWN', message: /guard/ });
    }
  });
});

describe('a person’s own items', () => {
  const world = tasteWorld(400, 'own items');
  const { domain } = world;
  const blurred = new Prng('blurred');
  const released = (taste: Float64Array): Float64Array => taste.map((value) => value + 0.7 * blurred.gaussian());
  const decoder = fit(domain, [
    receivedFrom(
      'source',
      world.tastes.slice(0, 400).map((taste) => released(taste)),
      domain.persons,
    ),
  ]);
  const [taste] = world.tastes.slice(-1);
  const vectors = [{ source: 'source', vector: Float32Array.from(taste) }];
  const own = Uint32Array.of(3, 17);

  it('move the scores by a share that held-out persons choose, are explained, and are restored', () => {
    assert.ok(typeof decoder.report.chosen['ownPull'] === 'number', JSON.stringify(decoder.report.chosen));
    const [before, after] = [decoder.score(vectors), decoder.score(vectors, own)];
    for (const item of own) assert.ok(after[item] > before[item], `item ${item}: ${before[item]}, ${after[item]}`);
    const { parts } = decoder.explain(vectors, 5, own);
    const sum = parts.filter(({ name }) => !name.startsWith('near:')).reduce((all, { weight }) => all + weight, 0);
    assert.ok(Math.abs(sum - after[5]) < 1e-4, `${sum} and ${after[5]}`);
    assert.deepEqual(decoder.score(vectors, new Uint32Array(0)), before);
    const again = restoreDecoder(domain, structuredClone(decoder.data));
    assert.deepEqual(again.score(vectors, own), after);
  });

  it('solve the ridge regression that starts at the transferred vector', () => {
    const space = { dimension: 2, items: Float32Array.of(1, 0, 0.5, 0.5) };
    const move = moveBy(space, Uint32Array.of(0, 1), Float64Array.of(0.2, 0.1), 0.5);
    // The gradient of Σ (1 - s - x·y)² + pull |x|² is zero there.
    for (const axis of [0, 1]) {
      const slope = [0, 1].reduce((all, item) => {
        const y = space.items.subarray(2 * item, 2 * item + 2);
        const gap = 1 - [0.2, 0.1][item] - (move[0] * y[0] + move[1] * y[1]);
        return all - gap * y[axis];
      }, 0.5 * move[axis]);
      assert.ok(Math.abs(slope) < 1e-12, `slope ${slope}`);
    }
  });
});
