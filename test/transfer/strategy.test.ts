/** Runs the compliance suite on every strategy of the registry, so none can be added without passing it. */
import { tensorBackend } from '../../client/tensor/open.ts';
import { strategies, strategyNamed } from '../../core/transfer/registry.ts';
import { strategyCompliance } from './strategy.compliance.ts';
import type { StrategyComplianceSetup } from './strategy.compliance.ts';

/** Settings that keep the suite short if the defaults would not. */
const setups: Readonly<Record<string, StrategyComplianceSetup>> = {
  'shared-subspace': { settings: { dimension: 8 }, rounds: 2 },
  'shared-trunk': {
    settings: { hidden: 8, bottleneck: 6 },
    rounds: 2,
    backend: () => Promise.resolve(tensorBackend('cpu')),
  },
};

describe('transfer strategies', () => {
  for (const strategy of strategies) {
    describe(strategy.name, () => strategyCompliance(strategy, setups[strategy.name]));
  }
  describe('shared-subspace beside own vectors', () =>
    strategyCompliance(strategyNamed('shared-subspace'), {
      settings: { dimension: 8, ownShare: 0.4, ownDimension: 8 },
      rounds: 2,
    }));
  describe('private-subspace with numbers of the history itself', () =>
    strategyCompliance(strategyNamed('private-subspace'), { settings: { ownNumbers: 24 } }));
});
