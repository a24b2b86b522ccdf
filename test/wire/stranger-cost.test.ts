import assert from 'node:assert/strict';
import { STRANGER_LIMITS } from '../../server/transport/strangers.ts';
import { costOf, STEPS, totalOf } from './stranger-cost.ts';
import { longIt } from '../longer.ts';

/** LIMITS.md: 33 KiB were measured. */
const MOST_KIB = 60;
/** Limit for all of them together. Half as many more would exceed it. */
const MOST_TOGETHER = STRANGER_LIMITS.strangers * 42 * 1024;

describe('strangers’ memory', function () {
  this.timeout(60_000);
  const dearest = STEPS['the same with 7.5 KiB of headers and 4 KiB unfinished'];

  it('is what each may send and a few objects, however much it sends', async () => {
    const { stay, more } = await costOf(dearest, 200, 256 * 1024);
    const each = stay.heap + stay.outside;
    assert.ok(each < MOST_KIB, `${each.toFixed(1)} KiB each`);
    // The coordinator holds what it sent, so the measure would also see more.
    assert.ok(each > 12, `${each.toFixed(1)} KiB each`);
    const still = more.heap + more.outside;
    assert.ok(still < MOST_KIB, `${still.toFixed(1)} KiB each after 256 KiB more`);
  });

  longIt('is bounded together, however many come', async () => {
    const { strangers } = STRANGER_LIMITS;
    const { bytes, open } = await totalOf(dearest, strangers * 1.6);
    // Those that stay are the last ones to come, so the measurement sees all of them.
    assert.ok(open <= strangers && open > strangers * 0.95, `${open} open`);
    assert.ok(bytes > strangers * 12 * 1024 && bytes < MOST_TOGETHER, `${(bytes / 2 ** 20).toFixed(1)} MiB`);
  });
});
