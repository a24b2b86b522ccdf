import assert from 'node:assert/strict';
import { TargetDesk } from '../../client/releases/target.ts';
import type { TargetOptions } from '../../client/releases/target.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import type { LetterBody, ReleaseBatch } from '../../core/federation/letter.ts';
import { noiseText } from '../../core/release/noise-text.ts';
import { releaseMode } from '../../core/release/registry.ts';
import type { ReleaseModeName } from '../../core/release/registry.ts';
import { silentLog } from '../../host/log.ts';
import { HandClock } from './hand-clock.ts';

const V2 = { epoch: 1, modelRound: 2 };

describe('A target', () => {
  let store: PlatformStore;
  let clock: HandClock;
  let asked: { to: string; body: LetterBody }[];
  let changes: number;
  const batch: ReleaseBatch = {
    epoch: 1,
    modelRound: 2,
    part: 0,
    parts: 1,
    mode: 'raw',
    noiseModel: '{"kind":"exact"}',
    prototypes: new Float32Array(0),
    dimension: 2,
    persons: ['p', 'q'],
    expires: Uint32Array.of(1500, 3000),
    vectors: Float32Array.of(1, 0, 0, 1),
  };
  const desk = (mode: ReleaseModeName = 'raw', changed: Partial<TargetOptions> = {}): TargetDesk =>
    new TargetDesk({
      received: store.received,
      sources: ['films', 'music'],
      planned: (source) => ({
        mode: source === 'books' ? 'none' : mode,
        epsilon0: mode === 'raw' ? null : 2,
        dimension: 2,
        cohorts: mode === 'cohort' ? 2 : 0,
        mostPersons: 4,
        mostParts: 2,
        lastRound: 9,
        purposes: [],
      }),
      epoch: 1,
      clock,
      log: silentLog,
      write: (to, bodies) => void asked.push(...bodies.map((body) => ({ to, body }))),
      emit: () => undefined,
      onChange: () => void (changes += 1),
      onError: (error) => assert.fail(String(error)),
      ...changed,
    });

  beforeEach(() => {
    store = createMemoryStore();
    clock = new HandClock();
    asked = [];
    changes = 0;
  });

  it('asks every source whose answer is not all here', () => {
    const target = desk();
    target.ask(2);
    assert.deepEqual(
      asked.map(({ to, body }) => [to, body]),
      ['films', 'music'].map((to) => [to, { kind: 'release-request', epoch: 1, modelRound: 2 }]),
    );
    target.onBatch('films', { ...batch, parts: 2 }, 1);
    assert.deepEqual(target.missing(), ['films', 'music']);
    assert.equal(changes, 0);
    target.onBatch('films', { ...batch, part: 1, parts: 2, persons: ['r', 's'] }, 1);
    assert.deepEqual([target.missing(), changes], [['music'], 1]);
    const again = desk();
    again.ask(2);
    assert.deepEqual(
      asked.slice(2).map(({ to }) => to),
      ['music'],
    );
    const [films] = again.representations(V2);
    assert.deepEqual([films.source, films.persons, films.vectors.length], ['films', ['p', 'q', 'r', 's'], 8]);
  });

  it('drops what it did not ask for', () => {
    const target = desk();
    target.ask(2);
    target.onBatch('strangers', batch, 1);
    target.onBatch('films', { ...batch, epoch: 2 }, 1);
    target.onBatch('films', { ...batch, modelRound: 1 }, 1);
    assert.deepEqual([store.received.batches(), changes], [[], 0]);
  });

  it('refuses a noise model that is not its mode’s', () => {
    const target = desk('ldp');
    target.ask(2);
    const { noiseModel: planned } = releaseMode('ldp', { epsilon0: 2, dimension: 2 });
    const privunit = noiseText(planned).noiseModel;
    const numbers = { ...planned.numbers, expectedCosine: 0.4, squaredNorm: 6.25 };
    const louder = noiseText({ ...planned, numbers }).noiseModel;
    for (const noiseModel of ['', '{"kind":"exact"}', '{"kind":"privunit"}', louder, privunit.replace('0.', '4.')]) {
      assert.throws(() => target.onBatch('films', { ...batch, mode: 'ldp', noiseModel }, 1), {
        code: 'LETTER_INVALID',
      });
    }
    target.onBatch('films', { ...batch, mode: 'ldp', noiseModel: privunit }, 1);
    assert.equal(target.representations(V2)[0].noiseModel.kind, 'privunit');
  });

  const empty = { persons: [], expires: new Uint32Array(0), vectors: new Float32Array(0), dimension: 0, mode: 'none' };
  const named = (
    count: number,
    dimension = 2,
  ): Pick<ReleaseBatch, 'persons' | 'expires' | 'vectors' | 'dimension'> => ({
    persons: Array.from({ length: count }, (_, i) => `n${i}`),
    expires: new Uint32Array(count).fill(3000),
    vectors: new Float32Array(count * dimension).fill(1),
    dimension,
  });
  const unplanned: Readonly<Record<string, Partial<ReleaseBatch>>> = {
    'of another mode': { mode: 'ldp' },
    'of no mode': { mode: 'something' },
    wider: named(2, 3),
    narrower: named(2, 1),
    'of a round that is not': { modelRound: 10 },
    'in more letters than its persons need': { parts: 3 },
    'of more persons than its platform has': named(5),
    'of somebody, in no mode': { mode: 'none' },
    'of nobody, but wide': { ...empty, dimension: 2 },
  };
  for (const [what, changed] of Object.entries(unplanned)) {
    it(`keeps nothing that its source cannot have released: ${what}`, () => {
      const target = desk();
      target.ask(2);
      assert.throws(() => target.onBatch('films', { ...batch, ...changed }, 1), {
        code: 'LETTER_INVALID',
      });
      assert.deepEqual([store.received.batches(), changes], [[], 0]);
      target.onBatch('films', batch, 1);
      const whole = store.received.vectors('films', V2);
      assert.throws(() => target.onBatch('films', { ...batch, ...changed }, 2), { code: 'LETTER_INVALID' });
      assert.deepEqual(store.received.vectors('films', V2), whole, 'what is right stays');
    });
  }

  it('keeps nothing of an answer that has too many persons in all its letters together', () => {
    const target = desk();
    target.ask(2);
    target.onBatch('films', { ...batch, ...named(3), parts: 2 }, 1);
    assert.throws(() => target.onBatch('films', { ...batch, parts: 2, part: 1 }, 1), {
      message: /5 persons.* 4 at most/,
    });
    assert.deepEqual(store.received.batches(), []);
  });

  it('drops at its start what it kept and no source of this federation can have released', () => {
    const kept = { epoch: 1, modelRound: 2, order: 1, part: 0, parts: 1, noiseModel: { kind: 'exact' } } as const;
    store.received.put({ ...kept, source: 'films', mode: 'raw', ...named(1, 2000) });
    store.received.put({ ...kept, source: 'music', mode: 'raw', ...named(1) });
    store.received.put({ ...kept, source: 'music', mode: 'raw', ...named(1), modelRound: 10 });
    store.received.put({ ...kept, source: 'books', mode: 'raw', ...named(1) });
    store.received.put({ ...kept, source: 'books', ...empty, mode: 'none', modelRound: 0 });
    desk().stop();
    assert.deepEqual(
      store.received.batches().map(({ source, modelRound }) => [source, modelRound]),
      [
        ['books', 0],
        ['music', 2],
      ],
    );
  });

  it('keeps one answer beyond the model that it asks about, the latest', () => {
    const target = desk();
    target.ask(2);
    target.onBatch('films', batch, 1);
    for (const modelRound of [4, 3, 9, 5, 8]) target.onBatch('films', { ...batch, modelRound }, 1);
    target.onBatch('music', { ...batch, modelRound: 5 }, 1);
    assert.deepEqual(
      store.received.batches().map(({ source, modelRound }) => [source, modelRound]),
      [
        ['films', 2],
        ['films', 9],
        ['music', 5],
      ],
    );
    target.ask(9);
    assert.deepEqual(target.missing(), ['music']);
  });

  it('takes an answer of nobody for an answer', () => {
    const target = desk();
    target.ask(2);
    target.onBatch('films', { ...batch, ...empty }, 1);
    assert.deepEqual(target.missing(), ['music']);
    assert.deepEqual(target.representations(V2), []);
  });

  it('deletes what is withdrawn or expired, and says that it changed', () => {
    const target = desk();
    target.ask(2);
    target.onBatch('films', batch, 1);
    clock.seconds = 1500;
    clock.tick();
    assert.deepEqual(
      store.received.vectors('films', V2).map(({ pseudonym }) => pseudonym),
      ['q'],
    );
    target.onWithdrawal('films', ['q', 'unknown'], 2);
    target.onWithdrawal('films', ['unknown'], 2);
    assert.deepEqual([store.received.vectors('films', V2), changes], [[], 3]);
    target.stop();
  });

  it('hands on what its store refuses when something expires: no caller is there to take it', () => {
    let isFull = false;
    const failures: unknown[] = [];
    const full = new StoreError('STORE_FULL', 'the disk is full');
    const received = {
      ...store.received,
      expire(now: number): number {
        if (isFull) throw full;
        return store.received.expire(now);
      },
    };
    desk('raw', { received, onError: (error) => void failures.push(error) });
    clock.tick();
    assert.deepEqual(failures, []);
    isFull = true;
    clock.tick();
    assert.deepEqual(failures, [full]);
  });
});
