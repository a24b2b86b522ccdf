/**
 * A public random projection of the person's own history. It depends on nobody else, so it costs no epsilon. But the
 * chosen target may reconstruct the history from it, and the statement says so.
 * @module
 */
import { z } from 'zod';
import { encodeHistory } from '../encoder/item-vectors.ts';
import { publicProjection } from '../encoder/projection.ts';
import { releasedDimension } from '../encoder/release-shape.ts';
import { parseSettings } from '../settings.ts';
import type { PublicView } from './view.ts';

export interface ProjectionSettings {
  /** Numbers of a person, 2 to 256. A local release mode sends as many as it can carry. */
  readonly numbers: number;
}

const schema: z.ZodType<ProjectionSettings> = z.strictObject({ numbers: z.int().min(2).max(256).default(256) });

export const projection: PublicView<ProjectionSettings> = {
  name: 'projection',
  summary: "a public random projection of the person's own history; the target may reconstruct the history",
  reference: 'Weinberger et al., ICML 2009, section 2; Johnson and Lindenstrauss 1984',
  law: 'public',
  sendsHistory: true,
  defaults: { numbers: 256 },
  ablation: { off: 'two numbers, too few to tell histories apart', settings: { numbers: 2 } },
  settings: (raw) => parseSettings(schema, raw, 'projection'),
  width: (release, { numbers }) => releasedDimension(release, numbers),
  make({ catalogue, platform, release, settings }) {
    const items = publicProjection(platform.name, catalogue.ids, releasedDimension(release, settings.numbers));
    return Promise.resolve({ items, encode: (history) => encodeHistory(history.items, items) });
  },
};
