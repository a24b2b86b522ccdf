import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inVocabulary, readVocabulary } from '../../client/vocabulary.ts';
import type { VocabularyFile, VocabularyTerms } from '../../client/vocabulary.ts';
import { formatVocabulary } from '../../core/data/vocabulary.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { silentLog } from '../../host/log.ts';
import { domainOfRows } from '../../compliance/domain-of-rows.ts';

const random = seededRandom('vocabulary');
const identities = ['books', 'films', 'music'].map((name) => generateIdentity(name, random));
const domain = domainOfRows('books', [[0, 1, 2]], 5);

describe('a platform’s vocabulary', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vocabulary-'));
  after(() => rmSync(folder, { recursive: true }));
  const fileOf = (ids: readonly string[]): VocabularyFile => {
    const path = join(folder, `${ids.length}.txt`);
    writeFileSync(path, formatVocabulary(ids));
    return readVocabulary(path);
  };
  const file = fileOf(['books-4', 'books-1', 'elsewhere']);
  const manifestWith = (vocabulary: Manifest['vocabulary'], takes?: true): Manifest =>
    draftManifest({
      federation: 'f',
      seed: 'f',
      coordinator: generateIdentity('coordinator', random),
      platforms: identities.map((identity) => ({
        identity,
        items: 10,
        personsAbout: 10,
        ...(identity.name === 'books' && takes && { takes }),
      })),
      ...(vocabulary && { vocabulary }),
      encoder: encoderSpec('private-subspace'),
      privacy: { epsilon: 4 },
    });
  const named = { sha256: file.sha256, items: 3 };
  const terms = (more: Partial<VocabularyTerms> = {}): VocabularyTerms => ({
    manifest: manifestWith(named),
    platform: 'books',
    file,
    origin: undefined,
    log: silentLog,
    ...more,
  });

  it('gives its items their places, and drops the others', () => {
    assert.deepEqual([...(inVocabulary(domain, terms()).places ?? [])], [-1, 0, -1, -1, 1]);
    assert.equal(inVocabulary(domain, terms({ manifest: manifestWith(undefined), file: undefined })), domain);
    const hashed = inVocabulary(domain, terms({ manifest: manifestWith({ buckets: 7 }), file: undefined }));
    assert.ok(hashed.places?.every((place) => place >= 0 && place < 7));
  });

  it('is the file that the manifest names, or the platform does not start', () => {
    const refusal = (why: RegExp): object => ({ code: 'PLATFORM_VOCABULARY', message: why });
    assert.throws(() => inVocabulary(domain, terms({ file: undefined })), refusal(/name that file with --vocabulary/));
    const other = fileOf(['books-1', 'books-4']);
    assert.throws(() => inVocabulary(domain, terms({ file: other })), refusal(/2 ids .* the manifest names 3 ids/));
    const strange = domainOfRows('films', [[0]], 2);
    assert.throws(() => inVocabulary(strange, terms()), refusal(/none of the 2 items/));
    assert.throws(() => readVocabulary(join(folder, 'absent')), refusal(/cannot read the vocabulary/));
  });

  it('is refused to a catalogue that was made of rows, or is private, unless the platform only takes', () => {
    const rows = { code: 'PLATFORM_VOCABULARY', message: /was collected from its rows/ };
    assert.throws(() => inVocabulary(domain, terms({ origin: 'rows' })), rows);
    assert.throws(() => inVocabulary(domain, terms({ origin: 'private' })), { message: /is private/ });
    const taking = terms({ origin: 'rows', manifest: manifestWith(named, true) });
    assert.deepEqual([...(inVocabulary(domain, taking).places ?? [])], [-1, 0, -1, -1, 1]);
  });
});
