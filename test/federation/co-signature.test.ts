import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { draftManifest, newManifest, roundAbout, withRoom } from '../../core/federation/draft.ts';
import type { Draft } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Identity } from '../../core/federation/identity.ts';
import { coSign, memberOf, missingSignatures, signedBy, verifyManifest } from '../../core/federation/co-signature.ts';
import { formatManifest, parseManifest } from '../../core/federation/manifest.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { manifestWords, readWords, unknownWords, WORD_COUNT } from '../../core/federation/manifest-words.ts';
import {
  formatMemberSignature,
  memberSignature,
  parseMemberSignature,
  withSignature,
} from '../../core/federation/member-signature.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const random = seededRandom('manifest');
const identity = (name: string): Identity => generateIdentity(name, random);
const [coordinator, a, b] = ['coordinator', 'a', 'b'].map(identity);
const members = [coordinator, a, b];

function draft(changes: Partial<Draft> = {}): Draft {
  return {
    federation: 'test',
    seed: 'test',
    coordinator,
    platforms: [a, b].map((one) => ({ identity: one, items: 10, personsAbout: 100 })),
    encoder: encoderSpec('linear-bridge'),
    privacy: { epsilon: 4 },
    ...changes,
  };
}

const manifest = draftManifest(draft());

/** The manifest as its maker distributes it, without signatures. */
const unsigned: Manifest = { ...manifest, signatures: {} };

describe('a manifest’s signatures', () => {
  it('hold for the manifest as it is read from its file', () => {
    verifyManifest(manifest);
    verifyManifest(parseManifest(formatManifest(manifest)));
  });

  it('are needed of every member, and who is missing is named', () => {
    for (const { name } of members) {
      const { [name]: _, ...signatures } = manifest.signatures;
      assert.deepEqual(missingSignatures({ ...manifest, signatures }), [name]);
      assert.throws(() => verifyManifest({ ...manifest, signatures }), {
        code: 'MANIFEST_UNSIGNED',
        message: new RegExp(`lacks the signature of ${name}: `),
      });
    }
    assert.throws(() => verifyManifest(unsigned), { message: /lacks the signature of coordinator, a, b: / });
  });

  it('do not hold once anything is changed, whoever’s it is', () => {
    const changes: readonly Partial<Manifest>[] = [
      { privacy: { ...manifest.privacy, epsilon: 50 } },
      { seed: 'another' },
      { unsafeTrial: true },
      { platforms: manifest.platforms.map((one) => ({ ...one, items: 11 })) },
      { coordinator: { identity: Buffer.from(identity('coordinator').identity.publicKey).toString('base64') } },
    ];
    for (const change of changes) {
      assert.throws(() => verifyManifest({ ...manifest, ...change }), { code: 'MANIFEST_SIGNATURE' });
    }
    for (const { name } of members) {
      for (const garbage of ['AAAA', '', manifest.signatures[name === 'a' ? 'b' : 'a']]) {
        const signatures = { ...manifest.signatures, [name]: garbage };
        assert.throws(() => verifyManifest({ ...manifest, signatures }), {
          code: 'MANIFEST_SIGNATURE',
          message: new RegExp(`the signature of ${name} does not fit`),
        });
      }
    }
    // No member's signature counts for another, not even the coordinator's.
    for (const { name } of members) {
      for (const other of members.filter((one) => one.name !== name)) {
        const signatures = { ...manifest.signatures, [name]: manifest.signatures[other.name] };
        assert.throws(
          () => verifyManifest({ ...manifest, signatures }),
          { code: 'MANIFEST_SIGNATURE' },
          `${other.name} for ${name}`,
        );
      }
    }
    const signatures = { ...manifest.signatures, stranger: manifest.signatures.a };
    assert.throws(() => verifyManifest({ ...manifest, signatures }), { code: 'MANIFEST_SIGNATURE' });
  });

  it('cannot be had by a coordinator that puts keys of its own under the other names', () => {
    // The attack of a review: everything that "a" could check of this manifest was right, because only the coordinator
    // signed it.
    const [, , forged] = [coordinator, a, { ...identity('b'), name: 'b' }];
    const bait = draft({ platforms: [a, forged].map((one) => ({ identity: one, items: 10, personsAbout: 100 })) });
    const forgery = signedBy(newManifest(partsOf(bait)), [coordinator, forged]);
    assert.equal(memberOf(forgery, a), 'a', 'its own keys are in it');
    assert.throws(() => verifyManifest(forgery), { code: 'MANIFEST_UNSIGNED', message: /signature of a: / });
    // The signature that "a" gave to the true manifest does not fit the forgery, nor does any signature by a forged
    // key.
    for (const signature of [manifest.signatures.a, coSign({ ...forgery }, forged).signature]) {
      const signatures = { ...forgery.signatures, a: signature };
      assert.throws(() => verifyManifest({ ...forgery, signatures }), { code: 'MANIFEST_SIGNATURE' });
    }
    // The words of the forgery and of the true manifest differ, so "a" and the true "b" notice it before "a" signs.
    assert.notEqual(manifestWords(forgery), manifestWords(manifest));
  });

  it('are made by the keys that the manifest holds alone', () => {
    assert.throws(() => signedBy(unsigned, [identity('a')]), {
      code: 'MANIFEST_MEMBER',
      message: /another identity and seal key .*somebody put other keys/,
    });
    assert.throws(() => signedBy(unsigned, [{ ...a, seal: b.seal }]), { message: /another seal key/ });
    assert.throws(() => signedBy(unsigned, [identity('c')]), { code: 'MANIFEST_MEMBER', message: /names a, b$/ });
    assert.throws(() => signedBy(unsigned, [identity('coordinator')]), { code: 'MANIFEST_MEMBER' });
  });

  it('travel one by one, and no other manifest’s is taken', () => {
    const one = parseMemberSignature(formatMemberSignature(memberSignature(unsigned, a)), 'a.yaml');
    const whole = members.reduce((so, own) => withSignature(so, memberSignature(unsigned, own), 'file'), unsigned);
    verifyManifest(whole);
    assert.deepEqual(missingSignatures(withSignature(unsigned, one, 'a.yaml')), ['coordinator', 'b']);
    const other = { ...unsigned, seed: 'other' };
    assert.throws(() => withSignature(other, one, 'a.yaml'), {
      code: 'SIGNATURE_INVALID',
      message: /^a\.yaml is a signature of "a" over another manifest/,
    });
    const lied = { ...one, manifest: memberSignature(other, a).manifest };
    assert.throws(() => withSignature(other, lied, 'a.yaml'), { code: 'MANIFEST_SIGNATURE' });
    assert.throws(() => withSignature(unsigned, { ...one, member: 'c' }, 'f'), { message: /"c", who is not in/ });
    assert.throws(() => withSignature(unsigned, { ...one, member: 'b' }, 'f'), { code: 'MANIFEST_SIGNATURE' });
    for (const junk of ['', '{', 'member: a', '[]']) {
      assert.throws(() => parseMemberSignature(junk, 'junk'), { code: 'SIGNATURE_INVALID' });
    }
  });

  it('are not made for a manifest that is not valid', () => {
    const twice = [a, a].map((one) => ({ identity: one, items: 10, personsAbout: 100 }));
    assert.throws(() => draftManifest(draft({ platforms: twice })), { code: 'MANIFEST_INVALID' });
    const both = [{ ...coordinator, name: 'b' }, a].map((one) => ({ identity: one, items: 10, personsAbout: 100 }));
    assert.throws(() => draftManifest(draft({ platforms: both })), { message: /the same as the coordinator’s/ });
    const older = formatManifest(manifest).replace('isthmus: 2', 'isthmus: 1');
    assert.throws(() => parseManifest(older), { code: 'MANIFEST_INVALID', message: /isthmus manifest make/ });
  });
});

describe('a manifest’s words', () => {
  const words = manifestWords(manifest);

  it('are twelve, of one list, and stand for everything but the signatures', () => {
    const list = readWords(words);
    assert.equal(list.length, WORD_COUNT);
    assert.deepEqual(unknownWords(list), []);
    assert.equal(manifestWords(unsigned), words);
    const changed = { ...manifest, privacy: { ...manifest.privacy, epsilon: 4.000001 } };
    assert.notEqual(manifestWords(changed), words);
    // Every single key matters, because each decides who reads or signs something.
    const key = Buffer.alloc(32, 1).toString('base64');
    const [first, second] = manifest.platforms;
    for (const forged of [
      { ...manifest, coordinator: { identity: key } },
      { ...manifest, platforms: [first, { ...second, identity: key }] },
      { ...manifest, platforms: [{ ...first, seal: key }, second] },
    ]) {
      assert.notEqual(manifestWords(forged), words);
    }
  });

  it('are the same in every release: members compare them across machines', () => {
    assert.equal(words, 'ribbon admit design sing shed error devote clerk penalty seven devote recipe');
  });

  it('are read as people write them, and a misheard one is told', () => {
    const written = readWords(words).map((word, index) => `${index + 1}. ${word.toUpperCase()},`);
    assert.equal(readWords(written.join('\n')).join(' '), words);
    assert.deepEqual(unknownWords(readWords('zoo Zoo isthmus')), ['isthmus']);
  });
});

describe('round numbers', () => {
  it('keep two figures', () => {
    assert.deepEqual([0, 1, 7, 12, 123, 22_802, 999_999].map(roundAbout), [1, 1, 7, 12, 120, 23_000, 1_000_000]);
  });

  it('leave room for a quarter more', () => {
    assert.deepEqual([0, 1, 8, 80, 123, 22_802].map(withRoom), [2, 2, 10, 100, 160, 29_000]);
  });
});

function partsOf({ coordinator: own, platforms, ...parts }: Draft): Parameters<typeof newManifest>[0] {
  const { coordinator: entry, platforms: entries } = draftManifest({ coordinator: own, platforms, ...parts });
  return { ...parts, coordinator: entry, platforms: entries };
}
