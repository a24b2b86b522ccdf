import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { progressOn } from '../../cli/progress.ts';

/** A stream that claims to be a terminal, or not, and keeps its input. */
function screen(isTTY: boolean): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  const parts: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk.toString());
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY, columns: 120, rows: 40 }) as unknown as NodeJS.WriteStream,
    text: () => parts.join(''),
  };
}

const trial = { seed: '1', strategy: 'linear-bridge', release: 'raw', epsilon: null };

describe('progress', () => {
  for (const isTTY of [true, false]) {
    it(`is written where it is told to, ${isTTY ? 'a terminal' : 'a file'}: the result alone is on standard output`, () => {
      const { stream, text } = screen(isTTY);
      const progress = progressOn(stream);
      progress.show({ kind: 'world', name: 'w', platforms: ['films', 'books'] });
      progress.show({ kind: 'references', target: 'books', seed: '1' });
      progress.show({ kind: 'trial-started', trial, index: 0, of: 2 });
      progress.show({ kind: 'platform', platform: 'films', stage: 'fitting', fraction: 0.5 });
      progress.show({ kind: 'epsilon', spent: 1.2345, budget: 4 });
      progress.end();
      for (const expected of [
        /w: films, books/,
        /reference rows for books/,
        /films.* fitting|films: fitting/,
        /epsilon 1\.24 of/,
      ]) {
        assert.match(text(), expected);
      }
    });
  }

  it('tells how far the reference rows are beside the trials, until they are done', () => {
    const { stream, text } = screen(true);
    const progress = progressOn(stream);
    progress.show({ kind: 'references', target: 'books', seed: '1' });
    progress.show({ kind: 'references-progress', baseline: 'ceiling', fraction: 0.5 });
    assert.match(text(), /reference rows for books \[={10} {10}\] ceiling, about \d+ s left/);
    const before = text().length;
    progress.show({ kind: 'references-ended', target: 'books', seed: '1', seconds: 4 });
    assert.doesNotMatch(text().slice(before), /reference rows/);
    progress.end();
  });

  it('tells the time that is left within the first trial already', () => {
    const { stream, text } = screen(true);
    const progress = progressOn(stream);
    progress.show({ kind: 'trial-started', trial, index: 0, of: 1 });
    progress.show({ kind: 'platform', platform: 'films', stage: 'fitting', fraction: 0.5 });
    progress.show({ kind: 'platform', platform: 'books', stage: 'serving', fraction: 0 });
    progress.end();
    assert.match(text(), /trial 1 of 1 .*about \d+ s left/);
    assert.match(text(), /\[={12} {8}\] trial 1 of 1/, 'half of the fitting is behind it');
  });
});
