/**
 * The space of implicit alternating least squares: the factors that encoders and baselines use too.
 * @module
 */
import { z } from 'zod';
import type { SpaceMaker } from '../decoder/readout.ts';
import { factorSettings } from '../decoder/target-factors.ts';
import type { AlsSettings } from '../factors/als-settings.ts';
import { adjustable } from '../settings.ts';
import { startingSpace } from './folded.ts';

const about = {
  name: 'als',
  summary: 'factors of the target by implicit alternating least squares',
  reference: 'Hu, Koren and Volinsky, ICDM 2008; Rendle et al., RecSys 2022',
};

const schema = z.strictObject({
  dimension: z.int().min(2).max(256).default(factorSettings.dimension),
  unseenWeight: z.number().min(0.001).max(1).default(factorSettings.unseenWeight),
  ridge: z.number().min(0.01).max(100).default(factorSettings.ridge),
  ridgeExponent: z.number().min(0).max(1).default(factorSettings.ridgeExponent),
});

const draws = {
  dimension: [16, 32, 48, 64, 96],
  unseenWeight: [0.01, 0.02, 0.05, 0.1, 0.2],
  ridge: [0.5, 1, 2, 4, 8],
  ridgeExponent: [0, 0.5],
};

export const als: SpaceMaker = adjustable(about.name, schema, draws, (settings): SpaceMaker => ({
  ...about,
  make: (domain, factorise) => factorise(domain, undefined, changesOf(settings)),
  ablation: {
    off: 'vectors as they start, not trained',
    space: { ...about, make: (domain) => startingSpace(domain, settings.dimension) },
  },
}));

/** Settings other than the usual ones: a caller's `factorise` may have usual ones of its own. */
function changesOf(settings: z.output<typeof schema>): Partial<AlsSettings> {
  const usual: Readonly<Record<string, number>> = { ...factorSettings };
  return Object.fromEntries(Object.entries(settings).filter(([key, value]) => value !== usual[key]));
}
