import assert from 'node:assert/strict';
import { address, coordinator, deadlines, found, json, operator, platform } from '../e2e/federation.ts';
import { Workplace } from '../e2e/isthmus.ts';

const ROUNDS = 2;

interface Status {
  readonly attempts: readonly {
    readonly round: number;
    readonly attempt: number;
    readonly end?: { readonly outcome: string; readonly platforms: readonly string[] };
  }[];
}

describe('kill -9', function () {
  this.timeout(300_000);
  let place: Workplace;

  beforeEach(async () => {
    place = await Workplace.make();
  });

  afterEach(() => place.leave());

  it('of one of ten platforms before its update is in: the round completes without it, and the next one with it', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `p${index}`);
    await found(
      place,
      { persons: 60, items: 80 },
      [
        ...['--strategy', 'shared-trunk', '--epsilon', '8', '--rounds', `${ROUNDS}`, '--release', 'none'],
        ...['--dropouts', '1', '--set', 'autoencoder.hidden=4', '--set', 'autoencoder.bottleneck=4'],
        ...['--set', 'subspace.steps=1'],
        ...deadlines(10_000),
      ],
      names,
    );
    const running = coordinator(place, '--port', '0');
    const url = await address(running);
    const platforms = new Map(names.map((name) => [name, platform(place, name, url)]));
    const victim = platforms.get('p3')!;
    // It is about to send its keys. Updates are requested stages later, after the keys and shares of all. So however
    // late the test reads this, the platform dies before.
    await victim.event(({ kind, round, stage: at }) => kind === 'attempt' && round === 1 && at === 'begun');
    assert.equal((await victim.stop('SIGKILL')).signal, 'SIGKILL');
    await running.event(({ kind, completedRounds }) => kind === 'attempt-ended' && completedRounds === 1);
    platforms.set('p3', platform(place, 'p3', url));
    await running.event(({ kind }) => kind === 'rounds-over');

    const { attempts } = (await json(`${url}/v1/status`, operator(place))) as Status;
    assert.deepEqual(
      attempts.map(({ round, attempt, end }) => [round, attempt, end?.outcome, end?.platforms.toSorted()]),
      [
        [1, 1, 'completed', names.filter((name) => name !== 'p3')],
        [2, 1, 'completed', names],
      ],
    );
    for (const [name, one] of [...platforms, ['coordinator', running] as const]) {
      const { code, stderr } = await one.stop();
      assert.equal(code, 0, `${name}: ${stderr}`);
    }
  });
});
