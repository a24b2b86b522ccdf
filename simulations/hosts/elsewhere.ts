/**
 * Runs a simulation or an experiment in a child process. A run computes for many seconds without a pause, and a process
 * handles no signal while it computes. The command waits, handles the signal, and ends the child.
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SimulationError } from '../errors.ts';
import type { SimulationEvent } from '../events.ts';
import type { ExperimentContext, ExperimentEvent, ExperimentOutcome } from '../experiment/run.ts';
import { reportedError } from '../failed-report.ts';
import type { SimulationInput } from '../options.ts';
import { dataFolderOf } from '../run-folder.ts';
import type { SearchContext, SearchEvent, SearchOutcome } from '../search/run.ts';
import type { Simulated, SimulationContext } from '../simulated.ts';
import type { RunOrder, RunReport } from './run-messages.ts';

/** Longest time for an answer. A process that does not answer is computing, and is killed. */
const ANSWER_MS = 2_000;
/** Longest time for a process that has answered to stop its own processes and to keep the finished trials. */
const STOP_MS = 25_000;

/** Runs {@link simulate} in a child process. @throws also SimulationError SIMULATION_PROCESS if that process dies. */
export async function simulateElsewhere(options: SimulationInput, context: SimulationContext): Promise<Simulated> {
  const { version, signal, onEvent } = context;
  let folder: string | undefined;
  const seen = { ended: 0, of: 0, isKept: false };
  const take = (event: SimulationEvent): void => {
    if (event.kind === 'folder') folder = event.folder;
    if (event.kind === 'trial-started') seen.of = event.of;
    if (event.kind === 'trial-ended') seen.ended += 1;
    if (event.kind === 'kept') seen.isKept = true;
    onEvent(event);
  };
  // Persons' rows and keys must not outlive the run, even if its process was killed.
  const clear = (): void => {
    if (folder !== undefined) rmSync(dataFolderOf(folder), { recursive: true, force: true });
  };
  const order = { kind: 'simulate', options, version } as const;
  try {
    return (await runElsewhere(order, signal, (event) => take(event as SimulationEvent), clear)) as Simulated;
  } catch (error) {
    const { ended, of, isKept } = seen;
    if (folder !== undefined && ended > 0 && !isKept) onEvent({ kind: 'kept', folder, ended, of });
    throw error;
  }
}

/** Runs {@link runExperiment} in a child process. @throws also SimulationError SIMULATION_PROCESS if that process dies. */
export async function experimentElsewhere(folder: string, context: ExperimentContext): Promise<ExperimentOutcome> {
  const { version, workers, signal, onEvent } = context;
  const order = { kind: 'experiment', folder, workers, version } as const;
  const result = await runElsewhere(
    order,
    signal,
    (event) => onEvent(event as ExperimentEvent),
    () => undefined,
  );
  return result as ExperimentOutcome;
}

/** Runs {@link runSearch} in a child process. @throws also SimulationError SIMULATION_PROCESS if that process dies. */
export async function searchElsewhere(folder: string, context: SearchContext): Promise<SearchOutcome> {
  const { version, workers, signal, onEvent } = context;
  const order = { kind: 'search', folder, workers, version } as const;
  const tell = (event: RunEvent): void => onEvent(event as SearchEvent);
  return (await runElsewhere(order, signal, tell, () => undefined)) as SearchOutcome;
}

type RunEvent = Extract<RunReport, { kind: 'event' }>['event'];
type RunResult = Extract<RunReport, { kind: 'done' }>['result'];

async function runElsewhere(
  order: RunOrder,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
  /** Cleans up after a process that was killed. */
  clear: () => void,
): Promise<RunResult> {
  signal.throwIfAborted();
  const entry = fileURLToPath(new URL(`./run-process${extname(import.meta.url)}`, import.meta.url));
  const child = fork(entry, [order.kind], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const endAtOnce = (): void => {
    child.kill('SIGKILL');
    clear();
  };
  // A second signal ends the command at once.
  process.once('exit', endAtOnce);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const over = new AbortController();
  try {
    return await new Promise<RunResult>((resolve, reject) => {
      signal.addEventListener('abort', () => stop(child, over.signal), { once: true, signal: over.signal });
      child.on('message', (report: RunReport) => {
        if (report.kind === 'event') onEvent(report.event);
        if (report.kind === 'done') resolve(report.result);
        if (report.kind === 'failed') reject(reportedError(report));
      });
      child.once('error', reject);
      child.once('exit', (code, killedBy) => {
        const text = `the process of the run ended (${killedBy ?? `exit code ${String(code)}`})`;
        reject(new SimulationError('SIMULATION_PROCESS', text));
      });
      child.send(order);
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    over.abort();
    process.off('exit', endAtOnce);
    // The child ends after its last message. After an error of the channel it may not, so it is killed.
    if (child.exitCode === null && child.signalCode === null && !child.connected) child.kill('SIGKILL');
    await gone;
    clear();
  }
}

/** Asks the process to stop in order, and kills it if it does not answer or does not end. */
function stop(child: ChildProcess, over: AbortSignal): void {
  const kill = (): void => void child.kill('SIGKILL');
  let timer = setTimeout(kill, ANSWER_MS);
  child.on('message', (report: RunReport) => {
    if (report.kind !== 'stopping') return;
    clearTimeout(timer);
    timer = setTimeout(kill, STOP_MS);
  });
  over.addEventListener('abort', () => clearTimeout(timer), { once: true });
  if (child.connected) child.send({ kind: 'stop' } satisfies RunOrder);
}
