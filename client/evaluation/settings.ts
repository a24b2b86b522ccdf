/**
 * How a platform measures.
 * @module
 */
export type EvaluationProtocol = 'sampled' | 'full' | 'published:game-video';

export const EVALUATION_PROTOCOLS: readonly EvaluationProtocol[] = ['sampled', 'full', 'published:game-video'];

export interface EvaluationSettings {
  readonly protocol: EvaluationProtocol;
  /** Negatives a positive, with `sampled`. */
  readonly negatives: number;
  /** Of candidates and ties. */
  readonly seed: string;
}

export const DEFAULT_EVALUATION: EvaluationSettings = { protocol: 'sampled', negatives: 99, seed: '1' };
