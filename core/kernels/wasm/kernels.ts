/**
 * Kernels in WebAssembly with SIMD. A job that is too large for one arena is done by the reference.
 * @module
 */
import { inJavaScript } from '../javascript/kernels.ts';
import type { Kernels } from '../kernels.ts';
import { factorisationInWasm } from './factorisation.ts';
import { holdFeaturesInWasm } from './features.ts';
import { combineRowsInWasm, polynomialValuesInWasm } from './fields.ts';
import { holdRowsInWasm } from './held-rows.ts';
import { outerSumsInWasm } from './outer-sums.ts';
import { candidateScoresInWasm, crossProductInWasm, multiplyInWasm, tanhInWasm } from './products.ts';
import { ranksInWasm } from './ranks.ts';
import { holdFilterInWasm } from './row-filter.ts';
import { sumWordsInWasm } from './word-sums.ts';

export const inWasm: Kernels = {
  name: 'wasm',
  multiply: (...order) => multiplyInWasm(...order) ?? inJavaScript.multiply(...order),
  holdRows: (...order) => holdRowsInWasm(...order) ?? inJavaScript.holdRows(...order),
  holdFilter: (order) => holdFilterInWasm(order) ?? inJavaScript.holdFilter(order),
  holdFeatures: (order) => holdFeaturesInWasm(order) ?? inJavaScript.holdFeatures(order),
  crossProduct: crossProductInWasm,
  gram: (x, d) => crossProductInWasm(x, d, undefined, d),
  candidateScores: (order) => candidateScoresInWasm(order) ?? inJavaScript.candidateScores(order),
  ranks: (...order) => ranksInWasm(...order) ?? inJavaScript.ranks(...order),
  factorisation: (order) => factorisationInWasm(order) ?? inJavaScript.factorisation(order),
  sumWords: (vector, use) => {
    if (!sumWordsInWasm(vector, use)) inJavaScript.sumWords(vector, use);
  },
  polynomialValues: (...order) => polynomialValuesInWasm(...order) ?? inJavaScript.polynomialValues(...order),
  combineRows: (...order) => combineRowsInWasm(...order) ?? inJavaScript.combineRows(...order),
  tanh: (x) => tanhInWasm(x) ?? inJavaScript.tanh(x),
  outerSums: (order) => outerSumsInWasm(order) ?? inJavaScript.outerSums(order),
};
