/** Views of public facts and of one person's own history: what they read, and what they leave out. */
import assert from 'node:assert/strict';
import type { Catalogue, History } from '../../core/data/domain.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { composeEncoder, encoderNamed } from '../../core/transfer/compose.ts';
import { titleVectors } from '../../core/transfer/text/title-vectors.ts';
import { ageWeights } from '../../core/transfer/views/half-life.ts';
import { attributes } from '../../core/transfer/views/attributes.ts';
import { text } from '../../core/transfer/views/text.ts';
import { vectors } from '../../core/transfer/views/vectors.ts';
import type { Encode, PublicView } from '../../core/transfer/views/view.ts';

const titles = [
  'red wool scarf',
  'red wool hat',
  'blue wool scarf',
  'steel bolt',
  'steel nut',
  'steel washer',
  undefined,
];
const catalogue: Catalogue = { ids: titles.map((_, item) => `i${item}`), titles };
const platform = { name: 'shop', items: titles.length, personsAbout: 10, releases: true };
const of = (...items: number[]): History => ({ items: Uint32Array.from(items) });
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

async function made<S extends object>(view: PublicView<S>, settings: object, about = catalogue): Promise<Encode> {
  const context = { platform, catalogue: about, settings: view.settings(settings), random: seededRandom('public') };
  return (await view.make(context)).encode;
}

describe('views of public facts', () => {
  it('text: histories whose titles share words are alike, and pairs of words count', async () => {
    const encode = await made(text, { numbers: 4 });
    const wool = encode(of(0, 1));
    assert.ok(dot(wool, encode(of(2))) > 0.3);
    assert.ok(Math.abs(dot(wool, encode(of(3, 4)))) < 0.1);
    const { dimension, vectors: values } = titleVectors(['red wool', 'wool red', 'red wool'], 3);
    const [first, second, third] = [0, 1, 2].map((item) => values.slice(item * dimension, (item + 1) * dimension));
    assert.deepEqual(first, third);
    assert.notDeepEqual(first, second);
  });

  it('text: an item without a title says nothing, and a platform without titles is told what to do', async () => {
    assert.deepEqual(await made(text, { numbers: 4 }).then((encode) => encode(of(6))), new Float32Array(4));
    for (const untitled of [undefined, titles.map(() => undefined)]) {
      const about = { ids: catalogue.ids, ...(untitled && { titles: untitled }) };
      await assert.rejects(async () => made(text, {}, about), {
        code: 'TRANSFER_NO_TITLES',
        message: /column "title"/,
      });
    }
  });

  it('vectors: what all items share is taken away, and shorter vectors are padded', async () => {
    const table = [
      [9, 1],
      [9, -1],
    ];
    const about = {
      ids: ['i0', 'i1', 'i2'],
      vectors: { dimension: 2, of: new Map(table.map((own, i) => [`i${i}`, Float32Array.from(own)])) },
    };
    const encode = await made(vectors, { numbers: 3 }, about);
    assert.deepEqual(encode(of(0)), Float32Array.of(0, 1, 0));
    assert.deepEqual(encode(of(1, 2)), Float32Array.of(0, -1, 0));
    await assert.rejects(async () => made(vectors, {}), { code: 'TRANSFER_NO_VECTORS', message: /shop\.vectors\.tsv/ });
  });

  it('vectors: those that another model made are refused, and so are shorter ones than the members agreed on', async () => {
    const [agreed, other] = ['a', 'b'].map((digit) => digit.repeat(64));
    const of = new Map(catalogue.ids.map((id, i) => [id, Float32Array.of(i, 1)]));
    const about = (made?: string): Catalogue => ({
      ...catalogue,
      vectors: { dimension: 2, of, ...(made !== undefined && { made }) },
    });
    const numbers = 2;
    const refusal = { code: 'TRANSFER_OTHER_VECTORS' };
    await made(vectors, { numbers, made: agreed }, about(agreed));
    await made(vectors, { numbers }, about(other));
    for (const [settings, has, message] of [
      [{ numbers, made: agreed }, other, /of "shop" were made by b{64}, .* those made by a{64}.*data embed/],
      [{ numbers, made: agreed }, undefined, /do not say what made them/],
      [{ numbers: 3, made: agreed }, agreed, /have 2 numbers, and the federation reads 3: .*--numbers 3/],
    ] as const) {
      await assert.rejects(async () => made(vectors, settings, about(has)), { ...refusal, message });
    }
    assert.throws(() => vectors.settings({ made: 'all-MiniLM' }), /made: must be the fingerprint/);
  });

  it('vectors: a training reads those of several sources only if the manifest says what made them', () => {
    const two = ['shop', 'mall'].map((name) => ({ ...platform, name }));
    const asked = (platforms: typeof two, changes: object): unknown =>
      encoderNamed('vectors>tuned-head', { ...changes }).queries(
        { platforms, maxPlatformsPerPerson: 2, rounds: 1 },
        'shop',
      );
    assert.throws(() => asked(two, {}), {
      code: 'TRANSFER_SETTING',
      message: /tuned-head is one for all sources.*vectors\.made/,
    });
    asked(two.slice(0, 1), {});
    asked(two, { 'vectors.made': 'a'.repeat(64) });
  });

  it('attributes: only those that the manifest lists are sent', async () => {
    const encode = await made(attributes, { values: ['age=18-24', 'age=25-34'] });
    assert.deepEqual(encode({ ...of(0), attributes: ['age=25-34', 'name=secret'] }), Float32Array.of(0, 1));
    assert.deepEqual(encode(of(0)), Float32Array.of(0, 0));
    assert.throws(() => attributes.settings({ values: ['tall'] }), /NAME=VALUE/);
    const nothing = encoderNamed('attributes');
    const shape = { platforms: [platform], maxPlatformsPerPerson: 1, rounds: 0 };
    assert.throws(() => nothing.dimension(shape), { code: 'TRANSFER_SETTING', message: /attributes\.values/ });
  });

  it('half-life: an item one half-life older than the person’s last event weighs half', () => {
    const day = 86_400;
    const timestamps = Float64Array.of(1000 * day, 1030 * day, NaN);
    const history = { ...of(0, 1, 2), timestamps };
    assert.deepEqual(ageWeights(history, 30), Float64Array.of(0.5, 1, 1));
    assert.equal(ageWeights(history, null), undefined);
    assert.equal(ageWeights(of(0), 30), undefined);
  });

  it('all of them together are public, and ask for no sum', () => {
    const names = ['text', 'vectors', 'attributes'];
    const encoder = composeEncoder({
      views: names.map((name) => ({ name, ...(name === 'attributes' && { settings: { values: ['a=b'] } }) })),
    });
    assert.equal(encoder.law, 'public');
    assert.deepEqual(encoder.queries({ platforms: [platform], maxPlatformsPerPerson: 1, rounds: 0 }, 'shop'), []);
  });
});
