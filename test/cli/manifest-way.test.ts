/** The steps of a manifest with the commands: three folders that share only the files that are sent. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initCommand } from '../../cli/commands/init.ts';
import { manifestCommand } from '../../cli/commands/manifest.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { runHere } from './in-process.ts';
import type { Said } from './in-process.ts';

const PLATFORMS = ['films', 'books', 'music'];

describe('isthmus init, and manifest make, accept, collect, status, check', function () {
  this.timeout(60_000);
  let root: string;
  const at = (...parts: readonly string[]): string => join(root, ...parts);
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'isthmus-way-'));
    for (const name of ['operator', ...PLATFORMS]) mkdirSync(at(name));
  });
  after(() => rmSync(root, { recursive: true }));

  const init = (...args: readonly string[]): Promise<Said> => runHere(initCommand(), ...args);
  const manifest = (...args: readonly string[]): Promise<Said> => runHere(manifestCommand(), ...args);
  const send = (from: string, to: string, file: string): void => copyFileSync(at(from, file), at(to, file));
  const wordsIn = (text: string): string => {
    const words = [...text.matchAll(/^( +\d+ [a-z]+){4}$/gm)].map(([line]) => line.replace(/\d/g, ''));
    assert.equal(words.length, 3, text);
    return words.join(' ');
  };
  /** Writes down the words that somebody tells `name`. */
  const told = (name: string, words: string): string => {
    writeFileSync(at(name, 'told.txt'), words);
    return at(name, 'told.txt');
  };
  const accept = (name: string, words: string, ...more: readonly string[]): Promise<Said> =>
    manifest(
      ...['accept', at(name, 'manifest.yaml'), '--identity', at(name, `${name}.key`), '--words', told(name, words)],
      ...more,
    );

  it('makes an identity that stays, and a public half that goes to the operator', async () => {
    assert.equal((await init('--coordinator', '--out', at('operator'))).code, EXIT.ok);
    for (const name of PLATFORMS) {
      const made = await init('--name', name, '--items', '120', '--persons', '400', '--out', at(name));
      assert.equal(made.code, EXIT.ok, made.stderr);
      assert.match(made.stdout, /up to 120 items, about 400 persons\. Rows of items beyond that are left out/);
      assert.equal(statSync(at(name, `${name}.key`)).mode & 0o777, 0o600);
      const half = readFileSync(at(name, `half-${name}.yaml`), 'utf8');
      const { identity, seal } = JSON.parse(readFileSync(at(name, `${name}.key`), 'utf8')) as Record<
        'identity' | 'seal',
        { publicKey: string; secretKey: string }
      >;
      for (const pair of [identity, seal]) {
        assert.ok(half.includes(pair.publicKey) && !half.includes(pair.secretKey));
      }
      send(name, 'operator', `half-${name}.yaml`);
    }
  });

  it('makes a manifest of the halves with one command', async () => {
    const made = await manifest(
      ...['make', '--from', ...PLATFORMS.map((name) => at('operator', `half-${name}.yaml`))],
      ...['--identity', at('operator', 'coordinator.key'), '--out', at('operator', 'manifest.yaml')],
      ...['--federation', 'cinema', '--epsilon', '3', '--platforms-per-person', '3', '--clip-weights', 'films=2'],
      ...['--strategy', 'shared-trunk', '--rounds', '4', '--stage-timeout', '5000', '--spare-attempts', '2'],
    );
    assert.equal(made.code, EXIT.ok, made.stderr);
    assert.match(made.stdout, /^platforms +films \(up to 120 items and about 400 persons\), books/m);
    assert.match(
      made.stdout,
      /^C1 .*\n.* every honest platform has signed this manifest, having compared its words \(not through the coordinator\)/m,
    );
    const text = readFileSync(at('operator', 'manifest.yaml'), 'utf8');
    assert.match(text, /stageTimeoutMs: 5000[^]*spareAttempts: 2/);
    assert.match(text, /clipWeights:\s+films: 2/);
    const again = await manifest(
      'make',
      '--from',
      at('operator', 'half-films.yaml'),
      '--out',
      at('operator', 'manifest.yaml'),
    );
    assert.match(again.stderr, /exists already.*\[MANIFEST_EXISTS\]/);
    const status = await manifest('status', at('operator', 'manifest.yaml'));
    assert.match(status.stdout, /^signed +coordinator\nmissing +films, books, music\nNobody works by/);
    const check = await manifest('check', at('operator', 'manifest.yaml'));
    assert.deepEqual([check.code, check.stdout], [EXIT.input, '']);
    assert.match(check.stderr, /lacks the signature of films, books, music: /);
    for (const name of PLATFORMS) send('operator', name, 'manifest.yaml');
  });

  it('names no coordinator, or two', async () => {
    const half = at('operator', 'half-films.yaml');
    const none = await manifest('make', '--from', half, '--out', at('none.yaml'));
    assert.match(none.stderr, /one coordinator, and here is none.*\[MANIFEST_HALVES\]/);
    await init('--coordinator', '--out', at('another'));
    const two = await manifest(
      ...['make', '--from', half, at('another', 'half-coordinator.yaml'), '--out', at('none.yaml')],
      ...['--identity', at('operator', 'coordinator.key')],
    );
    assert.match(two.stderr, /here is .*coordinator\.key and .*half-coordinator\.yaml.*\[MANIFEST_HALVES\]/);
    assert.equal(existsSync(at('none.yaml')), false);
  });

  it('is signed by nobody whose words differ, are misheard, or cannot be asked for', async () => {
    const { stdout } = await accept('films', 'one two');
    const words = wordsIn(stdout);
    const first = words.trim().split(/\s+/)[0];
    const other = first === 'zoo' ? 'zone' : 'zoo';
    const cases: readonly (readonly [string, RegExp, number])[] = [
      [words.replace(first, other), /are not those of this manifest.*\[MANIFEST_WORDS_DIFFER\]/, EXIT.input],
      [words.replace(first, 'isthmus'), /"isthmus" is not in the word list.*\[MANIFEST_WORDS\]/, EXIT.usage],
      [words.replace(first, ''), /there are 11.*\[MANIFEST_WORDS\]/, EXIT.usage],
    ];
    for (const [said, refusal, code] of cases) {
      const refused = await accept('films', said);
      assert.equal(refused.code, code, refused.stderr);
      assert.match(refused.stderr, refusal);
      assert.match(refused.stderr, /Nothing was signed/);
    }
    const trial = await accept('films', words, '--unsafe-trial');
    assert.match(trial.stderr, /was not made for a trial.*\[MANIFEST_TRIAL\]/);
    assert.equal(existsSync(at('films', 'films.signature.yaml')), false);
  });

  it('is signed once its words are compared; the operator brings the signatures together', async () => {
    // The first member tells the second, in a call, the words that it sees of its own file, and so on.
    const { stdout: seen } = await accept('music', 'nothing yet');
    let words = wordsIn(seen);
    for (const name of PLATFORMS) {
      const accepted = await accept(name, words, '--keys');
      words = wordsIn(accepted.stdout);
      assert.equal(accepted.code, EXIT.ok, accepted.stderr);
      assert.match(accepted.stdout, new RegExp(`^you +${name}, and your keys are in it$`, 'm'));
      for (const member of ['coordinator', ...PLATFORMS])
        assert.ok(accepted.stdout.includes(`  ${member}\n    identity`));
      send(name, 'operator', `${name}.signature.yaml`);
    }
    const file = at('operator', 'manifest.yaml');
    const some = await manifest('collect', file, at('operator', 'films.signature.yaml'));
    assert.match(some.stdout, /^missing +books, music$/m);
    const rest = ['books', 'music'].map((name) => at('operator', `${name}.signature.yaml`));
    const whole = await manifest('collect', file, ...rest);
    assert.match(whole.stdout, /^missing +nobody\n.* is whole: hand it to every member/m);
    const check = await manifest('check', file);
    assert.equal(check.code, EXIT.ok, check.stderr);
    assert.match(check.stdout, /^signatures +all 4 members have signed, and every signature fits$/m);
    assert.equal(wordsIn(check.stdout), words);
  });

  it('is refused by a platform under whose neighbours’ names the operator put keys of its own', async () => {
    mkdirSync(at('forger'));
    for (const name of ['books', 'music'])
      await init('--name', name, '--items', '120', '--persons', '400', '--out', at('forger'));
    const halves = [
      at('operator', 'half-films.yaml'),
      ...['books', 'music'].map((name) => at('forger', `half-${name}.yaml`)),
    ];
    const key = at('operator', 'coordinator.key');
    const forged = at('films', 'forged.yaml');
    assert.equal((await manifest('make', '--from', ...halves, '--identity', key, '--out', forged)).code, EXIT.ok);
    for (const name of ['books', 'music']) {
      const own = ['--identity', at('forger', `${name}.key`)];
      const { stdout } = await manifest('accept', forged, ...own, '--words', told('films', ''));
      await manifest('accept', forged, ...own, '--words', told('films', wordsIn(stdout)));
      assert.equal((await manifest('collect', forged, at('films', `${name}.signature.yaml`))).code, EXIT.ok);
    }
    // Everybody except "films" has signed it. The words that the true "books" reads out differ.
    const { stdout: true_ } = await manifest('check', at('operator', 'manifest.yaml'));
    const own = ['--identity', at('films', 'films.key')];
    const refused = await manifest('accept', forged, ...own, '--words', told('films', wordsIn(true_)));
    assert.equal(refused.code, EXIT.input);
    assert.match(refused.stderr, /\[MANIFEST_WORDS_DIFFER\]/);
    // The signature of "films" under the true manifest does not help.
    const replayed = await manifest('collect', forged, at('operator', 'films.signature.yaml'));
    assert.match(replayed.stderr, /over another manifest.*\[SIGNATURE_INVALID\]/);
    // Another member's key file is not the one in the manifest.
    const stranger = await manifest('accept', at('operator', 'manifest.yaml'), '--identity', at('forger', 'books.key'));
    assert.match(stranger.stderr, /"books" has another identity and seal key.*\[MANIFEST_MEMBER\]/);
  });

  it('a trial is made of all keys at once, by an option that says so, and its claims say it', async () => {
    const refused = await init('--platforms', 'a,b', '--out', at('trial'));
    assert.equal(refused.code, EXIT.usage);
    assert.match(refused.stderr, /add --unsafe-trial if that is meant.*\[INIT_UNSAFE\]/);
    assert.equal(existsSync(at('trial')), false);
    assert.equal((await init('--platforms', 'a,b', '--unsafe-trial', '--out', at('trial'))).code, EXIT.ok);
    const check = await manifest('check', at('trial', 'manifest.yaml'));
    assert.match(check.stdout, /^UNSAFE +a trial: nobody compared the keys$/m);
    const own = ['--identity', at('trial', 'a.key')];
    const asked = await manifest('accept', at('trial', 'manifest.yaml'), ...own);
    assert.match(asked.stderr, /made for a trial: nobody compares its keys.*\[MANIFEST_TRIAL\]/);
    const signed = await manifest('accept', at('trial', 'manifest.yaml'), ...own, '--unsafe-trial');
    assert.equal(signed.code, EXIT.ok, signed.stderr);
    assert.match(signed.stdout, /^!! UNSAFE TRIAL: --unsafe-trial\. Nobody compared/m);
    assert.match(signed.stdout, /^C2 .*\n.*the keys in the manifest are its members’ own \(nobody compared them/m);
  });

  it('init says whom it is for', async () => {
    for (const args of [
      [],
      ['--name', 'a', '--coordinator'],
      ['--coordinator', '--platforms', 'a,b', '--unsafe-trial'],
    ]) {
      const refused = await init(...args, '--out', at('nobody'));
      assert.match(refused.stderr, /name one platform .*\[INIT_WHO\]/);
    }
    const unsized = await init('--name', 'a', '--out', at('nobody'));
    assert.match(unsized.stderr, /--items and --persons, or --data.*\[INIT_COUNTS\]/);
  });
});
