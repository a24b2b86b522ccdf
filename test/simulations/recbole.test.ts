import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { inspectSource } from '../../client/data/inspect.ts';
import { openByReadingBeside } from '../../client/data/open.ts';
import { candidatesOf } from '../../client/evaluation/evaluate.ts';
import { readHidden } from '../../client/evaluation/hidden.ts';
import { unsafeSharedKeyPseudonyms } from '../../core/crypto/pseudonym.ts';
import { simulationOptions } from '../../simulations/options.ts';
import { openDirections } from '../../simulations/settings.ts';
import { writeDataFiles } from '../../simulations/trial-files.ts';
import type { TrialWorld } from '../../simulations/trial-files.ts';
import { writeRecbole } from '../../simulations/worlds/recbole.ts';

const SETTINGS = { protocol: 'sampled', negatives: 20, seed: '3' } as const;

describe("a split in RecBole's files", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'isthmus-recbole-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const worldAt = async (overlap = 1): Promise<TrialWorld> => {
    const options = simulationOptions({ persons: 60, items: 150, platforms: ['films', 'books'], overlap });
    const [direction] = await openDirections(options);
    return direction.at('3');
  };
  const rowsOf = async (file: string): Promise<string[][]> => {
    const [, ...lines] = (await readFile(join(folder, file), 'utf8')).trimEnd().split('\n');
    return lines.map((line) => line.split('\t'));
  };
  const personsIn = async (file: string): Promise<Set<string>> =>
    new Set((await rowsOf(file)).map(([person]) => person));

  it('has each cold person in the test file alone, and the rest in training or validation', async () => {
    const world = await worldAt();
    await writeRecbole(world, SETTINGS, folder);
    const [train, valid, test] = await Promise.all(
      ['train', 'valid', 'test'].map((part) => personsIn(`books/books.${part}.inter`)),
    );
    assert.deepEqual(test, new Set(world.cold.map(({ person }) => person)));
    assert.ok([...test].every((person) => !train.has(person)));
    assert.equal(valid.size, Math.round(world.linked.length / 10));
    const linked = new Set(world.linked);
    for (const person of valid) assert.ok(linked.has(person) && !train.has(person), person);
    const target = world.domains.find(({ name }) => name === 'books');
    assert.deepEqual(new Set([...train, ...valid]), new Set(target?.persons));
    const hidden = world.cold.flatMap(({ person, positives }) =>
      Array.from(positives, (item) => [person, target?.catalogue[item]]),
    );
    assert.deepEqual(await rowsOf('books/books.test.inter'), hidden);
    const config = parse(await readFile(join(folder, 'recbole.yaml'), 'utf8')) as Record<
      string,
      Record<string, unknown>
    >;
    assert.deepEqual(config['target_domain']['benchmark_filename'], ['train', 'valid', 'test']);
    assert.equal(config['source_domain']['dataset'], 'films');
  });

  it('refuses ids that RecBole would take apart, and platforms outside the folder', async () => {
    const world = await worldAt();
    const domains = world.domains.map((one) => ({ ...one, catalogue: one.catalogue.map((id) => `item ${id}`) }));
    await assert.rejects(writeRecbole({ ...world, domains }, SETTINGS, folder), {
      code: 'SIMULATION_WORLD',
      message: /"item [^"]+" of books has one: replace blanks/,
    });
    for (const name of ['../films', '..', '/films'])
      assert.throws(() => simulationOptions({ platforms: [name, 'books'] }), { message: /is a path/ });
  });

  it('is read again by our own reader, with the titles', async () => {
    const world = await worldAt();
    await writeRecbole(world, SETTINGS, folder);
    const { domain } = (await inspectSource(join(folder, 'films'))).report;
    const source = world.domains.find(({ name }) => name === 'films');
    assert.deepEqual(domain.catalogue, source?.catalogue);
    assert.deepEqual(domain.items, source?.items);
    assert.deepEqual(domain.titles, source?.titles);
  });

  it('has the candidates that a simulation of this seed draws', async () => {
    const world = await worldAt();
    await writeRecbole(world, SETTINGS, folder);
    // The way of a platform's process: its own files, under pseudonyms.
    const files = await writeDataFiles(world, join(folder, 'data'));
    const { domain } = await openByReadingBeside(files.data['books'], { name: 'books' });
    const { cold } = readHidden(files.hidden, domain);
    const scheme = unsafeSharedKeyPseudonyms(
      Buffer.from((await readFile(files.pseudonymKey, 'utf8')).trim(), 'base64'),
    );
    const pseudonyms = await scheme.pseudonyms(cold.map(({ person }) => person));
    const renamed = cold.map((one, i) => ({ ...one, person: pseudonyms[i] }));
    for (const kind of candidatesOf(SETTINGS, domain, renamed)) {
      assert.ok(kind.name !== 'full');
      const drawn = renamed.flatMap((one) => Array.from(kind.draw(one), (item) => domain.catalogue[item]));
      const written = (await rowsOf(`books/books.negatives.${kind.name}`)).flatMap(([, , items]) => items.split(' '));
      assert.deepEqual(written, drawn, kind.name);
    }
  });

  it('gives an unlinked person two ids', async () => {
    const world = await worldAt(0.5);
    await writeRecbole(world, SETTINGS, folder);
    const source = await personsIn('films/films.inter');
    const train = await personsIn('books/books.train.inter');
    const linked = new Set(world.linked);
    for (const person of train) assert.ok(linked.has(person) || !source.has(person), person);
    assert.equal([...source].filter((person) => person.endsWith('@films')).length, world.linked.length);
  });
});
