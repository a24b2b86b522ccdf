import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Workplace } from '../e2e/isthmus.ts';

const ROOT = join(import.meta.dirname, '../..');
const VECTORS = join(ROOT, 'test/reference-accounting/vectors.json');

describe('Documents that commands print with --json', function () {
  this.timeout(60_000);
  let place: Workplace;
  before(async () => (place = await Workplace.make()));
  after(() => place.leave());

  const schema = (name: string): z.ZodType =>
    z.fromJSONSchema(JSON.parse(readFileSync(join(ROOT, `docs/schemas/${name}.json`), 'utf8')) as never);

  const asked: readonly (readonly [string, string])[] = [
    ['privacy-plan', 'privacy plan --epsilon 4 --rounds 2 --platforms 4'],
    ['privacy-plan', 'privacy plan --epsilon 4 --rounds 2 --platforms 5 --colluding 1 --dropouts 1 --sampling 0.2'],
    ['privacy-check', `privacy check ${VECTORS}`],
    ['secagg-plan', 'secagg plan --platforms 10 --corrupt 0.1 --dropout 0.2'],
    ['secagg-plan', 'secagg plan --platforms 4 --corrupt 0.1 --dropout 0'],
    ['secagg-plan', 'secagg plan --platforms 10 --corrupt 0.6 --dropout 0.5'],
    ['strategies', 'strategies'],
    ['study', 'study'],
    ['study', 'study off-policy --seeds 2'],
    ['data-sample', 'data sample --out sample --persons 60 --items 150'],
    ['data-export', 'data export --persons 60 --items 150 --negatives 20 --out recbole'],
    ['data-vocabulary', 'data vocabulary sample/films.items.tsv --out words.txt'],
  ];
  for (const [name, line] of asked) {
    it(`isthmus ${line.replace(ROOT, '.')}: ${name}.json describes it`, async () => {
      const { code, stdout, stderr } = await place.run(...line.split(' '), '--json');
      assert.equal(code, 0, stderr);
      const document: unknown = JSON.parse(stdout);
      schema(name).parse(document);
      assert.equal(schema(name).safeParse([document]).success, false, 'the schema refuses something else');
    });
  }

  it('every command with --json has a schema', () => {
    const folder = join(ROOT, 'cli/commands');
    const commands = readdirSync(folder).filter((file) =>
      readFileSync(join(folder, file), 'utf8').includes(".option('--json'"),
    );
    const schemas: Readonly<Record<string, string>> = {
      'audit.ts': 'audit',
      'consent.ts': 'consent-list',
      'consent-preview.ts': 'consent-preview',
      'data.ts': 'data-inspect',
      'data-embed.ts': 'data-embed',
      'data-export.ts': 'data-export',
      'data-sample.ts': 'data-sample',
      'data-vocabulary.ts': 'data-vocabulary',
      'experiment.ts': 'experiment-privacy',
      'experiment-search.ts': 'experiment-search',
      'manifest.ts': 'manifest-diff',
      'privacy-check.ts': 'privacy-check',
      'privacy-ledger.ts': 'privacy-ledger',
      'privacy-plan.ts': 'privacy-plan',
      'recommend.ts': 'recommend',
      'secagg-plan.ts': 'secagg-plan',
      'simulate.ts': 'results',
      'strategies.ts': 'strategies',
      'study.ts': 'study',
    };
    assert.deepEqual(commands.toSorted(), Object.keys(schemas).toSorted());
    const kept = readdirSync(join(ROOT, 'docs/schemas'));
    for (const name of Object.values(schemas)) assert.ok(kept.includes(`${name}.json`), name);
  });
});
