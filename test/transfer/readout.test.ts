/**
 * Runs the compliance suite on every readout and item space of the registry, so none can be added without passing it.
 */
import assert from 'node:assert/strict';
import { receivedFrom, tasteWorld } from '../../compliance/taste-world.ts';
import { Prng } from '../../core/random/prng.ts';
import { fitDecoder, restoreDecoder } from '../../core/transfer/decoder/decoder.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { decoderNamed, readouts, spaces } from '../../core/transfer/readouts/registry.ts';
import { readoutCompliance } from '../../compliance/readout.ts';
import { itemSpaceCompliance } from '../../compliance/item-space.ts';

describe('readouts', () => {
  for (const { name } of readouts) describe(name, () => readoutCompliance(name));
  for (const { name } of spaces) describe(`space ${name}`, () => itemSpaceCompliance(name));

  it('are found by name, alone or over a space', () => {
    assert.equal(decoderNamed('ridge').name, 'ridge');
    assert.equal(decoderNamed('ridge@als').name, 'ridge');
    const unknown = { code: 'TRANSFER_DECODER_UNKNOWN' };
    assert.throws(() => decoderNamed('oracle'), { ...unknown, message: /no readout "oracle"; there are ridge/ });
    assert.throws(() => decoderNamed('ridge@nowhere'), {
      ...unknown,
      message: /no item space "nowhere"; there are als/,
    });
    assert.throws(() => decoderNamed('ridge@als@als'), { ...unknown, message: /readout@space/ });
  });

  it('carry settings in their names, in one order and without the defaults', () => {
    assert.equal(decoderNamed('ridge@als/ridge=4/dimension=32').name, 'ridge@als/dimension=32/ridge=4');
    assert.equal(decoderNamed('mlp/hidden=32@als/dimension=48').name, 'mlp');
    assert.equal(decoderNamed('mlp/hidden=16@bpr/rate=0.1~space').name, 'mlp/hidden=16@bpr/rate=0.1~space');
    const refuse = (name: string, message: RegExp): void => {
      assert.throws(() => decoderNamed(name), { name: 'TransferError', message });
    };
    refuse('ridge/penalty=3', /the readout ridge has no settings/);
    refuse('mlp/hiden=3', /mlp has no setting hiden; write \/hidden=32 or \/decay=0.01/);
    refuse('mlp/hidden=many', /hidden is not a number/);
    refuse('ridge@als/dimension=1', /dimension: /);
  });

  for (const { name, adjustable } of [...readouts, ...spaces]) {
    if (adjustable === undefined) continue;
    it(`${name} may draw its defaults, and nothing that it refuses`, () => {
      for (const [key, values] of Object.entries(adjustable.draws)) {
        assert.ok(values.includes(adjustable.defaults[key]), key);
        for (const value of values) adjustable.at({ [key]: value });
      }
    });
  }

  // The settings must reach the work: another dimension gives another width, in the space and in a decoder's data.
  for (const method of ['ridge@als/dimension=16', 'ridge@bpr/factors=15']) {
    it(`${method} fits a space of 16 numbers, and is found again by its name`, () => {
      const world = tasteWorld(240, 'settings');
      const received = receivedFrom('source', world.tastes.slice(0, 240), world.domain.persons);
      const context = { domain: world.domain, random: new Prng('fit'), factorise: factorMemory('settings').factorise };
      const fitted = fitDecoder(context, [received], method);
      const data = fitted.data as unknown as { readonly space: { readonly dimension: number } };
      assert.equal(data.space.dimension, 16);
      const released = [{ source: 'source', vector: Float32Array.from(world.tastes[0]) }];
      assert.deepEqual(restoreDecoder(world.domain, fitted.data).score(released), fitted.score(released));
    });
  }
});
