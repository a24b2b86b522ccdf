import assert from 'node:assert/strict';
import { costOf, STEPS } from './stranger-cost.ts';

/** LIMITS.md: 33 KiB were measured. */
const MOST_KIB = 60;

describe('a stranger’s memory', function () {
  this.timeout(60_000);

  it('is what it may send and a few objects, however much it sends', async () => {
    const dearest = STEPS['the same with 7.5 KiB of headers and 4 KiB unfinished'];
    const { stay, more } = await costOf(dearest, 200, 256 * 1024);
    const each = stay.heap + stay.outside;
    assert.ok(each < MOST_KIB, `${each.toFixed(1)} KiB each`);
    // What it sent is held: the measure would see more as well.
    assert.ok(each > 12, `${each.toFixed(1)} KiB each`);
    const still = more.heap + more.outside;
    assert.ok(still < MOST_KIB, `${still.toFixed(1)} KiB each after 256 KiB more`);
  });
});
