/**
 * The reference, and what runs where the engine has no SIMD.
 * @module
 */
import type { Kernels } from '../kernels.ts';
import { factorisationInJavaScript } from './factorisation.ts';
import { holdFeaturesInJavaScript } from './features.ts';
import { combineRowsInJavaScript, polynomialValuesInJavaScript } from './fields.ts';
import { holdRowsInJavaScript } from './held-rows.ts';
import { outerSumsInJavaScript } from './outer-sums.ts';
import { candidateScoresInJavaScript, crossProductInJavaScript, multiplyInJavaScript } from './products.ts';
import { ranksInJavaScript } from './ranks.ts';
import { holdFilterInJavaScript } from './row-filter.ts';
import { sumWordsInJavaScript } from './word-sums.ts';
import { plainWorkbench } from './workbench.ts';

const tanh = (x: Float32Array): Float32Array => x.map(Math.tanh);
const bench = plainWorkbench({ multiply: multiplyInJavaScript, tanh });

export const inJavaScript: Kernels = {
  name: 'javascript',
  multiply: multiplyInJavaScript,
  holdRows: holdRowsInJavaScript,
  holdFilter: holdFilterInJavaScript,
  holdFeatures: holdFeaturesInJavaScript,
  crossProduct: crossProductInJavaScript,
  gram: (x, d) => crossProductInJavaScript(x, d, undefined, d),
  candidateScores: candidateScoresInJavaScript,
  ranks: ranksInJavaScript,
  factorisation: factorisationInJavaScript,
  outerSums: outerSumsInJavaScript,
  sumWords: sumWordsInJavaScript,
  polynomialValues: polynomialValuesInJavaScript,
  combineRows: combineRowsInJavaScript,
  tanh,
  workbench: () => bench,
};
