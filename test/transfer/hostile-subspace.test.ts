import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';
import { encodeHistory } from '../../core/transfer/encoder/item-vectors.ts';
import {
  sharedContributions,
  sharedSize,
  sharedSubspaceMethod as method,
  unpacked,
} from '../../core/transfer/encoder/shared-subspace.ts';
import { encodingVectors, sharedVectors } from '../../core/transfer/spaces/shared-vectors.ts';
import { historiesOf, rowsOf } from '../../compliance/domain-of-rows.ts';

const shape = { places: 12, dimension: 3 };

describe('a shared subspace from a hostile coordinator', () => {
  it('keeps contributions within 1 and representations finite for any finite shared model, however large', () => {
    const prng = new Prng('hostile');
    const extremes = [0, -0, 2 ** -149, -1e-38, 1, -1, 1e20, 3.4e38, -3.4e38];
    const places = Int32Array.from({ length: 12 }, (_, item) => item);
    for (let time = 0; time < 200; time++) {
      const shared = Float32Array.from({ length: sharedSize(shape) }, () =>
        prng.integer(3) === 0 ? prng.gaussian() : extremes[prng.integer(extremes.length)],
      );
      const histories = rowsOf(
        Array.from({ length: 4 }, () => prng.shuffle([...places]).slice(0, 1 + prng.integer(11))),
      );
      const contributions = sharedContributions(shape, shared, { ...method, weightExponent: time % 2 });
      for (const { values } of contributions(historiesOf(histories))) {
        const length = Math.hypot(...values);
        // The mechanism takes a person with NaN as zeros.
        assert.ok(Number.isNaN(length) || length <= 1 + 1e-6, `${length}`);
      }
      const subspace = unpacked(shape, shared);
      const vectors = encodingVectors(sharedVectors(subspace, places, method), subspace.evening);
      for (let person = 0; person < 4; person++) {
        const items = histories.items.subarray(histories.offsets[person], histories.offsets[person + 1]);
        const representation = encodeHistory(items, vectors);
        assert.ok(representation.every(Number.isFinite), representation.join());
      }
    }
  });
});
