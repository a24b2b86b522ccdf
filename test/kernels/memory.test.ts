import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LARGEST_ARENA, openArena, withArena } from '../../core/kernels/wasm/arena.ts';
import { inWasm } from '../../core/kernels/wasm/kernels.ts';
import { longIt } from '../longer.ts';

const MiB = 2 ** 20;

describe('memory of the kernels', () => {
  it('is what a job asked for, to the page, and no more is handed out', () => {
    const arena = openArena(3 * 65_536 + 1);
    assert.equal(arena.size, 4 * 65_536);
    arena.take(65_536 - 4);
    assert.equal(arena.take(4), 4 * 65_536 - 16);
    assert.throws(() => arena.take(1), RangeError);
  });

  it('is used again by the next short job, and not while a job runs', () => {
    const size = MiB;
    const first = withArena(size, (arena) => arena);
    withArena(size, (arena) => {
      assert.equal(arena, first);
      withArena(size, (inner) => assert.notEqual(inner, arena));
    });
    assert.throws(
      () =>
        withArena(size, () => {
          throw new Error('a job that fails');
        }),
      /fails/,
    );
    assert.equal(
      withArena(size, (arena) => arena.take(4)),
      0,
    );
  });

  it('holds nothing of a secret after the job', () => {
    const field = { bits: 16, reduction: 0x2b } as const;
    const rows = new Uint8Array(32 * 5).fill(0xa5);
    for (const job of [
      () => inWasm.polynomialValues(field, rows, 300),
      () => inWasm.combineRows(field, Uint32Array.of(1, 2, 3, 4, 5), rows),
    ]) {
      withArena(1, (arena) => arena.bytes(0, arena.size).fill(0));
      job();
      const left = withArena(1, (arena) => arena.bytes(0, arena.size).slice());
      assert.ok(left.every((byte) => byte === 0));
    }
  });

  longIt('of large jobs is given back', function () {
    this.timeout(60_000);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const each = 64 * MiB;
    let most = 0;
    for (let job = 0; job < 12; job++) {
      withArena(each, (arena) => arena.floats(0, each / 4).fill(1));
      collect();
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    assert.ok(most < 4 * each, `${Math.round(most / MiB)} MiB are held after jobs of 64 MiB each`);
  });

  it('is never asked for beyond the largest arena: such a factorisation is done by the reference', () => {
    const dimension = 2 ** 16;
    const rows = { offsets: new Uint32Array(2), items: new Uint32Array(0) };
    const ridges = { persons: Float32Array.of(1), items: Float32Array.of(1) };
    assert.ok(dimension * dimension * 4 > LARGEST_ARENA);
    const job = inWasm.factorisation({
      dimension,
      persons: rows,
      items: rows,
      start: new Float32Array(dimension),
      ridges,
    });
    assert.equal(job.factors('items').length, dimension);
  });
});
