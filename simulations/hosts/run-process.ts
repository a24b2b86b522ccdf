/**
 * The entry of the process that a simulation or an experiment runs in. The command that started it can handle signals while
 * this process computes.
 * @module
 */
import { loadInheritedPackages } from '../../host/packages/load.ts';
import { failedReport } from '../failed-report.ts';
import type { RunOrder, RunReport } from './run-messages.ts';
import { toParent } from './to-parent.ts';

const stop = new AbortController();

process.on('message', (order: RunOrder) => {
  if (order.kind === 'stop') {
    report({ kind: 'stopping' });
    stop.abort();
  } else void run(order);
});
// The command has ended. This process cleans up the run's files before it ends itself.
process.on('disconnect', () => stop.abort());
// Ctrl-C and service managers signal the whole group. The command decides when this process stops.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

async function run(order: Exclude<RunOrder, { kind: 'stop' }>): Promise<void> {
  const context = {
    version: order.version,
    signal: stop.signal,
    onEvent: (event: Extract<RunReport, { kind: 'event' }>['event']): void => report({ kind: 'event', event }),
  };
  let last: RunReport;
  try {
    await loadInheritedPackages();
    if (order.kind === 'simulate') {
      const { simulate } = await import('../simulate.ts');
      last = { kind: 'done', result: await simulate(order.options, context) };
    } else if (order.kind === 'search') {
      const { runSearch } = await import('../search/run.ts');
      last = { kind: 'done', result: await runSearch(order.folder, { ...context, workers: order.workers }) };
    } else {
      const { runExperiment } = await import('../experiment/run.ts');
      last = { kind: 'done', result: await runExperiment(order.folder, { ...context, workers: order.workers }) };
    }
  } catch (error) {
    last = failedReport(error);
  }
  if (process.connected) process.send?.(last, () => process.exit(0));
  else process.exit(1);
}

function report(message: RunReport): void {
  toParent(message);
}
