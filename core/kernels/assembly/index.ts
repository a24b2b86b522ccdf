/** Entry of the kernels: what JavaScript may call. Every pointer is a byte offset into the memory that it lends. */
export { solveRows } from './als';
export { tanh } from './bend';
export { keepBest, keepBestOfColumns } from './best';
export { addByteProducts, keepPossible } from './bytes';
export { candidateScores } from './candidates';
export { affine, followed, slope, times, transposed } from './dense';
export { combineRows, polynomialValues } from './fields';
export { floatGram, integerGram, outerSum, outerSumOfPairs, padRows, pairRows, roundRows } from './outer';
export { crossProduct, multiply, rotate } from './product';
export { blendedRanks } from './ranks';
export { add, multiplySparse, multiplyVector } from './sparse';
export { addWords, subtractWords } from './words';
