import assert from 'node:assert/strict';
import { Workplace } from '../e2e/isthmus.ts';
import type { Ended } from '../e2e/isthmus.ts';

describe('isthmus consent', function () {
  this.timeout(60_000);
  let place: Workplace;
  before(async () => (place = await Workplace.make()));
  after(() => place.leave());

  const add = (...terms: readonly string[]): Promise<Ended> =>
    place.run('consent', 'add', '--state', 'films-state', '--person', 'p', '--target', 'books', ...terms);

  it('records none that is past, or ends or counts later than a letter can tell', async () => {
    for (const [terms, told] of [
      [['--expires', '2020-01-01'], /"2020-01-01" is past: nobody would be released/],
      [['--expires', '0d'], /"0d" is past/],
      [['--expires', '2200-01-01'], /"2200-01-01" is after 2106-02-07/],
      [['--epoch', '4294967296'], /is not a whole number from 0 to 4294967295/],
    ] as const) {
      const { code, stdout, stderr } = await add(...terms);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, told);
    }
    assert.equal((await add('--expires', '2100-01-01')).code, 0);
    const { stdout } = await place.run('consent', 'list', '--state', 'films-state', '--json');
    const expires = Date.parse('2100-01-01') / 1000;
    assert.deepEqual(JSON.parse(stdout), { consents: [{ person: 'p', target: 'books', epoch: 1, expires }] });
  });
});
