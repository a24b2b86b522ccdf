/**
 * Computes the baselines' rows in a child process, so that Ctrl-C and the progress view do not have to wait for them.
 * @module
 */
import { fork } from 'node:child_process';
import type { OnReferences, ReferenceOrder, References } from '../central.ts';
import { SimulationError } from '../errors.ts';
import { reportedError } from '../failed-report.ts';
import type { FailedReport } from '../failed-report.ts';
import { entry } from './entry.ts';
import type { HostOrder, ReferencesReport } from './messages.ts';

/**
 * @throws the child process's own error; SimulationError SIMULATION_PROCESS if it dies; the signal's reason if aborted.
 * Leaves no process behind.
 */
export async function baselineRowsElsewhere(
  order: ReferenceOrder,
  signal: AbortSignal,
  onProgress: OnReferences = () => undefined,
): Promise<References> {
  signal.throwIfAborted();
  const child = fork(entry, ['references'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const over = new AbortController();
  try {
    return await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: over.signal });
      child.on('message', (message: ReferencesReport | FailedReport) => {
        if (message.kind === 'references') resolve(message.references);
        else if (message.kind === 'progress') onProgress(message.baseline, message.fraction);
        else reject(reportedError(message, 'reference rows'));
      });
      child.once('error', reject);
      child.once('exit', (code, killedBy) => {
        const text = `the process of the reference rows ended (${killedBy ?? `exit code ${String(code)}`})`;
        reject(new SimulationError('SIMULATION_PROCESS', text));
      });
      child.send({ kind: 'references', order } satisfies HostOrder);
    });
  } finally {
    over.abort();
    // The child holds nothing that must be closed, and does not listen while it computes.
    child.kill('SIGKILL');
    await gone;
  }
}
