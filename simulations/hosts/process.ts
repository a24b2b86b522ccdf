/**
 * The entry of a simulation's child processes. A child hosts what its parent orders, one thing after the other, reports over
 * the channel between them, and ends when that channel is closed.
 * @module
 */
import { socketTransport } from '../../client/transport/socket-io.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { loadInheritedPackages } from '../../host/packages/load.ts';
import { systemClock } from '../../host/system.ts';
import { failedReport } from '../failed-report.ts';
import type { FailedReport } from '../failed-report.ts';
import type { CoordinatorReport } from './coordinator-host.ts';
import type { HostOrder, ReferencesReport } from './messages.ts';
import { cpuSecondsSince } from './spent.ts';
import type { PlatformReport } from './platform-host.ts';
import { toParent } from './to-parent.ts';

type Hosted = { stop(): Promise<void>; readonly factorisations?: number };

let hosted: Promise<Hosted> | undefined;
/** Processor time that was reported already; the first report includes the start of the process. */
let began: NodeJS.CpuUsage | undefined;

process.on('message', (order: HostOrder) => {
  if (order.kind === 'stop') void stop();
  else {
    hosted = host(order);
    hosted.catch((error: unknown) => report(failedReport(error)));
  }
});
// The parent has ended, or needs this process no longer.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group, but the parent decides when its children stop.
process.on('SIGINT', () => undefined);

async function host(order: Exclude<HostOrder, { kind: 'stop' }>): Promise<Hosted> {
  await loadInheritedPackages();
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

/** Stops the hosted part. Its last report is its processor time, after which the parent may order the next part. */
async function stop(): Promise<void> {
  const stopping = hosted;
  hosted = undefined;
  let factorisations = 0;
  try {
    const one = await stopping;
    await one?.stop();
    factorisations = one?.factorisations ?? 0;
  } catch {
    // A host that failed to start or stop may have left something open, so the next trial gets another process.
    process.exit(1);
  }
  report({ kind: 'spent', cpuSeconds: cpuSecondsSince(began), factorisations });
  began = process.cpuUsage();
}

function report(message: PlatformReport | CoordinatorReport | ReferencesReport | FailedReport): void {
  toParent(message);
}
