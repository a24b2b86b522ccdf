import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { claimTerms } from '../../core/claims/claim-terms.ts';
import { privacyStatement } from '../../core/claims/claims.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { formatManifest, parseManifest } from '../../core/federation/manifest.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { addPackage, forgetPackages } from '../../core/packages/pieces.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { factsOf } from '../../cli/manifest-text.ts';

const id = { name: 'outside', version: '1.2.3', hash: `sha256-${'1'.repeat(64)}` };
const mode = {
  bound: 'epsilon0',
  width: () => 3,
  bind: () => ({ noiseModel: { kind: 'exact' }, release: (vector: Float32Array) => vector.slice() }),
};

function draft(release: 'raw' | 'outside:loud'): Manifest {
  const identity = (name: string) => generateIdentity(name, seededRandom(name));
  return draftManifest({
    federation: 'f',
    seed: 's',
    coordinator: identity('coordinator'),
    platforms: ['a', 'b'].map((name) => ({ identity: identity(name), items: 200, personsAbout: 400 })),
    encoder: encoderSpec('linear-bridge'),
    privacy: { epsilon: 4, release, ...(release !== 'raw' && { epsilon0: 2 }) },
  });
}

describe('A manifest that uses an outside package', () => {
  afterEach(forgetPackages);

  it('names its version and hash, and its members see them before they sign', () => {
    addPackage(id, { releaseModes: { loud: mode } });
    const manifest = draft('outside:loud');
    assert.deepEqual(manifest.packages, [id]);
    const plan = planFederation(manifest);
    assert.equal(plan.encoder.dimension(plan.shape), 3);
    assert.match(factsOf(plan), new RegExp(`package {6}outside@1\\.2\\.3#${id.hash}: code from outside this project`));
    assert.match(
      factsOf(plan),
      /epsilon0 2 per code, as declared by package outside@1\.2\.3, not checked by this project$/m,
    );
    const statement = privacyStatement(claimTerms(plan));
    assert.match(statement.warnings[0], /OUTSIDE CODE: package outside@1\.2\.3/);
  });

  it('is planned only where the same version and hash are allowed', () => {
    addPackage(id, { releaseModes: { loud: mode } });
    const manifest = draft('outside:loud');
    forgetPackages();
    const read = parseManifest(formatManifest(manifest));
    assert.throws(() => planFederation(read), {
      code: 'PACKAGE_NOT_ALLOWED',
      message: /--allow 'outside@1\.2\.3#sha256-1+'/,
    });
    for (const other of [
      { ...id, version: '1.2.4' },
      { ...id, hash: `sha256-${'2'.repeat(64)}` },
    ]) {
      addPackage(other, { releaseModes: { loud: mode } });
      assert.throws(() => planFederation(read), { code: 'PACKAGE_DIFFERS' });
      forgetPackages();
    }
    assert.throws(() => draft('outside:loud'), { code: 'PACKAGE_NOT_ALLOWED' });
  });

  it('names exactly the packages whose pieces it uses, and none otherwise', () => {
    addPackage(id, { releaseModes: { loud: mode } });
    const usual = draft('raw');
    assert.equal(usual.packages, undefined);
    const outside = draft('outside:loud');
    for (const [manifest, message] of [
      [{ ...usual, packages: [id] }, /packages\.0: has no piece in this manifest/],
      [{ ...outside, packages: undefined }, /packages: must name outside/],
      [{ ...outside, packages: [id, id] }, /packages\.1: is named twice/],
      [{ ...outside, packages: [{ ...id, hash: 'sha256-1' }] }, /packages\.0\.hash: must be sha256- and 64 hex digits/],
    ] as const) {
      assert.throws(() => parseManifest(formatManifest(manifest as Manifest)), { code: 'MANIFEST_INVALID', message });
    }
  });
});
