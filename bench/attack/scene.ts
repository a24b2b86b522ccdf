/**
 * A federation under attack: real processes over loopback, on sample worlds, with measurements during the attack.
 * @module
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { CoordinatorStatus } from '../../server/status.ts';
import { readMember } from './checkout.ts';
import type { Checkout, Member, Running, Workplace } from './checkout.ts';

const SIZE = { persons: 60, items: 80 };
const SAMPLE_MS = 100;
const LEAST_MS = 4000;
const MOST_LEFT_MIB = 250;
/** Longest time to wait for a started process. */
const START_MS = 90_000;

export interface SceneOptions {
  /** Arguments of `isthmus init`. */
  readonly init: readonly string[];
  /** All platforms of the manifest. */
  readonly platforms: readonly string[];
  /** Platforms that run as processes. An attacker plays the others. */
  readonly run: readonly string[];
  /** True if rounds complete without the attacker. */
  readonly completes: boolean;
  readonly stageMs?: number;
  /** Shortest time of a measurement, unless a process ended. */
  readonly leastMs?: number;
  readonly platformOptions?: (name: string) => readonly string[];
}

/** The measured effects of an attack. */
export interface Figures {
  readonly seconds: number;
  /** Processes that ended, with their exit codes. */
  readonly ended: readonly string[];
  /** Largest growth of the victim's memory; MiB. */
  readonly grownMiB: number;
  /** Number of rounds completed meanwhile; undefined in a federation without rounds. */
  readonly rounds: number | undefined;
  /** Slowest answer of the victim to /healthz, in milliseconds. Infinity: no answer in 5 seconds. */
  readonly slowestMs: number;
  readonly note: string;
}

export class Scene {
  readonly checkout: Checkout;
  readonly place: Workplace;
  readonly options: SceneOptions;
  readonly running = new Map<string, Running>();
  url = '';
  #port = 0;
  /** URLs of the platforms' own services. */
  readonly #services = new Map<string, string>();
  #completed = 0;

  private constructor(checkout: Checkout, place: Workplace, options: SceneOptions) {
    this.checkout = checkout;
    this.place = place;
    this.options = options;
  }

  static async open(checkout: Checkout, options: SceneOptions): Promise<Scene> {
    const { federation, places, shortenDeadlines } = checkout;
    const place = await places.Workplace.make();
    const scene = new Scene(checkout, place, options);
    const { stageMs = 4000 } = options;
    const deadlines = shortenDeadlines === undefined ? federation.deadlines(stageMs) : [];
    await federation.found(place, SIZE, [...options.init, ...deadlines], options.platforms);
    await shortenDeadlines?.(place, stageMs);
    scene.#port = await federation.freePort();
    await scene.revive();
    return scene;
  }

  get #hasRounds(): boolean {
    return this.options.init.includes('--rounds');
  }

  async close(): Promise<void> {
    await this.place.leave();
  }

  member(name: string): Member {
    return readMember(this.checkout, this.place, name);
  }

  /** Starts or restarts a platform whose coordinator is at `url`, and waits until it serves. */
  async start(name: string, url: string): Promise<void> {
    await this.running.get(name)?.stop('SIGKILL');
    const more = this.options.platformOptions?.(name) ?? [];
    const running = this.checkout.federation.platform(this.place, name, url, ...more);
    this.#keep(name, running);
    this.#services.set(name, await within(START_MS, this.checkout.federation.address(running)));
  }

  /**
   * Starts every process that does not run, and waits until all are ready, and in rounds again if rounds run on their
   * own.
   */
  async revive(): Promise<void> {
    await this.restart();
    const coordinator = this.running.get('coordinator');
    // Platforms prepare without their coordinator, and an absent one costs the first round its time of grace.
    if (this.options.completes && coordinator !== undefined) {
      await within(
        START_MS,
        coordinator.event(({ outcome }) => outcome === 'completed'),
      );
    }
  }

  /** Starts every process that does not run, and waits until all are online, but for no round. */
  async restart(): Promise<void> {
    // A process that kept memory from the last attack is restarted, because it would hide the memory of the next one.
    const struck = this.running.get('coordinator');
    if (struck !== undefined && residentMiB(struck.pid) > MOST_LEFT_MIB) await struck.stop();
    const started: Promise<unknown>[] = [];
    if (!this.running.has('coordinator')) {
      const running = this.checkout.federation.coordinator(this.place, '--port', `${this.#port}`);
      this.#keep('coordinator', running);
      this.url = await within(START_MS, this.checkout.federation.address(running));
    }
    for (const name of this.options.run) {
      if (this.running.has(name)) continue;
      started.push(this.start(name, this.url).then(() => this.#isOnline(name)));
    }
    await Promise.all(started);
  }

  async #isOnline(name: string): Promise<void> {
    const online = this.running.get(name)?.event(({ kind, state }) => kind === 'link' && state === 'online');
    if (online !== undefined) await within(START_MS, online);
  }

  #keep(name: string, running: Running): void {
    this.running.set(name, running);
    void running.ended.then(() => {
      if (this.running.get(name) === running) this.running.delete(name);
    });
  }

  /** Number of rounds that its coordinators have completed. */
  rounds(): number {
    const ends = this.running.get('coordinator')?.events.filter(({ kind }) => kind === 'attempt-ended') ?? [];
    const last = ends.at(-1)?.completedRounds;
    if (typeof last === 'number') this.#completed = last;
    return this.#completed;
  }

  /** The full status, as an operator gets it. */
  async status(): Promise<CoordinatorStatus> {
    const token = this.place.path('coordinator.db.token');
    const headers = new Headers();
    if (existsSync(token)) headers.set('authorization', `Bearer ${readFileSync(token, 'utf8').trim()}`);
    return (await (await fetch(`${this.url}/v1/status`, { headers })).json()) as CoordinatorStatus;
  }

  /** Number of bytes that a process has written to standard error. */
  logBytes(name: string): number {
    return this.running.get(name)?.stderr.length ?? 0;
  }

  /** URL at which a process answers /healthz. */
  serviceOf(name: string): string {
    return name === 'coordinator' ? this.url : (this.#services.get(name) ?? '');
  }

  /** Size of a file or folder of the scene in MiB. */
  diskMiB(...paths: readonly string[]): number {
    const bytes = paths.reduce((sum, path) => sum + sizeOf(this.place.path(path)), 0);
    return bytes / 2 ** 20;
  }

  /**
   * Does `work` to the federation, and measures the victim meanwhile.
   * @returns the figures; `note` is the result of `work`.
   */
  async under(victim: string, work: () => Promise<string>): Promise<Figures> {
    const before = this.rounds();
    const ended: string[] = [];
    for (const [name, running] of this.running) {
      void running.ended.then(({ code, signal }) => {
        // SIGKILL is the attacks' own, to see how a process comes back, so it does not count as an end.
        if (signal !== 'SIGKILL') ended.push(`${name} ended (${signal ?? `exit ${code}`})`);
      });
    }
    const pid = this.running.get(victim)!.pid;
    const service = this.serviceOf(victim);
    const start = residentMiB(pid);
    let largest = start;
    let slowest = 0;
    let isOver = false;
    const sampler = async (): Promise<void> => {
      while (!isOver) {
        largest = Math.max(largest, residentMiB(pid));
        await setTimeout(SAMPLE_MS);
      }
    };
    const prober = async (): Promise<void> => {
      while (!isOver && ended.length === 0) {
        slowest = Math.max(slowest, await answerMs(service));
        await setTimeout(SAMPLE_MS);
      }
    };
    const began = performance.now();
    const looking = [sampler(), prober()];
    let note: string;
    try {
      note = await work();
      // Processes that survive the attack continue to run.
      if (ended.length === 0)
        await setTimeout(Math.max(0, (this.options.leastMs ?? LEAST_MS) - (performance.now() - began)));
    } finally {
      isOver = true;
    }
    const seconds = (performance.now() - began) / 1000;
    await Promise.all(looking);
    // Gives a process that was struck at the last moment time to end.
    await setTimeout(SAMPLE_MS);
    const rounds = this.#hasRounds ? this.rounds() - before : undefined;
    return { seconds, ended, grownMiB: Math.max(0, largest - start), rounds, slowestMs: slowest, note };
  }
}

export async function within<Value>(milliseconds: number, work: Promise<Value>): Promise<Value> {
  const late = new AbortController();
  try {
    return await Promise.race([
      work,
      setTimeout(milliseconds, undefined, { signal: late.signal }).then(() => {
        throw new Error(`not within ${milliseconds} ms`);
      }),
    ]);
  } finally {
    late.abort();
  }
}

/** Resident memory; Linux only. 0 for a process that is gone. */
function residentMiB(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function answerMs(url: string): Promise<number> {
  const began = performance.now();
  try {
    const { ok } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5000) });
    return ok ? performance.now() - began : Infinity;
  } catch {
    return Infinity;
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
