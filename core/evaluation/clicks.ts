/**
 * How well probabilities of clicks fit clicks.
 * @module
 */
import { EvaluationError } from './errors.ts';

/**
 * Area under the ROC curve: the probability that a clicked example scores above one that was not clicked, ties counting half (Hanley
 * and McNeil 1982). 0.5 is chance.
 * @throws EvaluationError EVALUATION_NO_POSITIVES unless there are both kinds
 */
export function areaUnderRoc(scores: readonly number[], clicked: readonly boolean[]): number {
  const order = [...scores.keys()].sort((a, b) => scores[a] - scores[b]);
  const clicks = clicked.filter(Boolean).length;
  const others = clicked.length - clicks;
  if (clicks === 0 || others === 0) {
    throw new EvaluationError('EVALUATION_NO_POSITIVES', 'the area under the curve needs clicked and other examples');
  }
  let ranks = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && scores[order[to]] === scores[order[from]]) to++;
    for (let i = from; i < to; i++) if (clicked[order[i]]) ranks += (from + 1 + to) / 2;
    from = to;
  }
  return (ranks - (clicks * (clicks + 1)) / 2) / (clicks * others);
}

/** Mean negative log likelihood in nats. @param probabilities of a click, each in (0, 1) */
export function logLoss(probabilities: readonly number[], clicked: readonly boolean[]): number {
  const sum = probabilities.reduce((total, p, i) => total - Math.log(clicked[i] ? p : 1 - p), 0);
  return sum / probabilities.length;
}
