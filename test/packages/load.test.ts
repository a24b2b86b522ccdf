import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPackage, parsePackage } from '../../core/packages/package-id.ts';
import { addPackage, forgetPackages, loadedPackages, outsideNames } from '../../core/packages/pieces.ts';
import { releaseMode } from '../../core/release/registry.ts';
import { ALLOW_VARIABLE, loadInheritedPackages, loadPackages } from '../../host/packages/load.ts';
import { findPackage, readPackageFolder } from '../../host/packages/package-folder.ts';
import { recordText, writeRecord } from '../../host/packages/record.ts';
import { installPackage, LOUD_MODE } from './outside-package.ts';

describe('A package from outside', () => {
  const home = process.cwd();
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'isthmus-packages-'));
    process.chdir(root);
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(root, { recursive: true });
    forgetPackages();
    Reflect.deleteProperty(process.env, ALLOW_VARIABLE);
  });

  it('is used once it is allowed with its version and hash, and is unknown before', async () => {
    const { id } = readPackageFolder(installPackage(root));
    assert.throws(() => releaseMode('outside:loud'), { code: 'PACKAGE_NOT_ALLOWED', message: /--allow/ });
    await loadPackages([parsePackage(formatPackage(id))]);
    assert.deepEqual(outsideNames('releaseModes'), ['outside:loud']);
    assert.equal(releaseMode('outside:loud', { epsilon0: 2, dimension: 3 }).epsilon0, 2);
    assert.throws(() => releaseMode('outside:quiet'), { code: 'PACKAGE_PIECE_UNKNOWN', message: /outside:loud/ });
  });

  it('is loaded again by a process that inherits the environment', async () => {
    const { id } = readPackageFolder(installPackage(root));
    await loadPackages([id]);
    forgetPackages();
    await loadInheritedPackages();
    assert.deepEqual(loadedPackages(), [id]);
  });

  it('is refused with another version, or if a byte of its files, a name or their borders changed', async () => {
    const folder = installPackage(root, {
      files: { 'pieces.js': LOUD_MODE, 'more.js': 'a' },
      json: { files: ['pieces.js', 'more.js'] },
    });
    const { id } = readPackageFolder(folder);
    await assert.rejects(loadPackages([{ ...id, version: '1.2.4' }]), { code: 'PACKAGE_CHANGED' });
    for (const [file, text] of [
      ['pieces.js', LOUD_MODE.replace('width: () => 3', 'width: () => 4')],
      ['more.js', 'b'],
      [
        'package.json',
        JSON.stringify({
          name: 'outside',
          version: '1.2.3',
          type: 'module',
          isthmus: './more.js',
          files: ['pieces.js', 'more.js'],
        }),
      ],
    ]) {
      installPackage(root, {
        files: { 'pieces.js': LOUD_MODE, 'more.js': 'a', [file]: text },
        json: { files: ['pieces.js', 'more.js'] },
      });
      await assert.rejects(loadPackages([id]), { code: 'PACKAGE_CHANGED', message: /read the code/ }, file);
    }
    assert.deepEqual(loadedPackages(), []);
  });

  it('runs no code that its hash does not cover', async () => {
    const folder = installPackage(root);
    const { id } = readPackageFolder(folder);
    writeFileSync(join(folder, 'hidden.js'), '');
    await assert.rejects(loadPackages([id]), {
      code: 'PACKAGE_BROKEN',
      message: /hidden\.js, which the hash does not cover/,
    });
    rmSync(join(folder, 'hidden.js'));
    writeFileSync(join(folder, 'README.md'), 'prose');
    await loadPackages([id]);
    for (const json of [
      { dependencies: { other: '1.0.0' } },
      { bundleDependencies: ['other'] },
      { files: ['../elsewhere'] },
      { files: ['*.js'] },
      { isthmus: './other.js' },
      { files: undefined },
    ]) {
      installPackage(root, { json });
      assert.throws(() => readPackageFolder(folder), { code: 'PACKAGE_BROKEN' }, JSON.stringify(json));
    }
    installPackage(root, { json: { files: ['pieces.js', 'link.js'] } });
    symlinkSync('/etc/hostname', join(folder, 'link.js'));
    assert.throws(() => readPackageFolder(folder), { code: 'PACKAGE_BROKEN', message: /link\.js is a link/ });
  });

  it('is never fetched: one that is not installed is an error that says where it was looked for', async () => {
    const { id } = readPackageFolder(installPackage(root));
    await assert.rejects(loadPackages([{ ...id, name: 'absent' }]), {
      code: 'PACKAGE_MISSING',
      message: /fetches nothing/,
    });
    assert.throws(() => findPackage('absent'), { code: 'PACKAGE_MISSING' });
    for (const text of ['outside', 'outside@1.2.3', `../outside@1.2.3#${id.hash}`, `outside@1.2.3#sha256-12`]) {
      assert.throws(() => parsePackage(text), { code: 'PACKAGE_OPTION' }, text);
    }
  });

  it('is refused, with the piece and the field, if a piece is not what it must be', () => {
    const id = { name: 'outside', version: '1.2.3', hash: `sha256-${'0'.repeat(64)}` };
    const mode = { bound: 'epsilon0', width: () => 1, bind: () => ({}) };
    for (const [given, message] of [
      [{}, /no pieces/],
      [{ releaseModes: {} }, /no pieces/],
      [{ modes: { loud: mode } }, /"modes", which is none of/],
      [{ releaseModes: { loud: { ...mode, bind: 3 } } }, /release mode "loud" whose bind is not a function/],
      [{ releaseModes: { loud: { ...mode, bound: 'nothing-sent' } } }, /bound is neither/],
      [{ releaseModes: { 'a:b': mode } }, /a name is/],
      [{ releaseModes: { loud: null } }, /not an object/],
    ] as const) {
      assert.throws(() => addPackage(id, given), { code: 'PACKAGE_BROKEN', message }, JSON.stringify(given));
    }
    addPackage(id, { releaseModes: { loud: mode } });
    const other = { ...id, version: '2.0.0' };
    assert.throws(() => addPackage(other, { releaseModes: { loud: mode } }), {
      code: 'PACKAGE_OPTION',
      message: /one version/,
    });
  });

  it('may carry its own record of compliance, which is told only if it is of these very files', () => {
    const folder = readPackageFolder(installPackage(root));
    assert.match(recordText(folder), /no record/);
    const pieces = [{ kind: 'releaseModes' as const, name: 'loud', passed: 6, failed: 1, skipped: 0 }];
    writeRecord(folder, { isthmus: 'compliance', suites: '0.1.0', package: folder.id, pieces });
    assert.match(recordText(readPackageFolder(folder.path)), /its own record .* releaseModes loud: 6 passed, 1 failed/);
    installPackage(root, { json: { version: '1.2.4' } });
    assert.match(recordText(readPackageFolder(folder.path)), /of other files/);
    writeFileSync(join(folder.path, 'isthmus-compliance.json'), '{}');
    assert.match(recordText(folder), /cannot be read/);
  });
});
