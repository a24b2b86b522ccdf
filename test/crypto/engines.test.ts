import assert from 'node:assert/strict';
import fc from 'fast-check';
import nacl from 'tweetnacl';
import { isLowOrder } from '../../core/crypto/low-order.ts';
import { counterBlock, KEYSTREAM_BYTES } from '../../core/crypto/engine.ts';
import type { CryptoEngine } from '../../core/crypto/engine.ts';
import { CryptoError } from '../../core/crypto/errors.ts';
import { hkdf } from '../../core/crypto/hkdf.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { portableEngine } from '../../core/crypto/portable-engine.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import * as vectors from './vectors.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');

function compliance(engine: CryptoEngine): void {
  describe(`the ${engine.name} engine`, () => {
    it('SHA-256 and HMAC: FIPS 180-2, RFC 4231', () => {
      for (const { message, digest } of vectors.SHA_256) assert.equal(hex(engine.sha256(bytes(message))), digest);
      const { key, message, code } = vectors.HMAC_SHA_256;
      assert.equal(hex(engine.hmacSha256(bytes(key), bytes(message))), code);
    });

    it('HKDF: RFC 5869', () => {
      for (const { inputKey, salt, info, output } of vectors.HKDF) {
        assert.equal(hex(hkdf(engine, bytes(salt), bytes(inputKey), bytes(info), output.length / 2)), output);
      }
    });

    it('X25519: RFC 7748', () => {
      for (const { scalar, point, product } of vectors.X25519) {
        assert.equal(hex(engine.x25519(bytes(scalar)).agree(bytes(point))), product);
      }
    });

    it('X25519 iterated: RFC 7748', function () {
      this.timeout(60_000);
      let scalar = new Uint8Array(32);
      scalar[0] = 9;
      let point = scalar;
      for (let i = 0; i < 1000; i++) {
        [scalar, point] = [new Uint8Array(engine.x25519(scalar).agree(point)), scalar];
        if (i === 0) assert.equal(hex(scalar), vectors.X25519_ITERATED.once);
        // The portable engine takes a second for a thousand steps. Ten steps, compared with the other engine, are
        // enough.
        if (i === 9 && engine === portableEngine) return;
      }
      assert.equal(hex(scalar), vectors.X25519_ITERATED.thousand);
    });

    it('X25519 refuses every point of low order', () => {
      const agreement = engine.x25519(new Uint8Array(32).fill(7));
      for (const point of vectors.LOW_ORDER_POINTS) {
        assert.throws(
          () => agreement.agree(bytes(point)),
          (error) => error instanceof CryptoError && error.code === 'CRYPTO_LOW_ORDER_POINT',
          point,
        );
      }
    });

    it('points of low order are known without an agreement, whatever the highest bit is', () => {
      const agreement = engine.x25519(new Uint8Array(32).fill(9));
      for (const point of vectors.LOW_ORDER_POINTS) {
        const key = bytes(point);
        assert.equal(isLowOrder(key), true, point);
        key[31] ^= 0x80;
        assert.equal(isLowOrder(key), true, point);
        assert.throws(() => agreement.agree(key), CryptoError);
        key[7] ^= 1;
        assert.equal(isLowOrder(key), false, point);
        agreement.agree(key);
      }
    });

    it('Ed25519: RFC 8032', () => {
      for (const { seed, publicKey, message, signature } of vectors.ED25519) {
        const pair = engine.signingKeyPair(bytes(seed));
        assert.equal(hex(pair.publicKey), publicKey);
        assert.equal(hex(engine.sign(bytes(message), pair.secretKey)), signature);
        assert.equal(engine.verify(bytes(message), bytes(signature), pair.publicKey), true);
        assert.equal(engine.verify(bytes(`${message}00`), bytes(signature), pair.publicKey), false);
      }
    });

    it('Ed25519 refuses a malleated signature, wrong lengths and a key that is no point', () => {
      const [{ message, publicKey, signature }] = vectors.ED25519;
      const order = (1n << 252n) + 27742317777372353535851937790883648493n;
      const s = BigInt(`0x${hex(bytes(signature.slice(64)).reverse())}`) + order;
      const malleated = signature.slice(0, 64) + hex(bytes(s.toString(16).padStart(64, '0')).reverse());
      assert.equal(engine.verify(bytes(message), bytes(malleated), bytes(publicKey)), false);
      assert.equal(engine.verify(bytes(message), bytes(signature).subarray(1), bytes(publicKey)), false);
      assert.equal(engine.verify(bytes(message), bytes(signature), bytes(publicKey).subarray(1)), false);
      assert.equal(engine.verify(bytes(message), bytes(signature), new Uint8Array(32).fill(0xff)), false);
    });

    it('AES-256-CTR: NIST SP 800-38A, whole and in pieces', () => {
      const { key, counter, plaintext, ciphertext } = vectors.AES_256_CTR;
      const expected = bytes(plaintext).map((byte, i) => byte ^ bytes(ciphertext)[i]);
      assert.equal(hex(engine.keystream(bytes(key), bytes(counter)).next(64)), hex(expected));
      const stream = engine.keystream(bytes(key), bytes(counter));
      assert.equal([16, 32, 16].map((length) => hex(stream.next(length))).join(''), hex(expected));
    });

    it('a keystream can begin anywhere', () => {
      const key = new Uint8Array(32).fill(5);
      const whole = hex(engine.keystream(key, counterBlock(0)).next(KEYSTREAM_BYTES));
      const later = hex(engine.keystream(key, counterBlock(100)).next(320));
      assert.equal(later, whole.slice(3200, 3840));
      assert.throws(() => engine.keystream(key, counterBlock(0)).next(KEYSTREAM_BYTES + 1), CryptoError);
    });

    it('its box is nacl.box', () => {
      const [a, b] = [bytes('11'.repeat(32)), bytes('22'.repeat(32))];
      const publicB = nacl.box.keyPair.fromSecretKey(b).publicKey;
      const nonce = new Uint8Array(24).fill(3);
      const message = new Uint8Array(100).fill(4);
      const key = engine.boxKey(engine.x25519(a), publicB);
      const sealed = engine.seal(message, nonce, key);
      assert.equal(hex(sealed), hex(nacl.box(message, nonce, publicB, a)));
      assert.equal(hex(engine.open(sealed, nonce, key)!), hex(message));
      sealed[5] ^= 1;
      assert.equal(engine.open(sealed, nonce, key), null);
    });

    it('names a key of the wrong size', () => {
      const short = new Uint8Array(31);
      assert.throws(() => engine.x25519(short), /X25519 secret has 31 bytes/);
      assert.throws(() => engine.x25519(new Uint8Array(32)).agree(short), /public key has 31 bytes/);
      assert.throws(() => engine.sign(short, short), /secret key has 31 bytes/);
      assert.throws(() => engine.signingKeyPair(short), /seed has 31 bytes/);
      assert.throws(() => engine.keystream(short, counterBlock(0)), /AES-256 key has 31 bytes/);
    });
  });
}

compliance(nodeEngine);
compliance(portableEngine);

describe('both engines give the same bytes', () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const messages = fc.uint8Array({ maxLength: 200 });

  it('keys, agreements, boxes, signatures, hashes, keystreams', () => {
    fc.assert(
      fc.property(seeds, seeds, messages, fc.nat(2 ** 20), (a, b, message, block) => {
        const [first, second] = [nodeEngine, portableEngine].map((engine) => {
          const mine = engine.x25519(a);
          const theirs = engine.x25519(b);
          const identity = engine.signingKeyPair(a);
          return [
            mine.publicKey,
            mine.agree(theirs.publicKey),
            engine.boxKey(mine, theirs.publicKey),
            identity.publicKey,
            engine.sign(message, identity.secretKey),
            engine.sha256(message),
            engine.hmacSha256(b, message),
            engine.keystream(a, counterBlock(block)).next(100),
          ].map(hex);
        });
        assert.deepEqual(first, second);
      }),
      { numRuns: 15 },
    );
  });
});

describe('seeded randomness', () => {
  it('is the same for the same seed, whatever the pieces, and differs between seeds', () => {
    const whole = hex(seededRandom('seed').bytes(10_000));
    const source = seededRandom('seed');
    assert.equal([1, 99, 4900, 5000].map((length) => hex(source.bytes(length))).join(''), whole);
    assert.notEqual(hex(seededRandom('other').bytes(10_000)), whole);
    assert.equal(hex(seededRandom(new TextEncoder().encode('seed')).bytes(10_000)), whole);
  });
});
