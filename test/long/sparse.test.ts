/** 64 platforms in four processes over real sockets, on the sparse graph, with platforms and a whole process that die. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlatformEvent } from '../../client/events.ts';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { formatManifest } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { createCoordinator } from '../../server/coordinator.ts';
import type { CoordinatorEvent } from '../../server/events.ts';
import { memoryStore } from '../../server/store/memory.ts';
import { identityOf, manifestOfMany, namesOf } from '../e2e/many-agents.ts';
import type { AgentsOrder } from './agents.ts';

const COUNT = 64;
const PROCESSES = 4;
const SCRIPT = fileURLToPath(new URL('agents.ts', import.meta.url));
const TYPESCRIPT = `--import=${new URL('../typescript.mjs', import.meta.url).href}`;

interface Told {
  readonly name: string;
  readonly event?: PlatformEvent;
  readonly failed?: string;
}

describe('64 platforms on the sparse graph', function () {
  this.timeout(600_000);
  let folder: string;
  const children: ChildProcess[] = [];

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'isthmus-sparse-'))));
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true });
  });

  it('lose four in a round, then a quarter of all at once, take that charge back, and complete', async () => {
    const privacy = { colluding: 2, dropouts: 6 };
    const rounds = { count: 3, graph: 'sparse', stageTimeoutMs: 20_000, trainTimeoutMs: 60_000, refunds: 3 } as const;
    const manifest = manifestOfMany(COUNT, privacy, rounds);
    const { privacy: plan } = planFederation(manifest);
    assert.deepEqual([plan.degree, plan.threshold, plan.noiseThreshold, plan.noiseShares], [24, 18, 58, 56]);
    const file = join(folder, 'manifest.yaml');
    writeFileSync(file, formatManifest(manifest));
    const coordinator = createCoordinator({
      manifest,
      identity: identityOf('coordinator'),
      store: memoryStore(),
      carrier: { kind: 'sockets', host: '127.0.0.1', port: 0 },
      rounds: { firstPauseMs: 500, graceMs: 20_000, absenceMs: 500, uploadGraceMs: 3000 },
    });
    const events: CoordinatorEvent[] = [];
    coordinator.on((event) => events.push(event));
    await coordinator.start();
    const names = namesOf(COUNT);
    const groups = Array.from({ length: PROCESSES }, (_, i) => names.filter((_name, at) => at % PROCESSES === i));
    const failures: string[] = [];
    const first = new Set(groups[0].slice(0, 4));
    const launch = (group: number): ChildProcess => {
      const order: AgentsOrder = { names: groups[group], folder, manifest: file, url: coordinator.address! };
      const child = fork(SCRIPT, [JSON.stringify(order)], { execArgv: [TYPESCRIPT] });
      child.on('message', ({ name, event, failed }: Told) => {
        if (failed !== undefined) failures.push(`${name}: ${failed}`);
        if (event?.kind !== 'attempt' || event.stage !== 'masked-input') return;
        // Round 1: four agents of the first process stop once they have dealt their shares.
        if (event.round === 1 && first.has(name)) child.send({ stop: name });
      });
      children.push(child);
      return child;
    };
    const last = groups.map((_, group) => launch(group)).at(-1)!;
    // Round 2: once its first upload is granted and charged, 16 agents are killed at once: more than the sum survives.
    let round = 0;
    coordinator.on((event) => {
      if (event.kind === 'attempt') round = event.round;
      if (event.kind !== 'epsilon' || round !== 2 || last.killed) return;
      last.kill('SIGKILL');
      last.once('exit', () => launch(PROCESSES - 1));
    });
    const ending = await coordinator.roundsOver;
    const told = events.flatMap((event) =>
      event.kind === 'attempt-ended'
        ? [`round ${event.round}, attempt ${event.attempt}: ${event.outcome}${event.charged ? ', charged' : ''}`]
        : event.kind === 'refund'
          ? [`refund of round ${event.round}: ${event.statements} statements of ${event.of}`]
          : [],
    );
    const { attempts } = coordinator.status();
    await coordinator.stop();
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    console.log(told.map((line) => `      ${line}`).join('\n'));
    assert.equal(ending, 'completed');
    assert.deepEqual(failures, []);
    const completed = attempts.filter(({ end }) => end?.outcome === 'completed');
    assert.deepEqual(
      completed.map(({ round }) => round),
      [1, 2, 3],
    );
    assert.ok(completed[0].end!.platforms.length >= plan.noiseThreshold);
    assert.ok(events.some((event) => event.kind === 'attempt-ended' && event.outcome !== 'completed' && event.charged));
    assert.ok(events.some((event) => event.kind === 'refund' && event.round === 2));
    const models = names.flatMap((name) => {
      const store = openSqliteStore(join(folder, `${name}.db`));
      const model = store.models.latest();
      const charges = store.ledger.entries();
      store.close();
      // At most R = 3 + 1 charges stand, whoever died.
      const standing =
        charges.filter(({ charge }) => charge?.scope === 'federation').length -
        charges.filter((entry) => 'refund' in entry && entry.refund !== undefined).length;
      assert.ok(standing <= 4, `${name}: ${standing} charges`);
      return model?.round === 3 ? [model] : [];
    });
    assert.ok(models.length >= plan.noiseThreshold, `${models.length} platforms hold the last model`);
    for (const model of models) assert.deepEqual(model, models[0]);
  });
});
