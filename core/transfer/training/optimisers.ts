/**
 * Names of the rules by which the coordinator moves a shared model (core/federation/optimiser.ts has the rules).
 * @module
 */
export const OPTIMISERS = ['fedavg', 'fedadam', 'fedyogi', 'fedadagrad'] as const;
export type OptimiserName = (typeof OPTIMISERS)[number];
