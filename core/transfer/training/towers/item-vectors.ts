/**
 * Item towers over the item vectors that the views have made.
 * @module
 */
import type { ItemVectors } from '../../encoder/item-vectors.ts';
import { unit } from '../../encoder/item-vectors.ts';
import { TransferError } from '../../errors.ts';
import type { Layer } from '../../network/layer.ts';
import type { TrainingContext } from '../training.ts';
import type { ItemTower } from './pair.ts';
import { rowsOf } from './rows.ts';

/** A layer over the item vectors of all views side by side. @throws TransferError TRANSFER_SHAPE */
export function towerOver(layer: Layer, context: Pick<TrainingContext<object>, 'catalogue' | 'views'>): ItemTower {
  const { dimension, vectors } = vectorsOf(context);
  return {
    blocks: layer.blocks,
    run: (arithmetic, parameters, items) =>
      layer.run(arithmetic, parameters, rowsOf(arithmetic, vectors, dimension, items)),
  };
}

/** Every view's vector of an item has the same length, so that no view counts more; zeros where a view knows nothing. */
function vectorsOf({ catalogue, views }: Pick<TrainingContext<object>, 'catalogue' | 'views'>): ItemVectors {
  const made = views.map((view) => {
    if (view.items !== undefined) return view.items;
    throw new TransferError(
      'TRANSFER_SHAPE',
      'towers read vectors of items, and one of the views has none: choose views such as subspace, text or vectors',
    );
  });
  const items = catalogue.ids.length;
  const dimension = made.reduce((sum, one) => sum + one.dimension, 0);
  const vectors = new Float32Array(items * dimension);
  const part = 1 / Math.sqrt(made.length);
  for (let item = 0; item < items; item++) {
    let at = item * dimension;
    for (const one of made) {
      const own = unit(one.vectors.subarray(item * one.dimension, (item + 1) * one.dimension));
      for (let j = 0; j < own.length; j++) vectors[at + j] = part * own[j];
      at += own.length;
    }
  }
  return { dimension, vectors };
}

/** Passes every vector on as it is. */
export function asTheyAre(width: number): Layer {
  return {
    inputs: width,
    outputs: width,
    blocks: [],
    run: (_, _parameters, x) => ({ y: x, backward: (dy) => ({ dx: dy, factors: [] }) }),
  };
}
