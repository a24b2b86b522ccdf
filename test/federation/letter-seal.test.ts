import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import {
  isLetterKey,
  letterKeyPair,
  MAX_CONTENT_BYTES,
  MAX_LETTER_BYTES,
  MIN_LETTER_BYTES,
  openLetter,
  sealedBytes,
  sealLetter,
} from '../../core/federation/letter-seal.ts';
import type { LetterEnvelope, OpeningKeys } from '../../core/federation/letter-seal.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const random = seededRandom('letters');
const films = generateIdentity('films', random).identity;
const music = generateIdentity('music', random).identity;
const key = letterKeyPair(random);
const other = letterKeyPair(random);
const envelope: LetterEnvelope = { federation: 'f', from: 'films', to: 'books', id: random.bytes(16) };
const content = new TextEncoder().encode('what films tells books: visible');
const sealing = { signing: films.secretKey, receiver: key.publicKey };
const opening: OpeningKeys = {
  secretOf: (wanted) => [key, other].find(({ publicKey }) => Buffer.compare(publicKey, wanted) === 0)?.secretKey,
  sender: films.publicKey,
};
const seal = (of = content, order = 5): Uint8Array => sealLetter(envelope, { order, content: of }, sealing, random);
const unreadable = { code: 'LETTER_UNREADABLE' };

describe('A sealed letter', () => {
  it('opens at its receiver as it was sealed, from the empty one to the longest', () => {
    for (const bytes of [0, 1, 800, 900, 5000, MAX_CONTENT_BYTES]) {
      const of = new Uint8Array(bytes).fill(7);
      assert.deepEqual(openLetter(envelope, seal(of), opening), { order: 5, content: of, key: key.publicKey });
    }
    assert.throws(() => seal(new Uint8Array(MAX_CONTENT_BYTES + 1)), { code: 'LETTER_TOO_LARGE' });
  });

  it('shows nothing of what it says, nor who says it', () => {
    const sealed = Buffer.from(seal());
    for (const shown of ['visible', 'films', 'books']) assert.equal(sealed.indexOf(shown), -1);
  });

  it('is as long as a power of two, whatever is in it', () => {
    const lengths = new Set<number>();
    for (let bytes = 0; bytes < 20_000; bytes += 37) {
      const { length } = seal(new Uint8Array(bytes));
      assert.equal(length, sealedBytes(bytes));
      lengths.add(length);
    }
    assert.deepEqual([...lengths], [1024, 2048, 4096, 8192, 16_384, 32_768]);
    assert.deepEqual([sealedBytes(0), sealedBytes(MAX_CONTENT_BYTES)], [MIN_LETTER_BYTES, MAX_LETTER_BYTES]);
  });

  it('is encrypted under a key of its own: two of the same content have nothing in common but the receiver', () => {
    const [a, b] = [seal(), seal()];
    assert.notDeepEqual(a.subarray(32, 64), b.subarray(32, 64));
    const same = a.subarray(64).filter((byte, i) => byte === b[64 + i]).length;
    assert.ok(same < 30, `${same} of ${a.length - 64} bytes are the same, 4 are to be expected`);
  });

  it('opens for nobody who lacks the secret key, its sender included', () => {
    const sealed = seal();
    const without = (secretOf: OpeningKeys['secretOf']): OpeningKeys => ({ ...opening, secretOf });
    assert.throws(
      () =>
        openLetter(
          envelope,
          sealed,
          without(() => undefined),
        ),
      { code: 'LETTER_KEY_UNKNOWN' },
    );
    for (const secret of [other.secretKey, films.secretKey.slice(0, 32)]) {
      assert.throws(
        () =>
          openLetter(
            envelope,
            sealed,
            without(() => secret),
          ),
        unreadable,
      );
    }
  });

  it('is taken from its signer alone, also where somebody else holds the receiver’s secret key', () => {
    assert.throws(() => openLetter(envelope, seal(), { ...opening, sender: music.publicKey }), unreadable);
    // A letter of music's that films forwards as its own.
    const ofMusic = sealLetter(
      { ...envelope, from: 'music' },
      { order: 5, content },
      { signing: music.secretKey, receiver: key.publicKey },
      random,
    );
    assert.throws(() => openLetter(envelope, ofMusic, opening), unreadable);
    // The content that books opened, sealed again to another platform's key: its signature is for books.
    const toMusic = sealLetter({ ...envelope, to: 'music' }, { order: 5, content }, sealing, random);
    assert.throws(() => openLetter(envelope, toMusic, opening), unreadable);
  });

  it('cannot be passed off as another letter', () => {
    const sealed = seal();
    for (const claimed of [
      { ...envelope, id: random.bytes(16) },
      { ...envelope, federation: 'g' },
      { ...envelope, to: 'music' },
      { ...envelope, from: 'music' },
    ]) {
      assert.throws(() => openLetter(claimed, sealed, opening), unreadable);
    }
  });

  it('does not open once a byte is changed or cut off', () => {
    const sealed = seal();
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = sealed.slice();
        changed[at] ^= flip;
        assert.throws(() => openLetter(envelope, changed, opening), { code: /^LETTER_(UNREADABLE|KEY_UNKNOWN)$/ });
        assert.throws(() => openLetter(envelope, sealed.slice(0, at), opening), unreadable);
      }),
    );
    const swapped = sealed.slice();
    swapped.set(other.publicKey);
    assert.throws(() => openLetter(envelope, swapped, opening), unreadable);
    assert.throws(() => openLetter(envelope, new Uint8Array(MAX_LETTER_BYTES + 1), opening), unreadable);
  });

  it('is refused where the sender’s key of the letter is one that everybody agrees with', () => {
    const forged = seal();
    forged.fill(0, 32, 64);
    assert.throws(() => openLetter(envelope, forged, opening), unreadable);
    assert.ok(isLetterKey(key.publicKey));
    for (const low of [new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31)), new Uint8Array(31)]) {
      assert.equal(isLetterKey(low), false);
    }
  });

  it('has keys that node:crypto makes, or any X25519', () => {
    assert.deepEqual(nodeEngine.x25519(key.secretKey).publicKey, key.publicKey);
  });
});
