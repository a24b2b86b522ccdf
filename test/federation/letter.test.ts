import assert from 'node:assert/strict';
import { isthmus } from '../../proto/gen/isthmus.js';
import { decodeLetter, encodeLetter, LETTER_LIMITS } from '../../core/federation/letter.ts';
import type { LetterBody } from '../../core/federation/letter.ts';

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
const nobody = { persons: [], expires: new Uint32Array(0), vectors: new Float32Array(0) };
const publicKey = new Uint8Array(32).fill(9);
const letters = ['00'.repeat(16), 'ab'.repeat(16)];
const again = (body: LetterBody): LetterBody => decodeLetter(encodeLetter(body), 'films');

describe('The content of a letter', () => {
  it('is read as it was written', () => {
    const bodies: readonly LetterBody[] = [
      { kind: 'release-request', epoch: 3, modelRound: 2 },
      { kind: 'release-withdrawal', persons: ['p', 'q'] },
      { kind: 'letter-key', publicKey, until: 7, serial: 3 },
      { kind: 'letter-key-closed', publicKey, letters },
      { kind: 'letter-key-closed', publicKey, letters: [] },
      batch,
      { ...batch, prototypes: Float32Array.of(1, 0, 0, 1) },
      { ...batch, ...nobody, dimension: 0 },
    ];
    for (const body of bodies) assert.deepEqual(again(body), body);
  });

  const most = LETTER_LIMITS;
  const wide = most.dimension + 1;
  const refused: Readonly<Record<string, LetterBody>> = {
    'a part beyond the parts': { ...batch, part: 2 },
    'fewer expiries than persons': { ...batch, expires: Uint32Array.of(1) },
    'fewer vectors than persons': { ...batch, vectors: Float32Array.of(1, 2) },
    'a person twice': { ...batch, persons: ['p', 'p'] },
    'NaN in a vector': { ...batch, vectors: Float32Array.of(1, Number.NaN, 0, 0) },
    'infinity in a vector': { ...batch, vectors: Float32Array.of(1, Infinity, 0, 0) },
    'NaN in a prototype': { ...batch, prototypes: Float32Array.of(1, Number.NaN) },
    'prototypes of another width': { ...batch, prototypes: Float32Array.of(1, 0, 1) },
    'more prototypes than any': { ...batch, prototypes: new Float32Array(2 * (most.prototypes + 1)) },
    'prototypes of no width': { ...batch, ...nobody, dimension: 0, prototypes: Float32Array.of(1) },
    'wider than any representation': {
      ...batch,
      dimension: wide,
      persons: ['p'],
      expires: Uint32Array.of(1),
      vectors: new Float32Array(wide),
    },
    'wider than any, of nobody': { ...batch, ...nobody, dimension: 2 ** 32 - 1 },
    'more parts than any answer': { ...batch, parts: most.parts + 1 },
    'an endless pseudonym': { ...batch, persons: ['p', 'q'.repeat(65)] },
    'an empty pseudonym': { ...batch, persons: ['p', ''] },
    'an endless mode': { ...batch, mode: 'm'.repeat(65) },
    'an endless noise model': { ...batch, noiseModel: ' '.repeat(1025) },
    'a withdrawal that names somebody twice': { kind: 'release-withdrawal', persons: ['p', 'p'] },
    'a withdrawal of an endless pseudonym': { kind: 'release-withdrawal', persons: ['p'.repeat(65)] },
    'a key cut short': { kind: 'letter-key', publicKey: publicKey.slice(1), until: 1, serial: 1 },
    'a key on which everybody agrees': { kind: 'letter-key', publicKey: new Uint8Array(32), until: 1, serial: 1 },
    'an id cut short': { kind: 'letter-key-closed', publicKey, letters: ['ab'] },
    'more letters than any key has': {
      kind: 'letter-key-closed',
      publicKey,
      letters: new Array<string>(most.letters + 1).fill(letters[0]),
    },
  };
  for (const [what, body] of Object.entries(refused)) {
    it(`is refused: ${what}`, () => assert.throws(() => again(body), { code: 'LETTER_INVALID', message: /"films"/ }));
  }

  it('is refused: garbage, and a kind of a later version', () => {
    for (const content of [Uint8Array.of(0xff), isthmus.Letter.encode({}).finish(), new Uint8Array(0)]) {
      assert.throws(() => decodeLetter(content, 'films'), { code: 'LETTER_INVALID' });
    }
  });
});
