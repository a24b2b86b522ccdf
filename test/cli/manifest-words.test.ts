/** The words that members compare before they sign: every word, in its place. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initCommand } from '../../cli/commands/init.ts';
import { manifestCommand } from '../../cli/commands/manifest.ts';
import { parseManifest } from '../../core/federation/manifest.ts';
import { manifestWords } from '../../core/federation/manifest-words.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { runHere } from './in-process.ts';

describe('isthmus manifest accept', function () {
  this.timeout(60_000);
  let root: string;
  before(() => (root = mkdtempSync(join(tmpdir(), 'isthmus-words-'))));
  after(() => rmSync(root, { recursive: true }));

  it('signs where all twelve words were told, in their order, and where any one differs does not', async () => {
    const at = (name: string): string => join(root, name);
    const init = (...args: readonly string[]) => runHere(initCommand(), ...args, '--out', root);
    assert.equal((await init('--coordinator')).code, EXIT.ok);
    for (const name of ['books', 'films']) {
      assert.equal((await init('--name', name, '--items', '120', '--persons', '400')).code, EXIT.ok);
    }
    const file = at('manifest.yaml');
    const made = await runHere(
      manifestCommand(),
      ...['make', '--from', at('half-books.yaml'), at('half-films.yaml'), '--identity', at('coordinator.key')],
      ...['--federation', 'words', '--epsilon', '3', '--out', file],
    );
    assert.equal(made.code, EXIT.ok, made.stderr);
    const words = manifestWords(parseManifest(readFileSync(file, 'utf8'))).split(' ');
    const accept = (told: readonly string[]) => {
      writeFileSync(at('told.txt'), told.join(' '));
      return runHere(
        manifestCommand(),
        ...['accept', file, '--identity', at('films.key'), '--words', at('told.txt'), '--out', at('signature.yaml')],
      );
    };
    const swapped = words.with(4, words[5]).with(5, words[4]);
    for (const told of [...[0, 3, 6, 11].map((at) => words.with(at, words[at] === 'zoo' ? 'zone' : 'zoo')), swapped]) {
      const { code, stderr } = await accept(told);
      assert.equal(code, EXIT.input, told.join(' '));
      assert.match(stderr, /\[MANIFEST_WORDS_DIFFER\]/);
      assert.equal(existsSync(at('signature.yaml')), false);
    }
    assert.equal((await accept(words)).code, EXIT.ok);
    assert.equal(existsSync(at('signature.yaml')), true);
  });
});
