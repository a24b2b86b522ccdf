/**
 * The next versions of a manifest with the commands: one platform joins, one leaves, and each platform's state is bound
 * by its signature.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initCommand } from '../../cli/commands/init.ts';
import { manifestCommand } from '../../cli/commands/manifest.ts';
import { manifestDiffSchema } from '../../cli/manifest-diff.ts';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { manifestWords } from '../../core/federation/manifest-words.ts';
import { parseManifest } from '../../core/federation/manifest.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { takeVersion } from '../../core/federation/versions.ts';
import type { VersionRecord } from '../../core/federation/versions.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { runHere } from './in-process.ts';
import type { Said } from './in-process.ts';

describe('isthmus manifest make --after, diff, and accept --state', function () {
  this.timeout(60_000);
  let root: string;
  const at = (...parts: readonly string[]): string => join(root, ...parts);
  const manifest = (...args: readonly string[]): Promise<Said> => runHere(manifestCommand(), ...args);
  const read = (file: string): Manifest => parseManifest(readFileSync(at(file), 'utf8'));
  const key = (name: string): readonly string[] => ['--identity', at(`${name}.key`)];

  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'isthmus-versions-'));
    for (const name of ['films', 'books', 'music', 'games']) {
      await runHere(initCommand(), '--name', name, '--items', '120', '--persons', '400', '--out', root);
    }
    await runHere(initCommand(), '--coordinator', '--out', root);
    const halves = ['films', 'books', 'music'].map((name) => at(`half-${name}.yaml`));
    const made = await manifest(
      ...['make', '--from', ...halves, ...key('coordinator'), '--out', at('1.yaml'), '--federation', 'cinema'],
      ...['--strategy', 'shared-trunk', '--rounds', '10', '--stage-timeout', '5000', '--clip-weights', 'books=2'],
    );
    assert.equal(made.code, EXIT.ok, made.stderr);
  });
  after(() => rmSync(root, { recursive: true }));

  const makeNext = (file: string, out: string, ...more: readonly string[]): Promise<Said> =>
    manifest('make', '--after', at(file), ...key('coordinator'), '--out', at(out), ...more);
  const accept = (file: string, name: string, ...more: readonly string[]): Promise<Said> => {
    writeFileSync(at('told.txt'), manifestWords(read(file)));
    return manifest(
      'accept',
      at(file),
      ...key(name),
      '--words',
      at('told.txt'),
      '--out',
      at(`${name}-${file}`),
      ...more,
    );
  };
  const state = (name: string): readonly string[] => ['--state', at(`${name}-state`)];
  const records = (name: string): readonly VersionRecord[] => {
    const store = openSqliteStore(at(`${name}-state`, 'state.db'));
    try {
      return store.versions.all();
    } finally {
      store.close();
    }
  };
  /** The state as an agent of version 1 leaves it. */
  const ran = (name: string): void => {
    mkdirSync(at(`${name}-state`));
    const store = openSqliteStore(at(`${name}-state`, 'state.db'), { federation: 'cinema', platform: name });
    takeVersion(read('1.yaml'), store.versions, name, () => 0);
    store.close();
  };

  it('takes over all that is not said, and says what changes', async () => {
    const made = await makeNext('1.yaml', '2.yaml', '--from', at('half-games.yaml'), '--rounds-done', '5');
    assert.equal(made.code, EXIT.ok, made.stderr);
    const [one, two] = [read('1.yaml'), read('2.yaml')];
    const { version, previous, platforms, ...rest } = two;
    assert.deepEqual([version, previous?.rounds, previous?.attempts], [2, 5, 6]);
    assert.deepEqual(
      platforms.map(({ name }) => name),
      ['films', 'books', 'music', 'games'],
    );
    for (const field of ['federation', 'seed', 'coordinator', 'encoder', 'privacy', 'rounds'] as const) {
      assert.deepEqual(rest[field], one[field], field);
    }
    assert.match(
      made.stdout,
      /^version +1 -> 2\njoins +games\nleaves +nobody\nstays +films, books, music; what they released keeps its noise/m,
    );
    assert.match(
      made.stdout,
      /^rounds +5 are completed; 5 were left, and 5 are left now\nattempts +6 at rounds of version 1/m,
    );
    assert.match(made.stdout, /isthmus manifest accept .*2\.yaml --identity films\.key --state films-state/);
    const left = await makeNext('2.yaml', '3.yaml', '--leave', 'books', '--rounds-done', '8', '--attempts-before', '4');
    assert.equal(left.code, EXIT.ok, left.stderr);
    const three = read('3.yaml');
    assert.deepEqual([three.version, three.previous?.rounds, three.previous?.attempts], [3, 8, 4]);
    assert.deepEqual(
      [three.platforms.map(({ name }) => name), three.privacy.clipWeights],
      [['films', 'music', 'games'], {}],
    );
  });

  it('diff tells the same as one document, with epsilon left before and after', async () => {
    const said = await manifest('diff', at('2.yaml'), at('3.yaml'), '--json');
    const { from, to, joins, leaves, stays, rounds, epsilon, changes } = manifestDiffSchema.parse(
      JSON.parse(said.stdout),
    );
    assert.deepEqual(
      [from.version, to.version, joins, leaves, stays],
      [2, 3, [], ['books'], ['films', 'music', 'games']],
    );
    assert.deepEqual(rounds, { completed: 8, leftBefore: 2, leftAfter: 2, attemptsBefore: 4 });
    assert.ok(
      epsilon.spent! > 2 && epsilon.spent! < epsilon.planned! && epsilon.planned! <= 4,
      JSON.stringify(epsilon),
    );
    assert.deepEqual([epsilon.leftBefore, epsilon.leftAfter], [4 - epsilon.spent!, 4 - epsilon.spent!]);
    assert.deepEqual(changes, [{ field: 'privacy.clipWeights', before: { books: 2 }, after: {} }]);
    const stray = await manifest('diff', at('1.yaml'), at('3.yaml'));
    assert.equal(stray.code, EXIT.input);
    assert.match(stray.stderr, /3\.yaml does not follow .*1\.yaml.*\[MANIFEST_SUCCESSION\]/);
    const first = await manifest('diff', at('1.yaml'), at('1.yaml'));
    assert.match(first.stderr, /is a first version.*\[MANIFEST_SUCCESSION\]/);
  });

  it('make refuses what does not fit the version before, and says what would', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /how many rounds are completed with --rounds-done.*\[MANIFEST_AFTER\]/],
      [['--rounds-done', '5', '--leave', 'nobody'], /"nobody" is not in the manifest.*\[FEDERATION_UNKNOWN_PLATFORM\]/],
      [['--rounds-done', '5', '--seed', 'x'], /keeps its seed: leave out --seed.*\[MANIFEST_AFTER\]/],
      [
        ['--rounds-done', '5', '--leave', 'films', '--from', at('half-films.yaml')],
        /films is to leave.*\[MANIFEST_AFTER\]/,
      ],
      [
        ['--rounds-done', '9', '--attempts-before', '11', '--epsilon', '2'],
        /earlier versions may have spent epsilon .* of 2.*agree on a larger epsilon.*\[PRIVACY_PLAN_REFUSED\]/,
      ],
      [
        ['--rounds-done', '5', '--attempts-before', '12'],
        /leaves 12 attempts to version 1, which plans 11.*\[MANIFEST_SUCCESSION\]/,
      ],
    ];
    for (const [args, message] of cases) {
      const refused = await makeNext('1.yaml', 'refused.yaml', ...args);
      assert.match(refused.stderr, message);
      assert.equal(existsSync(at('refused.yaml')), false);
    }
    const first = await manifest('make', '--leave', 'films', '--out', at('refused.yaml'));
    assert.match(first.stderr, /or the version before with --after.*\[MANIFEST_AFTER\]/);
  });

  it('accept binds the platform’s state before the signature exists, once for each version', async () => {
    const without = await accept('2.yaml', 'films');
    assert.equal(without.code, EXIT.usage);
    assert.match(
      without.stderr,
      /is version 2: who signs it charges no more.*Name it with --state.*\[MANIFEST_STATE\]/,
    );
    const lost = await accept('2.yaml', 'films', ...state('films'));
    assert.equal(lost.code, EXIT.privacy);
    assert.match(lost.stderr, /films was a member of version 1 .*this state is empty.*\[VERSION_STATE\]/);
    rmSync(at('films-state'), { recursive: true });
    ran('films');
    // The signature cannot be written. As after a crash, the state is bound and nobody has the signature.
    mkdirSync(at('films-2.yaml'));
    assert.equal((await accept('2.yaml', 'films', ...state('films'))).code, EXIT.resource);
    const bound = records('films');
    assert.deepEqual(
      bound.map(({ version, standing, attemptsBefore }) => [version, standing, attemptsBefore]),
      [
        [1, 'in-force', 0],
        [2, 'signed', 6],
      ],
    );
    rmSync(at('films-2.yaml'), { recursive: true });
    const again = await accept('2.yaml', 'films', ...state('films'));
    assert.equal(again.code, EXIT.ok, again.stderr);
    assert.match(again.stdout, /^version +1 -> 2\njoins +games$/m);
    assert.ok(existsSync(at('films-2.yaml')));
    assert.deepEqual(records('films'), bound);
  });

  it('farewell binds the state before the file exists, and the next version counts by it', async () => {
    const goodbye = (name: string, ...more: readonly string[]): Promise<Said> =>
      manifest('farewell', at('1.yaml'), ...key(name), ...state(name), ...more);
    const lost = await goodbye('books');
    assert.equal(lost.code, EXIT.privacy);
    assert.match(lost.stderr, /this state of books has no record of version 1.*\[VERSION_STATE\]/);
    rmSync(at('books-state'), { recursive: true });
    ran('books');
    // The file cannot be written. As after a crash, the state is bound, and the command says the same again.
    mkdirSync(at('books.farewell.yaml'));
    assert.equal((await goodbye('books')).code, EXIT.resource);
    assert.equal(records('books').at(-1)?.standing, 'left');
    rmSync(at('books.farewell.yaml'), { recursive: true });
    const said = await goodbye('books');
    assert.equal(said.code, EXIT.ok, said.stderr);
    assert.match(said.stdout, /^books leaves version 1 with 0 attempts charged and 0 charges taken back\./);
    const operator = await manifest('farewell', at('1.yaml'), ...key('coordinator'), ...state('films'));
    assert.match(operator.stderr, /the coordinator charges for nobody.*\[MANIFEST_FAREWELL\]/);
    const join = ['--from', at('half-games.yaml'), '--rounds-done', '5'];
    const silent = await makeNext('1.yaml', 'silent.yaml', '--leave', 'books', ...join);
    assert.match(silent.stdout, /^no farewell +books: every attempt that version 1 planned is counted/m);
    const made = await makeNext(
      '1.yaml',
      'heard.yaml',
      ...['--leave', 'books', '--farewell', at('books.farewell.yaml'), ...join],
    );
    assert.equal(made.code, EXIT.ok, made.stderr);
    assert.doesNotMatch(made.stdout, /no farewell/);
    assert.deepEqual(Object.keys(read('heard.yaml').previous?.farewells ?? {}), ['books']);
    const stray = await makeNext('2.yaml', 'stray.yaml', '--leave', 'books', '--farewell', at('books.farewell.yaml'));
    assert.match(stray.stderr, /is the farewell of books to another manifest.*\[FAREWELL_INVALID\]/);
    // Its state signs nothing that counts it in.
    const accepted = await accept('2.yaml', 'books', ...state('books'));
    assert.equal(accepted.code, EXIT.privacy);
    assert.match(accepted.stderr, /books said farewell to version 1.*\[VERSION_LEFT\]/);
  });

  it('accept does not sign two of one version, and lets who joins begin', async () => {
    assert.equal((await makeNext('1.yaml', '2b.yaml', '--rounds-done', '5', '--attempts-before', '7')).code, EXIT.ok);
    const fork = await accept('2b.yaml', 'films', ...state('films'));
    assert.equal(fork.code, EXIT.input);
    assert.match(fork.stderr, /another version 2 of the manifest.*\[VERSION_FORK\]/);
    assert.equal(existsSync(at('films-2b.yaml')), false);
    const joins = await accept('2.yaml', 'games', ...state('games'));
    assert.equal(joins.code, EXIT.ok, joins.stderr);
    assert.deepEqual(
      records('games').map(({ version, standing }) => [version, standing]),
      [
        [1, 'known'],
        [2, 'signed'],
      ],
    );
  });
});
