import assert from 'node:assert/strict';
import type { LedgerReport } from '../../core/privacy/ledger/ledger-report.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { parseManifest } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { readFileSync } from 'node:fs';
import { openSqliteStore } from '../../server/store/sqlite.ts';
import { Workplace } from '../e2e/isthmus.ts';

describe('isthmus manifest check, and the ledger beside a manifest', function () {
  this.timeout(60_000);
  let place: Workplace;
  before(async () => (place = await Workplace.make()));
  after(() => place.leave());

  const founded = async (folder: string, ...flags: string[]): Promise<string> => {
    const made = await place.run('init', '--unsafe-trial', '--platforms', 'a,b,c', '--out', folder, ...flags);
    assert.equal(made.code, EXIT.ok, made.stderr);
    const { code, stdout, stderr } = await place.run('manifest', 'check', `${folder}/manifest.yaml`);
    assert.equal(code, EXIT.ok, stderr);
    return stdout;
  };
  const emptyLedger = async (folder: string, ...flags: string[]): Promise<LedgerReport> => {
    const manifest = parseManifest(readFileSync(place.path(`${folder}/manifest.yaml`), 'utf8'));
    const { parameters } = planFederation(manifest);
    openSqliteStore(place.path(`${folder}.db`), { federation: manifest.federation, parameters }).close();
    const { code, stdout, stderr } = await place.run(
      'privacy',
      'ledger',
      '--store',
      `${folder}.db`,
      '--json',
      ...flags,
    );
    assert.equal(code, EXIT.ok, stderr);
    return JSON.parse(stdout) as LedgerReport;
  };

  it("says that the epsilon of linear-bridge's cohorts covers prototypes alone", async () => {
    const text = await founded('cohorts', '--strategy', 'linear-bridge', '--release', 'cohort', '--epsilon0', '3');
    assert.match(
      text,
      /^privacy +no differential privacy: .*raw data; epsilon .* covers only a person's own vector in the prototypes/m,
    );
    assert.match(text, /^release +cohort, epsilon0 3 per code$/m);
    assert.equal((await emptyLedger('cohorts', '--manifest', 'cohorts/manifest.yaml')).spent, null);
  });

  it('names a file that cannot be read, here and wherever a command is given one', async () => {
    const commands = [
      ['manifest', 'check', 'none.yaml'],
      ['privacy', 'check', 'none.json'],
      ['experiment', 'privacy', '--config', 'none.yaml'],
      ['consent', 'add', '--state', 'state', '--target', 'b', '--file', 'none.txt'],
    ];
    for (const command of commands) {
      const { code, stderr } = await place.run(...command);
      assert.equal(code, EXIT.input, stderr);
      assert.match(stderr, /^isthmus: cannot read none\.\w+: no such file or directory \[\w+_UNREADABLE\]\n$/);
    }
  });

  it('prints an epsilon where it bounds what leaves, and none where nothing does', async () => {
    assert.match(await founded('private'), /^privacy +epsilon \S+ of 4 at delta .*\nrelease +raw: no diff/m);
    const spent = (await emptyLedger('private', '--manifest', 'private/manifest.yaml')).spent;
    assert.ok(spent !== null && spent > 3.9 && spent <= 4);
    assert.equal((await emptyLedger('private')).spent, null, 'an empty ledger alone bounds nothing');
    assert.match(await founded('sealed', '--strategy', 'linear-bridge'), /^privacy +no differential privacy/m);
    assert.match(await founded('open', '--no-privacy'), /^privacy +NO PRIVACY/m);
    assert.equal((await emptyLedger('open', '--manifest', 'open/manifest.yaml')).spent, null);
  });
});
