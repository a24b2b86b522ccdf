/**
 * Item vectors that a platform already has, from a file: of images, of sounds, of a language model. They must be made without
 * looking at interactions. A person's numbers are the sum over the history, so nothing of another person goes in.
 *
 * Vectors are centred over the items of the file and scaled to length 1, because what all items share says nothing about a person.
 * @module
 */
import { z } from 'zod';
import type { ItemTable } from '../../data/domain.ts';
import { Prng } from '../../random/prng.ts';
import { encodeHistory, unit } from '../encoder/item-vectors.ts';
import type { ItemVectors } from '../encoder/item-vectors.ts';
import { releasedDimension } from '../encoder/release-shape.ts';
import { TransferError } from '../errors.ts';
import { parseSettings } from '../settings.ts';
import { eventWeights, weightsSchema } from './event-weights.ts';
import type { WeightSettings } from './event-weights.ts';
import { halfLifeSchema } from './half-life.ts';
import type { PublicView } from './view.ts';

export interface VectorSettings extends WeightSettings {
  /** Numbers of a person, 2 to 288: the leading ones of each vector, and zeros where a platform's vectors have fewer. */
  readonly numbers: number;
  /** True: each vector is dealt to another item. It shows how much of a gain comes from what the vectors say. */
  readonly shuffled: boolean;
  /**
   * Fingerprint of what made the vectors (the field "made" in the header of the file): vectors of anything else are refused.
   * Null: each platform's own vectors, which need not mean the same.
   */
  readonly made: string | null;
}

const schema: z.ZodType<VectorSettings> = z.strictObject({
  numbers: z.int().min(2).max(288).default(96),
  halfLife: halfLifeSchema,
  weights: weightsSchema,
  shuffled: z.boolean().default(false),
  made: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be the fingerprint that "isthmus data embed" prints: 64 digits of lower-case hex')
    .nullable()
    .default(null),
});

export const vectors: PublicView<VectorSettings> = {
  name: 'vectors',
  summary: 'item vectors that a platform has of images, sounds or texts, from a file; needs such a file',
  reference: 'He and McAuley, AAAI 2016 (VBPR), eq. 3; van den Oord et al., NIPS 2013',
  law: 'public',
  sendsHistory: false,
  defaults: { numbers: 96, halfLife: null, shuffled: false, made: null },
  ablation: { off: 'vectors shuffled among items', settings: { shuffled: true } },
  settings: (raw) => parseSettings(schema, raw, 'vectors'),
  width: (release, { numbers }) => releasedDimension(release, numbers),
  meansItsOwn: ({ made }) =>
    made === null
      ? 'the vectors of each platform may be of another model: set vectors.made to the fingerprint that "isthmus data embed" prints on every platform'
      : undefined,
  make({ catalogue, platform, release, settings }) {
    if (catalogue.vectors === undefined) {
      throw new TransferError(
        'TRANSFER_NO_VECTORS',
        `the view "vectors" needs vectors of the items of "${platform.name}": put ${platform.name}.vectors.tsv (item, then its numbers) beside the data before "isthmus data inspect", or leave "${platform.name}" out of privacy.sources`,
      );
    }
    checkMade(catalogue.vectors, platform.name, settings);
    const ids = settings.shuffled ? new Prng('shuffled vectors').shuffle(catalogue.ids.slice()) : catalogue.ids;
    const items = centred(ids, catalogue.vectors, releasedDimension(release, settings.numbers));
    return Promise.resolve({
      items,
      encode: (history) => encodeHistory(history.items, items, eventWeights(history, settings)),
    });
  },
};

/** @throws TransferError TRANSFER_OTHER_VECTORS */
function checkMade({ dimension, made }: ItemTable, platform: string, settings: VectorSettings): void {
  if (settings.made === null || (made === settings.made && dimension >= settings.numbers)) return;
  const why =
    made === settings.made
      ? `have ${dimension} numbers, and the federation reads ${settings.numbers}: make them again with "isthmus data embed --numbers ${settings.numbers}", or agree on vectors.numbers=${dimension}`
      : `${made === undefined ? 'do not say what made them' : `were made by ${made}`}, and the federation agreed on those made by ${settings.made}: numbers of two models do not mean the same. Make them again with "isthmus data embed" and the model that the members agreed on, then inspect the data again`;
  throw new TransferError('TRANSFER_OTHER_VECTORS', `the item vectors of "${platform}" ${why}`);
}

function centred(ids: readonly string[], { of }: ItemTable, dimension: number): ItemVectors {
  const mean = new Float64Array(dimension);
  for (const vector of of.values()) {
    for (let i = 0; i < Math.min(dimension, vector.length); i++) mean[i] += vector[i] / of.size;
  }
  const out = new Float32Array(ids.length * dimension);
  ids.forEach((id, item) => {
    const vector = of.get(id);
    if (vector !== undefined) out.set(unit(mean.map((value, i) => (vector[i] ?? 0) - value)), item * dimension);
  });
  return { dimension, vectors: out };
}
