/**
 * A federation whose members change. Each organisation works in its own folder, and has only the files that it was
 * sent. Five rounds, one platform joins, three rounds, one leaves, two rounds. The coordinator is killed at each
 * switch.
 */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
import { initCommand } from '../../cli/commands/init.ts';
import { manifestCommand } from '../../cli/commands/manifest.ts';
import { parseManifest } from '../../core/federation/manifest.ts';
import type { Charge, LedgerEntry } from '../../core/privacy/ledger/ledger.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';
import { Agreement } from '../e2e/agreement.ts';
import { address } from '../e2e/federation.ts';
import { Workplace } from '../e2e/isthmus.ts';
import type { Running, Told } from '../e2e/isthmus.ts';

const PLATFORMS = ['films', 'books', 'music', 'games'];
const FIRST = ['films', 'books', 'music'];
const BUDGET = 4;
const DELTA = 1e-6;

describe('a federation that one joins and one leaves', function () {
  this.timeout(180_000);
  let place: Workplace;
  let url = '';
  let coordinator: Running;
  const agents = new Map<string, Running>();

  before(async () => {
    place = await Workplace.make();
    const sample = ['--platforms', PLATFORMS.join(','), '--persons', '100', '--items', '120'];
    const { code, stderr } = await place.run('data', 'sample', '--out', 'data', ...sample);
    assert.equal(code, EXIT.ok, stderr);
    for (const name of ['operator', ...PLATFORMS]) mkdirSync(place.path(name));
    for (const file of readdirSync(place.path('data'))) {
      const owner = PLATFORMS.find((name) => file.startsWith(`${name}.`));
      if (owner !== undefined) copyFileSync(place.path('data', file), place.path(owner, file));
    }
  });
  after(() => place.leave());

  const say: Agreement['say'] = (...words) => new Agreement(place).say(...words);
  const send: Agreement['send'] = (...what) => new Agreement(place).send(...what);
  const agree: Agreement['agree'] = (...how) => new Agreement(place).agree(...how);
  const startCoordinator = (file: string): Running =>
    place.start(
      ...['coordinator', '--manifest', `operator/${file}`, '--identity', 'operator/coordinator.key'],
      ...['--store', 'operator/coordinator.db', '--events', 'json', '--port', url === '' ? '0' : new URL(url).port],
    );
  const startAgent = (name: string, file: string, state = 'state'): Running =>
    place.start(
      ...['platform', '--manifest', `${name}/${file}`, '--identity', `${name}/${name}.key`, '--events', 'json'],
      ...['--data', `${name}/${name}.tsv`, '--state', `${name}/${state}`, '--coordinator', url],
    );
  const run = async (file: string, members: readonly string[]): Promise<void> => {
    coordinator = startCoordinator(file);
    url = await address(coordinator);
    for (const name of members) agents.set(name, startAgent(name, file));
  };
  const stopAgents = async (names: readonly string[]): Promise<void> => {
    const ends = await Promise.all(names.map((name) => agents.get(name)!.stop()));
    for (const { code, stderr } of ends) assert.equal(code, EXIT.ok, stderr);
  };
  /** Resolves with the number of completed rounds once these are done, and the coordinator was killed soon after. */
  const killedAfter = async (rounds: number): Promise<number> => {
    const isDone = ({ kind, completedRounds }: Told): boolean =>
      kind === 'attempt-ended' && Number(completedRounds) >= rounds;
    await coordinator.event(isDone);
    await coordinator.stop('SIGKILL');
    return Math.max(...coordinator.events.filter(isDone).map(({ completedRounds }) => Number(completedRounds)));
  };

  it('begins: keys, one manifest, everybody’s signature, five rounds', async () => {
    await say(initCommand(), '--coordinator', '--out', place.path('operator'));
    for (const name of PLATFORMS) {
      await say(initCommand(), '--name', name, '--items', '130', '--persons', '120', '--out', place.path(name));
      send(name, 'operator', `half-${name}.yaml`);
    }
    await agree(
      'manifest-1.yaml',
      FIRST,
      ...['--from', ...FIRST.map((name) => place.path('operator', `half-${name}.yaml`))],
      ...['--federation', 'cinema', '--strategy', 'shared-trunk', '--rounds', '20', '--release', 'none'],
      ...['--set', 'autoencoder.hidden=4', '--set', 'autoencoder.bottleneck=4', '--set', 'subspace.steps=1'],
      ...['--epsilon', `${BUDGET}`, '--delta', `${DELTA}`, '--platforms-per-person', '2', '--spare-attempts', '2'],
    );
    await run('manifest-1.yaml', FIRST);
  });

  it('one joins: nobody edits a file, who is ahead of the coordinator waits for it, and rounds go on', async () => {
    const done = await killedAfter(5);
    // One agent is killed as well.
    await agents.get('films')!.stop('SIGKILL');
    await stopAgents(['books', 'music']);
    cpSync(place.path('films', 'state'), place.path('films', 'old-state'), { recursive: true });
    const said = await agree(
      'manifest-2.yaml',
      PLATFORMS,
      ...['--after', place.path('operator', 'manifest-1.yaml'), '--rounds-done', `${done}`],
      ...['--from', place.path('operator', 'half-games.yaml')],
    );
    assert.match(said, /^version +1 -> 2\njoins +games\nleaves +nobody\nstays +films, books, music;/m);
    // All have signed, and nobody has switched: rounds go on, as far as attempts are left to version 1.
    await run('manifest-1.yaml', FIRST);
    // Version 1 does not even know its name.
    const games = startAgent('games', 'manifest-2.yaml');
    await games.says(/runs by version 1 of the manifest, and this platform by version 2: it waits/);
    const more = await killedAfter(done + 1);
    assert.ok(more > done && more <= done + 2, `${done} rounds before the signatures, ${more} before the switch`);
    await stopAgents(FIRST);
    await run('manifest-2.yaml', FIRST);
    agents.set('games', games);
    await coordinator.event(({ kind, cohort }) => kind === 'attempt' && Array.isArray(cohort) && cohort.length === 4);
  });

  it('one leaves: it is told so and its agent ends, the others do the last two rounds', async () => {
    const done = await killedAfter(8);
    const rest = ['films', 'music', 'games'];
    await stopAgents(PLATFORMS);
    const key = ['--identity', place.path('books', 'books.key'), '--state', place.path('books', 'state')];
    cpSync(place.path('books', 'state'), place.path('books', 'old-state'), { recursive: true });
    const goodbye = await say(manifestCommand(), 'farewell', place.path('books', 'manifest-2.yaml'), ...key);
    assert.match(goodbye, /^books leaves version 2 with [1-9]\d* attempts? charged and 0 charges taken back/);
    send('books', 'operator', 'books.farewell.yaml');
    const read = await agree(
      'manifest-3.yaml',
      rest,
      ...['--after', place.path('operator', 'manifest-2.yaml'), '--rounds-done', `${done}`],
      ...['--leave', 'books', '--farewell', place.path('operator', 'books.farewell.yaml'), '--rounds', `${done + 2}`],
    );
    assert.match(read, /^leaves +books; what they released stays counted/m);
    assert.doesNotMatch(read, /farewell|have stopped|paid for no more/);
    // A coordinator of the version that it left finds no platform in it.
    url = await address((coordinator = startCoordinator('manifest-2.yaml')));
    const gone = await startAgent('books', 'manifest-2.yaml').ended;
    assert.equal(gone.code, EXIT.privacy, gone.stderr);
    assert.match(gone.stderr, /books said farewell to version 2 with this state.*\[VERSION_LEFT\]/);
    assert.equal((await coordinator.stop()).code, EXIT.ok);
    await run('manifest-3.yaml', rest);
    // A copy of its state from before the farewell gets no further than the coordinator.
    const left = await startAgent('books', 'manifest-2.yaml', 'old-state').ended;
    assert.equal(left.code, EXIT.federation, left.stderr);
    assert.match(left.stderr, /"books" left the federation by version 3\. Its agent can stop for good.*\[LINK_LEFT\]/);
    const over = await coordinator.event(({ kind }) => kind === 'rounds-over');
    assert.deepEqual([over.ending, over.completedRounds], ['completed', done + 2]);
    for (const name of rest) {
      await agents.get(name)!.event(({ kind, stage }) => kind === 'stage' && stage === 'releasing');
    }
    await stopAgents(rest);
    const old = await startAgent('films', 'manifest-3.yaml', 'old-state').ended;
    assert.equal(old.code, EXIT.privacy, old.stderr);
    assert.match(old.stderr, /the state was restored from an older copy.*\[PLATFORM_STATE_OLD\]/);
    assert.equal((await coordinator.stop()).code, EXIT.ok);
  });

  it('nobody goes back', async () => {
    for (const one of [startCoordinator('manifest-2.yaml'), startAgent('films', 'manifest-2.yaml')]) {
      const { code, stderr } = await one.ended;
      assert.equal(code, EXIT.input, stderr);
      assert.match(stderr, /is version 2, and version 3 was run by with this state.*\[VERSION_BACK\]/);
    }
  });

  it('nothing was drawn or charged twice, and what any person spent in all, computed from the ledgers alone, is within the budget', () => {
    const manifest = parseManifest(readFileSync(place.path('operator', 'manifest-3.yaml'), 'utf8'));
    const { federation } = manifest;
    const model = openPlatformStore(place.path('films', 'state', 'state.db'), { federation, platform: 'films' });
    const parameters = model.models.latest()!.model.length;
    model.close();
    const store = openCoordinatorStore(place.path('operator', 'coordinator.db'), { federation, parameters });
    const rounds = standing(store.ledger.entries());
    store.close();
    assert.deepEqual([...new Set(rounds.map(({ version }) => version))], [1, 2, 3]);
    assert.equal(new Set(rounds.map(({ session }) => session)).size, rounds.length);
    const own = PLATFORMS.map((platform) => {
      const state = openPlatformStore(place.path(platform, 'state', 'state.db'), { federation, platform });
      const sums = standing(state.ledger.entries()).filter(({ scope }) => scope === 'platform');
      state.close();
      assert.ok(sums.length > 0);
      assert.ok(
        sums.every(({ version }) => version === (platform === 'games' ? 2 : 1)),
        'kept, and not drawn again',
      );
      assert.equal(new Set(sums.map(({ label, round }) => `${label} ${round}`)).size, sums.length);
      return sums;
    });
    const pairs = own.flatMap((one, i) => own.slice(i + 1).map((other) => epsilonOf([...one, ...other, ...rounds])));
    assert.ok(Math.max(...pairs) <= BUDGET && Math.min(...pairs) > BUDGET / 4, pairs.join(', '));
  });
});

/** The charges that were not taken back, each once. */
function standing(entries: readonly LedgerEntry[]): readonly Charge[] {
  const back = new Set(entries.flatMap(({ refund }) => (refund === undefined ? [] : [refund.session])));
  const own = entries.filter(({ origin }) => origin === 'own');
  return own.flatMap(({ charge }) => (charge === undefined || back.has(charge.session) ? [] : [charge]));
}

/**
 * Gaussians compose by their rho = sensitivity² / 2 variance, and (alpha, rho alpha) converts to epsilon at delta by the bound of
 * Canonne, Kamath and Steinke (2020), proposition 12; the smallest over alpha is what we want. Nothing of our accountant.
 */
function epsilonOf(charges: readonly Charge[]): number {
  const rho = charges.reduce((sum, { event }) => {
    switch (event.kind) {
      case 'discrete-gaussian':
        return sum + event.sensitivity ** 2 / (2 * event.sigma ** 2);
      case 'distributed-discrete-gaussian':
        return sum + event.sensitivity ** 2 / (2 * event.shares * event.localSigma ** 2);
      default:
        return assert.fail(`an event of kind ${event.kind}`);
    }
  }, 0);
  const alphas = Array.from({ length: 20_000 }, (_, i) => 1 + (i + 1) / 100);
  const at = (alpha: number): number =>
    rho * alpha + (Math.log(1 / DELTA) + (alpha - 1) * Math.log(1 - 1 / alpha) - Math.log(alpha)) / (alpha - 1);
  return Math.min(...alphas.map(at));
}
