/**
 * Principal components: the released vectors' widest directions are kept, the others are taken for noise.
 * @module
 */
import { reducedRidge } from '../decoder/reduced-ridge.ts';
import type { Readout } from '../decoder/readout.ts';
import { whitening } from '../linear-algebra/thin-svd.ts';

const about = {
  name: 'pca',
  summary: 'ridge regression from the widest directions of released vectors',
  reference: 'Hotelling 1933; Jolliffe, Principal Component Analysis 2002, chapter 8',
};

export const pca: Readout = {
  ...reducedRidge(about, ({ features, width }, count) => whitening(features, width).axes.slice(0, count * width)),
  ablation: {
    off: 'the narrowest directions in place of the widest',
    readout: reducedRidge(about, ({ features, width }, count) => {
      const { axes } = whitening(features, width);
      return axes.slice(Math.max(0, axes.length - count * width));
    }),
  },
};
