import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { unsafeSharedKeyPseudonyms } from '../../core/crypto/pseudonym.ts';

const key = new Uint8Array(32).fill(3);

describe('pseudonyms under a shared key', () => {
  it('are the same wherever the key is, in the order asked', async () => {
    const scheme = unsafeSharedKeyPseudonyms(key);
    const [a, b] = await scheme.pseudonyms(['p1', 'p2']);
    assert.deepEqual(await unsafeSharedKeyPseudonyms(key.slice()).pseudonyms(['p2', 'p1']), [b, a]);
    assert.equal(Buffer.from(a, 'base64url').length, 16);
    const expected = createHmac('sha256', key).update('isthmus pseudonym 1\np1').digest().subarray(0, 16);
    assert.equal(a, expected.toString('base64url'));
  });

  it('differ by key, and say in their name that they are unsafe', async () => {
    const scheme = unsafeSharedKeyPseudonyms(key);
    const other = unsafeSharedKeyPseudonyms(new Uint8Array(32).fill(4));
    assert.notDeepEqual(await other.pseudonyms(['p1']), await scheme.pseudonyms(['p1']));
    assert.match(scheme.name, /unsafe/);
    assert.notEqual(other.fingerprint, scheme.fingerprint);
    assert.equal(unsafeSharedKeyPseudonyms(key).fingerprint, scheme.fingerprint);
    assert.ok(!(await scheme.pseudonyms([scheme.name, ''])).includes(scheme.fingerprint));
  });

  it('need a whole key, and keep their own copy of it', async () => {
    assert.throws(() => unsafeSharedKeyPseudonyms(new Uint8Array(31)), RangeError);
    const mine = key.slice();
    const scheme = unsafeSharedKeyPseudonyms(mine);
    const before = await scheme.pseudonyms(['p']);
    mine.fill(0);
    assert.deepEqual(await scheme.pseudonyms(['p']), before);
  });
});
