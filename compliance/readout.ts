/** Requirements for every readout; readout.test.ts runs them against each. */
import assert from 'node:assert/strict';
import { Prng } from '../core/random/prng.ts';
import type { ReceivedRepresentations } from '../core/release/release.ts';
import { fitDecoder, restoreDecoder } from '../core/transfer/decoder/decoder.ts';
import type { Decoder } from '../core/transfer/decoder/decoder.ts';
import type { ReleasedVector } from '../core/transfer/decoder/report.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import { decoderNamed } from '../core/transfer/readouts/registry.ts';
import { ITEMS, liftOf, receivedFrom, tasteWorld } from './taste-world.ts';

const world = tasteWorld(240, 'readouts');
const { domain } = world;
const warm = world.tastes.slice(0, 240);
const { factorise } = factorMemory('readouts');
const half = domain.persons.length / 2;

/** @param name of a decoder: readout, or readout@space */
export function readoutCompliance(name: string): void {
  const fit = (sources: readonly ReceivedRepresentations[]): Decoder =>
    fitDecoder({ domain, random: new Prng('fit'), factorise }, sources, name);
  const source = receivedFrom('source', warm, domain.persons);
  const releasedOf = (taste: Float64Array): ReleasedVector[] => [
    { source: 'source', vector: Float32Array.from(taste) },
  ];
  const decoder = fit([source]);
  const [taste] = world.tastes.slice(-1);

  it('says what it is and where it comes from', () => {
    const { readout, space } = decoderNamed(name);
    for (const { summary, reference } of [readout, space]) assert.ok(summary.length > 10 && reference.length > 5);
  });

  it('learns tastes from released vectors', () => {
    assert.ok(decoder.report.blend.decoder > 0, JSON.stringify(decoder.report));
    const lift = liftOf(world, (cold) => decoder.score(releasedOf(cold)));
    assert.ok(lift > 0.6, `lift ${lift}`);
    assert.ok(decoder.score(releasedOf(taste)).every(Number.isFinite));
  });

  it('gives the same whatever the order in which persons were received', () => {
    const order = new Prng('order').shuffle(domain.persons.map((_, row) => row));
    const shuffled = receivedFrom(
      'source',
      order.map((row) => warm[row]),
      order.map((row) => domain.persons[row]),
    );
    assert.deepEqual(fit([shuffled]).score(releasedOf(taste)), decoder.score(releasedOf(taste)));
  });

  it('shuts out a source that says the same of everybody', () => {
    const constant = warm.map(() => Float64Array.of(1, 0, 0));
    const { blend, sources } = fit([receivedFrom('source', constant, domain.persons)]).report;
    assert.equal(blend.decoder, 0);
    assert.ok((sources[0].shutOutBecause ?? '').length > 10);
  });

  it('takes persons whom only one of two sources knows, and explains each source', () => {
    const both = fit([
      receivedFrom('source', warm.slice(0, half + 40), domain.persons.slice(0, half + 40)),
      receivedFrom('other', warm.slice(half), domain.persons.slice(half)),
    ]);
    assert.ok(liftOf(world, (cold) => both.score(releasedOf(cold))) > 0.4);
    const released = [...releasedOf(taste), { source: 'other', vector: Float32Array.from(taste) }];
    const scores = both.score(released);
    for (const item of [0, ITEMS - 1]) {
      const { basis, parts } = both.explain(released, item);
      assert.equal(basis, 'representation');
      const told = parts.filter(({ name: part }) => !part.startsWith('near:') && !part.startsWith('attention:'));
      const total = told.reduce((sum, { weight }) => sum + weight, 0);
      assert.ok(Math.abs(total - scores[item]) < 1e-4, `parts add up to ${total}, the score is ${scores[item]}`);
    }
    const shares = both.report.sources.reduce((sum, { weight }) => sum + weight, 0);
    assert.ok(Math.abs(shares - both.report.blend.decoder) < 1e-6, `the sources' weights add up to ${shares}`);
  });

  it('finds the best items as all of its scores would', () => {
    const scores = decoder.score(releasedOf(taste));
    const expected = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
    const { rows, scores: best } = decoder.best(releasedOf(taste), 10);
    assert.deepEqual(rows, expected.slice(0, 10));
    assert.deepEqual(
      best,
      Array.from(rows, (item) => scores[item]),
    );
  });

  it('is restored from plain data, and uses the prior for a person of whom nothing is known', () => {
    const again = restoreDecoder(domain, structuredClone(decoder.data));
    assert.deepEqual(again.score(releasedOf(taste)), decoder.score(releasedOf(taste)));
    assert.deepEqual(again.explain(releasedOf(taste), 5), decoder.explain(releasedOf(taste), 5));
    const nothing = decoder.score([]);
    assert.deepEqual(decoder.score([{ source: 'source', vector: new Float32Array(3) }]), nothing);
    assert.deepEqual(decoder.score([{ source: 'unheard of', vector: Float32Array.of(1, 0, 0) }]), nothing);
    assert.equal(decoder.explain([], 3).basis, 'prior');
  });
}
