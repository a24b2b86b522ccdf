import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { readPersons } from '../../cli/person-file.ts';
import { consentCommand } from '../../cli/commands/consent.ts';
import { dataCommand } from '../../cli/commands/data.ts';
import { Workplace } from '../e2e/isthmus.ts';
import { runHere } from './in-process.ts';
import type { Said } from './in-process.ts';

describe('isthmus consent', () => {
  let place: Workplace;
  before(async () => (place = await Workplace.make()));
  after(() => place.leave());

  const consent = (command: string, state: string, ...terms: readonly string[]): Promise<Said> =>
    runHere(consentCommand(), command, '--state', place.path(state), ...terms);
  const add = (...terms: readonly string[]): Promise<Said> =>
    consent('add', 'films-state', '--person', 'p', '--target', 'books', ...terms);

  it('records none that is past, or ends or counts later than a letter can tell', async () => {
    for (const [terms, told] of [
      [['--expires', '2020-01-01'], /"2020-01-01" is in the past: nothing would be released/],
      [['--expires', '0d'], /"0d" is in the past/],
      [['--expires', '2200-01-01'], /"2200-01-01" is after 2106-02-07/],
      [['--epoch', '4294967296'], /is not a whole number from 0 to 4294967295/],
    ] as const) {
      const { code, stdout, stderr } = await add(...terms);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, told);
    }
    const { code, stderr } = await add('--expires', '2100-01-01');
    assert.equal(code, 0);
    assert.match(stderr, /not checked: no platform has run on this state yet/);
    const { stdout } = await consent('list', 'films-state', '--json');
    const expires = Date.parse('2100-01-01') / 1000;
    assert.deepEqual(JSON.parse(stdout), { consents: [{ person: 'p', target: 'books', epoch: 1, expires }] });
  });

  it('shows what it allows beside a representation', async () => {
    const wide = await consent('add', 'z', '--target', 'books', '--person', 'p', '--also', 'history');
    assert.match(wide.stdout, /^ {2}history: the target may receive the history on this platform itself/m);
    const plain = await consent('add', 'z', '--target', 'music', '--person', 'p');
    assert.doesNotMatch(plain.stdout, /history/);
    const { stdout } = await consent('list', 'z');
    assert.match(stdout, /^p\tbooks\t1\t\S+\thistory$/m);
    assert.match(stdout, /^p\tmusic\t1\t\S+\t-$/m);
    assert.match(stdout, /^history: the target may receive/m);
    const unknown = await consent('add', 'z', '--target', 'books', '--person', 'p', '--also', 'everything');
    assert.deepEqual([unknown.code, unknown.stdout], [2, '']);
  });

  it('previews through a running agent alone, for one person and one target', async () => {
    const preview = (...terms: readonly string[]): Promise<Said> => consent('preview', 'films-state', ...terms);
    for (const person of ['p', '../token', 'José 漢', '__proto__']) {
      const { code, stdout, stderr } = await preview('--person', person, '--target', 'books');
      assert.deepEqual([code, stdout], [6, '']);
      assert.match(stderr, /no agent runs on .*films-state: start "isthmus platform" .* \[PLATFORM_NOT_RUNNING\]/);
      assert.ok(!stderr.includes(person) || person === 'p');
    }
    for (const wrong of [[], ['--person', 'p'], ['--target', 'books'], ['--person', ' ', '--target', 'books']]) {
      const { code, stdout } = await preview(...wrong);
      assert.deepEqual([code, stdout], [2, ''], wrong.join());
    }
  });

  it('withdraws whom a file names, whatever blanks, marks and line ends stand around the ids', async () => {
    const ids = ['s000010', 's000011', 's000012'];
    writeFileSync(place.path('a.txt'), `${ids.join('\n')}\n`);
    assert.equal((await consent('add', 'w', '--target', 'books', '--file', place.path('a.txt'))).code, 0);
    writeFileSync(place.path('w.txt'), '\uFEFFs000010\r\n s000011\n\ns000012\t\n');
    const tried = await consent('withdraw', 'w', '--file', place.path('w.txt'), '--dry-run');
    assert.deepEqual([tried.code, tried.stdout], [0, 'consents that would be withdrawn: 3\n']);
    const { code, stdout } = await consent('withdraw', 'w', '--file', place.path('w.txt'));
    assert.equal(code, 0);
    assert.match(stdout, /^consents withdrawn: 3; /);
    assert.deepEqual(JSON.parse((await consent('list', 'w', '--json')).stdout), { consents: [] });
  });

  it('names persons and targets that are not on record, and withdraws the others', async () => {
    await consent('add', 'x', '--target', 'books', '--person', 'a,b');
    const { code, stdout, stderr } = await consent('withdraw', 'x', '--person', 'a,typo999');
    assert.deepEqual([code, stdout.split(';')[0]], [3, 'consents withdrawn: 1']);
    assert.match(stderr, /no consent on record of: typo999 \[CONSENT_UNKNOWN\]/);
    const astray = await consent('withdraw', 'x', '--person', 'b', '--target', 'bookz');
    assert.deepEqual([astray.code, astray.stdout], [3, '']);
    assert.match(astray.stderr, /the target "bookz" has no consent on record \[CONSENT_INVALID\]/);
    assert.equal((await consent('list', 'x', '--target', 'bookz')).code, 3);
    assert.match((await consent('list', 'x')).stdout, /^b\tbooks\t/m);
  });

  it('ends again what was withdrawn after a copy of the state was made, for everybody whom the copy still has', async () => {
    const onRecord = async (): Promise<readonly string[]> => {
      const { stdout } = await consent('list', 'r', '--json');
      return (JSON.parse(stdout) as { consents: { person: string }[] }).consents.map(({ person }) => person).sort();
    };
    await consent('add', 'r', '--target', 'books', '--person', 'early,late,stays');
    await consent('withdraw', 'r', '--person', 'early');
    copyFileSync(place.path('r/state.db'), place.path('copy.db'));
    await consent('withdraw', 'r', '--person', 'late');
    assert.deepEqual(await onRecord(), ['stays']);
    copyFileSync(place.path('copy.db'), place.path('r/state.db'));
    assert.deepEqual(await onRecord(), ['late', 'stays'], 'a copy knows no later withdrawal');
    writeFileSync(place.path('withdrawn.txt'), 'early\nlate\n');
    const { code, stdout, stderr } = await consent('withdraw', 'r', '--file', place.path('withdrawn.txt'));
    assert.deepEqual([code, stdout.split(';')[0]], [3, 'consents withdrawn: 1']);
    assert.match(stderr, /no consent on record of: early/);
    assert.deepEqual(await onRecord(), ['stays']);
  });

  it('knows, once a platform was started, whom its data holds and who is in the federation', async () => {
    assert.equal(
      (await runHere(dataCommand(), 'sample', '--out', place.path('data'), '--persons', '20', '--items', '30')).code,
      0,
    );
    assert.equal((await consent('add', 'y', '--target', 'books', '--person', 's000000')).code, 0);
    const started = openSqliteStore(place.path('y/state.db'));
    started.starts.put({
      platform: 'films',
      platforms: ['films', 'books', 'music'],
      data: place.path('data/films.tsv'),
      readingPath: place.path('data/films.tsv.reading.yaml'),
      reading: readFileSync(place.path('data/films.tsv.reading.yaml'), 'utf8'),
    });
    started.close();
    const strangers = await consent('add', 'y', '--target', 'books', '--person', ' s000001,alice');
    assert.deepEqual([strangers.code, strangers.stdout], [3, '']);
    assert.match(strangers.stderr, /data holds no person alice, /);
    const astray = await consent('add', 'y', '--target', 'bookz', '--person', 's000001');
    assert.equal(astray.code, 3);
    assert.match(astray.stderr, /"bookz" is not in the federation \(films, books, music\)/);
    const person = ['--target', 'music', '--person', 's000002'];
    assert.equal((await consent('add', 'y', ...person, '--also', 'history')).code, 0);
    const narrower = await consent('add', 'y', ...person);
    assert.equal(narrower.code, 3);
    assert.match(narrower.stderr, /an earlier one to "music" names more purposes, of s000002\. Withdraw it first/);
    assert.equal((await consent('withdraw', 'y', ...person)).code, 0);
    const dry = await consent('add', 'y', '--target', 'books', '--person', 's000001', '--dry-run');
    assert.match(dry.stdout, /^consents that would be recorded: 1, /);
    const later = await consent('add', 'y', '--target', 'books', '--person', 'alice', '--accept-unknown');
    assert.equal(later.code, 0);
    assert.match(later.stderr, /nothing is released yet: alice/);
    const { consents } = JSON.parse((await consent('list', 'y', '--json')).stdout) as {
      consents: { person: string }[];
    };
    assert.deepEqual(
      consents.map(({ person }) => person),
      ['alice', 's000000'],
    );
    assert.equal((await consent('list', 'y', '--target', 'bookz')).code, 3);
  });
});

describe('A file of persons', () => {
  let place: Workplace;
  before(async () => (place = await Workplace.make()));
  after(() => place.leave());

  const read = (content: string | Uint8Array): Promise<readonly string[]> => {
    const file = place.path('persons.txt');
    writeFileSync(file, content);
    return readPersons(file);
  };

  it('is read in UTF-8 and UTF-16, and by the rule of the data', async () => {
    assert.deepEqual(await read('\uFEFFa\r\n b\u00a0\n\nJosé\nJose\u0301'), ['a', 'b', 'José', 'Jose\u0301']);
    assert.deepEqual(await read(Buffer.from('\uFEFFa\r\nJosé\r\n', 'utf16le')), ['a', 'José']);
    assert.deepEqual(await read(''), []);
  });

  it('is refused with the line that names nobody, and then nobody is taken from it', async () => {
    const wrong: [string, string | Uint8Array, RegExp][] = [
      ['Latin-1', Uint8Array.of(0x61, 0x0a, 0x4a, 0xe9, 0x0a), /line 2: the person cannot be read: .* not UTF-8/],
      ['columns', 'a\tx\nb\ty\n', /line 1: the person holds a line end or another control character/],
      ['U+FFFD', 'a\nJos\uFFFD\n', /line 2: the person holds U\+FFFD/],
      ['bytes', Uint8Array.from({ length: 300 }, (_, i) => (i * 151) % 256), /not text/],
    ];
    for (const [what, content, message] of wrong) await assert.rejects(read(content), { message }, what);
  });
});
