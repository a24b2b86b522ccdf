import assert from 'node:assert/strict';
import fc from 'fast-check';
import { generateIdentity } from '../../core/federation/identity.ts';
import { MAX_LETTER_BYTES, openLetter, sealLetter } from '../../core/federation/letter.ts';
import type { LetterBody, LetterEnvelope } from '../../core/federation/letter.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const random = seededRandom('letters');
const films = generateIdentity('films', random).seal;
const books = generateIdentity('books', random).seal;
const music = generateIdentity('music', random).seal;
const envelope: LetterEnvelope = { federation: 'f', from: 'films', to: 'books', id: random.bytes(16) };
const sending = { ownSecret: films.secretKey, peerPublic: books.publicKey };
const opening = { ownSecret: books.secretKey, peerPublic: films.publicKey };
const request: LetterBody = { kind: 'release-request', epoch: 3, modelRound: 2 };
const batch = {
  kind: 'release-batch',
  epoch: 1,
  modelRound: 0,
  part: 1,
  parts: 2,
  mode: 'raw',
  noiseModel: '{"kind":"exact"}',
  prototypes: new Float32Array(0),
  dimension: 2,
  persons: ['p', 'q'],
  expires: Uint32Array.of(7, 0xffff_ffff),
  vectors: Float32Array.of(1, -0.5, 0, 3e-9),
} as const;

describe('letters', () => {
  it('open at their receiver as they were sealed', () => {
    const withdrawal: LetterBody = { kind: 'release-withdrawal', persons: ['p', 'q'] };
    for (const body of [
      request,
      withdrawal,
      batch,
      { ...batch, persons: [], expires: new Uint32Array(0), vectors: new Float32Array(0), dimension: 0 },
    ]) {
      assert.deepEqual(openLetter(envelope, sealLetter(envelope, body, sending, random), opening), body);
    }
  });

  it('do not show what they say', () => {
    const sealed = Buffer.from(sealLetter(envelope, { ...batch, persons: ['visible', 'q'] }, sending, random));
    assert.equal(sealed.indexOf('visible'), -1);
    assert.equal(sealed.indexOf('films'), -1);
  });

  it('open for nobody else, nor with another sender’s key', () => {
    const sealed = sealLetter(envelope, request, sending, random);
    for (const keys of [
      { ownSecret: music.secretKey, peerPublic: films.publicKey },
      { ownSecret: books.secretKey, peerPublic: music.publicKey },
    ]) {
      assert.throws(() => openLetter(envelope, sealed, keys), { code: 'LETTER_UNREADABLE' });
    }
  });

  it('do not open once a byte is changed or cut off', () => {
    const sealed = sealLetter(envelope, request, sending, random);
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = sealed.slice();
        changed[at] ^= flip;
        assert.throws(() => openLetter(envelope, changed, opening), { code: 'LETTER_UNREADABLE' });
        assert.throws(() => openLetter(envelope, sealed.slice(0, at), opening), { code: 'LETTER_UNREADABLE' });
      }),
    );
  });

  it('cannot be passed off as another letter', () => {
    const sealed = sealLetter(envelope, request, sending, random);
    for (const claimed of [
      { ...envelope, id: random.bytes(16) },
      { ...envelope, federation: 'g' },
      { ...envelope, to: 'music' },
      { ...envelope, from: 'music' },
    ]) {
      assert.throws(() => openLetter(claimed, sealed, opening), { code: 'LETTER_MISDELIVERED' });
    }
  });

  it('are refused when sealed nonsense', () => {
    const nonsense: LetterBody[] = [
      { ...batch, part: 2 },
      { ...batch, expires: Uint32Array.of(1) },
      { ...batch, vectors: Float32Array.of(1, 2) },
      { ...batch, persons: ['p', 'p'] },
      { ...batch, vectors: Float32Array.of(1, Number.NaN, 0, 0) },
    ];
    for (const body of nonsense) {
      const sealed = sealLetter(envelope, body, sending, random);
      assert.throws(() => openLetter(envelope, sealed, opening), { code: 'LETTER_INVALID' });
    }
  });

  it('are bounded', () => {
    const persons = Array.from({ length: 8 }, () => 'x'.repeat(MAX_LETTER_BYTES / 8));
    const body: LetterBody = { kind: 'release-withdrawal', persons };
    assert.throws(() => sealLetter(envelope, body, sending, random), { code: 'LETTER_TOO_LARGE' });
  });
});
