import assert from 'node:assert/strict';
import { RandomWords } from '../../core/random/random-words.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { oneSource, seededStreams } from '../../core/random/streams.ts';

describe('streams of randomness', () => {
  it('give each purpose its own bytes, whatever others draw', () => {
    const quiet = seededStreams('seed');
    const busy = seededStreams('seed');
    busy.of('letters').bytes(1000);
    const letters = busy.of('letters');
    letters.bytes(10);
    assert.deepEqual(busy.of('code/1/books/p').bytes(32), quiet.of('code/1/books/p').bytes(32));
    const firsts = ['letters', 'code/1/books/p', 'code/1/books/q', 'code/11/books/p'].map((purpose) =>
      Buffer.from(quiet.of(purpose).bytes(16)).toString('hex'),
    );
    assert.equal(new Set(firsts).size, firsts.length);
    assert.notDeepEqual(seededStreams('other').of('letters').bytes(16), quiet.of('letters').bytes(16));
  });

  it('of one source are that source: no byte comes twice', () => {
    let next = 0;
    const streams = oneSource({ bytes: (length) => new Uint8Array(length).fill(next++) });
    assert.deepEqual([streams.of('a').bytes(1), streams.of('a').bytes(1)], [Uint8Array.of(0), Uint8Array.of(1)]);
  });

  it('words of one source never come again, however many are drawn: they are its bytes, each once, in order', () => {
    const words = new RandomWords(seededRandom('words'));
    const count = 300_000;
    const bytes = seededRandom('words').bytes(4 * count);
    const expected = new Uint32Array(bytes.buffer, bytes.byteOffset, count);
    for (let at = 0; at < count; at++) {
      if (words.next() !== expected[at]) assert.fail(`word ${at} is not the source's`);
    }
  });
});
