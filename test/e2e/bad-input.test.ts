import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { EXIT } from '../../host/exit-codes.ts';
import { found } from './federation.ts';
import { Workplace } from './isthmus.ts';
import type { Ended } from './isthmus.ts';

interface Case {
  readonly what: string;
  readonly args: readonly string[];
  readonly code: number;
  /** The expected cause and remedy. */
  readonly told: RegExp;
}

const NOBODY = 'http://127.0.0.1:9';
/** A reading made for other data. It contains no rows, so it can be named for any data. */
const READING = 'data/films.tsv.reading.yaml';

const coordinator = (what: string, code: number, told: RegExp, options: Readonly<Record<string, string>>): Case => {
  const store = `new-${what.replaceAll(/\W/g, '-')}.db`;
  const flags = { manifest: 'fed/manifest.yaml', identity: 'fed/coordinator.key', store, port: '0' };
  return { what: `coordinator: ${what}`, args: ['coordinator', ...flatten({ ...flags, ...options })], code, told };
};

const platform = (what: string, code: number, told: RegExp, options: Readonly<Record<string, string>>): Case => {
  const flags = {
    ...{ manifest: 'fed/manifest.yaml', identity: 'fed/films.key', data: 'data/films.tsv' },
    // Each case has its own state, because two cases run at a time and a state belongs to one process.
    state: `new-state/${what.replaceAll(/\W/g, '-')}`,
    ...{ coordinator: NOBODY, 'unsafe-shared-pseudonym-key': 'fed/pseudonym.key', 'log-level': 'error' },
  };
  return { what: `platform: ${what}`, args: ['platform', ...flatten({ ...flags, ...options })], code, told };
};

const command = (what: string, code: number, told: RegExp, args: readonly string[]): Case => ({
  what: `${args.slice(0, 2).join(' ')}: ${what}`,
  args,
  code,
  told,
});

const flatten = (options: Readonly<Record<string, string>>): string[] =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);

const CASES: readonly Case[] = [
  coordinator('no manifest', EXIT.input, /nope\.yaml: no such file.*isthmus manifest make.*MANIFEST_UNREADABLE/, {
    manifest: 'nope.yaml',
  }),
  coordinator('a manifest that is no YAML', EXIT.input, /broken\.yaml:\d+:\d+: not YAML.*MANIFEST_SYNTAX/, {
    manifest: 'broken.yaml',
  }),
  coordinator(
    'wrong values, each with line and key',
    EXIT.input,
    /wrong\.yaml:11: platforms\.0\.items: .*\n.*wrong\.yaml:\d+: privacy\.epsilon: .*MANIFEST_INVALID/s,
    { manifest: 'wrong.yaml' },
  ),
  coordinator(
    'a manifest changed after it was signed',
    EXIT.input,
    /signature of coordinator, films, books, music does not fit.*made and accepted/,
    {
      manifest: 'changed.yaml',
    },
  ),
  coordinator('no key file', EXIT.input, /nope\.key: no such file.*--identity.*IDENTITY_UNREADABLE/, {
    identity: 'nope.key',
  }),
  coordinator(
    'a key file that is none',
    EXIT.input,
    /junk\.key is not an Isthmus identity.*Restore.*IDENTITY_INVALID/,
    {
      identity: 'junk.key',
    },
  ),
  coordinator(
    "a platform's key file",
    EXIT.input,
    /identity "films" is not the coordinator.*start with that key file/,
    {
      identity: 'fed/films.key',
    },
  ),
  coordinator('a store that is a folder', EXIT.resource, /data: cannot be opened; .*writable.*STORE_UNWRITABLE/, {
    store: 'data',
  }),
  coordinator('a store in no folder', EXIT.resource, /no\/folder\.db: no such file or directory; .*STORE_UNWRITABLE/, {
    store: 'no/folder.db',
  }),
  coordinator('a store that is something else', EXIT.resource, /broken\.yaml: file is not a database.*STORE_CORRUPT/, {
    store: 'broken.yaml',
  }),
  coordinator('a full disk', EXIT.resource, /disk is full; free space.*STORE_FULL/, { store: '/dev/full' }),
  coordinator('a log in no folder', EXIT.resource, /log cannot be written.*LOG_UNWRITABLE/, {
    'log-file': 'no/folder.log',
  }),
  platform('a log in no folder', EXIT.resource, /log cannot be written.*LOG_UNWRITABLE/, {
    'log-file': 'no/folder.log',
  }),

  platform('no data', EXIT.input, /nope\.tsv does not exist.*DATA_UNREADABLE/, { data: 'nope.tsv' }),
  platform('no reading file', EXIT.input, /run "isthmus data inspect header\.tsv".*DATA_NO_READING/, {
    data: 'header.tsv',
  }),
  platform('a reading file that is none', EXIT.input, /broken\.yaml is not a reading file.*DATA_READING/, {
    reading: 'broken.yaml',
  }),
  platform('data that is none', EXIT.input, /junk\.tsv: the header, line 1, cannot be read: .*DATA_HEADER/, {
    data: 'junk.tsv',
    reading: READING,
  }),
  platform('an empty file', EXIT.input, /empty\.tsv: "films" has no rows.*DATA_EMPTY/, {
    data: 'empty.tsv',
    reading: READING,
  }),
  platform('an empty domain', EXIT.input, /header\.tsv: "films" has no rows.*DATA_EMPTY/, {
    data: 'header.tsv',
    reading: READING,
  }),
  platform('data of other columns', EXIT.input, /none of the 9 rows .*line 2: 3 columns instead of 2.*DATA_EMPTY/, {
    data: 'nan.tsv',
    reading: READING,
  }),
  platform('not in the manifest', EXIT.input, /"opera", which is not in the manifest.*films, books, music/, {
    identity: 'other/opera.key',
  }),
  platform(
    'the key of another of that name',
    EXIT.input,
    /"films" has another identity and seal key.*somebody put other keys/,
    {
      identity: 'other/films.key',
    },
  ),
  platform('no key file', EXIT.input, /nope\.key: no such file.*isthmus init.*IDENTITY_UNREADABLE/, {
    identity: 'nope.key',
  }),
  platform('a pseudonym key that is none', EXIT.input, /a pseudonym key has at least 32: make one with/, {
    'unsafe-shared-pseudonym-key': 'junk.key',
  }),
  platform('state that is a file', EXIT.resource, /broken\.yaml for state.*must be a directory.*STATE_UNUSABLE/, {
    state: 'broken.yaml',
  }),
  platform('a weaker policy than its own', EXIT.privacy, /epsilon is 4 in the manifest and at most 1 in the floor/, {
    'max-epsilon': '1',
  }),
  platform('no address of a coordinator', EXIT.usage, /address cannot be used: give one like http/, {
    coordinator: 'somewhere',
  }),

  command('no state', EXIT.resource, /nowhere holds no platform's state: name the --state/, [
    ...['consent', 'list', '--state', 'nowhere'],
  ]),
  command('nobody named', EXIT.usage, /name at least one person: --person ID, or --file/, [
    ...['consent', 'withdraw', '--state', 'nowhere'],
  ]),
  command('no agent', EXIT.federation, /no agent runs on nowhere: start "isthmus platform"/, [
    ...['recommend', '--state', 'nowhere', '--person', 'p'],
  ]),
  command('over an older federation', EXIT.input, /manifest\.yaml exists already: choose another --out/, [
    ...['init', '--unsafe-trial', '--platforms', 'a,b', '--out', 'fed'],
  ]),
  command('an unknown strategy', EXIT.usage, /magic.*linear-bridge/s, [
    ...['init', '--unsafe-trial', '--platforms', 'a,b', '--out', 'new-federation', '--strategy', 'magic'],
  ]),
  command('a setting out of range', EXIT.input, /bottleneck: Too small/, [
    ...['init', '--unsafe-trial', '--platforms', 'a,b,c', '--out', 'new-federation', '--strategy', 'shared-trunk'],
    ...['--rounds', '1', '--set', 'autoencoder.bottleneck=1'],
  ]),
  command('two platforms under a masked sum', EXIT.privacy, /at least 3/, [
    ...[
      'init',
      '--unsafe-trial',
      '--platforms',
      'a,b',
      '--out',
      'new-federation',
      '--strategy',
      'shared-trunk',
      '--rounds',
      '1',
    ],
  ]),
  command('nobody in common', EXIT.input, /person ids mean the same person on every platform.*DATA_NO_OVERLAP/, [
    ...['simulate', '--data', 'apart', '--strategy', 'linear-bridge'],
  ]),
  command('data that is none', EXIT.input, /junk\.tsv is not text.*DATA_FORMAT_UNKNOWN/, [
    'data',
    'inspect',
    'junk.tsv',
  ]),
  command('an empty file', EXIT.input, /empty\.tsv is empty.*DATA_EMPTY/, ['data', 'inspect', 'empty.tsv']),
  command('a header alone', EXIT.input, /"header" has no rows.*DATA_EMPTY/, ['data', 'inspect', 'header.tsv']),
  command('a column that is not there', EXIT.input, /customer/, [
    ...['data', 'inspect', 'data/films.tsv', '--columns', 'person=customer'],
  ]),
];

describe('bad input is refused with a sentence and an exit code', function () {
  this.timeout(300_000);
  const ends = new Map<Case, Ended>();
  let place: Workplace;
  let before_: string;

  const contents = (): string => {
    const files = readdirSync(place.folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    return files
      .map((file) => `${file.parentPath}/${file.name}`)
      .filter((path) => !/\/(new-[^/]*\.db|new-state|runs)/.test(path))
      .sort()
      .map((path) => `${path} ${readFileSync(path).toString('base64')}`)
      .join('\n');
  };

  before(async () => {
    place = await Workplace.make();
    await found(place, { persons: 100, items: 160 }, ['--unsafe-shared-pseudonym-key']);
    const sizes = ['--items', '160', '--persons', '100'];
    for (const name of ['opera', 'films']) {
      assert.equal((await place.run('init', '--name', name, ...sizes, '--out', 'other')).code, EXIT.ok);
    }
    spoil(place);
    before_ = contents();
    const waiting = [...CASES];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        ends.set(next, await place.run(...next.args));
      }
    };
    await Promise.all([worker(), worker()]);
  });

  after(() => place.leave());

  for (const one of CASES) {
    it(one.what, () => {
      const ended = ends.get(one);
      assert.ok(ended !== undefined);
      const { code, stdout, stderr } = ended;
      assert.equal(code, one.code, stderr);
      assert.match(stderr, one.told);
      assert.doesNotMatch(stderr, /\n\s+at |internal error/, 'no stack');
      assert.equal(stdout, '');
    });
  }

  it('nothing that was there is changed, nothing half-made is left', () => {
    assert.equal(contents(), before_);
    assert.equal(existsSync(place.path('new-federation/manifest.yaml')), false);
    assert.deepEqual(existsSync(place.path('new-federation')) ? readdirSync(place.path('new-federation')) : [], []);
  });

  it('what was refused can be done right afterwards, on the same store and state', async () => {
    const right = [
      coordinator('a full disk', EXIT.ok, /(?:)/, {}),
      platform('a weaker policy than its own', EXIT.ok, /(?:)/, {}),
    ];
    for (const { args } of right) {
      const running = place.start(...args, '--events', 'json');
      await running.event(({ kind }) => kind === 'listening');
      assert.equal((await running.stop()).code, EXIT.ok);
    }
  });
});

/** Damaged and wrong files. */
function spoil(place: Workplace): void {
  const write = (file: string, text: string): void => writeFileSync(place.path(file), text);
  const manifest = readFileSync(place.path('fed/manifest.yaml'), 'utf8');
  write('broken.yaml', 'platforms: {{{\n');
  write('wrong.yaml', manifest.replace('items: 160', 'items: many').replace('epsilon: 4', 'epsilon: -4'));
  write('changed.yaml', manifest.replace('epsilon: 4', 'epsilon: 5'));
  write('junk.key', 'hello\n');
  writeFileSync(
    place.path('junk.tsv'),
    Uint8Array.from({ length: 300 }, (_, i) => (i * 151) % 256),
  );
  write('empty.tsv', '');
  write('header.tsv', 'person\titem\n');
  write('nan.tsv', 'person\titem\trating\n');
  for (let i = 0; i < 9; i++) appendFileSync(place.path('nan.tsv'), `p${i}\ti${i}\tNaN\n`);
  mkdirSync(place.path('apart'));
  const films = readFileSync(place.path('data/films.tsv'), 'utf8');
  write('apart/films.tsv', films);
  write('apart/books.tsv', films.replace(/^s/gm, 't'));
}
