import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalBytes, equalBytes, toHex } from '../../core/encoding/canonical-bytes.ts';
import type { Field } from '../../core/encoding/canonical-bytes.ts';

describe('canonical bytes', () => {
  it('are length-prefixed, little-endian', () => {
    const expected = '01000000' + '78' + '02000000' + '0908' + '08000000' + '0100000001000000' + '01000000' + '61';
    assert.equal(toHex(canonicalBytes('x', [Uint8Array.of(9, 8), 2 ** 32 + 1, 'a'])), expected);
  });

  it('differ for different lists of texts', () => {
    const lists = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const same = a.length === b.length && a.every((text, i) => text === b[i]);
        assert.equal(equalBytes(canonicalBytes('l', a as Field[]), canonicalBytes('l', b as Field[])), same);
      }),
    );
  });

  it('refuse what is no integer', () => {
    for (const number of [-1, 0.5, NaN, 2 ** 53]) assert.throws(() => canonicalBytes('x', [number]), /not an integer/);
  });
});
