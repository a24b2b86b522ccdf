/**
 * A state that is removed or replaced while its process runs. The process notices before it charges anything more, and
 * so before anything leaves.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../../cli/failure.ts';
import { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import type { Body } from '../../core/wire/body.ts';
import { openSqliteStore } from '../../server/store/sqlite.ts';
import { House } from './house.ts';
import { LivePlatform } from './live-platform.ts';
import { tinyFederation } from './tiny-federation.ts';

const ACCIDENTS: Readonly<Record<string, (folder: string) => void>> = {
  'the file is removed': (folder) => rmSync(join(folder, 'state.db')),
  'its log is removed': (folder) => rmSync(join(folder, 'state.db-wal')),
  'its folder is removed': (folder) => rmSync(folder, { recursive: true }),
  'its folder is emptied and made anew': (folder) => {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
  },
  'a copy takes its place': (folder) => {
    cpSync(join(folder, 'state.db'), join(folder, 'copy.db'));
    renameSync(join(folder, 'copy.db'), join(folder, 'state.db'));
  },
  'it is moved away': (folder) => renameSync(folder, `${folder}.old`),
};

describe('a state that is removed under a running process', () => {
  let folder: string;
  let state: string;
  let house: House;
  let live: LivePlatform[];
  let store: PlatformStore | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'isthmus-removed-'));
    state = join(folder, 'state');
    mkdirSync(state);
    live = [];
  });
  afterEach(async () => {
    for (const platform of live) await platform.link.close();
    await house.tearDown();
    store?.close();
    store = undefined;
    rmSync(folder, { recursive: true });
  });

  const told = (error: unknown): void => {
    const { text, exitCode } = failure(error);
    assert.match(text, /state\.db or its log was removed or replaced while this .* ran: .*\[STORE_UNWRITABLE\]$/);
    assert.equal(exitCode, 4);
  };

  for (const [name, accident] of Object.entries(ACCIDENTS)) {
    it(`of the coordinator, ${name}: it ends before it opens another attempt`, async () => {
      const federation = tinyFederation({ epsilon: 8, rounds: { count: 5 } });
      const owner = { federation: federation.manifest.federation, parameters: federation.plan.parameters };
      house = new House(federation, openSqliteStore(join(state, 'state.db'), owner));
      const coordinator = await house.start();
      coordinator.on((event) => {
        if (event.kind === 'attempt-ended' && event.round === 2) accident(state);
      });
      house.joinAll();
      told(await coordinator.failed);
      assert.equal(house.outcomes().length, 2);
      const starts = house.platforms.flatMap(({ received }) => received.filter(({ kind }) => kind === 'attempt-start'));
      assert.ok(starts.length <= 2 * 3, 'and nobody was invited to another');
    });

    // One example: to the file the other ways are the same.
    if (!['its log is removed', 'its folder is removed', 'a copy takes its place'].includes(name)) continue;
    it(`of a platform, ${name}: nothing of an update leaves it any more`, async () => {
      const federation = tinyFederation({ epsilon: 8, rounds: { count: 5, stageTimeoutMs: 600, maxAttempts: 1 } });
      house = new House(federation);
      const coordinator = await house.start();
      store = openPlatformStore(join(state, 'state.db'), { federation: 'tiny', platform: 'p2' });
      const left: Body[] = [];
      let error: unknown;
      const [p0, p1, p2] = federation.platforms;
      live = [p0, p1].map((identity) => new LivePlatform(house, identity));
      const victim: LivePlatform = new LivePlatform(house, p2, {
        store,
        sends: (body, round) => {
          if (round === 2 && body.kind === 'secagg' && body.message.kind === 'share-keys') accident(state);
          if (round === 2) left.push(body);
          return true;
        },
        onError: (failed) => {
          error ??= failed;
          // The agent reacts in the same way: it stops.
          void victim.die();
        },
      });
      live.push(victim);
      await coordinator.roundsOver;
      told(error);
      const chunks = left.filter((body) => body.kind === 'secagg' && body.message.kind === 'masked-chunk');
      assert.deepEqual(chunks, []);
      assert.ok(left.length > 0);
    });
  }
});
