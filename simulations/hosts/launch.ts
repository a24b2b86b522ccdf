/**
 * Starts a trial's coordinator and platforms, each in a child process or all in this process.
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { seededRandom } from '../../core/random/seeded.ts';
import { MemoryNetwork } from '../../core/wire/memory-transport.ts';
import { systemClock } from '../../host/system.ts';
import { SimulationError } from '../errors.ts';
import { failedReport, reportedError } from '../failed-report.ts';
import { hostCoordinator } from './coordinator-host.ts';
import type { CoordinatorHostConfig, CoordinatorReport } from './coordinator-host.ts';
import { entry } from './entry.ts';
import { hostPlatform } from './platform-host.ts';
import type { PlatformHostConfig, PlatformReport } from './platform-host.ts';
import type { HostOrder } from './messages.ts';

export interface Launcher {
  coordinator(config: CoordinatorHostConfig, onReport: (report: CoordinatorReport) => void): Promise<void>;
  platform(config: PlatformHostConfig, onReport: (report: PlatformReport) => void): Promise<Launched>;
  /** Stops everything, platforms first. Idempotent. */
  stop(): Promise<void>;
}

export interface Launched {
  readonly pid: number | undefined;
}

/** Time that a child may take to stop before it is killed. */
const STOP_MS = 20_000;
const MOST_RESTARTS = 3;

/** @param onRestart called when a platform's process has ended unexpectedly and is restarted with its state. */
export function processLauncher(onRestart: (platform: string, because: string) => void): Launcher {
  const children = new Map<string, ChildProcess>();
  let isStopping = false;
  let url = '';

  const start = (name: string, order: HostOrder, onMessage: (message: unknown) => void): ChildProcess => {
    // A process started after the stop would be left behind.
    if (isStopping)
      throw new SimulationError('SIMULATION_PROCESS', `${name} is not started: the trial is being stopped`);
    // The argument shows the name in the list of processes.
    const child = fork(entry, [name], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
    children.set(name, child);
    child.on('message', onMessage);
    child.send(order);
    return child;
  };

  return {
    coordinator(config, onReport) {
      return new Promise((resolve, reject) => {
        const child = start('coordinator', { kind: 'coordinator', config }, (message) => {
          const report = message as CoordinatorReport;
          if (report.kind === 'event' && report.event.kind === 'listening') {
            url = report.event.url;
            resolve();
          }
          if (report.kind === 'failed') reject(reportedError(report, 'coordinator'));
          onReport(report);
        });
        child.on('exit', (code, signal) => {
          const text = `the coordinator's process ended (${signal ?? `exit code ${String(code)}`})`;
          const error = new SimulationError('SIMULATION_PROCESS', text);
          reject(error);
          if (!isStopping) onReport(failedReport(error));
        });
      });
    },

    platform(config, onReport) {
      const launch = (restart: number): ChildProcess => {
        // A restarted process must not draw the same random numbers as its predecessor.
        const seeded = restart === 0 ? config : { ...config, seed: `${config.seed}/restart-${restart}` };
        const child = start(config.name, { kind: 'platform', config: seeded, url }, (message) =>
          onReport(message as PlatformReport),
        );
        child.on('exit', (code, signal) => {
          if (isStopping) return;
          const because = signal === null ? `exit code ${String(code)}` : `killed by ${signal}`;
          if (restart < MOST_RESTARTS) {
            onRestart(config.name, because);
            launch(restart + 1);
          } else {
            const text = `platform ${config.name} ended ${restart + 1} times, last with ${because}`;
            onReport(failedReport(new SimulationError('SIMULATION_PROCESS', text)));
          }
        });
        return child;
      };
      launch(0);
      return Promise.resolve({
        get pid() {
          return children.get(config.name)?.pid;
        },
      });
    },

    async stop() {
      isStopping = true;
      const names = [...children.keys()].sort((a) => (a === 'coordinator' ? 1 : -1));
      const platforms = names.filter((name) => name !== 'coordinator');
      await Promise.all(platforms.map((name) => end(children.get(name))));
      await end(children.get('coordinator'));
      children.clear();
    },
  };
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.send({ kind: 'stop' } satisfies HostOrder);
  else child.kill('SIGKILL');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(timer);
}

/** Runs everything in this process over an in-memory network, with the same agents, stores and messages. */
export function inProcessLauncher(): Launcher {
  const network = new MemoryNetwork((task) => setImmediate(task));
  const hosted: { stop(): Promise<void> }[] = [];
  const spent: (() => void)[] = [];
  let isStopping = false;
  const keep = async (host: { stop(): Promise<void> }): Promise<void> => {
    if (isStopping) await host.stop();
    else hosted.push(host);
  };
  return {
    async coordinator(config, onReport) {
      const make = network.coordinatorTransport.bind(network);
      await keep(await hostCoordinator(config, { kind: 'transport', make }, onReport));
    },
    async platform(config, onReport) {
      const random = seededRandom(`${config.seed}/${config.name}/link`);
      const one = await hostPlatform(
        config,
        (identity) => network.platformTransport({ identity, clock: systemClock, random }),
        onReport,
      );
      await keep(one);
      spent.push(() => onReport({ kind: 'spent', cpuSeconds: 0, factorisations: one.factorisations }));
      return { pid: undefined };
    },
    async stop() {
      isStopping = true;
      for (const one of hosted.splice(0).reverse()) await one.stop();
      for (const tell of spent.splice(0)) tell();
    },
  };
}
