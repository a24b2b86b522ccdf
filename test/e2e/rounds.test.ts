import assert from 'node:assert/strict';
import { address, coordinator, found, PLATFORMS, platform } from './federation.ts';
import { assertRoundsAsInOnePlace } from './in-one-place.ts';
import { Workplace } from './isthmus.ts';
import { longIt } from '../longer.ts';

const ROUNDS = 2;

describe('rounds without noise', function () {
  this.timeout(120_000);
  let place: Workplace;

  beforeEach(async () => {
    place = await Workplace.make();
  });

  afterEach(() => place.leave());

  longIt('of processes are the same computation in one place, integer for integer', async () => {
    await found(place, { persons: 100, items: 120 }, [
      ...['--strategy', 'shared-trunk', '--no-privacy', '--rounds', `${ROUNDS}`, '--release', 'none'],
      ...['--set', 'autoencoder.hidden=8', '--set', 'autoencoder.bottleneck=4', '--set', 'subspace.steps=1'],
    ]);
    const running = coordinator(place, '--port', '0', '--until-rounds-over');
    const url = await address(running);
    const platforms = PLATFORMS.map((name) => platform(place, name, url, '--accept-no-privacy'));
    assert.equal((await running.ended).code, 0, running.stderr);
    for (const one of platforms) await one.stop();
    assert.equal(await assertRoundsAsInOnePlace(place), ROUNDS);
  });
});
