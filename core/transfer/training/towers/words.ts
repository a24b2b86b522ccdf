/**
 * An item tower over the words of titles, beside what the views know of an item.
 * @module
 */
import type { SequenceLayer } from '../../network/layer.ts';
import type { WordTable } from '../../text/hashed-words.ts';
import type { TrainingContext } from '../training.ts';
import { asTheyAre, towerOver } from './item-vectors.ts';
import type { ItemTower } from './pair.ts';

/** w = the views' vector + the layer's output for the title's words. */
export function towerOverWords(
  reader: SequenceLayer,
  { dimension, offsets, vectors }: WordTable,
  context: Pick<TrainingContext<object>, 'catalogue' | 'views' | 'width'>,
): ItemTower {
  const known = towerOver(asTheyAre(context.width), context);
  return {
    blocks: reader.blocks,
    run(arithmetic, parameters, items) {
      const base = known.run(arithmetic, arithmetic.zeros(0), items);
      const own = new Uint32Array(items.length + 1);
      items.forEach((item, i) => (own[i + 1] = own[i] + offsets[item + 1] - offsets[item]));
      const words = arithmetic.zeros(own[items.length] * dimension);
      items.forEach((item, i) => {
        words.set(vectors.subarray(offsets[item] * dimension, offsets[item + 1] * dimension), own[i] * dimension);
      });
      const pass = reader.run(arithmetic, parameters, words, own);
      const y = arithmetic.zeros(base.y.length);
      for (let i = 0; i < y.length; i++) y[i] = base.y[i] + pass.y[i];
      return { y, backward: (dy) => pass.backward(dy) };
    },
  };
}
