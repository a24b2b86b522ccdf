/** What `isthmus data embed` refuses before it needs its optional packages; test/services runs a real model. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataCommand } from '../../cli/commands/data.ts';
import { partProgressOn } from '../../cli/part-progress.ts';
import { runHere } from '../cli/in-process.ts';

const ITEMS = 'item\ttitle\na\tred scarf\nb\t\n';

describe('data embed', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'isthmus-embed-'))));
  const put = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const run = (items: string, model: string, ...others: readonly string[]): ReturnType<typeof runHere> =>
    runHere(dataCommand(), 'embed', items, '--model', model, ...others);

  for (const [what, file, name, code, message] of [
    [
      'a file without a title',
      'item\ttitle\na\t\nb\t \n',
      'shop.items.tsv',
      3,
      /none of the 2 items .* column "title"/,
    ],
    ['a file without a column of titles', 'item\tbrand\na\tx\n', 'shop.items.tsv', 3, /none of the 1 items/],
    ['a file of nothing', 'item\ttitle\n', 'shop.items.tsv', 3, /none of the 0 items/],
    ['a broken line', 'item\ttitle\na\tscarf\n\that\n', 'shop.items.tsv', 3, /line 3: .*correct the line/],
    ['a file without a column of items', 'title\tbrand\nscarf\tx\n', 'shop.items.tsv', 3, /needs a column "item"/],
    ['another name, and no --out', ITEMS, 'shop.tsv', 2, /--out PLATFORM\.vectors\.tsv/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code: exit, stderr } = await run(put(name, file), folder);
      assert.deepEqual([exit, message.test(stderr)], [code, true], stderr);
      assert.deepEqual(readdirSync(folder), [name]);
    });
  }

  for (const [what, make, message] of [
    ['that is not there', () => undefined, /does not exist/],
    ['that is a file', (at: string) => writeFileSync(at, 'x'), /is a file; a model is a folder with model\.onnx/],
    ['without a model', (at: string) => mkdirSync(at), /has no model\.onnx that can be read: no such file/],
    [
      'without a tokenizer',
      (at: string) => {
        mkdirSync(at);
        writeFileSync(join(at, 'model.onnx'), '');
      },
      /has no tokenizer\.json/,
    ],
    [
      'whose model.onnx is a folder',
      (at: string) => mkdirSync(join(at, 'model.onnx'), { recursive: true }),
      /no model/,
    ],
  ] as const) {
    it(`refuses a model folder ${what}`, async () => {
      make(join(folder, 'model'));
      const { code, stderr } = await run(put('shop.items.tsv', ITEMS), join(folder, 'model'));
      assert.deepEqual([code, message.test(stderr)], [3, true], stderr);
    });
  }

  it('never overwrites a file of vectors', async () => {
    put('shop.vectors.tsv', 'a\t1\n');
    const { code, stderr } = await run(put('shop.items.tsv', ITEMS), folder);
    assert.deepEqual([code, /exists already/.test(stderr)], [4, true], stderr);
  });

  it('refuses numbers that no view reads', async () => {
    const { code, stderr } = await run(put('shop.items.tsv', ITEMS), folder, '--numbers', '289');
    assert.deepEqual([code, /from 2 to 288/.test(stderr)], [2, true], stderr);
  });

  it('says the time left from the first title on, and no more than twenty lines to a file', () => {
    const lines: string[] = [];
    const stream = { isTTY: false, write: (line: string) => lines.push(line) } as unknown as NodeJS.WriteStream;
    const progress = partProgressOn(stream, 'titles');
    for (let done = 501; done <= 1000; done++) progress.show(done, 1000);
    progress.end();
    assert.equal(lines.length, 11);
    assert.match(lines[5], /\[=+ +\] 750 of 1000 titles, about 0 s left/);
    assert.match(lines[10], /\[=+\] 1000 of 1000 titles\n/);
  });
});
