/** Lost messages, reconnections, late and repeated messages, slots for uploads. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { createCoordinatorSession, handleCoordinator, uploadingPlatforms } from '../../core/secagg/coordinator.ts';
import { Uploads } from '../../core/secagg/coordinator/uploads.ts';
import { SecaggError } from '../../core/secagg/errors.ts';
import type { CoordinatorMessage, PlatformMessage } from '../../core/secagg/messages.ts';
import { handlePlatform } from '../../core/secagg/platform.ts';
import { members, parametersFor, plainSum, run } from './federation.ts';
import type { Options, Result } from './federation.ts';

function assertSum(result: Result, over: number): void {
  assert.equal(result.outcome, 'completed');
  assert.equal(result.summed.length, over);
  const updates = result.summed.map((id) => result.updates.get(id)!);
  assert.deepEqual([...result.sum!].map(BigInt), plainSum(updates, result.sum!.length, 32));
}

/** Breaks the connection under the first message of this kind to or from one platform. */
function breakOnce(kind: PlatformMessage['kind'] | CoordinatorMessage['kind'], platform = 'p00001'): Options {
  let done = false;
  return {
    parameters: { vectorLength: 200 },
    breaks: (_way, id, message) => {
      if (done || id !== platform || message.kind !== kind) return false;
      done = true;
      return true;
    },
  };
}

describe('a connection that breaks and comes back', () => {
  const kinds = [
    'advertise-keys',
    'key-list',
    'share-keys',
    'share-packets',
    'upload-request',
    'upload-grant',
    'masked-chunk',
    'survivors',
    'consistency-signature',
    'consistency-signatures',
    'reveals',
  ] as const;
  for (const kind of kinds) {
    it(`under ${kind}: the attempt goes on and nobody is lost`, () => assertSum(run(4, breakOnce(kind)), 4));
  }

  it('under the last acknowledgement of an upload: who is in the sum stays in it', () => {
    let done = false;
    const result = run(4, {
      breaks: (_way, id, message) => {
        if (done || id !== 'p00003' || message.kind !== 'upload-grant' || message.next !== 2) return false;
        return (done = true);
      },
    });
    assert.ok(done);
    assertSum(result, 4);
    assert.equal(result.did('p00003', 'persist-reveal'), true);
  });

  it('on a sparse graph, under the beacon', () => {
    const sparse = { graph: { kind: 'harary', degree: 4 }, threshold: 3, tNoise: 6, vectorLength: 40 } as const;
    for (const kind of ['beacon-reveal', 'beacon-list'] as const) {
      assertSum(run(8, { ...breakOnce(kind), parameters: sparse }), 8);
    }
  });

  it('again and again, at random: the exact sum, and each platform reveals once', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 3 }), (seed, uploadSlots) => {
        const coins = seededRandom(`breaks ${seed}`);
        let left = 30;
        const result = run(5, {
          parameters: { vectorLength: 300 },
          uploadSlots,
          uploadWindow: 2,
          breaks: () => left > 0 && coins.bytes(1)[0] < 60 && left-- > 0,
        });
        assertSum(result, 5);
        for (const effects of result.platformEffects.values()) {
          const kept = effects.filter((effect) => effect.kind === 'persist-reveal');
          assert.equal(kept.length, 1);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('repeats what it said, byte for byte, in every stage', () => {
    const stages = new Map<string, readonly PlatformMessage[]>();
    for (const kind of ['share-keys', 'consistency-signature', 'reveals'] as const) {
      const result = run(3, { diesBefore: (id) => (id === 'p00002' ? kind : undefined) });
      const state = result.states.get('p00002')!;
      if (state.stage === 'closed') throw new Error('it should be waiting');
      const [same, effects] = handlePlatform(state, { kind: 'resume' });
      assert.equal(same, state);
      stages.set(
        kind,
        effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : [])),
      );
    }
    for (const [kind, messages] of stages)
      assert.deepEqual(
        messages.map((message) => message.kind),
        [kind],
      );
  });
});

describe('late, early and repeated messages', () => {
  it('repeated by the network: ignored, typed', () => {
    const result = run(4, { up: (_, message) => [message, message], down: (_, message) => [message, message] });
    assertSum(result, 4);
    for (const effects of result.platformEffects.values()) {
      assert.ok(effects.some((effect) => effect.kind === 'ignored' && effect.error.code === 'SECAGG_DUPLICATE'));
    }
  });

  it('a masked update after the sum was closed: refused, and its keys are gone', () => {
    const held: PlatformMessage[] = [];
    const result = run(4, {
      up: (from, message) => {
        if (from !== 'p00003') return [message];
        if (message.kind === 'masked-chunk') {
          held.push(message);
          return [];
        }
        return [message];
      },
    });
    assertSum(result, 3);
    assert.equal(result.aborted('p00003'), 'SECAGG_LATE');
    assert.equal(held.length, 2);
  });

  it('what the driver stops stays stopped', () => {
    const state = run(3, { diesBefore: () => 'masked-chunk' }).states.get('p00000')!;
    const error = new SecaggError('SECAGG_FLOOR', 'the ledger is exhausted');
    const [closed, effects] = handlePlatform(state, { kind: 'stop', error });
    assert.equal(closed.stage, 'closed');
    assert.ok(effects.some((effect) => effect.kind === 'abort' && effect.error === error));
    const [still, more] = handlePlatform(closed, { kind: 'resume' });
    assert.equal(still.stage, 'closed');
    assert.deepEqual(
      more.map((effect) => effect.kind),
      ['ignored'],
    );
  });
});

describe('platforms that are lost', () => {
  it('for good: the stage does not wait for its deadline', () => {
    const people = members(3);
    const [state] = createCoordinatorSession(parametersFor(people), { engine: nodeEngine });
    const [ended, effects] = handleCoordinator(state, { kind: 'lost', platform: people[2].id });
    assert.equal(ended.stage, 'ended');
    assert.ok(
      effects.some((effect) => effect.kind === 'end' && effect.outcome === 'too-few-platforms' && !effect.charged),
    );
  });
});

describe('platforms that are lost after their upload', () => {
  it('too many to open the sum: the attempt ends, charged, before anything is announced', () => {
    let chunks = 0;
    const people = members(4);
    const result = run(4, {
      // Two platforms leave permanently right after their last chunk; t = 3 of 4.
      up: (from, message) => {
        if (message.kind !== 'masked-chunk') return [message];
        const leaves = message.index === 1 && (from === people[0].id || from === people[1].id);
        chunks++;
        return leaves
          ? [message, { kind: 'leave', code: 'SECAGG_CLOSED', about: -1, text: 'shutting down' }]
          : [message];
      },
    });
    assert.equal(chunks, 8);
    assert.equal(result.outcome, 'too-few-platforms');
    assert.equal(result.charged, true);
    assert.ok(!result.transcript.some(({ message }) => (message as CoordinatorMessage).kind === 'survivors'));
  });
});

describe('upload slots', () => {
  const parameters = parametersFor(members(3), { vectorLength: 32 * 10 });
  const chunk = (index: number): { kind: 'masked-chunk'; index: number; bytes: Uint8Array } => ({
    kind: 'masked-chunk',
    index,
    bytes: new Uint8Array(128).fill(1),
  });

  const opened = (slots: number, over = parameters): Uploads => {
    const uploads = new Uploads(over, slots, 4);
    uploads.open();
    return uploads;
  };

  it('are granted once they are opened: before, requests are collected', () => {
    const uploads = new Uploads(parameters, 2, 4);
    for (const platform of [5, 6, 7]) assert.deepEqual(uploads.request(platform), []);
    assert.deepEqual([uploads.waiting, uploads.uploading], [[5, 6, 7], []]);
    assert.deepEqual(uploads.pause(6), []);
    assert.deepEqual(
      uploads.open().map(({ platform }) => platform),
      [5, 7],
    );
  });

  it('are granted in the order of requests, and never more than there are', () => {
    const uploads = opened(2);
    assert.deepEqual(
      uploads.request(5).map((grant) => grant.message),
      [{ kind: 'upload-grant', next: 0, limit: 4 }],
    );
    assert.equal(uploads.request(6).length, 1);
    assert.equal(uploads.request(7).length, 0);
    assert.deepEqual(uploads.uploading, [5, 6]);
    const given: number[] = [];
    for (let i = 0; i < 10; i++) for (const grant of uploads.chunk(5, chunk(i))) given.push(grant.platform);
    assert.deepEqual(uploads.whole, [5]);
    assert.ok(given.includes(7));
    assert.deepEqual(uploads.uploading, [6, 7]);
  });

  it('hold a platform to its window', () => {
    const uploads = opened(1);
    uploads.request(5);
    assert.throws(() => uploads.chunk(5, chunk(1)), /chunk 1 where 0 is next/);
    uploads.chunk(5, chunk(0));
    const [grant] = uploads.chunk(5, chunk(1));
    assert.deepEqual(grant.message, { kind: 'upload-grant', next: 2, limit: 6 });
    assert.throws(() => uploads.chunk(5, chunk(0)), SecaggError);
    assert.throws(() => uploads.chunk(6, chunk(0)), /without a grant/);
  });

  it('of a broken connection are kept while nobody waits, and given away when somebody does', () => {
    const uploads = opened(1);
    uploads.request(5);
    uploads.chunk(5, chunk(0));
    assert.deepEqual(uploads.pause(5), []);
    assert.deepEqual(
      uploads.request(5).map((grant) => grant.message.next),
      [1],
    );
    uploads.pause(5);
    assert.deepEqual(
      uploads.request(6).map((grant) => grant.platform),
      [6],
    );
    assert.deepEqual(uploads.request(5), []);
    assert.deepEqual(
      uploads.drop(6, false).map((grant) => [grant.platform, grant.message.next]),
      [[5, 0]],
    );
  });

  it('of one that stalls go to the next; it starts over', () => {
    const uploads = opened(1);
    uploads.request(5);
    uploads.chunk(5, chunk(0));
    uploads.request(6);
    assert.deepEqual(
      uploads.drop(5, true).map((grant) => grant.platform),
      [6],
    );
    for (let i = 0; i < 10; i++) uploads.chunk(6, chunk(i));
    for (let i = 0; i < 10; i++) uploads.chunk(5, chunk(i));
    assert.deepEqual(uploads.whole, [5, 6]);
    assert.ok(uploads.total.every((value) => value === 2 * 0x01010101));
  });

  it('are what the driver watches', () => {
    const result = run(3, { diesBefore: () => 'masked-chunk' });
    assert.equal(result.outcome, 'too-few-platforms');
    const [state] = createCoordinatorSession(parameters, { engine: nodeEngine });
    assert.deepEqual(uploadingPlatforms(state), []);
  });

  it('keep the memory of a coordinator flat: 40 platforms stage no more than 10 do', () => {
    const most = (n: number): number => {
      const before = process.memoryUsage().arrayBuffers;
      const uploads = opened(3, { ...parameters, vectorLength: 320_000, chunkLength: 32_000 });
      for (let platform = 0; platform < n; platform++) uploads.request(platform);
      for (let platform = 0; platform < n; platform++) {
        for (let i = 0; i < 10; i++) uploads.chunk(platform, { ...chunk(i), bytes: new Uint8Array(128_000) });
      }
      assert.equal(uploads.wholeCount, n);
      return before;
    };
    most(10);
    const uploads = opened(3, { ...parameters, vectorLength: 320_000 });
    const before = process.memoryUsage().arrayBuffers;
    for (let platform = 0; platform < 1000; platform++) uploads.request(platform);
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown <= 3 * 4 * 320_000 + 65_536, `${grown} bytes for three slots of 1280000`);
  });
});
