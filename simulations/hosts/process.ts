/**
 * The entry of a simulation's child processes. A child hosts what its parent orders, reports over the channel between
 * them, and ends when it is told to or when the parent is gone (for the reference rows: once they are computed).
 * @module
 */
import { socketTransport } from '../../client/transport/socket-io.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { systemClock } from '../../host/system.ts';
import { failedReport } from '../failed-report.ts';
import type { FailedReport } from '../failed-report.ts';
import type { CoordinatorReport } from './coordinator-host.ts';
import type { HostOrder, ReferencesReport } from './messages.ts';
import { cpuSecondsSince } from './spent.ts';
import type { PlatformReport } from './platform-host.ts';

type Hosted = { stop(): Promise<void>; readonly factorisations?: number };

let hosted: Promise<Hosted> | undefined;

process.on('message', (order: HostOrder) => {
  if (order.kind === 'stop') void stop();
  else {
    hosted = host(order);
    hosted.catch((error: unknown) => report(failedReport(error)));
  }
});
// The parent has ended in some way, so nobody needs this process.
process.on('disconnect', () => process.exit(1));
// Ctrl-C reaches the whole process group, but the parent decides when its children stop.
process.on('SIGINT', () => undefined);

async function host(order: Exclude<HostOrder, { kind: 'stop' }>): Promise<Hosted> {
  if (order.kind === 'coordinator') {
    const { hostCoordinator } = await import('./coordinator-host.ts');
    return hostCoordinator(order.config, { kind: 'sockets', host: '127.0.0.1', port: 0 }, report);
  }
  if (order.kind === 'references') {
    const { baselineRows } = await import('../central.ts');
    const onProgress = (baseline: string, fraction: number): void => report({ kind: 'progress', baseline, fraction });
    const references = await baselineRows(order.order, new AbortController().signal, onProgress);
    report({ kind: 'references', references });
    return { stop: () => Promise.resolve() };
  }
  const { hostPlatform } = await import('./platform-host.ts');
  const { config, url } = order;
  return hostPlatform(
    config,
    (identity) =>
      socketTransport({
        identity,
        url,
        clock: systemClock,
        random: seededRandom(`${config.seed}/${config.name}/link`),
      }),
    report,
  );
}

async function stop(): Promise<void> {
  await hosted
    ?.then(async (one) => {
      await one.stop();
      report({ kind: 'spent', cpuSeconds: cpuSecondsSince(), factorisations: one.factorisations ?? 0 });
    })
    .catch(() => undefined);
  process.disconnect();
  process.exit(0);
}

function report(message: PlatformReport | CoordinatorReport | ReferencesReport | FailedReport): void {
  if (process.connected) process.send?.(message);
}
