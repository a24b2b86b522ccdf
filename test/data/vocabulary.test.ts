import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  formatVocabulary,
  hashedPlaces,
  onVocabulary,
  parseVocabulary,
  placesOf,
  vocabularyHash,
} from '../../core/data/vocabulary.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('vocabularies', () => {
  it('read what they wrote, and equal sets of ids have equal bytes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z0-9é]{1,8}$/), { minLength: 1 }), (ids) => {
        const text = formatVocabulary(ids);
        assert.deepEqual([...parseVocabulary(text, 'ids')].sort(), [...ids].sort());
        assert.equal(vocabularyHash(bytes(text)), vocabularyHash(bytes(formatVocabulary(ids.toReversed()))));
      }),
    );
  });

  it('refuse an empty file, a blank line and an id given twice, with the line', () => {
    assert.throws(() => parseVocabulary('', 'ids'), { code: 'DATA_VOCABULARY', message: /names no item/ });
    assert.throws(() => parseVocabulary('a\n\nb\n', 'ids'), { code: 'DATA_VOCABULARY', message: /^ids:2: / });
    assert.throws(() => parseVocabulary('a\nb\na\n', 'ids'), /^DataError.*|ids:3: "a" is already on line 1/);
  });

  it('drop an id outside the file instead of adding it', () => {
    const places = placesOf(['a', 'b', 'c'], ['c', 'new', 'a']);
    assert.deepEqual([...places], [2, -1, 0]);
    const histories = onVocabulary({ offsets: Uint32Array.of(0, 3, 4), items: Uint32Array.of(1, 0, 2, 1) }, places);
    assert.deepEqual(histories, { offsets: Uint32Array.of(0, 2, 2), items: Uint32Array.of(2, 0) });
  });

  it('hash every id into a bucket, and count a bucket once per person', () => {
    const catalogue = Array.from({ length: 200 }, (_, item) => `item ${item}`);
    const places = hashedPlaces(16, catalogue);
    assert.ok(places.every((place) => place >= 0 && place < 16));
    assert.equal(new Set(places).size, 16);
    assert.deepEqual(hashedPlaces(16, catalogue.slice(7)), places.slice(7));
    const everything = { offsets: Uint32Array.of(0, 200), items: Uint32Array.from({ length: 200 }, (_, item) => item) };
    assert.equal(onVocabulary(everything, places).items.length, 16);
  });
});
