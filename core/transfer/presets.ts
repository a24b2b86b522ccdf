/**
 * Published names for encoders, and for pairs of an encoder and a decoder. A name is data: it is expanded before anything is
 * signed, and a decoder stands in no manifest.
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

/** A published method that is an encoder and the decoder that reads it. */
export interface PublishedPair {
  readonly name: string;
  readonly summary: string;
  readonly reference: string;
  /** Name of the preset. */
  readonly strategy: string;
  readonly decoder: string;
}

export const publishedPairs: readonly PublishedPair[] = [
  {
    name: 'emcdr',
    summary: 'factors of each side alone, and a network with one hidden layer between them (no differential privacy)',
    reference: 'EMCDR, Man et al., IJCAI 2017, eq. 6',
    strategy: 'linear-bridge',
    decoder: 'mlp',
  },
  {
    name: 'ptupcdr',
    summary: 'factors of each side alone, and a map between them that depends on the person (no differential privacy)',
    reference: 'PTUPCDR, Zhu et al., WSDM 2022, eq. 5 to 7',
    strategy: 'linear-bridge',
    decoder: 'personal',
  },
];

/** The published pair of this name, if it is one. */
export function publishedPair(name: string): PublishedPair | undefined {
  return publishedPairs.find((pair) => pair.name === name);
}
