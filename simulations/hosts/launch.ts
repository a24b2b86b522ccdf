/**
 * Starts a trial's coordinator and platforms, each in a child process or all in this process.
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import { seededRandom } from '../../core/random/seeded.ts';
import { MemoryNetwork } from '../../core/wire/memory-transport.ts';
import { systemClock } from '../../host/system.ts';
import { SimulationError } from '../errors.ts';
import { failedReport, reportedError } from '../failed-report.ts';
import { hostCoordinator } from './coordinator-host.ts';
import type { CoordinatorHostConfig, CoordinatorReport } from './coordinator-host.ts';
import { hostPlatform } from './platform-host.ts';
import type { PlatformHostConfig, PlatformReport } from './platform-host.ts';
import type { HostOrder } from './messages.ts';
import { isAlive } from './pool.ts';
import type { HostPool } from './pool.ts';

export interface Launcher {
  coordinator(config: CoordinatorHostConfig, onReport: (report: CoordinatorReport) => void): Promise<void>;
  platform(config: PlatformHostConfig, onReport: (report: PlatformReport) => void): Promise<Launched>;
  /** Stops everything, platforms first. Idempotent. */
  stop(): Promise<void>;
}

export interface Launched {
  readonly pid: number | undefined;
}

/** Time that a child may take to stop what it hosts before it is killed. */
const STOP_MS = 20_000;
const MOST_RESTARTS = 3;

/** @param onRestart called when a platform's process has ended unexpectedly and is restarted with its state. */
export function processLauncher(pool: HostPool, onRestart: (platform: string, because: string) => void): Launcher {
  const children = new Map<string, ChildProcess>();
  let isStopping = false;
  let url = '';

  const start = (
    name: string,
    order: HostOrder,
    on: { readonly message: (message: unknown) => void; readonly exit: (because: string) => void },
  ): void => {
    // Nobody would end a process that starts after the stop.
    if (isStopping)
      throw new SimulationError('SIMULATION_PROCESS', `${name} is not started: the trial is being stopped`);
    const child = pool.take(name);
    children.set(name, child);
    child.on('message', on.message);
    child.on('exit', (code, signal) => on.exit(signal === null ? `exit code ${String(code)}` : `killed by ${signal}`));
    child.send(order);
  };

  return {
    coordinator(config, onReport) {
      return new Promise((resolve, reject) => {
        start(
          'coordinator',
          { kind: 'coordinator', config },
          {
            message(message) {
              const report = message as CoordinatorReport;
              if (report.kind === 'event' && report.event.kind === 'listening') {
                url = report.event.url;
                resolve();
              }
              if (report.kind === 'failed') reject(reportedError(report, 'coordinator'));
              onReport(report);
            },
            exit(because) {
              const error = new SimulationError('SIMULATION_PROCESS', `the coordinator's process ended (${because})`);
              reject(error);
              if (!isStopping) onReport(failedReport(error));
            },
          },
        );
      });
    },

    platform(config, onReport) {
      const launch = (restart: number): void => {
        // A restarted process must not draw the same random numbers as its predecessor.
        const seeded = restart === 0 ? config : { ...config, seed: `${config.seed}/restart-${restart}` };
        start(
          config.name,
          { kind: 'platform', config: seeded, url },
          {
            message: (message) => onReport(message as PlatformReport),
            exit(because) {
              if (isStopping) return;
              if (restart < MOST_RESTARTS) {
                onRestart(config.name, because);
                launch(restart + 1);
              } else {
                const text = `platform ${config.name} ended ${restart + 1} times, last with ${because}`;
                onReport(failedReport(new SimulationError('SIMULATION_PROCESS', text)));
              }
            },
          },
        );
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
      const giveBack = async (name: string): Promise<void> => {
        const child = children.get(name);
        if (child !== undefined && (await stopped(child))) await pool.give(name, child);
      };
      await Promise.all([...children.keys()].filter((name) => name !== 'coordinator').map(giveBack));
      await giveBack('coordinator');
      children.clear();
    },
  };
}

/** Tells a process to stop what it hosts. @returns true if it did, and can host something else; false if it has ended. */
async function stopped(child: ChildProcess): Promise<boolean> {
  const isStopped = await new Promise<boolean>((resolve) => {
    if (!isAlive(child)) {
      resolve(false);
      return;
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    const over = (isOver: boolean): void => {
      clearTimeout(timer);
      resolve(isOver);
    };
    child.once('exit', () => over(false));
    child.on('message', (message: { readonly kind: string }) => {
      if (message.kind === 'spent') over(true);
    });
    child.send({ kind: 'stop' } satisfies HostOrder);
  });
  child.removeAllListeners('message');
  child.removeAllListeners('exit');
  if (!isStopped && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  return isStopped;
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
