/**
 * The entry of a simulation's child processes: hosts what its parent says, reports over the channel between them, and
 * ends when told to or when the parent is gone (of the reference rows: once they are computed).
 * @module
 */
import { socketTransport } from '../../client/transport/socket-io.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { CoordinatorReport } from './coordinator-host.ts';
import type { HostOrder, ReferencesReport } from './messages.ts';
import type { PlatformReport } from './platform-host.ts';
import { systemClock } from '../../host/system.ts';

type Hosted = { stop(): Promise<void> };

let hosted: Promise<Hosted> | undefined;

process.on('message', (order: HostOrder) => {
  if (order.kind === 'stop') void stop();
  else {
    hosted = host(order);
    hosted.catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'INTERNAL';
      const text = error instanceof Error ? (code === 'INTERNAL' ? (error.stack ?? '') : error.message) : String(error);
      report({ kind: 'failed', code, text });
    });
  }
});
// The parent is gone, however it went: nobody is left to work for.
process.on('disconnect', () => process.exit(1));
// Ctrl-C reaches the whole group; the parent decides when its children stop.
process.on('SIGINT', () => undefined);

async function host(order: Exclude<HostOrder, { kind: 'stop' }>): Promise<Hosted> {
  if (order.kind === 'coordinator') {
    const { hostCoordinator } = await import('./coordinator-host.ts');
    return hostCoordinator(order.config, { kind: 'sockets', host: '127.0.0.1', port: 0 }, report);
  }
  if (order.kind === 'references') {
    const { baselineRows } = await import('../central.ts');
    report({ kind: 'references', rows: await baselineRows(order.order, new AbortController().signal) });
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
  await hosted?.then((one) => one.stop()).catch(() => undefined);
  process.disconnect();
  process.exit(0);
}

function report(message: PlatformReport | CoordinatorReport | ReferencesReport): void {
  if (process.connected) process.send?.(message);
}
