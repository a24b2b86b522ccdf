import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { z } from 'zod';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { readLedgerFile } from '../../cli/ledger-file.ts';
import { Ledger } from '../../core/privacy/ledger/ledger.ts';
import type { LedgerEntry } from '../../core/privacy/ledger/ledger.ts';
import { reportLedger } from '../../core/privacy/ledger/ledger-report.ts';
import type { LedgerReport } from '../../core/privacy/ledger/ledger-report.ts';
import { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';
import { COMMAND } from '../e2e/isthmus.ts';
import { testCharge, testRefund, TRUSTING, UNBOUNDED } from '../../compliance/ledger-store.ts';

const DELTA = { epsilon: null, delta: 1e-6, elsewhere: [] };

describe('isthmus privacy ledger', function () {
  this.timeout(60_000);
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'isthmus-ledger-'))));
  after(() => rm(folder, { recursive: true, force: true }));

  const platformState = async (name: string): Promise<{ state: string; file: string; spent: number | null }> => {
    const state = join(folder, name);
    await mkdir(state);
    const file = join(state, 'state.db');
    const store = openSqliteStore(file, { federation: 'f', platform: 'films' });
    const ledger = Ledger.open('f', store.ledger, { ...UNBOUNDED, epsilon: 50, delta: 1e-6 }, TRUSTING);
    for (const round of [1, 2, 3]) ledger.charge(testCharge(round));
    store.close();
    return { state, file, spent: ledger.spent() };
  };

  it("reads a platform's state and a coordinator's store alike, and spends what the ledger says", async () => {
    const { file, spent } = await platformState('alike');
    const before = readFileSync(file);
    const { rows, cutOff, ...owner } = readLedgerFile(file);
    assert.equal(cutOff, null);
    const report = reportLedger(owner, rows, DELTA);
    assert.deepEqual([report.federation, report.platform, report.intact], ['f', 'films', true]);
    assert.equal(report.spent, spent);
    assert.deepEqual(
      report.entries.map((entry) => entry.spent),
      report.entries.map((entry) => entry.spent).toSorted((a, b) => Number(a) - Number(b)),
    );
    assert.deepEqual(readFileSync(file), before, 'the file was only read');

    const coordinator = join(folder, 'coordinator.db');
    const store = openCoordinatorStore(coordinator, { federation: 'f', parameters: 3 });
    Ledger.open('f', store.ledger, UNBOUNDED, TRUSTING).charge(testCharge(1));
    assert.throws(() => readLedgerFile(coordinator), { code: 'STORE_LOCKED' });
    store.close();
    const theirs = readLedgerFile(coordinator);
    assert.deepEqual([theirs.platform, theirs.rows.length], [null, 1]);
  });

  it('refuses what is no store, and makes none', async () => {
    const text = join(folder, 'notes.txt');
    await writeFile(text, 'no database at all\n'.repeat(100));
    assert.throws(() => readLedgerFile(text), { code: 'STORE_CORRUPT' });
    assert.throws(() => readLedgerFile(join(folder, 'nothing.db')), { code: 'STORE_MISSING' });
  });

  it('shows a refund, explains it in one sentence, and counts what is not taken back', async () => {
    const { state, spent } = await platformState('refunded');
    const store = openSqliteStore(join(state, 'state.db'));
    Ledger.open('f', store.ledger, UNBOUNDED, TRUSTING).refund(testRefund(2));
    store.close();
    const { code, stdout } = await run(['privacy', 'ledger', '--state', state]);
    assert.equal(code, 0);
    assert.match(stdout, /^ +3 {2}refund {2}federation {2}round +round 2 +attempt 1 /m);
    assert.match(
      stdout,
      /^Entry 3: Takes back round 2, attempt 1 .*\(without a manifest the signatures are not checked\)\.$/m,
    );
    assert.match(stdout, /^Attempts at rounds: 2 charged and not taken back, 1 taken back\.$/m);
    const json = await run(['privacy', 'ledger', '--state', state, '--json']);
    const document: unknown = JSON.parse(json.stdout);
    const schema = readFileSync(join(import.meta.dirname, '../../docs/schemas/privacy-ledger.json'), 'utf8');
    const report = z.fromJSONSchema(JSON.parse(schema) as never).parse(document) as LedgerReport;
    assert.ok(report.spent! < spent!);
    assert.deepEqual([report.attempts, report.refunds], [2, 1]);
  });

  it('refuses a store of the layout before, with the reason', async () => {
    const { state, file } = await platformState('older');
    const database = new Libsql(file);
    database.exec('PRAGMA user_version = 1');
    database.close();
    assert.throws(() => readLedgerFile(file), {
      code: 'STORE_VERSION',
      message: /when shares were revealed, not when updates left/,
    });
    const { code, stderr } = await run(['privacy', 'ledger', '--state', state]);
    assert.equal(code, 4);
    assert.match(stderr, /its spend is unknown/);
    assert.throws(() => openSqliteStore(file), { code: 'STORE_VERSION' });
  });

  it('tells a broken chain with exit code 5', async () => {
    const { state, file } = await platformState('broken');
    const database = new Libsql(file);
    const { entry } = database.prepare('SELECT entry FROM ledger WHERE sequence = 1').get() as { entry: string };
    const altered = JSON.parse(entry) as LedgerEntry;
    const lowered = { ...altered, charge: { ...altered.charge!, label: 'another' } };
    database.prepare('UPDATE ledger SET entry = :entry WHERE sequence = 1').run({ entry: JSON.stringify(lowered) });
    database.close();
    const { code, stdout } = await run(['privacy', 'ledger', '--state', state, '--json']);
    const report = JSON.parse(stdout) as LedgerReport;
    assert.equal(code, 5);
    assert.equal(report.intact, false);
    assert.match(report.problem ?? '', /entry 1/);
    assert.equal(report.spent, null);
  });

  it('tells that the last entries were removed, which no chain of hashes shows; the process refuses the ledger, too', async () => {
    const { state, file } = await platformState('cut');
    const database = new Libsql(file);
    database.exec('DELETE FROM ledger WHERE sequence > 0');
    database.close();
    const { code, stdout } = await run(['privacy', 'ledger', '--state', state]);
    assert.equal(code, 5);
    assert.match(stdout, /^NOT TO BE TRUSTED: holds 1 entries, and 2 more were written after them/m);
    const store = openSqliteStore(file, { federation: 'f', platform: 'films' });
    assert.throws(() => Ledger.open('f', store.ledger, UNBOUNDED, TRUSTING), { code: 'PRIVACY_LEDGER_BROKEN' });
    store.close();
  });

  it('takes rows that are no entries for a broken ledger', () => {
    for (const row of ['{}', 'nonsense', '{"sequence":0}']) {
      assert.equal(reportLedger({ federation: 'f', platform: null }, [row], DELTA).intact, false);
    }
  });
});

function run(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [command, ...first] = COMMAND;
  return new Promise((resolve) => {
    execFile(command, [...first, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
