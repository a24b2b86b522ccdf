import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SecaggError } from '../../core/secagg/errors.ts';
import { pack, packedBytes, unpackInto } from '../../core/secagg/packing.ts';

const ringBits = fc.integer({ min: 16, max: 32 });

describe('bit packing', () => {
  it('keeps the low bits of every element and nothing else', () => {
    fc.assert(
      fc.property(fc.uint32Array({ maxLength: 70 }), ringBits, (values, bits) => {
        const packed = pack(values.slice(), bits);
        assert.equal(packed.length, Math.ceil((values.length * bits) / 8));
        const back = new Uint32Array(values.length);
        unpackInto(back, packed, bits);
        assert.deepEqual(
          [...back],
          [...values].map((value) => (bits === 32 ? value : value % 2 ** bits)),
        );
      }),
    );
  });

  it('is little-endian, least significant bit first', () => {
    assert.deepEqual([...pack(Uint32Array.of(0xabcde, 0x12345), 20)], [0xde, 0xbc, 0x5a, 0x34, 0x12]);
  });

  it('refuses bytes too many or too few', () => {
    for (const length of [0, 4, 6]) {
      assert.throws(
        () => unpackInto(new Uint32Array(2), new Uint8Array(length), 20),
        (error) => error instanceof SecaggError && error.code === 'SECAGG_SIZE',
      );
    }
    assert.equal(packedBytes(100_000, 17), 212_500);
  });
});
