import assert from 'node:assert/strict';
import { draftManifest, roundAbout } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { formatManifest, parseManifest } from '../../core/federation/manifest.ts';
import { signManifest, verifyManifest } from '../../core/federation/manifest-signature.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const random = seededRandom('manifest');
const coordinator = generateIdentity('coordinator', random);
const manifest = draftManifest({
  federation: 'test',
  seed: 'test',
  coordinator,
  platforms: ['a', 'b'].map((name) => ({ identity: generateIdentity(name, random), items: 10, personsAbout: 100 })),
  strategy: { name: 'linear-bridge' },
  privacy: { epsilon: 4 },
});

describe('a manifest’s signature', () => {
  it('holds for the manifest as it is read from its file', () => {
    verifyManifest(manifest);
    verifyManifest(parseManifest(formatManifest(manifest)));
  });

  it('does not hold once anything is changed', () => {
    const weaker = { ...manifest, privacy: { ...manifest.privacy, epsilon: 50 } };
    assert.throws(() => verifyManifest(weaker), { code: 'MANIFEST_SIGNATURE' });
    const garbage = { ...manifest, signature: 'AAAA' };
    assert.throws(() => verifyManifest(garbage), { code: 'MANIFEST_SIGNATURE' });
    const { signature: _, ...unsigned } = manifest;
    assert.throws(() => verifyManifest(unsigned), { code: 'MANIFEST_UNSIGNED' });
  });

  it('is the coordinator’s alone', () => {
    const other = generateIdentity('coordinator', random);
    assert.throws(() => signManifest(manifest, other), { code: 'MANIFEST_SIGNER' });
    const usurped = {
      ...manifest,
      coordinator: { identity: Buffer.from(other.identity.publicKey).toString('base64') },
    };
    assert.throws(() => verifyManifest(usurped), { code: 'MANIFEST_SIGNATURE' });
  });

  it('is not made for a manifest that is not valid', () => {
    const twice = generateIdentity('a', random);
    const platforms = [twice, twice].map((identity) => ({ identity, items: 10, personsAbout: 100 }));
    const draft = { federation: 'test', seed: 's', coordinator, strategy: { name: 'x' }, privacy: { epsilon: 1 } };
    assert.throws(() => draftManifest({ ...draft, platforms }), { code: 'MANIFEST_INVALID' });
  });
});

describe('round numbers', () => {
  it('keep two figures', () => {
    assert.deepEqual([0, 1, 7, 12, 123, 22_802, 999_999].map(roundAbout), [1, 1, 7, 12, 120, 23_000, 1_000_000]);
  });
});
