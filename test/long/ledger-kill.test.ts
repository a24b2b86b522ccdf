import { killAtEvery } from '../privacy/ledger-kill.ts';

describe('a federation under kill -9', function () {
  this.timeout(600_000);

  it('before anything that either side writes or sends: nothing has left uncharged, nothing is overspent', () =>
    killAtEvery(1));
});
