/** Requirements for every item space; readout.test.ts runs them against each. */
import assert from 'node:assert/strict';
import { historyOf } from '../core/data/select.ts';
import { Prng } from '../core/random/prng.ts';
import { fitDecoder, restoreDecoder } from '../core/transfer/decoder/decoder.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import { decoderNamed } from '../core/transfer/readouts/registry.ts';
import { ITEMS, liftOf, receivedFrom, tasteWorld } from './taste-world.ts';

const world = tasteWorld(240, 'spaces');
const { domain } = world;

/** Declares the suite under mocha. @param name of the space, as it follows the @ in a decoder's name. */
export function itemSpaceCompliance(name: string): void {
  const { factorise } = factorMemory('spaces');
  const maker = decoderNamed(`ridge@${name}`).space;
  const space = maker.make(domain, factorise);
  const { dimension } = space;

  it('says what it is and where it comes from', () => {
    assert.ok(maker.summary.length > 10 && maker.reference.length > 5);
  });

  it('has finite vectors of every item and person, the same for the same domain', () => {
    assert.equal(space.items.length, ITEMS * dimension);
    assert.equal(space.persons.length, domain.persons.length * dimension);
    assert.ok(space.items.every(Number.isFinite) && space.persons.every(Number.isFinite));
    assert.deepEqual(maker.make({ ...domain }, factorise).items, space.items);
  });

  it('folds a person in near where the same history stands, and nobody from an empty one', () => {
    let sum = 0;
    for (let p = 0; p < 40; p++) {
      const own = space.persons.subarray(p * dimension, (p + 1) * dimension);
      sum += cosine(own, space.foldIn(historyOf(domain, p).items));
    }
    assert.ok(sum / 40 > 0.8, `mean cosine ${sum / 40}`);
    assert.ok(space.foldIn(new Uint32Array(0)).every((value) => value === 0));
  });

  it('lets a decoder learn tastes, and restores it from plain data', () => {
    const received = receivedFrom('source', world.tastes.slice(0, domain.persons.length), domain.persons);
    const decoder = fitDecoder({ domain, random: new Prng('fit'), factorise }, [received], `ridge@${name}`);
    const lift = liftOf(world, (taste) => decoder.score([{ source: 'source', vector: Float32Array.from(taste) }]));
    assert.ok(lift > 0.6, `lift ${lift}`);
    const again = restoreDecoder(domain, structuredClone(decoder.data));
    const released = [{ source: 'source', vector: Float32Array.of(1, 0, 0) }];
    assert.deepEqual(again.score(released), decoder.score(released));
  });
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b) || 1);
}
