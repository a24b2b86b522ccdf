/**
 * The cases in which a platform refuses to start, before it connects: each with a typed error that names cause and
 * remedy.
 */
import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHidden } from '../../client/evaluation/hidden.ts';
import { readPseudonymKey, writePseudonymKey } from '../../client/pseudonym-key.ts';
import { createPlatform } from '../../client/platform.ts';
import { DEFAULT_FLOOR } from '../../client/policy.ts';
import { openStateDirectory, runningAgent, storeFileIn } from '../../client/state-directory.ts';
import type { Domain } from '../../core/data/domain.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { readIdentity, writeIdentity } from '../../host/federation-files.ts';
import { silentLog } from '../../host/log.ts';
import type { Log } from '../../host/log.ts';
import { smallWorld } from './small-world.ts';

describe('A platform refuses', () => {
  const world = smallWorld();
  const good = world.options('books');
  const { domain } = good;
  const refusesDomain = (changes: Partial<Domain>, code: string, message: RegExp): void => {
    assert.throws(() => createPlatform({ ...good, domain: { ...domain, ...changes } }), { code, message });
  };

  it('a manifest that was changed or never signed', () => {
    for (const member of ['coordinator', 'books', 'films']) {
      const { [member]: _, ...signatures } = good.manifest.signatures;
      const unsigned = { ...good.manifest, signatures };
      assert.throws(() => createPlatform({ ...good, manifest: unsigned }), {
        code: 'MANIFEST_UNSIGNED',
        message: new RegExp(`lacks the signature of ${member}:`),
      });
    }
    const changed = { ...good.manifest, seed: 'another' };
    assert.throws(() => createPlatform({ ...good, manifest: changed }), { code: 'MANIFEST_SIGNATURE' });
  });

  it('a key file of somebody else', () => {
    const random = seededRandom('stranger');
    assert.throws(() => createPlatform({ ...good, identity: generateIdentity('stranger', random) }), {
      code: 'MANIFEST_MEMBER',
      message: /"stranger", which is not in the manifest .* books, films/,
    });
    assert.throws(() => createPlatform({ ...good, identity: generateIdentity('books', random) }), {
      code: 'MANIFEST_MEMBER',
      message: /another identity and seal key/,
    });
  });

  it('a domain with nothing in it, or with numbers that are none', () => {
    const nobody = { persons: [], offsets: Uint32Array.of(0), items: new Uint32Array(0) };
    refusesDomain(nobody, 'PLATFORM_EMPTY_DOMAIN', /0 persons, \d+ items and 0 interactions/);
    refusesDomain({ catalogue: [] }, 'PLATFORM_EMPTY_DOMAIN', /0 items/);
    const ratings = new Float32Array(domain.items.length).fill(4);
    ratings[3] = Infinity;
    refusesDomain({ ratings }, 'PLATFORM_BAD_DOMAIN', /infinite/);
    ratings[3] = Number.NaN;
    createPlatform({ ...good, domain: { ...domain, ratings } });
    refusesDomain({ offsets: domain.offsets.slice(0, -1) }, 'PLATFORM_BAD_DOMAIN', /do not fit/);
    refusesDomain({ items: domain.items.map(() => 1e6) }, 'PLATFORM_BAD_DOMAIN', /outside the catalogue/);
  });

  it('a catalogue that lost items its sums were made with, whatever its size', () => {
    createPlatform(good);
    const other = domain.catalogue.map((item, index) => (index < 2 ? `another ${item}` : item));
    const lost = new RegExp(`lacks 2 of the ${other.length} items .* for example "${domain.catalogue[0]}"`);
    refusesDomain({ catalogue: other }, 'PLATFORM_CATALOGUE', lost);
  });

  it('a federation weaker than its own floor, naming both numbers', () => {
    const refuses = (draft: Parameters<typeof smallWorld>[0], floor: object, message: RegExp): void => {
      const names = draft?.rounds === undefined ? undefined : ['books', 'films', 'music'];
      const options = smallWorld(draft, names).options('books', { floor: { ...DEFAULT_FLOOR, ...floor } });
      assert.throws(() => createPlatform(options), { code: 'POLICY_FLOOR', message });
    };
    const subspace = { encoder: encoderSpec('private-subspace') };
    refuses({ privacy: { epsilon: 20 } }, {}, /epsilon is 20 in the manifest and at most 10 in the floor/);
    refuses({ privacy: { epsilon: null } }, {}, /epsilon is Infinity .* at most 10/);
    refuses({ privacy: { epsilon: 20 } }, { acceptNoPrivacy: true }, /epsilon is 20 in the manifest and at most 10/);
    refuses({ privacy: { epsilon: 4, delta: 1e-4 } }, {}, /delta is 0\.0001 .* at most 0\.00001/);
    refuses(
      { ...subspace, privacy: { epsilon: 8 } },
      { minNoiseMultiplier: 50 },
      /noise multiplier of ".*" is [\d.]+ .* at least 50/,
    );
    refuses({ privacy: { epsilon: 4 } }, { maxEpsilon0: 4 }, /epsilon of one released code is Infinity .* at most 4/);
    refuses(
      { privacy: { epsilon: 4 } },
      { requirePrivateEncoder: true },
      /encoder "linear-bridge" is sealed-only in the manifest, and public or charged in the floor/,
    );
    refuses(
      { ...subspace, privacy: { epsilon: 4, maxPlatformsPerPerson: 1 } },
      { minPlatformsPerPerson: 5 },
      /platforms per person that epsilon holds for is 1 in the manifest and at least 2 in the floor/,
    );
    const trunk = { encoder: encoderSpec('shared-trunk'), rounds: { count: 1 }, privacy: { epsilon: 8 } };
    refuses(trunk, { minPlatforms: 5 }, /the number of platforms is 3 .* at least 5/);
    refuses(trunk, { minNoiseThreshold: 4 }, /opened sum is 3 .* at least 4/);
    refuses(trunk, { minHonest: 3 }, /honest platforms in an opened sum is 2 .* at least 3/);
    refuses(trunk, { minColluding: 2 }, /colluding platforms guarded against is 1 .* at least 2/);
    createPlatform(
      smallWorld({ privacy: { epsilon: null } }).options('books', {
        floor: { ...DEFAULT_FLOOR, acceptNoPrivacy: true },
      }),
    );
  });

  it('hidden positives that are none', () => {
    const item = domain.catalogue[0];
    const refuses = (text: string, message: RegExp): void => {
      assert.throws(() => parseHidden(text, domain, 'hidden.tsv'), { code: 'PLATFORM_HIDDEN', message });
    };
    refuses('', /names nobody/);
    refuses('somebody', /hidden\.tsv:1: is not "person<TAB>item"/);
    refuses(`x\t${item}\ny\tno such item`, /hidden\.tsv:2: names an item/);
    refuses(`${domain.persons[0]}\t${item}`, /hidden\.tsv:1: names a person with a history here/);
    refuses(`x\t${item}\ny\t${item}\t3`, /hidden\.tsv:2: has 3 columns where others have 2/);
    refuses(`\t${item}`, /hidden\.tsv:1: the person is empty/);
    refuses(`Jos\uFFFD\t${item}`, /hidden\.tsv:1: the person holds U\+FFFD/);
    const marked = parseHidden(`\uFEFFperson\titem\r\n x\t${item} \r\nx\t${item}\r\n`, domain, 'h');
    assert.deepEqual(marked.cold, [{ person: 'x', positives: Uint32Array.of(0), sourceInteractions: 0 }]);
    const read = parseHidden(`person\titem\nx\t${item}\t12\t1\nx\t${domain.catalogue[1]}\t12\t0\n`, domain, 'h');
    assert.deepEqual(read.cold, [{ person: 'x', positives: Uint32Array.of(0, 1), sourceInteractions: 12 }]);
    assert.deepEqual(read.keep, Uint8Array.of(0, 1));
  });
});

describe('Files of a platform', () => {
  let folder: string;
  const inFolder = (name: string): string => join(folder, name);
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'isthmus-files-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('key files are for their owner alone, and never overwritten', () => {
    const identity = generateIdentity('films', seededRandom('films'));
    writeIdentity(inFolder('films.key'), identity);
    assert.equal(statSync(inFolder('films.key')).mode & 0o777, 0o600);
    assert.deepEqual(readIdentity(inFolder('films.key'), silentLog), identity);
    assert.throws(() => writeIdentity(inFolder('films.key'), identity), { code: 'IDENTITY_EXISTS' });
    assert.throws(() => writeIdentity(inFolder('none/films.key'), identity), { code: 'IDENTITY_UNWRITABLE' });
    assert.throws(() => readIdentity(inFolder('none.key'), silentLog), {
      code: 'IDENTITY_UNREADABLE',
      message: /none\.key: no such file/,
    });
  });

  it('a key file that others can read is told', () => {
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
    writeIdentity(inFolder('films.key'), generateIdentity('films', seededRandom('films')));
    chmodSync(inFolder('films.key'), 0o644);
    readIdentity(inFolder('films.key'), log);
    assert.match(warnings.join(), /can be read or changed by other users: chmod 600/);
  });

  it('a pseudonym key is whole or refused', () => {
    writePseudonymKey(inFolder('p.key'), new Uint8Array(32).fill(5));
    assert.deepEqual(readPseudonymKey(inFolder('p.key'), silentLog), new Uint8Array(32).fill(5));
    writeFileSync(inFolder('short.key'), 'c2hvcnQ=');
    assert.throws(() => readPseudonymKey(inFolder('short.key'), silentLog), {
      code: 'PLATFORM_PSEUDONYM_KEY',
      message: /5 bytes/,
    });
    assert.throws(() => readPseudonymKey(inFolder('none'), silentLog), { code: 'PLATFORM_PSEUDONYM_KEY' });
  });

  it('a state directory is for its owner alone, keeps its token, and tells where the agent listens', () => {
    const state = openStateDirectory(inFolder('state'));
    assert.equal(statSync(state.path).mode & 0o777, 0o700);
    assert.equal(statSync(join(state.path, 'token')).mode & 0o777, 0o600);
    assert.equal(openStateDirectory(state.path).token, state.token);
    assert.throws(() => runningAgent(state.path), { code: 'PLATFORM_NOT_RUNNING' });
    assert.throws(() => storeFileIn(state.path), { code: 'STATE_UNUSABLE' });
    state.announce({ url: 'http://127.0.0.1:1', pid: 1 });
    assert.deepEqual(runningAgent(state.path), { url: 'http://127.0.0.1:1', pid: 1, token: state.token });
    state.retract();
    assert.throws(() => runningAgent(state.path), { code: 'PLATFORM_NOT_RUNNING' });
    writeFileSync(inFolder('file'), '');
    assert.throws(() => openStateDirectory(inFolder('file')), { code: 'STATE_UNUSABLE' });
  });
});
