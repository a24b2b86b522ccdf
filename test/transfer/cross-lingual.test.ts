/** Titles of two languages in one space: a dictionary for words, n-grams for names. */
import assert from 'node:assert/strict';
import { commonTerms, termVectors } from '../../core/transfer/text/cross-lingual.ts';
import type { PublicDictionary } from '../../core/transfer/text/cross-lingual.ts';

const german: PublicDictionary = {
  common: new Set(['lamp', 'green']),
  translations: new Map([
    ['lampe', 'lamp'],
    ['grüne', 'green'],
  ]),
};
const english: PublicDictionary = { common: german.common, translations: new Map() };

describe('titles in several languages', () => {
  it('words of the dictionary become those of the common language, in any case', () => {
    assert.deepEqual(commonTerms('Grüne Lampe', german), ['green', 'lamp']);
    assert.deepEqual(commonTerms('green LAMP', english), ['green', 'lamp']);
  });

  it('other words count by their n-grams, short ones whole', () => {
    assert.deepEqual(commonTerms('Akoma X2', german), ['_ako', 'akom', 'koma', 'oma_', '_x2_']);
    assert.deepEqual(commonTerms('', german), []);
  });

  it('a title is near its translation, and near a name with another ending; other titles are far', () => {
    const dimension = 512;
    const product = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, j) => sum + value * b[j], 0);
    const there = termVectors(
      ['Akoma grüne Lampe', 'Akoma', ''].map((title) => commonTerms(title, german)),
      dimension,
    );
    const here = termVectors(
      ['green lamp Akoma', 'Akomaesk', 'Zubrin'].map((title) => commonTerms(title, english)),
      dimension,
    );
    const row = (table: Float32Array, item: number): Float32Array =>
      table.subarray(item * dimension, (item + 1) * dimension);
    const near = (a: number, b: number): number => product(row(there.vectors, a), row(here.vectors, b));
    assert.ok(near(0, 0) > 0.95, `${near(0, 0)}`);
    assert.ok(near(1, 1) > 0.4, `${near(1, 1)}`);
    assert.ok(Math.abs(near(1, 2)) < 0.2, `${near(1, 2)}`);
    assert.ok(row(there.vectors, 2).every((value) => value === 0));
  });
});
