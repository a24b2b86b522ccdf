import assert from 'node:assert/strict';
import nacl from 'tweetnacl';
import { FederationError } from '../../core/federation/errors.ts';
import { formatIdentity, generateIdentity, parseIdentity, publicEntry } from '../../core/federation/identity.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const identity = generateIdentity('films', seededRandom('films'));
const invalid = (error: unknown): boolean => error instanceof FederationError && error.code === 'IDENTITY_INVALID';
const changed = (change: (content: Record<string, Record<string, string>>) => void): string => {
  const content = JSON.parse(formatIdentity(identity)) as Record<string, Record<string, string>>;
  change(content);
  return JSON.stringify(content);
};

describe('identity files', () => {
  it('come back as they were written', () => {
    const read = parseIdentity(formatIdentity(identity));
    assert.deepEqual(read, identity);
    const signature = nacl.sign.detached(Uint8Array.of(1), read.identity.secretKey);
    assert.ok(nacl.sign.detached.verify(Uint8Array.of(1), signature, identity.identity.publicKey));
    assert.equal(Buffer.from(publicEntry(read).seal, 'base64').length, 32);
  });

  it('differ for different randomness', () => {
    const other = generateIdentity('films', seededRandom('other'));
    assert.notDeepEqual(other.identity.publicKey, identity.identity.publicKey);
    assert.notDeepEqual(other.seal.publicKey, identity.seal.publicKey);
  });

  it('are refused when they are malformed, and nothing of them is in the error', () => {
    const secret = Buffer.from(identity.identity.secretKey).toString('base64');
    const bad = [
      'no json',
      '{}',
      '[]',
      changed((content) => delete content.seal),
      changed((content) => (content.identity.secretKey = secret.slice(4))),
      changed((content) => (content.seal.secretKey = '*')),
      changed((content) => (content.identity.publicKey = Buffer.alloc(32).toString('base64'))),
      changed((content) => (content.seal.publicKey = Buffer.alloc(32, 9).toString('base64'))),
    ];
    for (const text of bad) {
      assert.throws(
        () => parseIdentity(text, 'films.key'),
        (error: unknown) => {
          assert.ok(invalid(error), String(error));
          assert.match((error as Error).message, /^films\.key /);
          assert.ok(!(error as Error).message.includes(secret.slice(0, 12)));
          return true;
        },
      );
    }
  });
});
