import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseManifest } from '../../core/federation/manifest.ts';
import type { Charge, LedgerEntry } from '../../core/privacy/ledger/ledger.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
import { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';
import { address, coordinator, found, json, PLATFORMS, platform, operator } from './federation.ts';
import { descendants, isAlive, Workplace } from './isthmus.ts';
import type { Running, Told } from './isthmus.ts';
import { longIt } from '../longer.ts';

const ROUNDS = 2;

/** The charges of the entries, refunded or not. */
function chargesOf(entries: readonly LedgerEntry[]): readonly Charge[] {
  return entries.flatMap((entry) => (entry.refund === undefined ? [entry.charge] : []));
}

interface Status {
  readonly rounds: { readonly completed: number };
  readonly epsilon: { readonly spent: number; readonly budget: number };
  readonly attempts: readonly {
    readonly round: number;
    readonly attempt: number;
    readonly end?: { readonly outcome: string; readonly charged: boolean; readonly platforms: readonly string[] };
  }[];
}

describe('kill -9', function () {
  this.timeout(300_000);
  let place: Workplace;

  beforeEach(async () => {
    place = await Workplace.make();
  });

  afterEach(() => place.leave());

  const stage =
    (round: number, name: string) =>
    (event: Told): boolean =>
      event.kind === 'stage' && event.round === round && event.stage === name;

  longIt(
    'of the coordinator, before and after a charge: it goes on at the right round, and nothing is spent twice',
    async () => {
      await found(place, { persons: 100, items: 160 }, [
        ...['--strategy', 'shared-trunk', '--epsilon', '8', '--rounds', `${ROUNDS}`, '--release', 'none'],
        ...['--set', 'autoencoder.hidden=4', '--set', 'autoencoder.bottleneck=4', '--set', 'subspace.steps=1'],
      ]);
      let running = coordinator(place, '--port', '0');
      const url = await address(running);
      const platforms = new Map(PLATFORMS.map((name) => [name, platform(place, name, url)]));
      const again = async (): Promise<Running> => {
        const { signal } = await running.stop('SIGKILL');
        assert.equal(signal, 'SIGKILL');
        const next = coordinator(place, '--port', new URL(url).port);
        await address(next);
        return next;
      };

      // No update has been requested yet, so nothing is charged.
      await running.event(stage(1, 'shares'));
      running = await again();
      await running.event(({ kind, completedRounds }) => kind === 'attempt-ended' && completedRounds === 1);
      // Updates have arrived: the attempt is charged, and lost, unless the sum was opened before the signal came.
      await running.event(stage(2, 'unmask'));
      running = await again();
      await running.event(({ kind }) => kind === 'rounds-over');

      const status = (await json(`${url}/v1/status`, operator(place))) as Status;
      assert.equal(status.rounds.completed, ROUNDS);
      const attempts = status.attempts.map(({ round, attempt, end }) => [round, attempt, end?.outcome, end?.charged]);
      const lost = [
        [2, 1, 'abandoned', true],
        [2, 2, 'completed', true],
      ];
      const opened = [[2, 1, 'completed', true]];
      assert.deepEqual(attempts, [
        [1, 1, 'abandoned', false],
        [1, 2, 'completed', true],
        ...(attempts.length === 3 ? opened : lost),
      ]);
      assert.ok(status.epsilon.spent <= status.epsilon.budget);
      for (const [name, one] of platforms) {
        await one.event(({ kind, stage: at }) => kind === 'stage' && at === 'releasing');
        const { code, stderr } = await one.stop();
        assert.equal(code, 0, `${name}: ${stderr}`);
      }
      assert.equal((await running.stop()).code, 0);
      const charged = attempts.filter(([, , , isCharged]) => isCharged === true);
      assert.deepEqual(
        checkLedgers(),
        charged.map(([round, attempt]) => `${String(round)}/${String(attempt)}`),
        'what is lost is charged, and its retry is another session',
      );
    },
  );

  /** Both sides have the same charges, and every session is charged once. @returns round/attempt of each charge. */
  function checkLedgers(): readonly string[] {
    const manifest = parseManifest(readFileSync(place.path('fed/manifest.yaml'), 'utf8'));
    const { parameters } = planFederation(manifest);
    const owner = { federation: manifest.federation, parameters };
    const theirs = openCoordinatorStore(place.path('coordinator.db'), owner);
    try {
      const charges = chargesOf(theirs.ledger.entries());
      const sessions = charges.map(({ session }) => session);
      assert.equal(new Set(sessions).size, sessions.length, 'no session is charged twice');
      const model = theirs.rounds.model(ROUNDS);
      assert.ok(model !== undefined);
      for (const name of PLATFORMS) {
        const own = openPlatformStore(place.path(`${name}-state`, 'state.db'));
        try {
          const rounds = chargesOf(own.ledger.entries()).filter(({ scope }) => scope === 'federation');
          assert.deepEqual(rounds.map(({ session }) => session).sort(), [...sessions].sort(), name);
          assert.deepEqual(own.models.latest(), { round: ROUNDS, model }, name);
        } finally {
          own.close();
        }
      }
      return charges.map(({ round, attempt }) => `${round}/${attempt}`);
    } finally {
      theirs.close();
    }
  }

  longIt('of a platform of three in a simulation: it is started again, and the next attempt completes', async () => {
    const run = place.start(
      ...['simulate', '--strategy', 'shared-trunk', '--rounds', '1', '--persons', '150', '--items', '160', '--json'],
    );
    await run.says(/round 1 of 1, attempt 1: masked-input/);
    const started = descendants(run.pid);
    const films = started.find(({ command }) => / films\s*$/.test(command));
    assert.ok(films !== undefined, started.map(({ command }) => command).join('\n'));
    process.kill(films.pid, 'SIGKILL');
    const { code, stdout, stderr } = await run.ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /films restarted: killed by SIGKILL/);
    const { rounds } = JSON.parse(stdout) as {
      rounds: { round: number; attempt: number; outcome: string; platforms: number }[];
    };
    assert.deepEqual(
      rounds.map(({ round, attempt, outcome, platforms }) => [round, attempt, outcome, platforms]),
      [
        [1, 1, 'too-few-platforms', 0],
        [1, 2, 'completed', 3],
      ],
      'three platforms tolerate no loss: the attempt ends, and the next has all of them',
    );
    assert.deepEqual(
      started.filter(({ pid }) => isAlive(pid)),
      [],
    );
  });
});
