/**
 * The strategies that the audit of strategies does not attack.
 * @module
 */

/** Strategies with a promise of privacy that this audit does not attack, each with the reason. A test reads the registry. */
export const UNAUDITED_STRATEGIES: Readonly<Record<string, string>> = {
  'shared-subspace': 'its canaries would need a vocabulary of their own items, which this audit does not make',
};
