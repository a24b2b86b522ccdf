/**
 * Kernels in WebAssembly with SIMD. A job that is too large for one arena is done by the reference.
 * @module
 */
import { inJavaScript } from '../javascript/kernels.ts';
import { plainWorkbench } from '../javascript/workbench.ts';
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
import { workbenchInWasm } from './workbench.ts';

const multiply: Kernels['multiply'] = (...order) => multiplyInWasm(...order) ?? inJavaScript.multiply(...order);
const tanh: Kernels['tanh'] = (x) => tanhInWasm(x) ?? inJavaScript.tanh(x);
const outside = plainWorkbench({ multiply, tanh });

export const inWasm: Kernels = {
  name: 'wasm',
  multiply,
  tanh,
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
  workbench: (room) => workbenchInWasm(room, outside),
  outerSums: (order) => outerSumsInWasm(order) ?? inJavaScript.outerSums(order),
};
