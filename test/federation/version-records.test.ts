/**
 * The versions that a process is bound to: it never goes back, follows two of one version, or begins again with an
 * empty state.
 */
import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { draftManifest, following } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Identity } from '../../core/federation/identity.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import {
  attemptsLeftTo,
  recordLeft,
  lineageOf,
  memoryVersions,
  recordSigned,
  takeVersion,
} from '../../core/federation/versions.ts';
import type { VersionStore } from '../../core/federation/versions.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const random = seededRandom('version records');
const identity = (name: string): Identity => generateIdentity(name, random);
const coordinator = identity('coordinator');
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(identity);

interface Next {
  readonly members?: readonly Identity[];
  readonly attempts?: number;
  readonly epsilon?: number;
}

function draft(given: Next = {}, before?: Manifest): Manifest {
  const { members = [a, b, c], attempts = 6, epsilon = 4 } = given;
  return draftManifest({
    federation: 'growing',
    seed: 'growing',
    ...(before && following(before, { attempts, rounds: 5 })),
    coordinator,
    platforms: members.map((own) => ({ identity: own, items: 100, personsAbout: 500 })),
    encoder: encoderSpec('shared-trunk'),
    privacy: { epsilon },
    rounds: { count: 10 },
  });
}

const one = draft();
const two = draft({ members: [a, b, c, d] }, one);
const otherTwo = draft({ members: [a, b, c, d], attempts: 7 }, one);
const three = draft({ members: [a, b, d], attempts: 4 }, two);
const none = (): number => 0;
const charged =
  (...attempts: readonly number[]) =>
  (version: number): number =>
    attempts[version - 1] ?? 0;

/** A state that has signed or used these versions. */
function state(...done: readonly (readonly ['sign' | 'run', Manifest])[]): VersionStore {
  const store = memoryVersions();
  for (const [how, manifest] of done) (how === 'sign' ? recordSigned : takeVersion)(manifest, store, 'a', none);
  return store;
}

/** Checks that the version is refused, and that nothing is recorded. */
function refuses(store: VersionStore, work: () => void, code: string, message: RegExp): void {
  const before = store.all();
  assert.throws(work, { code, message });
  assert.deepEqual(store.all(), before);
}

describe('the versions that a process is bound to', () => {
  it('are run again and again, and each is recorded once', () => {
    const store = state(
      ['run', one],
      ['run', one],
      ['sign', two],
      ['run', one],
      ['sign', two],
      ['run', two],
      ['run', two],
    );
    assert.deepEqual(
      store.all().map(({ version, standing, attemptsBefore }) => [version, standing, attemptsBefore]),
      [
        [1, 'in-force', 0],
        [2, 'signed', 6],
        [2, 'in-force', 6],
      ],
    );
    assert.deepEqual(
      lineageOf(three).map(({ version }) => version),
      [1, 2, 3],
    );
  });

  it('never go back, from a version that ran or from one that was signed', () => {
    const ran = state(['run', one], ['run', two]);
    refuses(
      ran,
      () => takeVersion(one, ran, 'a', none),
      'VERSION_BACK',
      /is version 1, and version 2 was run by.*Use the manifest of version 2/,
    );
    refuses(ran, () => recordSigned(one, ran, 'a', none), 'VERSION_BACK', /nobody goes back/);
    const signed = state(['run', one], ['sign', two], ['sign', three]);
    refuses(signed, () => recordSigned(two, signed, 'a', none), 'VERSION_BACK', /version 3 was signed with this state/);
  });

  it('leave the version before in force until a signed one runs', () => {
    const store = state(['run', one], ['sign', two], ['sign', three]);
    for (const manifest of [one, two, three]) takeVersion(manifest, store, 'a', none);
    refuses(store, () => takeVersion(two, store, 'a', none), 'VERSION_BACK', /version 3 was run/);
  });

  it('are not two of one version, signed or run', () => {
    for (const how of ['sign', 'run'] as const) {
      const store = state(['run', one], [how, two]);
      for (const follow of [recordSigned, takeVersion]) {
        refuses(
          store,
          () => follow(otherTwo, store, 'a', none),
          'VERSION_FORK',
          /another version 2 of the manifest.*Compare the words/,
        );
        const after = draft({}, otherTwo);
        refuses(store, () => follow(after, store, 'a', none), 'VERSION_FORK', /another version 2/);
      }
    }
    const otherOne = draft({ epsilon: 3 });
    const begun = state(['run', one]);
    refuses(begun, () => takeVersion(draft({}, otherOne), begun, 'a', none), 'VERSION_FORK', /another version 1/);
  });

  it('follow a version that was signed and never ran, when it is left no attempts', () => {
    // b refuses the second manifest of version two, so it cannot run. Version three follows it. A member that signed
    // three does not run the other manifest of two.
    const store = state(['run', one], ['sign', three]);
    takeVersion(one, store, 'a', none);
    refuses(store, () => takeVersion(otherTwo, store, 'a', none), 'VERSION_FORK', /another version 2/);
    refuses(store, () => recordSigned(two, store, 'a', none), 'VERSION_BACK', /version 3 was signed/);
    takeVersion(three, store, 'a', none);
  });

  it('are left for good by a farewell, and come back only after a next version without the member', () => {
    const left = state(['run', one]);
    recordLeft(one, left, 'c');
    recordLeft(one, left, 'c');
    assert.deepEqual(
      left.all().map(({ version, standing }) => [version, standing]),
      [
        [1, 'in-force'],
        [1, 'left'],
      ],
    );
    for (const follow of [recordSigned, takeVersion]) {
      refuses(left, () => follow(one, left, 'c', none), 'VERSION_LEFT', /c said farewell to version 1 with this state/);
      const stays = draft({ members: [a, b, c] }, one);
      refuses(left, () => follow(stays, left, 'c', none), 'VERSION_LEFT', /version 2 counts on that.*join a later/);
      refuses(left, () => follow(draft({ members: [a, b, c] }, stays), left, 'c', none), 'VERSION_LEFT', /farewell/);
    }
    const without = draft({ members: [a, b] }, one);
    takeVersion(draft({ members: [a, b, c] }, without), left, 'c', none);
    assert.equal(attemptsLeftTo(1, left), 6);
  });

  it('are not left with a state that has no record of them, or that signed a later one', () => {
    const empty = memoryVersions();
    refuses(empty, () => recordLeft(one, empty, 'c'), 'VERSION_STATE', /this state of c has no record of version 1/);
    const joined = memoryVersions();
    recordSigned(two, joined, 'd', none);
    refuses(joined, () => recordLeft(one, joined, 'd'), 'VERSION_BACK', /version 2 was signed/);
    const signed = state(['run', one], ['sign', two]);
    refuses(signed, () => recordLeft(one, signed, 'a'), 'VERSION_BACK', /version 2 was signed with this state/);
    refuses(signed, () => recordLeft(otherTwo, signed, 'a'), 'VERSION_FORK', /another version 2/);
    recordLeft(two, signed, 'a');
  });

  it('do what the first use needs only where it is allowed, and before it is on record', () => {
    const seen: (readonly unknown[])[] = [];
    const store = state(['run', one], ['sign', two]);
    const take = (manifest: Manifest): void => {
      takeVersion(manifest, store, 'a', none, () => seen.push([manifest.version, store.all().length]));
    };
    assert.throws(() => take(otherTwo), { code: 'VERSION_FORK' });
    assert.deepEqual(seen, [], 'nothing is forgotten for a version that is refused');
    take(two);
    take(two);
    assert.deepEqual(seen, [[2, 2]]);
  });

  it('bind a state that signed to the attempts that each version leaves to the one before', () => {
    const store = state(['run', one], ['sign', three]);
    assert.deepEqual(
      [1, 2, 3].map((version) => attemptsLeftTo(version, store)),
      [6, 4, undefined],
    );
    for (const follow of [recordSigned, takeVersion]) {
      const begun = state(['run', one]);
      refuses(
        begun,
        () => follow(two, begun, 'a', charged(7)),
        'VERSION_ATTEMPTS',
        /leaves 6 attempts to version 1, and 7 stand charged.*--attempts-before 7/,
      );
      refuses(
        begun,
        () => follow(three, begun, 'a', charged(6, 5)),
        'VERSION_ATTEMPTS',
        /leaves 4 attempts to version 2, and 5/,
      );
      follow(three, begun, 'a', charged(6, 4));
    }
  });

  it('are not begun with an empty state by a member of an earlier version, and are by who joins', () => {
    for (const follow of [recordSigned, takeVersion]) {
      const empty = memoryVersions();
      for (const [name, before] of [
        ['a', 1],
        ['coordinator', 1],
      ] as const) {
        refuses(
          empty,
          () => follow(two, empty, name, none),
          'VERSION_STATE',
          new RegExp(`${name} was a member of version ${before} .*state is empty`),
        );
      }
      // c left in version three, so its state knows only version two.
      refuses(
        empty,
        () => follow(draft({ members: [a, b, c] }, three), empty, 'c', none),
        'VERSION_STATE',
        /c was a member of version 1/,
      );
      follow(two, memoryVersions(), 'd', none);
      const again = identity('c');
      follow(draft({ members: [a, b, again] }, three), memoryVersions(), 'c', none);
    }
    const back = state(['run', one], ['run', two]);
    takeVersion(draft({ members: [a, b, c] }, three), back, 'c', none);
  });
});
