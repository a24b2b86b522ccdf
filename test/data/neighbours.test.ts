/**
 * Changing one person's rows in any way changes nothing of anybody else: neither the reading of rows nor the
 * contributions.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { inspectSource } from '../../client/data/inspect.ts';
import { openDomain } from '../../client/data/open.ts';
import { writeReading } from '../../client/data/reading-file.ts';
import type { Domain } from '../../core/data/domain.ts';
import type { ReadingFile } from '../../core/data/reading.ts';
import { historyOf } from '../../core/data/select.ts';
import type { ChargedSums } from '../../core/privacy/mechanism/mechanism.ts';
import { writtenOut } from '../../core/privacy/mechanism/written-out.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import type { PublicShape } from '../../core/transfer/encoder.ts';

const VICTIM = 'p0';
const PERSONS = 30;
const ITEMS = 20;

interface Row {
  readonly person: string;
  readonly item: string;
  readonly rating: number;
  readonly timestamp: number;
}

/** The victim also has the first and the last row. */
const ROWS: readonly Row[] = Array.from({ length: PERSONS * 6 + 1 }, (_, i) => ({
  person: `p${i % PERSONS}`,
  item: `i${(7 * i + Math.floor(i / PERSONS)) % ITEMS}`,
  rating: 3 + (i % 3),
  timestamp: 1_600_000_000 + 1000 * i,
}));

interface Format {
  readonly file: string;
  readonly header: string;
  line(row: Row): string;
}

const cells = ({ person, item, rating, timestamp }: Row): (string | number)[] => [person, item, rating, timestamp];
const FORMATS: readonly Format[] = [
  { file: 'd.tsv', header: 'person\titem\trating\ttimestamp\n', line: (row) => cells(row).join('\t') },
  {
    file: 'd.csv',
    header: 'person,item,rating,timestamp\n',
    line: (row) =>
      cells(row)
        .map((cell) => `"${cell}"`)
        .join(','),
  },
  { file: 'bare.csv', header: '', line: (row) => cells(row).join(',') },
  { file: 'd.txt', header: 'person item rating timestamp\n', line: (row) => cells(row).join(' ') },
  { file: 'd.jsonl', header: '', line: (row) => JSON.stringify(row) },
];

const bytesOf = (line: string): Uint8Array => new TextEncoder().encode(line);
const alone = (line: Uint8Array): boolean => !line.includes(0x0a);

/** Lines that mislead a reader which guesses from rows. None of them names another person. */
const HOSTILE: readonly Uint8Array[] = [
  ...[
    ...[
      '',
      ' ',
      '"',
      '""',
      '"p0',
      'p0,"',
      '"p0","i1',
      'p0\t"i1',
      '"p0""',
      '\u2028',
      '\uFEFF',
      '\uFEFF"p0","i1","5","1"',
    ],
    ...['sep=;', '# comment', '%', '1:', '[', '{', '{"person":', '[{"person":"p0"}]', '{"person":["p0"],"item":"i1"}'],
    ...['person\titem\trating\ttimestamp', 'user,item', 'item,person,timestamp,rating', 'i1;p0;5', 'p0::i1::5::1'],
    ...['p0 i1 i2 i3 i4 i5 i6', 'p0|i1|5', 'p0,i1,5,1700000000,,,,', 'p0\ti1\t5\t1\tmore\tand more', 'p0'],
    ...['p0\ti1\t1e300\t1', 'p0,i1,-99,1', 'p0,i1,99,1', 'p0,i1,4.999,1700000000', 'p0\ti1\tmany\t5'],
    ...[
      '1700000000000',
      '1700000000000000',
      '1e99',
      '-1',
      '2020-01-01',
      '09/13/2009',
      'Fri Apr 25 17:46:40 -0700 2014',
      'soon',
    ].flatMap((time) => [`p0\ti1\t5\t${time}`, `p0,i1,5,${time}`, `{"person":"p0","item":"i1","timestamp":"${time}"}`]),
    ...['p0\tnew item\t5\t1700000000', 'p0,new item,5,1700000000', '{"person":"p0","item":"new item"}'],
    ...[
      '{"person":9007199254740993,"item":9007199254740993}',
      '{"person":"p0","item":"i1"}}',
      '{"__proto__":{"item":"i1"}}',
    ],
    `${'x'.repeat(300_000)}\ti1`,
    `"${'x'.repeat(2_000_000)}`,
  ].map(bytesOf),
  Uint8Array.of(0xff, 0xfe, 0x70, 0x00, 0x30, 0x00),
  Uint8Array.of(0x70, 0x30, 0x09, 0xe9, 0x09, 0x35),
  Uint8Array.of(0xc3),
  new Uint8Array(9),
  Uint8Array.of(0x0d),
];

const becoming = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.uint8Array({ maxLength: 60 }).filter(alone),
  fc
    .string({ unit: fc.constantFrom('"', ',', '\t', ';', '|', ':', ' ', 'p0', 'i1', '5', '{', '}', '\r', '\\', "'") })
    .map(bytesOf),
);

/** Id, items, ratings and times of everybody else, bit by bit. */
function others(domain: Domain): Map<string, string> {
  return new Map(
    domain.persons.flatMap((person, p): [string, string][] => {
      if (person === VICTIM || !/^p\d+$/.test(person)) return [];
      const [from, to] = [domain.offsets[p], domain.offsets[p + 1]];
      const history = [domain.items, domain.ratings, domain.timestamps].map((column) => column?.slice(from, to));
      return [[person, history.map((column) => (column ? Buffer.from(column.buffer).toString('hex') : '')).join(' ')]];
    }),
  );
}

describe('what a platform reads of everybody but one', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'isthmus-neighbours-'))));
  after(() => rm(folder, { recursive: true }));

  /** The file with each line of the victim replaced by the next given one; undefined: removed. */
  const write = async (format: Format, lines: readonly (Uint8Array | undefined)[]): Promise<string> => {
    const { file, header } = format;
    let at = 0;
    const parts = ROWS.map((row) =>
      row.person === VICTIM && lines.length > 0 ? lines[at++ % lines.length] : bytesOf(format.line(row)),
    );
    const end = Uint8Array.of(0x0a);
    const content = [bytesOf(header), ...parts.flatMap((part) => (part === undefined ? [] : [part, end]))];
    const path = join(folder, file);
    await writeFile(path, Buffer.concat(content));
    return path;
  };

  const inspected = async (
    format: Format,
  ): Promise<{ path: string; file: ReadingFile; readingPath: string; domain: Domain }> => {
    const path = await write(format, []);
    const found = await inspectSource(
      path,
      format.header === '' ? {} : { columns: { person: 'person', item: 'item' } },
    );
    const { path: readingPath, file } = await writeReading(found, `${path}.reading.yaml`);
    return { path, file, readingPath, domain: found.report.domain };
  };

  for (const format of FORMATS) {
    it(`is the same whatever stands in the lines of the one: ${format.file}`, async () => {
      const { file, readingPath, domain } = await inspected(format);
      const expected = others(domain);
      assert.equal(expected.size, PERSONS - 1);
      assert.ok(domain.ratings !== undefined && domain.timestamps !== undefined);
      const look = async (lines: readonly (Uint8Array | undefined)[]): Promise<void> => {
        const path = await write(format, lines);
        const report = await openDomain(path, file, readingPath, { name: 'd' });
        assert.deepEqual(report.domain.catalogue, domain.catalogue);
        assert.deepEqual(others(report.domain), expected);
      };
      await look([undefined]);
      for (const line of HOSTILE) await look([line]);
      // Everything between the two quotation marks would be one field.
      for (const pair of [
        ['p0,"x', 'x",5,1'],
        ['p0\t"x', 'x"\t5\t1'],
        ['"p0', '","i1","5","1"'],
      ])
        await look(pair.map(bytesOf));
      await fc.assert(
        fc.asyncProperty(fc.array(fc.option(becoming, { nil: undefined }), { minLength: 1, maxLength: 7 }), look),
        {
          numRuns: 150,
        },
      );
    });
  }

  it('is the same where quoted fields run over lines and the export escapes its marks', async () => {
    const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
    const format: Format = {
      file: 'text.csv',
      header: 'person,item,rating,timestamp,text\n',
      line: (row) => [...cells(row), quoted(row.item === 'i3' ? 'so\nso' : '')].join(','),
    };
    const { file, readingPath, domain } = await inspected(format);
    assert.ok(file.reading.format === 'delimited' && file.reading.quotes === 'over-lines');
    const expected = others(domain);
    const value = fc.string({ unit: fc.constantFrom('"', '\n', ',', 'p1', 'i1', '5', ' ') });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 5, maxLength: 5 }), async (values) => {
        const path = await write(format, [bytesOf(values.map(quoted).join(','))]);
        const report = await openDomain(path, file, readingPath, { name: 'd' });
        assert.deepEqual(others(report.domain), expected);
      }),
      { numRuns: 200 },
    );
  });

  it('is contributed with the same bits, by a strategy whose encoder promises it', async () => {
    const { file, readingPath, domain } = await inspected(FORMATS[0]);
    const before = await contributions(domain);
    assert.equal(before.of.size, PERSONS);
    for (const yielded of before.of.values()) assert.ok(yielded.length > 1000, 'sums and a representation each');
    for (const line of [undefined, ...HOSTILE.filter((_, i) => i % 6 === 0)]) {
      const path = await write(FORMATS[0], [line]);
      const { domain: changed } = await openDomain(path, file, readingPath, { name: 'd' });
      const after = await contributions(changed, before.released);
      for (const [person, yielded] of before.of) {
        if (person !== VICTIM) assert.equal(after.of.get(person), yielded, person);
      }
    }
  });
});

interface Yielded {
  /** By person: every contribution to every sum, in bits, and the representation. */
  readonly of: ReadonlyMap<string, string>;
  readonly released: ReadonlyMap<string, readonly Float64Array[]>;
}

/** @param pinned values that the sums return, whatever is contributed, because released values are public. */
async function contributions(domain: Domain, pinned?: Yielded['released']): Promise<Yielded> {
  const encoder = encoderNamed('private-subspace');
  const shape: PublicShape = {
    platforms: ['d', 'e', 'f'].map((name) => ({ name, items: ITEMS, personsAbout: PERSONS, releases: true })),
    maxPlatformsPerPerson: 2,
    rounds: 0,
  };
  const yielded = new Map<string, string>();
  const note = (p: number, bits: ArrayBufferView): void => {
    const person = domain.persons[p];
    const text = Buffer.from(bits.buffer, bits.byteOffset, bits.byteLength).toString('hex');
    yielded.set(person, `${yielded.get(person) ?? ''} ${text}`);
  };
  const released = new Map<string, Float64Array[]>();
  const dimensions = new Map(encoder.queries(shape, 'd').map(({ label, dimension }) => [label, dimension]));
  const sums: ChargedSums = {
    noiseDeviation: () => 0.5,
    release(label, list) {
      const dimension = dimensions.get(label) ?? assert.fail(label);
      const sum = Float64Array.from(seededRandom(label).bytes(dimension), (byte) => byte / 256);
      let p = 0;
      for (const contribution of list) {
        const { indices, values } = writtenOut(contribution, dimension);
        if (indices !== undefined) note(p, indices);
        note(p++, values);
        values.forEach((value, i) => (sum[indices?.[i] ?? i] += value));
      }
      const earlier = released.get(label) ?? [];
      const value = pinned?.get(label)?.[earlier.length] ?? sum;
      released.set(label, [...earlier, value]);
      return Promise.resolve(value.slice());
    },
  };
  const random = seededRandom('neighbours');
  const { factorise } = factorMemory('neighbours');
  const plan = encoder.plan(shape);
  const model = encoder.join({ domain, shape, plan, random, factorise });
  await model.prepare(sums);
  await model.adopt(new Float32Array(0));
  domain.persons.forEach((_, p) => note(p, model.represent(historyOf(domain, p))));
  return { of: yielded, released };
}
