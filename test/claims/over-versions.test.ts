/** Claims of a manifest's later version count what earlier versions let out, to platforms that left as well. */
import assert from 'node:assert/strict';
import { composedEpsilon } from '../../core/accounting/composition.ts';
import { claimTerms } from '../../core/claims/claim-terms.ts';
import { privacyStatement } from '../../core/claims/claims.ts';
import { formatStatement } from '../../core/claims/statement-text.ts';
import { following, newManifest } from '../../core/federation/draft.ts';
import type { ManifestParts } from '../../core/federation/draft.ts';
import { generateIdentity, publicEntry } from '../../core/federation/identity.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { lineageOf } from '../../core/federation/versions.ts';
import { eventOf } from '../../core/privacy/plan/plan-events.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';

const random = seededRandom('over versions');
const member = (name: string): ManifestParts['platforms'][number] => ({
  ...publicEntry(generateIdentity(name, random)),
  items: 100,
  personsAbout: 500,
});
const coordinator = { identity: member('coordinator').identity };
const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(member);
const SUBSPACE = encoderSpec('private-subspace');
const TRUNK = encoderSpec('shared-trunk', {
  'autoencoder.hidden': 2,
  'autoencoder.bottleneck': 4,
  'subspace.steps': 1,
});
const LDP: Partial<Manifest['privacy']> = { release: 'ldp', epsilon0: 2 };

/** One version after another, of these members and with this policy. */
function versions(
  policies: readonly (Partial<Manifest['privacy']> &
    Partial<Pick<ManifestParts, 'encoder' | 'platforms' | 'rounds'>>)[],
): Manifest {
  let last: Manifest | undefined;
  for (const { encoder = SUBSPACE, platforms = [a, b, c], rounds = {}, ...privacy } of policies) {
    last = newManifest({
      ...(last === undefined ? { federation: 'f', seed: 's' } : following(last, { attempts: 0, rounds: 0 })),
      coordinator,
      platforms,
      encoder,
      rounds,
      privacy: { epsilon: 4, maxPlatformsPerPerson: 2, ...privacy },
    });
  }
  assert.ok(last);
  return last;
}

const statementOf = (manifest: Manifest) => privacyStatement(claimTerms(planFederation(manifest)));

/** Most codes of one person on any M platforms, sent in one epoch under whatever version, by brute force. */
function mostCodes(manifest: Manifest, targets: 'one' | 'all'): number {
  const names = [...new Set(lineageOf(manifest).flatMap(({ platforms }) => platforms.map(({ name }) => name)))];
  const sent = new Set<string>();
  for (const { platforms } of lineageOf(manifest)) {
    for (const source of platforms) {
      // Codes are kept by the target's name, in the state of one identity.
      for (const target of platforms) {
        if (target.name !== source.name) sent.add(`${source.name} ${source.identity} ${target.name}`);
      }
    }
  }
  let most = 0;
  for (const one of names) {
    for (const other of names) {
      for (const target of targets === 'one' ? names : ['']) {
        const codes = [...sent].filter((code) => {
          const [source, , to] = code.split(' ');
          return [one, other].includes(source) && (target === '' || to === target);
        });
        most = Math.max(most, codes.length);
      }
    }
  }
  return most;
}

describe('A claim of a later version', () => {
  it('counts the codes of every version’s platforms, those that left among them', () => {
    const left = versions([LDP, { ...LDP, platforms: [a, b, d] }]);
    const again = versions([LDP, { ...LDP, platforms: [a, b, { ...member('c') }, d] }]);
    for (const manifest of [versions([LDP]), left, again]) {
      const { text } = statementOf(manifest).claims.find(({ id }) => id === 'C3')!;
      const [, one] = /codes pooled: ([\d.]+), together/.exec(text)!;
      const [, count, all] = /; (\d+) that pool all they hold.*?: ([\d.]+), together/.exec(text)!;
      assert.equal(Number(one), 2 * mostCodes(manifest, 'one'));
      assert.ok(Number(all) >= 2 * mostCodes(manifest, 'all'), `${all} for ${mostCodes(manifest, 'all')} codes`);
      const names = lineageOf(manifest).flatMap(({ platforms }) => platforms.map(({ name }) => name));
      assert.equal(Number(count), new Set(names).size - 1);
    }
    assert.match(statementOf(again).claims[2].text, /From 3 sources \(one that begins again with another identity is/);
    assert.match(statementOf(left).claims[2].text, /3 that pool all they hold, those that left among them: 12,/);
  });

  it('counts the encoders of M platforms of all versions, though fewer are left', () => {
    const four = { maxPlatformsPerPerson: 4 };
    const manifest = versions([
      { ...four, platforms: [a, b, c, d, e] },
      { ...four, epsilon: 4.5, platforms: [a, b, c] },
    ]);
    const { privacy } = planFederation(manifest);
    const statement = statementOf(manifest);
    assert.equal(statement.maxPlatformsPerPerson, 4);
    assert.match(statement.claims[0].text, /persons on at most 4 platforms of all versions together, with one id/);
    assert.match(statement.claims[1].text, /counts the encoders of 4 platforms/);
    const own = [...Object.values(privacy.sums), ...privacy.earlier.sums.map(({ sums }) => sums)];
    assert.equal(own.length, 5);
    const spent = own.slice(-4).flatMap((sums) => sums.map((sum) => ({ event: eventOf(sum), count: sum.repetitions })));
    assert.ok(privacy.epsilon! >= composedEpsilon(spent, privacy.delta) * (1 - 1e-9));
  });

  it('says of its own rounds alone how often a person is in them', () => {
    const rounds = { count: 2 };
    const drawn = (...rates: readonly (number | undefined)[]): string =>
      formatStatement(statementOf(versions(rates.map((sampling) => ({ encoder: TRUNK, rounds, sampling })))));
    assert.match(drawn(0.2), /each person is in a round with probability 0\.2, by coins/);
    assert.match(drawn(0.2, 0.5), /each person is in a round of this version with probability 0\.5, by coins/);
    assert.match(drawn(0.2, undefined), /each person is in a round of this version with probability 1, by coins/);
  });

  it('promises no more than an earlier version kept of what is still out there', () => {
    const raw = { release: 'raw' } as const;
    const refused = (policies: Parameters<typeof versions>[0], message: RegExp): void => {
      assert.throws(() => planFederation(versions(policies)), { code: 'MANIFEST_SUCCESSION', message });
    };
    refused(
      [raw, LDP],
      /version 2 releases by ldp with epsilon0 2, and a platform may hold what it received by raw in/,
    );
    refused([{ ...LDP, epsilon0: 4 }, LDP], /ldp with epsilon0 2, and .* received by ldp with epsilon0 4 in the same/);
    refused([LDP, { release: 'none' }], /releases by none/);
    for (const policies of [
      [{ release: 'none' }, LDP],
      [LDP, { ...LDP, epsilon0: 4 }],
      [LDP, raw],
    ] as Parameters<typeof versions>[0][]) {
      planFederation(versions(policies));
    }
  });
});
