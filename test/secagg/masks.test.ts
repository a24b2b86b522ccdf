import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { addMasks, pairwiseMask } from '../../core/secagg/masks.ts';
import type { Mask } from '../../core/secagg/masks.ts';
import type { MaskedChunk } from '../../core/secagg/messages.ts';
import { unpackInto } from '../../core/secagg/packing.ts';
import { run } from './federation.ts';

function mask(seed: string, sign: 1 | -1 = 1): Mask {
  return { key: seededRandom(seed).bytes(32), sign };
}

/**
 * Pearson's statistic of byte counts against the uniform, 255 degrees of freedom: mean 255, deviation 22.6. Above 400 has
 * probability below 2e-8 (Wilson-Hilferty).
 */
function assertUniform(values: Uint32Array, what: string): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let lane = 0; lane < 4; lane++) {
    const counts = new Float64Array(256);
    for (let i = lane; i < bytes.length; i += 4) counts[bytes[i]]++;
    const expected = values.length / 256;
    const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    assert.ok(statistic > 150 && statistic < 400, `${what}, byte ${lane}: chi-square ${statistic}`);
  }
}

describe('masks', () => {
  it('cancel between the two of a pair', () => {
    const [a, b] = [nodeEngine.x25519(new Uint8Array(32).fill(1)), nodeEngine.x25519(new Uint8Array(32).fill(2))];
    const sid = new Uint8Array(32).fill(3);
    const vector = new Uint32Array(1000);
    addMasks(nodeEngine, vector, 0, [pairwiseMask(nodeEngine, sid, a, 4, 9, b.publicKey)]);
    assert.ok(vector.some((value) => value !== 0));
    addMasks(nodeEngine, vector, 0, [pairwiseMask(nodeEngine, sid, b, 9, 4, a.publicKey)]);
    assert.ok(vector.every((value) => value === 0));
  });

  it('are the same whether added whole or in ranges', () => {
    const whole = new Uint32Array(70_000);
    const masks = [mask('a'), mask('b', -1), mask('c')];
    addMasks(nodeEngine, whole, 0, masks);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 17_499 }), { maxLength: 5 });
    fc.assert(
      fc.property(cuts, (places) => {
        const vector = new Uint32Array(70_000);
        const edges = [0, ...places.map((place) => 4 * place).sort((a, b) => a - b), vector.length];
        for (let i = 1; i < edges.length; i++) {
          addMasks(nodeEngine, vector.subarray(edges[i - 1], edges[i]), edges[i - 1], masks);
        }
        assert.deepEqual(vector, whole);
      }),
      { numRuns: 10 },
    );
    assert.throws(() => addMasks(nodeEngine, whole, 2, masks), /multiple of 4/);
  });

  it('are added modulo 2^32, as a BigInt oracle has it', () => {
    const stream = nodeEngine.keystream(mask('x').key, new Uint8Array(16)).next(4 * 1001);
    const words = Array.from({ length: 1001 }, (_, i) =>
      new DataView(stream.buffer, stream.byteOffset).getUint32(4 * i, true),
    );
    const start = Uint32Array.from({ length: 1001 }, (_, i) => (i * 2_654_435_761) >>> 0);
    for (const sign of [1, -1] as const) {
      const vector = start.slice();
      addMasks(nodeEngine, vector, 0, [mask('x', sign)]);
      vector.forEach((value, i) => {
        assert.equal(BigInt(value), BigInt.asUintN(32, BigInt(start[i]) + BigInt(sign) * BigInt(words[i])));
      });
    }
  });
});

describe('what the coordinator sees', () => {
  const length = 1 << 16;
  const zero = new Uint32Array(length);
  const collected = (shown?: (id: string) => object): readonly Uint32Array[] => {
    const vectors = [0, 1, 2].map(() => new Uint32Array(length));
    run(3, {
      parameters: { vectorLength: length, chunkLength: 16384 },
      update: () => zero,
      ...(shown === undefined ? {} : { shown }),
      up: (from, message) => {
        const chunk = message as MaskedChunk;
        if (message.kind === 'masked-chunk') {
          unpackInto(
            vectors[Number(from.slice(1))].subarray(16384 * chunk.index, 16384 * (chunk.index + 1)),
            chunk.bytes,
            32,
          );
        }
        return [message];
      },
    });
    return vectors;
  };

  it('of updates that are all zero is uniform, one by one and in every partial sum', () => {
    const vectors = collected();
    vectors.forEach((vector, i) => assertUniform(vector, `platform ${i}`));
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      assertUniform(
        vectors[a].map((value, i) => value + vectors[b][i]),
        `${a} + ${b}`,
      );
      assertUniform(
        vectors[a].map((value, i) => value - vectors[b][i]),
        `${a} - ${b}`,
      );
    }
    // One part of an upload reveals nothing about another.
    for (const vector of vectors) {
      const [first, ...rest] = [0, 1, 2, 3].map((at) => vector.subarray(16384 * at, 16384 * (at + 1)));
      for (const part of rest) {
        assertUniform(
          first.map((value, i) => value - part[i]),
          'one chunk less another',
        );
      }
    }
    // Not even all together, while the self masks are on.
    assertUniform(
      vectors[0].map((value, i) => value + vectors[1][i] + vectors[2][i]),
      'the masked sum',
    );
  });

  it('of two platforms that were shown different models is uniform: their masks do not cancel', () => {
    const [a, b] = [nodeEngine.x25519(new Uint8Array(32).fill(1)), nodeEngine.x25519(new Uint8Array(32).fill(2))];
    const sum = new Uint32Array(length);
    addMasks(nodeEngine, sum, 0, [
      pairwiseMask(nodeEngine, new Uint8Array(32).fill(3), a, 0, 1, b.publicKey),
      pairwiseMask(nodeEngine, new Uint8Array(32).fill(4), b, 1, 0, a.publicKey),
    ]);
    assertUniform(sum, 'the sum over two sessions');
  });
});
