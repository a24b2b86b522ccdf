/**
 * A person's own coarse attributes, such as an age band. The manifest lists those that are sent, so the list itself tells of
 * nobody. A person's numbers say which of them the person has.
 * @module
 */
import { z } from 'zod';
import { unit } from '../encoder/item-vectors.ts';
import { TransferError } from '../errors.ts';
import { parseSettings } from '../settings.ts';
import type { PublicView } from './view.ts';

export interface AttributeSettings {
  /** The attributes that are sent, such as `age=25-34`: one number each. */
  readonly values: readonly string[];
}

const schema: z.ZodType<AttributeSettings> = z.strictObject({
  values: z
    .array(z.string().regex(/^[^=\s][^=]*=.+$/, 'an attribute is written NAME=VALUE'))
    .max(64)
    .refine((values) => new Set(values).size === values.length, 'an attribute stands twice')
    .default([]),
});

export const attributes: PublicView<AttributeSettings> = {
  name: 'attributes',
  summary: "the person's own coarse attributes, those that the manifest lists; needs a file of persons",
  reference: 'Schein, Popescul, Ungar and Pennock, SIGIR 2002; Gantner et al., ICDM 2010',
  law: 'public',
  sendsHistory: false,
  hasNoItems: true,
  defaults: { values: [] },
  ablation: { off: 'attributes that nobody has', settings: { values: ['none=of these'] } },
  settings: (raw) => parseSettings(schema, raw, 'attributes'),
  width(_release, { values }) {
    if (values.length > 0) return values.length;
    throw new TransferError(
      'TRANSFER_SETTING',
      'the view "attributes" sends only what the manifest lists: set attributes.values, for example ["age=18-24","age=25-34"]',
    );
  },
  make({ settings: { values } }) {
    const places = new Map(values.map((value, place) => [value, place]));
    return Promise.resolve({
      encode({ attributes: own = [] }) {
        const numbers = new Float32Array(values.length);
        for (const attribute of own) {
          const place = places.get(attribute);
          if (place !== undefined) numbers[place] = 1;
        }
        return unit(numbers);
      },
    });
  },
};
