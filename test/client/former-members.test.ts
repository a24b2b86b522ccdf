/** A version that names a peer with another identity: the holder of the earlier keys is now a stranger. */
import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { forgetFormerKeys } from '../../client/former-members.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { draftManifest, following } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Identity } from '../../core/federation/identity.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { encoderFingerprint } from '../../core/federation/planned-release.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { takeVersion } from '../../core/federation/versions.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { part } from '../../compliance/platform-store.ts';

const random = seededRandom('former members');
const identity = (name: string): Identity => generateIdentity(name, random);
const [coordinator, a, b, c, again] = ['coordinator', 'a', 'b', 'c', 'c'].map(identity);

function draft(members: readonly Identity[], before?: Manifest): Manifest {
  return draftManifest({
    federation: 'growing',
    seed: 'growing',
    ...(before && following(before, { attempts: 0, rounds: 0 })),
    coordinator,
    platforms: members.map((own) => ({ identity: own, items: 100, personsAbout: 500 })),
    encoder: encoderSpec('private-subspace'),
    privacy: { epsilon: 4 },
  });
}

const one = draft([a, b, c]);
const two = draft([a, b, again], one);
const three = draft([a, b, again], two);

describe('keys of a former member', () => {
  /** A platform "a" that has received something from both others. */
  const heard = (): PlatformStore => {
    const store = createMemoryStore();
    takeVersion(one, store.versions, 'a', () => 0);
    for (const name of ['b', 'c']) {
      store.letterKeys.setPeer(name, { publicKey: new Uint8Array(32).fill(1), until: 5000, serial: 7 });
      store.received.put(part({ source: name }));
    }
    return store;
  };
  const known = (store: PlatformStore): unknown => [
    ['b', 'c'].map((name) => store.letterKeys.peer(name)?.until),
    store.received.batches().map(({ source }) => source),
  ];

  it('are used no more, and what was released under them is deleted, once, before the version that replaces them runs', () => {
    const store = heard();
    forgetFormerKeys(one, store);
    assert.deepEqual(
      known(store),
      [
        [5000, 5000],
        ['b', 'c'],
      ],
      'nothing in a version that runs already',
    );
    forgetFormerKeys(two, store);
    assert.deepEqual(known(store), [[5000, 0], ['b']]);
    takeVersion(two, store.versions, 'a', () => 0);
    store.letterKeys.setPeer('c', { publicKey: new Uint8Array(32).fill(2), until: 6000, serial: 8 });
    forgetFormerKeys(two, store);
    assert.deepEqual(known(store), [[5000, 6000], ['b']]);
    forgetFormerKeys(three, store);
    assert.deepEqual(known(store), [[5000, 6000], ['b']], 'the exchange was in a version that is over');
    const later = heard();
    forgetFormerKeys(three, later);
    assert.deepEqual(known(later), [[5000, 0], ['b']], 'also where a version was passed over');
  });

  it('do not change what others release: who stays has the same encoder, so the same codes; who begins again has another', () => {
    const [before, after] = [planFederation(one), planFederation(two)];
    for (const name of ['a', 'b']) assert.equal(encoderFingerprint(after, name), encoderFingerprint(before, name));
    assert.notEqual(encoderFingerprint(after, 'c'), encoderFingerprint(before, 'c'));
  });
});
