/**
 * The settings of a platform's evaluation.
 * @module
 */
export type EvaluationProtocol = 'sampled' | 'full' | 'published:game-video';

export const EVALUATION_PROTOCOLS: readonly EvaluationProtocol[] = ['sampled', 'full', 'published:game-video'];

export interface EvaluationSettings {
  readonly protocol: EvaluationProtocol;
  /** Number of negatives per positive, for protocol `sampled`. */
  readonly negatives: number;
  /** Seed of the candidates and of the order of ties. */
  readonly seed: string;
  /** Further decoders that are fitted to the same releases and measured beside the one that serves. Default none. */
  readonly decoders?: readonly string[];
}

export const DEFAULT_EVALUATION: EvaluationSettings = { protocol: 'sampled', negatives: 99, seed: '1' };
