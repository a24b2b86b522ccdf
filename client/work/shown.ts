/**
 * What a platform may show a person, or its privacy officer, of the person's own representation. It is computed only to be
 * looked at: nothing is drawn, charged, stored or sent.
 * @module
 */
import type { History } from '../../core/data/domain.ts';
import type { SentHistory } from '../../core/release/release.ts';
import type { PlatformModel } from '../../core/transfer/encoder.ts';
import { influences } from '../../core/transfer/influence.ts';

export interface Shown {
  readonly representation: Float32Array;
  /** Number of latest items of the history that are shown. The numbers of items below are of these, in the order of the history. */
  readonly latest: number;
  /** As in core/transfer/influence.ts; absent if the representation is a sent history alone. */
  readonly influences?: Float32Array;
  /** Weights that the encoder itself computes (`PlatformModel.attend`); absent if it computes none. */
  readonly weights?: Float32Array;
}

/** Most items that are shown. Each one runs the encoder once more. */
export const MOST_SHOWN = 50;
/** Most items of histories that the encoder reads for one person's influences: a long history gets fewer of them. */
const MOST_READ = 200_000;

export function shownOf(
  model: Pick<PlatformModel, 'attend' | 'represent'>,
  history: History,
  box: SentHistory | undefined,
): Shown {
  const length = history.items.length;
  const latest = Math.min(length, MOST_SHOWN, Math.max(1, Math.floor(MOST_READ / Math.max(1, length))));
  const found = influences((of) => model.represent(of), history, latest, box);
  const weights = model.attend(history)?.subarray(length - latest);
  return {
    representation: model.represent(history),
    latest,
    ...(found && { influences: found }),
    ...(weights && { weights }),
  };
}
