/** A coordinator whose store was restored from an old copy, over processes. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { parseManifest } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { Accounts } from '../../core/privacy/ledger/accounts.ts';
import { address, coordinator, deadlines, found, platform, PLATFORMS } from '../e2e/federation.ts';
import { Workplace } from '../e2e/isthmus.ts';
import type { Running, Told } from '../e2e/isthmus.ts';

const ROUNDS = 12;

describe('an old copy of the coordinator’s store', function () {
  this.timeout(600_000);
  let place: Workplace;

  beforeEach(async () => {
    place = await Workplace.make();
  });
  afterEach(() => place.leave());

  const copies = (from: string, to: string): void => {
    mkdirSync(place.path(to), { recursive: true });
    for (const file of readdirSync(place.path(to))) if (isStore(file)) rmSync(place.path(to, file));
    for (const file of readdirSync(place.path(from))) {
      if (isStore(file)) copyFileSync(place.path(from, file), place.path(to, file));
    }
  };
  /** Charges of rounds in each platform's own ledger, by session. */
  const charged = (): readonly (readonly string[])[] => {
    const { federation } = parseManifest(readFileSync(place.path('fed/manifest.yaml'), 'utf8'));
    return PLATFORMS.map((name) => {
      const store = openSqliteStore(place.path(`${name}-state`, 'state.db'), { federation, platform: name });
      const sessions = Accounts.of(store.ledger.entries())
        .all()
        .flatMap(({ charge }) => (charge.scope === 'federation' ? [charge.session] : []));
      store.close();
      return sessions;
    });
  };

  it('is refused by every platform’s own ledger: nothing is charged or opened, and rounds go on with the right store', async () => {
    await found(place, { persons: 60, items: 80 }, [
      ...['--strategy', 'shared-trunk', '--epsilon', '8', '--rounds', `${ROUNDS}`, '--release', 'none'],
      ...['--set', 'autoencoder.hidden=4', '--set', 'autoencoder.bottleneck=4', '--set', 'subspace.steps=1'],
      ...['--spare-attempts', '3'],
      ...deadlines(20_000),
    ]);
    let running = coordinator(place, '--port', '0');
    const url = await address(running);
    const again = (): Running => coordinator(place, '--port', new URL(url).port);
    const start = (): readonly Running[] => PLATFORMS.map((name) => platform(place, name, url));
    const stop = (agents: readonly Running[]) => Promise.all(agents.map((agent) => agent.stop('SIGKILL')));
    let agents = start();
    const killedAfter = async (rounds: number): Promise<void> => {
      await running.event(isDone(rounds));
      await running.stop('SIGKILL');
    };
    await killedAfter(1);
    copies('.', 'old');
    running = again();
    await killedAfter(4);
    await stop(agents);
    copies('.', 'right');
    const before = charged();
    for (const sessions of before) assert.ok(sessions.length >= 4);

    copies('old', '.');
    running = again();
    agents = start();
    for (const agent of agents) {
      await agent.event(({ kind, code }) => kind === 'declined' && code === 'PRIVACY_LEDGER_REFUSED');
    }
    await stop(agents);
    await running.stop('SIGKILL');
    assert.ok(running.events.every(({ kind, charged: isCharged }) => kind !== 'attempt-ended' || isCharged !== true));
    assert.deepEqual(charged(), before);
    for (const agent of agents) assert.match(agent.stderr, /coordinator.*ledger.*restore/is);

    copies('right', '.');
    running = again();
    agents = start();
    await running.event(isDone(ROUNDS));
    await stop(agents);
    await running.stop('SIGKILL');
    const { privacy } = planFederation(parseManifest(readFileSync(place.path('fed/manifest.yaml'), 'utf8')));
    for (const [at, sessions] of charged().entries()) {
      assert.deepEqual(sessions.slice(0, before[at].length), before[at]);
      assert.ok(
        sessions.length >= ROUNDS && sessions.length <= privacy.rounds + privacy.spareAttempts + privacy.refunds,
      );
    }
  });
});

const isStore = (file: string): boolean => file.startsWith('coordinator.db') && !file.endsWith('.token');

const isDone =
  (rounds: number) =>
  ({ kind, completedRounds }: Told): boolean =>
    kind === 'attempt-ended' && Number(completedRounds) >= rounds;
