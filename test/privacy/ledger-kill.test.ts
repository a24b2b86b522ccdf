import { killAtEvery } from './ledger-kill.ts';

describe('a federation under kill -9', function () {
  this.timeout(180_000);

  // test/long tries every one of these points.
  it('at points between what either side writes or sends: nothing has left uncharged, nothing is overspent', () =>
    killAtEvery(12));
});
