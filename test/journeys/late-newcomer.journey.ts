/**
 * A platform that joins late. Four sites make item vectors together; when rounds have been done, a fifth site with few persons
 * joins by the next version, takes what is there, contributes nobody, and ranks for its own persons with it.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { initCommand } from '../../cli/commands/init.ts';
import { dataCommand } from '../../cli/commands/data.ts';
import { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
import { parseManifest } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import type { Domain } from '../../core/data/domain.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';
import { presetWorld } from '../../simulations/worlds/presets.ts';
import { syntheticWorld } from '../../simulations/worlds/synthetic.ts';
import { writeDomain } from '../../simulations/worlds/write-world.ts';
import { Agreement } from '../e2e/agreement.ts';
import { address } from '../e2e/federation.ts';
import { Workplace } from '../e2e/isthmus.ts';
import type { Running } from '../e2e/isthmus.ts';

const SITES = ['north', 'south', 'east', 'west'];

describe('A newcomer that joins after rounds were done', function () {
  this.timeout(600_000);
  let place: Workplace;
  let members: Agreement;
  let newcomer: Domain;
  let url = '';
  let coordinator: Running;
  const agents = new Map<string, Running>();

  before(async () => {
    place = await Workplace.make();
    members = new Agreement(place);
    const { domains } = syntheticWorld(
      presetWorld('cross-site', { seed: '1', persons: 900, items: 220, meanHistory: 12 }),
    );
    for (const name of ['operator', ...domains.map((domain) => domain.name)]) mkdirSync(place.path(name));
    for (const domain of domains) await writeDomain(domain, place.path(domain.name));
    newcomer = domains[domains.length - 1];
    assert.equal(newcomer.name, 'newcomer');
  });
  after(() => place.leave());

  const start = async (file: string, names: readonly string[]): Promise<void> => {
    const port = url === '' ? '0' : new URL(url).port;
    coordinator = place.start(
      ...['coordinator', '--manifest', `operator/${file}`, '--identity', 'operator/coordinator.key'],
      ...['--store', 'operator/coordinator.db', '--events', 'json', '--port', port],
    );
    url = await address(coordinator);
    for (const name of names) {
      const agent = place.start(
        ...['platform', '--manifest', `${name}/${file}`, '--identity', `${name}/${name}.key`, '--events', 'json'],
        ...['--data', `${name}/${name}.tsv`, '--vocabulary', `${name}/vocabulary.txt`],
        ...['--state', `${name}/state`, '--coordinator', url],
      );
      agents.set(name, agent);
    }
  };
  const stop = async (names: readonly string[]): Promise<void> => {
    const ends = await Promise.all(names.map((name) => agents.get(name)!.stop()));
    for (const { code, stderr } of ends) assert.equal(code, EXIT.ok, stderr);
    const { code, stderr } = await coordinator.stop();
    assert.equal(code, EXIT.ok, stderr);
  };

  it('four sites agree on a public list of items, and do rounds', async () => {
    const items = SITES.map((name) => place.path(name, `${name}.items.tsv`));
    await members.say(dataCommand(), 'vocabulary', ...items, '--out', place.path('operator', 'vocabulary.txt'));
    for (const name of [...SITES, 'newcomer']) members.send('operator', name, 'vocabulary.txt');
    await members.say(initCommand(), '--coordinator', '--out', place.path('operator'));
    for (const name of SITES) {
      await members.say(initCommand(), '--name', name, '--items', '220', '--persons', '300', '--out', place.path(name));
      members.send(name, 'operator', `half-${name}.yaml`);
    }
    await members.agree(
      'manifest-1.yaml',
      SITES,
      ...['--from', ...SITES.map((name) => place.path('operator', `half-${name}.yaml`))],
      ...['--federation', 'shops', '--strategy', 'shared-subspace', '--rounds', '8', '--release', 'none'],
      ...['--set', 'shared-subspace.dimension=8', '--vocabulary', place.path('operator', 'vocabulary.txt')],
      ...['--epsilon', '8', '--platforms-per-person', '1', '--spare-attempts', '2'],
    );
    await start('manifest-1.yaml', SITES);
  });

  it('the newcomer joins by version 2, and is in no sum of it', async () => {
    const isEnough = ({ kind, completedRounds }: { kind: string; completedRounds?: unknown }): boolean =>
      kind === 'attempt-ended' && Number(completedRounds) >= 2;
    await coordinator.event(isEnough);
    await stop(SITES);
    const done = Math.max(...coordinator.events.filter(isEnough).map(({ completedRounds }) => Number(completedRounds)));
    const own = ['--name', 'newcomer', '--items', '220', '--persons', `${newcomer.persons.length}`];
    await members.say(initCommand(), ...own, '--takes', 'newcomer', '--out', place.path('newcomer'));
    members.send('newcomer', 'operator', 'half-newcomer.yaml');
    const read = await members.agree(
      'manifest-2.yaml',
      [...SITES, 'newcomer'],
      ...['--after', place.path('operator', 'manifest-1.yaml'), '--rounds-done', `${done}`, '--rounds', `${done + 1}`],
      ...['--from', place.path('operator', 'half-newcomer.yaml')],
    );
    assert.match(read, /^version +1 -> 2\njoins +newcomer/m);
    const [before, after] = [1, 2].map((version) =>
      planFederation(parseManifest(readFileSync(place.path('operator', `manifest-${version}.yaml`), 'utf8'))),
    );
    assert.deepEqual([before.privacy.platformCount, after.privacy.platformCount], [4, 4]);
    assert.equal(after.privacy.sums.newcomer, undefined);
    await start('manifest-2.yaml', [...SITES, 'newcomer']);
    const over = await coordinator.event(({ kind }) => kind === 'rounds-over');
    assert.deepEqual([over.ending, over.completedRounds], ['completed', done + 1]);
    const cohorts = coordinator.events.flatMap(({ cohort }) => (Array.isArray(cohort) ? (cohort as string[]) : []));
    assert.ok(cohorts.length > 0 && !cohorts.includes('newcomer'));
  });

  it('it ranks for its own persons with the vectors that it took', async () => {
    await agents.get('newcomer')!.event(({ kind, stage }) => kind === 'stage' && stage === 'serving');
    const [person] = newcomer.persons;
    const asked = ['--state', 'newcomer/state', '--person', person, '--k', '10', '--json'];
    const { code, stdout, stderr } = await place.run('recommend', ...asked);
    assert.equal(code, EXIT.ok, stderr);
    const answer = JSON.parse(stdout) as {
      basis: string;
      claim: string;
      items: { item: string; explanation: { name: string; weight: number }[] }[];
    };
    assert.equal(answer.basis, 'own-history');
    assert.match(answer.claim, /this person's own history here/);
    const own = new Set(
      Array.from(newcomer.items.subarray(0, newcomer.offsets[1]), (item) => newcomer.catalogue[item]),
    );
    assert.equal(answer.items.length, 10);
    assert.ok(answer.items.every(({ item }) => !own.has(item)));
    const shared = answer.items.flatMap(({ explanation }) => explanation.filter(({ name }) => /^shared/.test(name)));
    assert.ok(
      shared.some(({ weight }) => weight !== 0),
      'the shared vectors weigh nothing',
    );
  });

  it('it holds the coordinator’s model, and has paid nothing', async () => {
    await stop([...SITES, 'newcomer']);
    const federation = 'shops';
    const store = openPlatformStore(place.path('newcomer', 'state', 'state.db'), { federation, platform: 'newcomer' });
    const [model, entries] = [store.models.latest(), store.ledger.entries()];
    store.close();
    assert.ok(model !== undefined);
    assert.deepEqual(
      entries.filter(({ origin }) => origin === 'own'),
      [],
    );
    copyFileSync(place.path('operator', 'coordinator.db'), place.path('operator', 'read.db'));
    const there = openCoordinatorStore(place.path('operator', 'read.db'), {
      federation,
      parameters: model.model.length,
    });
    const latest = there.rounds.latest();
    there.close();
    assert.deepEqual([latest?.round, latest?.model], [model.round, model.model]);
  });
});
