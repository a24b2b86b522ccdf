import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { BudgetPlan } from '../../core/budget/budget-plan.ts';
import type { ReferenceFile } from '../../core/reference-accounting/verification/reference-row.ts';
import type { Verdict } from '../../core/reference-accounting/verification/verdict.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

async function isthmus(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'privacy', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}

describe('isthmus privacy', function () {
  this.timeout(60_000);
  let folder = '';
  let rows: ReferenceFile['rows'] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-check-'));
    const vectors = JSON.parse(await readFile(new URL('vectors.json', import.meta.url), 'utf8')) as ReferenceFile;
    rows = vectors.rows.filter(({ group }) => ['analytic-gaussian', 'opacus-gdp', 'rdp-exponential'].includes(group));
  });
  after(() => rm(folder, { recursive: true }));

  async function file(name: string, content: unknown): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, JSON.stringify(content));
    return path;
  }

  it('check: counts, and exit code 1 on `out` alone', async () => {
    const good = await isthmus('check', await file('good.json', { title: 'a few', rows }));
    assert.equal(good.code, 0, good.err);
    assert.match(
      good.out,
      /a few\n[^]*unsupported +opacus-gdp-01 [^]*6 rows: 5 ok, 0 upper-bound, 0 out, 1 unsupported/,
    );
    const wrong = rows.map((row, i) => (i === 0 ? { ...row, expected: 99 } : row));
    const bad = await isthmus('check', await file('bad.json', { rows: wrong }), '--json');
    assert.equal(bad.code, 1, bad.err);
    const { counts, verdicts } = JSON.parse(bad.out) as { counts: Record<string, number>; verdicts: Verdict[] };
    assert.deepEqual(counts, { ok: 4, 'upper-bound': 0, out: 1, unsupported: 1 });
    assert.equal(verdicts.find(({ outcome }) => outcome === 'out')?.id, rows[0].id);
  });

  it('check: a malformed file is an input error that names the row', async () => {
    const path = await file('malformed.json', { rows: [rows[0], { ...rows[1], id: 'broken-7', tolerance: 'small' }] });
    const { code, out, err } = await isthmus('check', path);
    assert.equal(code, 3);
    assert.equal(out, '');
    assert.match(err, /row broken-7/);
  });

  it('plan: prints the plan', async () => {
    const asked = ['--epsilon', '4', '--delta', '1e-6', '--rounds', '10', '--platforms', '10'];
    const { code, out, err } = await isthmus('plan', ...asked, '--colluding', '2', '--dropouts', '2', '--json');
    assert.equal(code, 0, err);
    const plan = JSON.parse(out) as BudgetPlan;
    assert.deepEqual([plan.trust.honestMinimum, plan.overCurator.toFixed(2)], [6, '1.29']);
  });
});
