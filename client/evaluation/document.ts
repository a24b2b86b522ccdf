/**
 * What an evaluation leaves behind: `evaluation.json` in the state directory.
 * @module
 */
import type { DecoderReport } from '../../core/transfer/decoder/report.ts';
import type { EvaluationResult } from './evaluate.ts';
import type { EvaluationSettings } from './settings.ts';

export interface EvaluationDocument extends EvaluationResult, EvaluationSettings {
  readonly isthmus: 'evaluation';
  /** To be shown before everything else: the federation's own, such as that it adds no noise. */
  readonly warnings: readonly string[];
  readonly federation: string;
  readonly target: string;
  /** Whose releases the decoder was fitted on. */
  readonly sources: readonly string[];
  readonly strategy: string;
  readonly release: string;
  /** Round of the shared model that was served. */
  readonly modelRound: number;
  readonly coldPersons: number;
  /** Cold persons of whom a source released something. */
  readonly coldPersonsReleased: number;
  readonly positives: number;
  readonly decoder: DecoderReport;
  readonly seconds: number;
}
