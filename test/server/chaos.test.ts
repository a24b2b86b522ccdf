import assert from 'node:assert/strict';
import { chaos } from './chaos.ts';

describe('platforms that die at random moments and come back', () => {
  it('10 platforms, 2 lost in each round: every round completes with the right sum', async () => {
    const result = await chaos({ platforms: 10, parameters: 50, rounds: 6, deaths: 2, dropouts: 3, seed: 1 });
    assert.equal(result.completed, 6);
    assert.deepEqual(result.outcomes, { completed: 6 });
  });

  it('4 lost where 3 may be: a round fails at worst, is tried again, and completes', async () => {
    const result = await chaos({ platforms: 10, parameters: 50, rounds: 3, deaths: 4, dropouts: 3, seed: 2 });
    assert.equal(result.completed, 3);
    assert.ok((result.outcomes['too-few-platforms'] ?? 0) > 0, JSON.stringify(result.outcomes));
  });
});
