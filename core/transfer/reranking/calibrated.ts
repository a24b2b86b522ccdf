/**
 * Lists whose classes of items mirror the interests of their person. Scores alone tend to fill a list with the person's main
 * interest.
 * @module
 */
import { classShares, miscalibration } from '../../evaluation/calibration.ts';
import { bestItems } from '../../evaluation/rank.ts';
import { TransferError } from '../errors.ts';

/** Items that may enter a list: the best by score. */
const CANDIDATES = 100;

export interface CalibrationTask {
  readonly scores: Float32Array /* [items]; -Infinity for an item that may not be shown */;
  /** Class of each item, such as its category; -1 without one. */
  readonly classes: Int32Array /* [items] */;
  /** Shares of the classes in the person's interests; their sum is 1. */
  readonly wanted: Float64Array /* [classes] */;
  /** Weight of the calibration, 0 to 1. With 0 the list is that of the scores. */
  readonly lambda: number;
  readonly length: number;
}

/**
 * Adds one item after the other, each the one with the greatest (1 - lambda) sum of scores - lambda divergence (Steck, RecSys 2018, eq. 8
 * and its greedy solution). Scores are put on a scale from 0 to 1 over the candidates, so that lambda means the same for every person.
 * @throws TransferError TRANSFER_SETTING for a lambda outside [0, 1]
 */
export function calibratedList(task: CalibrationTask): readonly number[] {
  const { classes, lambda, length, scores, wanted } = task;
  if (!(lambda >= 0 && lambda <= 1)) {
    throw new TransferError('TRANSFER_SETTING', `the weight of calibration lies between 0 and 1; got ${lambda}`);
  }
  const left = bestItems(scores, Math.max(length, CANDIDATES));
  if (left.length === 0) return [];
  const [most, least] = [scores[left[0]], scores[left[left.length - 1]]];
  const scaled = (item: number): number => (most === least ? 0 : (scores[item] - least) / (most - least));
  const list: number[] = [];
  while (list.length < length && left.length > 0) {
    // The scores of the items in the list are the same for every candidate.
    const values = left.map((item) => {
      const shown = lambda === 0 ? wanted : classShares([...list, item], classes, wanted.length);
      return (1 - lambda) * scaled(item) - lambda * miscalibration(wanted, shown);
    });
    list.push(...left.splice(values.indexOf(Math.max(...values)), 1));
  }
  return list;
}
