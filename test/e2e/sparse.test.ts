import assert from 'node:assert/strict';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { Platform } from '../../client/platform.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { createCoordinator } from '../../server/coordinator.ts';
import type { Coordinator } from '../../server/options.ts';
import { memoryStore } from '../../server/store/memory.ts';
import { untilTrue } from '../client/small-world.ts';
import { agentOf, identityOf, manifestOfMany, namesOf } from './many-agents.ts';

const COUNT = 12;

describe('Rounds over the sparse graph', function () {
  this.timeout(60_000);
  const running: (Platform | Coordinator)[] = [];

  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
  });

  it('over real sockets complete without a platform that dies in them, and all that is left hold the same model', async () => {
    const manifest = manifestOfMany(COUNT, {}, { count: 1, graph: 'sparse', stageTimeoutMs: 8000 });
    const { privacy } = planFederation(manifest);
    assert.deepEqual([privacy.degree, privacy.threshold, privacy.noiseThreshold], [8, 7, 11]);
    const coordinator = createCoordinator({
      manifest,
      identity: identityOf('coordinator'),
      store: memoryStore(),
      carrier: { kind: 'sockets', host: '127.0.0.1', port: 0 },
      rounds: { firstPauseMs: 5, graceMs: 1500, absenceMs: 300 },
    });
    running.push(coordinator);
    const stages = new Set<string>();
    coordinator.on((event) => {
      if (event.kind === 'stage') stages.add(event.stage);
    });
    await coordinator.start();
    const stores = new Map<string, PlatformStore>(namesOf(COUNT).map((name) => [name, createMemoryStore()]));
    const [victim, ...others] = namesOf(COUNT).map((name) =>
      agentOf(name, manifest, coordinator.address!, stores.get(name)!),
    );
    running.push(...others, victim);
    // It has dealt its shares, so that its masks are in everybody's sum and have to be taken out again.
    const dead = new Promise<void>((resolve, reject) => {
      victim.on((event) => {
        if (event.kind === 'attempt' && event.stage === 'masked-input') victim.stop().then(resolve, reject);
      });
    });
    await Promise.all([victim, ...others].map((one) => one.start()));
    assert.equal(await coordinator.roundsOver, 'completed');
    await dead;
    assert.ok(stages.has('beacon'));
    const { attempts } = coordinator.status();
    assert.deepEqual(
      attempts.map(({ end }) => end?.outcome),
      ['completed'],
    );
    // It may have been quick enough to upload.
    assert.ok(others.every(({ name }) => attempts[0].end!.platforms.includes(name)));
    const latest = () => others.map(({ name }) => stores.get(name)!.models.latest());
    await untilTrue(() => latest().every((model) => model?.round === 1));
    const models = latest();
    for (const model of models) assert.deepEqual(model, models[0]);
    for (const { name } of others) {
      const charges = stores.get(name)!.ledger.entries();
      assert.equal(charges.filter(({ charge }) => charge?.scope === 'federation').length, 1);
    }
  });
});
