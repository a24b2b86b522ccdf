/**
 * A convolution over the words of titles: an item's vector is the views' vector, corrected by filters over neighbouring words of its
 * title. Untrained, the filters correct nothing. Words have fixed vectors, made by hashing.
 *
 * Kim, EMNLP 2014, section 2; fixed word vectors by hashing: Weinberger et al., ICML 2009.
 * @module
 */
import { z } from 'zod';
import { TransferError } from '../errors.ts';
import { convolution } from '../network/convolution.ts';
import { dense } from '../network/dense.ts';
import { meanOf, beside, thenDense } from '../network/sequences.ts';
import type { SequenceLayer } from '../network/layer.ts';
import { hashedWords } from '../text/hashed-words.ts';
import type { Training } from './training.ts';
import { towerOverWords } from './towers/words.ts';
import { startOf } from './towers/start.ts';
import type { TowerSettings } from './towers/towers.ts';
import { towerDefaults, towers, towerSettings } from './towers/towers.ts';

export interface TextCnnSettings extends TowerSettings {
  /** Numbers of a word's fixed vector. */
  readonly word: number;
  /** Filters of each reach. */
  readonly filters: number;
  /** Words that the widest filters see at once; there are filters of each reach from 1. */
  readonly reach: number;
}

const defaults: TextCnnSettings = { ...towerDefaults, word: 16, filters: 16, reach: 3 };

const schema: z.ZodType<TextCnnSettings> = z.strictObject({
  ...towerSettings(defaults),
  word: z.int().min(2).max(128).default(defaults.word),
  filters: z.int().min(1).max(128).default(defaults.filters),
  reach: z.int().min(1).max(5).default(defaults.reach),
});

/** From the words of a title to a correction of the item's vector. */
function reader(outputs: number, { filters, reach, word }: TextCnnSettings): SequenceLayer {
  const reaches = Array.from({ length: reach }, (_, i) => convolution(word, filters, i + 1, `words-${i + 1}`));
  return thenDense(beside(...reaches), dense(reach * filters, outputs, { weights: 'out' }));
}

export const textCnn: Training<TextCnnSettings> = towers({
  name: 'text-cnn',
  summary: 'what neighbouring words of titles say, by small filters that are trained in rounds; needs titles',
  reference: 'Kim, EMNLP 2014, section 2; McMahan et al., ICLR 2018',
  defaults,
  // As many filters of one word as there are in all, so that only the order is lost.
  ablation: {
    off: 'filters see one word at a time, so that their order says nothing',
    settings: { reach: 1, filters: defaults.reach * defaults.filters },
  },
  schema,
  layers: (inputs, settings) => ({
    dimension: inputs,
    items: reader(inputs, settings).blocks,
    person: meanOf(inputs),
  }),
  itemTower(context) {
    const { catalogue, platform, settings, width } = context;
    if (catalogue.titles === undefined) {
      throw new TransferError(
        'TRANSFER_NO_TITLES',
        `text-cnn reads titles, and the items of "${platform.name}" have none: give "isthmus data inspect" a file of items with a column "title"`,
      );
    }
    return towerOverWords(reader(width, settings), hashedWords(catalogue.titles, settings.word), context);
  },
  initial: startOf({ random: ['words-1', 'words-2', 'words-3', 'words-4', 'words-5'] }),
});
