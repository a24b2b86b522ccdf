import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { peopleOf } from '../../client/data/people.ts';
import { LocalWorkshop } from '../../client/work/local-workshop.ts';
import { packDomain, packReceived, unpackDomain, unpackReceived } from '../../client/work/packets.ts';
import { ThreadedWorkshop } from '../../client/work/threaded-workshop.ts';
import type { Workshop, WorkshopOptions } from '../../client/work/workshop.ts';
import { roundSum } from '../../core/federation/attempt.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { trainedPart } from '../../core/federation/shared-model.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { firstModel } from '../../core/federation/plan.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { seededStreams } from '../../core/random/streams.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import { smallWorld } from './small-world.ts';
import type { SmallWorld } from './small-world.ts';

const endless = new URL('./endless-thread.ts', import.meta.url);

describe('Long work on threads of its own', function () {
  this.timeout(60_000);
  const workshops: Workshop[] = [];
  const flag = join(tmpdir(), `isthmus-endless-${process.pid}`);
  afterEach(async () => {
    rmSync(flag, { force: true });
    await Promise.all(workshops.splice(0).map((workshop) => workshop.dispose()));
  });

  const terms = async (world: SmallWorld, changes: Partial<WorkshopOptions> = {}): Promise<WorkshopOptions> => {
    const { pseudonyms } = world.options('films');
    const kept = new Map<string, Float64Array>();
    return {
      plan: planFederation(world.manifest),
      platform: 'films',
      domain: (await peopleOf(world.domains.get('films')!, pseudonyms)).domain,
      factorise: factorMemory(world.manifest.seed).factorise,
      random: seededStreams('threads'),
      drawn: {
        get: (fingerprint, repetition) => kept.get(`${fingerprint} ${repetition}`),
        put: (fingerprint, repetition, values) => void kept.set(`${fingerprint} ${repetition}`, values),
      },
      charge: () => undefined,
      onProgress: () => undefined,
      signal: new AbortController().signal,
      ...changes,
    };
  };
  const local = (options: WorkshopOptions): Workshop => {
    const made = new LocalWorkshop(options);
    workshops.push(made);
    return made;
  };
  const threaded = (options: WorkshopOptions, module?: URL): Workshop => {
    const made = new ThreadedWorkshop(options, module);
    workshops.push(made);
    return made;
  };
  const receivedOf = async (world: SmallWorld, workshop: Workshop): Promise<readonly ReceivedRepresentations[]> => {
    const { domain } = await terms(world);
    const rows = domain.persons.map((_, row) => row);
    const vectors = await workshop.represent(rows);
    const dimension = vectors[0].length;
    const packed = new Float32Array(rows.length * dimension);
    vectors.forEach((vector, row) => packed.set(vector, row * dimension));
    return [
      {
        source: 'books',
        noiseModel: { kind: 'exact' },
        dimension,
        persons: domain.persons,
        vectors: packed,
      },
    ];
  };

  it('comes to the same: representations and decoder, bit for bit', async () => {
    const world = smallWorld();
    const options = await terms(world);
    const [here, there] = [local(options), threaded(options)];
    await Promise.all([here.prepare(), there.prepare()]);
    const rows = [0, 3, 2];
    assert.deepEqual(await there.represent(rows), await here.represent(rows));
    assert.deepEqual(await there.show(3), await here.show(3));
    const received = await receivedOf(world, here);
    // Each fit on a thread starts from nothing, as in a new process.
    const fitted = await local(options).fit(structuredClone(received));
    assert.deepEqual(await there.fit(structuredClone(received)), fitted);
  });

  it('draws, keeps and charges sums on the platform’s own thread, each before it is seen, and once', async () => {
    const encoder = encoderSpec('private-subspace');
    const world = smallWorld({ encoder, privacy: { epsilon: 8 } });
    const done: string[] = [];
    const options = await terms(world);
    const { drawn } = options;
    const watched: WorkshopOptions = {
      ...options,
      drawn: {
        get: (fingerprint, repetition) => drawn.get(fingerprint, repetition),
        put(fingerprint, repetition, values) {
          done.push('kept');
          return drawn.put(fingerprint, repetition, values);
        },
      },
      charge: ({ label }) => void done.push(label),
    };
    const first = threaded(watched);
    await first.prepare();
    const charges = done.filter((what) => what !== 'kept');
    assert.ok(charges.length > 1 && done[0] === 'kept' && done.length === 2 * charges.length);
    assert.deepEqual(
      done.filter((_, i) => i % 2 === 0),
      charges.map(() => 'kept'),
    );
    done.length = 0;
    const again = threaded(watched);
    await again.prepare();
    assert.deepEqual(done, charges, 'nothing is drawn again');
    assert.deepEqual(await again.represent([5]), await first.represent([5]));
  });

  it('ends with the very error that refused a charge', async () => {
    const encoder = encoderSpec('private-subspace');
    const refusal = new PrivacyError('PRIVACY_BUDGET_EXHAUSTED', 'no room');
    const charge = (): never => {
      throw refusal;
    };
    const workshop = threaded(await terms(smallWorld({ encoder, privacy: { epsilon: 8 } }), { charge }));
    await assert.rejects(workshop.prepare(), (error) => error === refusal);
    await assert.rejects(workshop.represent([0]), { code: 'TRANSFER_NOT_PREPARED', kind: 'input' });
  });

  it('computes updates, tells how far it is, and leaves off when the attempt is over', async () => {
    const names = ['books', 'films', 'music'];
    const encoder = encoderSpec('shared-trunk', { 'autoencoder.hidden': 16 });
    const world = smallWorld({ encoder, privacy: { epsilon: 8 }, rounds: { count: 2 } }, names);
    const options = await terms(world);
    const { plan, platform } = options;
    const workshop = threaded(options);
    await workshop.prepare();
    const shared = firstModel(plan);
    await workshop.adopt(trainedPart(plan, shared));
    let contributions = 0;
    const order = (signal: AbortSignal) => ({
      ...{ shared, round: 1, signal },
      onContribution: () => void (contributions += 1),
    });
    const update = await workshop.update(order(new AbortController().signal));
    assert.equal(update.vector.length, roundSum(plan, platform).dimension);
    assert.equal(contributions, options.domain.persons.length);
    const over = new AbortController();
    const left = workshop.update(order(over.signal));
    over.abort();
    await assert.rejects(left, { name: 'AbortError' });
    assert.equal((await workshop.represent([0])).length, 1, 'and goes on with other work');
  });

  it('trains and represents beside a fit that never ends, and is ended in the middle of it', async () => {
    const world = smallWorld();
    const options = await terms(world);
    process.env.ENDLESS_FIT = flag;
    const workshop = threaded(options, endless);
    await workshop.prepare();
    const received = await receivedOf(world, workshop);
    assert.equal((await workshop.fit(structuredClone(received))).report.warmPersons > 0, true);
    writeFileSync(flag, '');
    const fit = workshop.fit(structuredClone(received));
    fit.catch(() => undefined);
    for (let i = 0; i < 5; i++) {
      assert.equal((await workshop.represent([i])).length, 1);
      await turn();
    }
    await workshop.dispose();
    await assert.rejects(fit, { code: 'WORK_ENDED' });
    await assert.rejects(workshop.prepare(), { code: 'WORK_ENDED' });
  });

  it('says that a thread ended by itself, and why', async () => {
    const broken = new URL(`data:text/javascript,throw new RangeError('no such thing')`);
    const workshop = threaded(await terms(smallWorld()), broken);
    await assert.rejects(workshop.prepare(), { code: 'WORK_THREAD', message: /no such thing/ });
  });

  it('packs domains and what was received without loss', () => {
    const domain = smallWorld().domains.get('films')!;
    assert.deepEqual(unpackDomain(structuredClone(packDomain(domain))), domain);
    const empty = { name: 'new', persons: [], catalogue: [], offsets: new Uint32Array(1), items: new Uint32Array(0) };
    assert.deepEqual(unpackDomain(structuredClone(packDomain(empty))), empty);
    const nobody = { source: 's', noiseModel: { kind: 'exact' }, dimension: 0 } as const;
    for (const persons of [[], ['p'], ['p', 'q']]) {
      const received = [{ ...nobody, persons, vectors: new Float32Array(0) }];
      assert.deepEqual(unpackReceived(packReceived(received)), received);
    }
  });
});
