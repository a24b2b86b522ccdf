/** Item vectors by a pre-trained sentence model, all-MiniLM-L6-v2: `npm run install:sentence-model`, then `npm run test:services`. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataCommand } from '../../cli/commands/data.ts';
import { dataEmbedSchema } from '../../cli/commands/data-embed.ts';
import { inspectSource } from '../../client/data/inspect.ts';
import { readingPathOf, writeReading } from '../../client/data/reading-file.ts';
import { embedItems } from '../../client/embed/embed-items.ts';
import type { EmbedOptions } from '../../client/embed/embed-items.ts';
import { openSentenceModel } from '../../client/embed/sentence-model.ts';
import { readItemVectors } from '../../core/data/item-facts.ts';
import type { ItemTable } from '../../core/data/domain.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { vectors as view } from '../../core/transfer/views/vectors.ts';
import { runHere } from '../cli/in-process.ts';
import { Workplace } from '../e2e/isthmus.ts';

const MODEL = join(import.meta.dirname, '../../bench/peers/.sentence-model');
const TITLES = [
  'warm woollen scarf',
  'hand-knitted winter shawl',
  'stainless steel hex bolts',
  'zinc screws and washers',
  'green curry paste',
  'thai red chili sauce',
];

const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0) / (Math.hypot(...a) * Math.hypot(...b));

describe('a pre-trained sentence model', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => assert.ok(existsSync(join(MODEL, 'model.onnx')), 'no model: npm run install:sentence-model'));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'isthmus-model-'));
    writeFileSync(
      join(folder, 'shop.items.tsv'),
      `item\ttitle\n${TITLES.map((one, i) => `i${i}\t${one}\n`).join('')}i9\t\n`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const options = (changes: Partial<EmbedOptions> = {}): EmbedOptions => ({
    ...{ items: join(folder, 'shop.items.tsv'), model: MODEL, out: join(folder, 'shop.vectors.tsv'), numbers: 96 },
    ...changes,
  });
  const tableOf = async (file: string): Promise<ItemTable> => {
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(readFileSync(file));
    }
    return readItemVectors(bytes());
  };
  const modelWith = (change: Partial<Record<'model.onnx' | 'tokenizer.json', string | Buffer>>): string => {
    const at = join(folder, 'model');
    mkdirSync(at);
    for (const file of ['model.onnx', 'tokenizer.json'] as const) {
      if (change[file] === undefined) copyFileSync(join(MODEL, file), join(at, file));
      else writeFileSync(join(at, file), change[file]);
    }
    return at;
  };

  it('gives like titles like vectors, which words alone would not, and the projection keeps that', async () => {
    const said = await runHere(dataCommand(), 'embed', options().items, '--model', MODEL, '--json');
    assert.equal(said.code, 0, said.stderr);
    const document = dataEmbedSchema.parse(JSON.parse(said.stdout));
    assert.deepEqual([document.items, document.untitled, document.numbers], [6, 1, 96]);
    assert.match(said.stderr, /6 of 6 titles/);
    const { dimension, made, of } = await tableOf(document.file);
    assert.deepEqual([dimension, made, [...of.keys()]], [96, document.made, TITLES.map((_, i) => `i${i}`)]);
    const model = await openSentenceModel(MODEL);
    const whole = [];
    for (const title of TITLES) whole.push(await model.vectorOf(title));
    await model.close();
    for (const vectors of [whole, [...of.values()]]) {
      const others = vectors.map((one) => vectors.map((other) => cosine(one, other)));
      // The nearest title is the other one of the pair; no pair has a word in common.
      const nearest = others.map((row, i) =>
        row.reduce((best, value, j) => (j !== i && value > row[best] ? j : best), i ^ 1),
      );
      assert.deepEqual(nearest, [1, 0, 3, 2, 5, 4]);
    }
  });

  it('reads the beginning of a text that is too long, and one text does not change another', async () => {
    const model = await openSentenceModel(MODEL);
    const first = await model.vectorOf(TITLES[0]);
    const long = 'scarf '.repeat(5000);
    assert.ok(cosine(await model.vectorOf(long), await model.vectorOf('scarf '.repeat(9000))) > 0.9999);
    assert.deepEqual(await model.vectorOf(TITLES[0]), first);
    assert.deepEqual([model.width, Math.abs(Math.hypot(...first) - 1) < 1e-6], [384, true]);
    await model.close();
  });

  it('is stopped in the middle and continues there: the file is the same byte for byte', async () => {
    const whole = await embedItems(options({ out: join(folder, 'whole.tsv') }));
    const stop = new AbortController();
    const onProgress = (done: number): void => {
      if (done === 4) stop.abort();
    };
    await assert.rejects(embedItems(options({ signal: stop.signal, onProgress })), { name: 'AbortError' });
    assert.ok(!existsSync(options().out));
    const part = `${options().out}.part`;
    // As if the process had been killed while it wrote a line.
    writeFileSync(part, readFileSync(part).subarray(0, -20));
    const shown: number[] = [];
    assert.deepEqual(await embedItems(options({ onProgress: (done) => shown.push(done) })), whole);
    assert.deepEqual(shown, [4, 5, 6]);
    assert.deepEqual(readFileSync(options().out), readFileSync(join(folder, 'whole.tsv')));
    assert.ok(!existsSync(part));
  });

  it('an unfinished file of other titles is begun again', async () => {
    const stop = new AbortController();
    await assert.rejects(embedItems(options({ signal: stop.signal, onProgress: () => stop.abort() })));
    writeFileSync(options().items, 'item\ttitle\ni0\tanother scarf\ni1\tshawl\n');
    await embedItems(options());
    await embedItems(options({ out: join(folder, 'whole.tsv') }));
    assert.deepEqual(readFileSync(options().out), readFileSync(join(folder, 'whole.tsv')));
  });

  it('an unfinished file of longer vectors is begun again', async () => {
    const stop = new AbortController();
    await assert.rejects(embedItems(options({ signal: stop.signal, onProgress: () => stop.abort() })));
    await embedItems(options({ numbers: 8 }));
    assert.equal((await tableOf(options().out)).dimension, 8);
  });

  it('Ctrl-C in the middle says how to go on, leaves no process, and exits with 130', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `i${i}\ta scarf of ${i} threads\n`).join('');
    const place = await Workplace.make();
    try {
      writeFileSync(join(place.folder, 'shop.items.tsv'), `item\ttitle\n${many}`);
      const running = place.start('data', 'embed', 'shop.items.tsv', '--model', MODEL);
      await running.says(/1 of 20000 titles/);
      const { code, stderr } = await running.stop('SIGINT');
      assert.equal(code, 130, stderr);
      assert.match(stderr, /the same command continues from shop\.vectors\.tsv\.part\nisthmus: stopped/);
    } finally {
      await place.leave();
    }
  });

  it('an earlier number of numbers is the beginning of a later one, and another tokenizer has another fingerprint', async () => {
    const { made } = await embedItems(options());
    const short = await embedItems(options({ numbers: 8, out: join(folder, 'short.tsv') }));
    assert.equal(short.made, made);
    const [long, begun] = [await tableOf(options().out), await tableOf(join(folder, 'short.tsv'))];
    for (const [id, vector] of begun.of) assert.deepEqual(vector, long.of.get(id)?.subarray(0, 8));
    const tokenizer = `${readFileSync(join(MODEL, 'tokenizer.json'), 'utf8')}\n`;
    const other = await embedItems(
      options({ model: modelWith({ 'tokenizer.json': tokenizer }), out: join(folder, 'other.tsv') }),
    );
    assert.notEqual(other.made, made);
  });

  it('a platform whose file another model made is refused by name', async () => {
    const { made } = await embedItems(options());
    writeFileSync(join(folder, 'shop.tsv'), 'person\titem\np1\ti0\np1\ti1\np2\ti2\n');
    const inspected = await inspectSource(join(folder, 'shop.tsv'));
    await writeReading(inspected, readingPathOf(join(folder, 'shop.tsv')));
    const { catalogue, titles, vectors } = inspected.report.domain;
    const platform = { name: 'shop', items: 7, personsAbout: 10, releases: true };
    const madeBy = (fingerprint: string): ReturnType<typeof view.make> =>
      view.make({
        platform,
        catalogue: { ids: catalogue, ...(titles && { titles }), ...(vectors && { vectors }) },
        settings: view.settings({ made: fingerprint }),
        random: seededRandom('public'),
      });
    assert.equal((await madeBy(made)).encode({ items: Uint32Array.of(0) }).length, 96);
    assert.throws(() => madeBy('0'.repeat(64)), { code: 'TRANSFER_OTHER_VECTORS', message: /"shop" were made by/ });
  });

  for (const [what, change, message] of [
    [
      'a cut model',
      { 'model.onnx': readFileSync(join(MODEL, 'model.onnx')).subarray(0, 100_000) },
      /model\.onnx that cannot be loaded/,
    ],
    ['a model of nothing', { 'model.onnx': '' }, /model\.onnx that cannot be loaded/],
    ['a tokenizer that is no JSON', { 'tokenizer.json': 'vocab' }, /tokenizer\.json that cannot be used: .*JSON/],
    ['a tokenizer of another form', { 'tokenizer.json': '{}' }, /tokenizer\.json that cannot be used/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(embedItems(options({ model: modelWith(change) })), { code: 'DATA_MODEL', message });
      assert.ok(!existsSync(options().out));
    });
  }
});
