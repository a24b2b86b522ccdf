import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import type { ReferenceFile } from '../../core/reference-accounting/verification/reference-row.ts';
import type { Verdict } from '../../core/reference-accounting/verification/verdict.ts';
import { Workplace } from '../e2e/isthmus.ts';

describe('isthmus privacy check', function () {
  this.timeout(60_000);
  let place: Workplace;
  let rows: ReferenceFile['rows'] = [];

  before(async () => {
    place = await Workplace.make();
    const vectors = JSON.parse(await readFile(new URL('vectors.json', import.meta.url), 'utf8')) as ReferenceFile;
    rows = vectors.rows.filter(({ group }) => ['analytic-gaussian', 'opacus-gdp', 'rdp-exponential'].includes(group));
  });
  after(() => place.leave());

  async function file(name: string, content: unknown): Promise<string> {
    const path = place.path(name);
    await writeFile(path, JSON.stringify(content));
    return path;
  }

  it('counts, and exit code 1 on `out` alone', async () => {
    const good = await place.run('privacy', 'check', await file('good.json', { title: 'a few', rows }));
    assert.equal(good.code, 0, good.stderr);
    assert.match(
      good.stdout,
      /a few\n[^]*unsupported +opacus-gdp-01 [^]*6 rows: 5 ok, 0 upper-bound, 0 out, 1 unsupported/,
    );
    const wrong = rows.map((row, i) => (i === 0 ? { ...row, expected: 99 } : row));
    const bad = await place.run('privacy', 'check', await file('bad.json', { rows: wrong }), '--json');
    assert.equal(bad.code, 1, bad.stderr);
    const { counts, verdicts } = JSON.parse(bad.stdout) as { counts: Record<string, number>; verdicts: Verdict[] };
    assert.deepEqual(counts, { ok: 4, 'upper-bound': 0, out: 1, unsupported: 1 });
    assert.equal(verdicts.find(({ outcome }) => outcome === 'out')?.id, rows[0].id);
  });

  it('a malformed file is an input error that names the row', async () => {
    const path = await file('malformed.json', { rows: [rows[0], { ...rows[1], id: 'broken-7', tolerance: 'small' }] });
    const { code, stdout, stderr } = await place.run('privacy', 'check', path);
    assert.equal(code, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /row broken-7/);
  });
});
