/**
 * Runs the compliance suite on every readout and item space of the registry, so none can be added without passing it.
 */
import assert from 'node:assert/strict';
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
});
