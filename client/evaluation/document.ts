/**
 * The record of an evaluation: `evaluation.json` in the state directory.
 * @module
 */
import type { DecoderReport } from '../../core/transfer/decoder/report.ts';
import type { EvaluationResult } from './evaluate.ts';
import type { EvaluationSettings } from './settings.ts';

export interface EvaluationDocument extends EvaluationResult, EvaluationSettings {
  readonly isthmus: 'evaluation';
  /** Warnings about the federation, e.g. that it adds no noise. A program shows them before everything else. */
  readonly warnings: readonly string[];
  readonly federation: string;
  readonly target: string;
  /** Platforms whose releases the decoder was fitted on. */
  readonly sources: readonly string[];
  readonly strategy: string;
  readonly release: string;
  /** Round of the shared model that was served. */
  readonly modelRound: number;
  readonly coldPersons: number;
  /** Number of cold persons for whom a source released a representation. */
  readonly coldPersonsReleased: number;
  readonly positives: number;
  readonly decoder: DecoderReport;
  /** Reports of all measured decoders by method; absent if only the serving one was measured. */
  readonly reports?: Readonly<Record<string, DecoderReport>>;
  readonly seconds: number;
}
