/**
 * The table of CONTRIBUTING.md: a toy of each kind is added to a copy of the repository in as many files and lines as its row
 * says. Types and the suites that the row names pass there.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PlantedCopy } from '../claims/plants/planted-copy.ts';

interface Toy {
  /** Texts of the new files by path. */
  readonly files: Readonly<Record<string, string>>;
  /** By path of a registry: the entry before which the toy's is put, the toy's entry, and its import. */
  readonly entries: Readonly<Record<string, readonly [before: string, entry: string, line: string]>>;
  /** Part of the titles of the toy's tests in each suite. */
  readonly titles: Readonly<Record<string, string>>;
}

const repository = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');

/** A test of the repository, pointed at the toy. */
function testLike(file: string, ...changes: readonly (readonly [RegExp, string])[]): string {
  return changes.reduce((text, [search, replace]) => {
    assert.match(text, search, file);
    return text.replace(search, replace);
  }, repository(file));
}

const TOYS: Readonly<Record<string, Toy>> = {
  view: {
    files: {
      'core/transfer/views/toy-view.ts':
        "import { projection } from './projection.ts';\nexport const toyView = { ...projection, name: 'toy-view' };\n",
    },
    entries: {
      'core/transfer/registry.ts': [
        "new Pieces<View>('view', 'views', [",
        "new Pieces<View>('view', 'views', [toyView, ",
        "import { toyView } from './views/toy-view.ts';",
      ],
    },
    titles: { 'test/transfer/piece.test.ts': 'view toy-view', 'test/transfer/encoder.test.ts': 'encoders toy-view' },
  },
  training: {
    files: {
      'core/transfer/training/toy-training.ts':
        "import { sharedSubspace } from './shared-subspace.ts';\nexport const toyTraining = { ...sharedSubspace, name: 'toy-training' };\n",
    },
    entries: {
      'core/transfer/registry.ts': [
        "new Pieces<Training>('training', 'trainings', [",
        "new Pieces<Training>('training', 'trainings', [toyTraining, ",
        "import { toyTraining } from './training/toy-training.ts';",
      ],
    },
    titles: { 'test/transfer/piece.test.ts': 'training toy-training' },
  },
  readout: {
    files: {
      'core/transfer/readouts/toy-readout.ts':
        "import { ridge } from './ridge.ts';\nexport const toyReadout = { ...ridge, name: 'toy-readout' };\n",
    },
    entries: {
      'core/transfer/readouts/registry.ts': [
        '  densityRatio,\n',
        '  densityRatio,\n  toyReadout,\n',
        "import { toyReadout } from './toy-readout.ts';",
      ],
    },
    titles: { 'test/transfer/readout.test.ts': 'readouts toy-readout' },
  },
  'item space': {
    files: {
      'core/transfer/spaces/toy-space.ts':
        "import { als } from './als.ts';\nexport const toySpace = { ...als, name: 'toy-space' };\n",
    },
    entries: {
      'core/transfer/readouts/registry.ts': [
        'readonly SpaceMaker[] = [als, ',
        'readonly SpaceMaker[] = [als, toySpace, ',
        "import { toySpace } from '../spaces/toy-space.ts';",
      ],
    },
    titles: { 'test/transfer/readout.test.ts': 'space toy-space' },
  },
  'release mode': {
    files: {
      'core/release/modes/toy-mode.ts': "import { ldp } from './ldp.ts';\nexport const toyMode = { ...ldp };\n",
    },
    entries: {
      'core/release/registry.ts': [
        'none } satisfies',
        "none, 'toy-mode': toyMode } satisfies",
        "import { toyMode } from './modes/toy-mode.ts';",
      ],
    },
    titles: {
      'test/release/registry.test.ts': 'release modes toy-mode',
      'test/release/one-file.test.ts': 'A release mode is one file',
    },
  },
  'platform store': {
    files: {
      'client/store/toy-store.ts': "export { openSqliteStore as openToyStore } from './sqlite.ts';\n",
      'test/client/toy-store.test.ts': testLike(
        'test/client/platform-store.test.ts',
        [/openSqliteStore } from '\S+'/, "openToyStore as openSqliteStore } from '../../client/store/toy-store.ts'"],
        [/PlatformStore in SQLite/, 'toy store of a platform'],
      ),
    },
    entries: {
      'client/store/registry.ts': [
        'openSqliteStore } }',
        'openSqliteStore }, toy: { open: openToyStore } }',
        "import { openToyStore } from './toy-store.ts';",
      ],
    },
    titles: { 'test/client/toy-store.test.ts': 'toy store of a platform' },
  },
  'coordinator store': {
    files: {
      'server/store/toy-store.ts': "export { openSqliteStore as openToyStore } from './sqlite.ts';\n",
      'test/server/toy-store.test.ts': testLike(
        'test/server/store.test.ts',
        [/openSqliteStore } from '\S+'/, "openToyStore as openSqliteStore } from '../../server/store/toy-store.ts'"],
        [/coordinatorStoreCompliance\('sqlite'/, "coordinatorStoreCompliance('toy'"],
      ),
    },
    entries: {
      'server/store/registry.ts': [
        'openSqliteStore } }',
        'openSqliteStore }, toy: { open: openToyStore } }',
        "import { openToyStore } from './toy-store.ts';",
      ],
    },
    titles: { 'test/server/toy-store.test.ts': 'coordinator store: toy' },
  },
  transport: {
    files: {
      'client/transport/toy.ts': "export { dialer, socketTransport as toyTransport } from './socket-io.ts';\n",
      'server/transport/toy.ts': "export { socketTransport as toyTransport } from './socket-io.ts';\n",
      'test/wire/toy-transport.test.ts': testLike(
        'test/wire/socket-transport.test.ts',
        [
          /socketTransport as platformTransport } from '\S+'/,
          "toyTransport as platformTransport } from '../../client/transport/toy.ts'",
        ],
        [
          /socketTransport as coordinatorTransport } from '\S+'/,
          "toyTransport as coordinatorTransport } from '../../server/transport/toy.ts'",
        ],
        [/transportCompliance\('socket.io'/, "transportCompliance('toy'"],
      ),
    },
    entries: {
      'client/transport/registry.ts': [
        "  'socket.io': {\n    platform",
        "  toy: { platform: toyTransport },\n  'socket.io': {\n    platform",
        "import { toyTransport } from './toy.ts';",
      ],
      'server/transport/registry.ts': [
        'socketTransport } } satisfies',
        'socketTransport }, toy: { coordinator: toyTransport } } satisfies',
        "import { toyTransport } from './toy.ts';",
      ],
    },
    titles: { 'test/wire/toy-transport.test.ts': 'transport: toy' },
  },
};

/** Rows of the table, by kind of piece. */
const rows = new Map(
  [...repository('CONTRIBUTING.md').matchAll(/^\| ([a-z ]+?) +\| (`.+?) +\| (\d.+?) +\| (.+?) +\|$/gm)].map(
    ([, kind, folders, elsewhere, suites]) => [kind, { folders, elsewhere, suites }] as const,
  ),
);

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);

/** Number of lines of `after` that are not in `before`. */
function newLines(before: string, after: string): number {
  const kept = new Set(before.split('\n'));
  return after.split('\n').filter((line) => !kept.has(line)).length;
}

describe('CONTRIBUTING.md', function () {
  this.timeout(900_000);
  let copy: PlantedCopy;
  before(() => (copy = new PlantedCopy()));
  after(() => copy.remove());

  it('has a row for each toy, and a toy for each row', () => {
    assert.deepEqual([...rows.keys()].sort(), Object.keys(TOYS).sort());
  });

  for (const [kind, { files, entries }] of Object.entries(TOYS)) {
    it(`a ${kind} is added in the files and lines that its row names`, () => {
      const { folders, elsewhere } = rows.get(kind)!;
      assert.deepEqual(
        Object.keys(files).map((file) => `${dirname(file)}/`),
        quoted(folders),
      );
      for (const [file, text] of Object.entries(files)) copy.write(file, text);
      const changed = Object.entries(entries).map(([file, [before, entry, line]]) => {
        const text = copy.read(file);
        assert.ok(text.includes(before), `${file}: ${before}`);
        const toyed = text.replace('import ', `${line}\nimport `).replace(before, entry);
        copy.write(file, toyed);
        return `${newLines(text, toyed)} in \`${file}\``;
      });
      assert.equal(changed.join(', '), elsewhere);
    });
  }

  it('with all of them the types hold', () => copy.execute('tsc', ['--noEmit']));

  for (const [kind, { titles }] of Object.entries(TOYS)) {
    for (const [file, title] of Object.entries(titles)) {
      it(`the ${kind} passes ${file}`, async () => {
        const named = quoted(rows.get(kind)!.suites).filter((name) => name.startsWith('test/'));
        assert.ok(named.length === 0 || named.includes(file), file);
        const { outcome, text } = await copy.run([{ file, title }], undefined, 300);
        assert.equal(outcome, 'passed', text);
      });
    }
  }

  it('a method without a planted world is noticed', async () => {
    const file = 'test/transfer/planted.test.ts';
    const { outcome } = await copy.run([{ file, title: 'docs/strategies.md has every method' }], undefined, 300);
    assert.equal(outcome, 'failed');
  });
});
