/**
 * The reference, and what runs where the engine has no SIMD.
 * @module
 */
import type { Kernels } from '../kernels.ts';
import { factorisationInJavaScript } from './factorisation.ts';

export const inJavaScript: Kernels = {
  name: 'javascript',
  factorisation: factorisationInJavaScript,
};
