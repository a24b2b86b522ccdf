/**
 * Published names for encoders. A preset is data: it is expanded before anything is signed.
 * @module
 */
import type { EncoderSpec } from './encoder.ts';

export interface Preset {
  readonly name: string;
  readonly summary: string;
  readonly reference: string;
  readonly encoder: EncoderSpec;
}

export const presets: readonly Preset[] = [
  {
    name: 'linear-bridge',
    summary: 'matrix factorisation on each side alone, a map between the factors (no differential privacy)',
    reference: 'EMCDR, Man et al., IJCAI 2017, eq. 5; Hu, Koren and Volinsky, ICDM 2008',
    encoder: { views: [{ name: 'plain-als' }] },
  },
  {
    name: 'private-subspace',
    summary: 'item vectors by differentially private subspace iteration in each source',
    reference: 'Hardt and Price, NeurIPS 2014, algorithm 1; Chien et al., ICML 2021',
    encoder: { views: [{ name: 'subspace' }] },
  },
  {
    name: 'shared-trunk',
    summary: "an autoencoder between each platform's private item vectors, its small trunk trained together in rounds",
    reference: 'AutoRec, Sedhain et al., WWW 2015, eq. 1; McMahan et al., ICLR 2018; Reddi et al., ICLR 2021',
    encoder: {
      views: [{ name: 'subspace', settings: { dimension: 16, rank: 16 } }],
      training: { name: 'autoencoder' },
    },
  },
  {
    name: 'shared-subspace',
    summary:
      'item vectors that all platforms make together over one vocabulary, by subspace iteration in masked rounds',
    reference: 'Hardt and Price, NeurIPS 2014, algorithm 1; Chien et al., ICML 2021',
    encoder: { views: [], training: { name: 'shared-subspace' } },
  },
];
