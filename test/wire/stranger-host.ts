/** A coordinator whose timers never run, so that strangers stay during the measurement. */
import { createCoordinator } from '../../server/coordinator.ts';
import { memoryStore } from '../../server/store/memory.ts';
import { tinyFederation } from '../server/tiny-federation.ts';

const { manifest, plan, coordinator: identity } = tinyFederation();
const coordinator = createCoordinator({
  manifest,
  plan,
  identity,
  store: memoryStore(),
  carrier: { kind: 'sockets', host: '127.0.0.1', port: 0 },
  clock: { now: () => Date.now(), after: () => () => undefined },
});
await coordinator.start();

process.on('message', () => {
  // Twice, because the second collection frees what the first one found dead.
  globalThis.gc?.();
  setImmediate(() => {
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    process.send?.({ heap: heapUsed, outside: external, resident: rss });
  });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ url: coordinator.address });
