import { MemoryNetwork } from '../../core/wire/memory-transport.ts';
import { testRandom } from '../../compliance/wire-federation.ts';
import { transportCompliance } from '../../compliance/transport.ts';
import { quickClock } from './quick-clock.ts';

transportCompliance('memory', () => {
  const network = new MemoryNetwork(setImmediate);
  const clock = quickClock();
  const options = { clock, random: testRandom('memory') };
  return Promise.resolve({
    coordinator: (identity, limits) =>
      Promise.resolve(network.coordinatorTransport({ ...options, identity, limits, platformLimits: limits })),
    platform: (identity, limits) => network.platformTransport({ ...options, identity, limits, firstPauseMs: 1 }),
    dial: network.dial,
    cut: () => network.cut(),
    teardown: () => {
      clock.stop();
      return Promise.resolve();
    },
  });
});
