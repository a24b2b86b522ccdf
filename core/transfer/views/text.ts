/**
 * Public text: a person's numbers are the sum of the title vectors of the items in the history. Titles, their words' rarity and
 * their reduction come from the items file alone, so nothing of another person goes in, and it costs no epsilon.
 * @module
 */
import { z } from 'zod';
import { Prng } from '../../random/prng.ts';
import { encodeHistory } from '../encoder/item-vectors.ts';
import { releasedDimension } from '../encoder/release-shape.ts';
import { TransferError } from '../errors.ts';
import { parseSettings } from '../settings.ts';
import { titleVectors } from '../text/title-vectors.ts';
import { eventWeights, weightsSchema } from './event-weights.ts';
import type { WeightSettings } from './event-weights.ts';
import { halfLifeSchema } from './half-life.ts';
import type { PublicView } from './view.ts';

export interface TextSettings extends WeightSettings {
  /** Numbers of a person, 2 to 256. A local release mode sends as many as it can carry. */
  readonly numbers: number;
  /** True: each title's vector is dealt to another item. It shows how much of a gain comes from words. */
  readonly shuffled: boolean;
}

const schema: z.ZodType<TextSettings> = z.strictObject({
  numbers: z.int().min(2).max(256).default(96),
  halfLife: halfLifeSchema,
  weights: weightsSchema,
  shuffled: z.boolean().default(false),
});

export const text: PublicView<TextSettings> = {
  name: 'text',
  summary: "words of the public titles of the person's own items; needs titles in the items file",
  reference: 'Deerwester et al., JASIS 1990; Weinberger et al., ICML 2009, section 2',
  law: 'public',
  sendsHistory: false,
  defaults: { numbers: 96, halfLife: null, shuffled: false },
  draws: { numbers: [32, 64, 96, 128] },
  ablation: { off: 'titles shuffled among items', settings: { shuffled: true } },
  settings: (raw) => parseSettings(schema, raw, 'text'),
  width: (release, { numbers }) => releasedDimension(release, numbers),
  make({ catalogue: { titles }, platform, release, settings }) {
    if (titles?.some((title) => title !== undefined && title !== '') !== true) {
      throw new TransferError(
        'TRANSFER_NO_TITLES',
        `the view "text" needs titles, and the items of "${platform.name}" have none: give "isthmus data inspect" a file of items with a column "title", or leave "${platform.name}" out of privacy.sources`,
      );
    }
    const own = settings.shuffled ? new Prng('shuffled titles').shuffle(titles.slice()) : titles;
    const items = titleVectors(own, releasedDimension(release, settings.numbers));
    return Promise.resolve({
      items,
      encode: (history) => encodeHistory(history.items, items, eventWeights(history, settings)),
    });
  },
};
