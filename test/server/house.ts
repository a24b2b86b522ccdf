/** A coordinator and its platforms in one process, over memory or sockets, with short waiting times. */
import { createCoordinator } from '../../server/coordinator.ts';
import type { Coordinator, CoordinatorOptions } from '../../server/options.ts';
import type { CoordinatorEvent } from '../../server/events.ts';
import { memoryStore } from '../../server/store/memory.ts';
import type { CoordinatorStore } from '../../server/store/coordinator-store.ts';
import { MemoryNetwork } from '../../core/wire/memory-transport.ts';
import { quickClock } from '../wire/quick-clock.ts';
import { testRandom } from '../../compliance/wire-federation.ts';
import { TestPlatform } from './test-platform.ts';
import type { TestPlatformOptions } from './test-platform.ts';
import type { TinyFederation } from './tiny-federation.ts';

export class House {
  readonly federation: TinyFederation;
  readonly network = new MemoryNetwork(setImmediate);
  readonly clock = quickClock();
  readonly platforms: TestPlatform[] = [];
  readonly events: CoordinatorEvent[] = [];
  store: CoordinatorStore;
  #coordinator: Coordinator | undefined;
  #waiting: { accept: (event: CoordinatorEvent) => boolean; resolve: (event: CoordinatorEvent) => void }[] = [];

  constructor(federation: TinyFederation, store: CoordinatorStore = memoryStore()) {
    this.federation = federation;
    this.store = store;
  }

  get coordinator(): Coordinator {
    return this.#coordinator!;
  }

  async start(changes: Partial<CoordinatorOptions> = {}): Promise<Coordinator> {
    const { manifest, plan, coordinator: identity } = this.federation;
    const coordinator = createCoordinator({
      manifest,
      plan,
      identity,
      store: this.store,
      carrier: { kind: 'transport', make: (options) => this.network.coordinatorTransport(options) },
      clock: this.clock,
      random: testRandom('coordinator'),
      ...changes,
      rounds: { graceMs: 30, firstPauseMs: 5, lastPauseMs: 20, uploadGraceMs: 30, ...changes.rounds },
    });
    this.#coordinator = coordinator;
    coordinator.on((event) => {
      this.events.push(event);
      this.#waiting = this.#waiting.filter(({ accept, resolve }) => {
        if (!accept(event)) return true;
        resolve(event);
        return false;
      });
    });
    await coordinator.start();
    return coordinator;
  }

  /** The next event of a kind that passes the test. */
  next<Kind extends CoordinatorEvent['kind']>(
    kind: Kind,
    accept: (event: Extract<CoordinatorEvent, { kind: Kind }>) => boolean = () => true,
  ): Promise<Extract<CoordinatorEvent, { kind: Kind }>> {
    return new Promise((resolve) => {
      this.#waiting.push({
        accept: (event) => event.kind === kind && accept(event as Extract<CoordinatorEvent, { kind: Kind }>),
        resolve: (event) => resolve(event as Extract<CoordinatorEvent, { kind: Kind }>),
      });
    });
  }

  join(index: number, more: Partial<TestPlatformOptions> = {}): TestPlatform {
    const platform = new TestPlatform({
      federation: this.federation,
      identity: this.federation.platforms[index],
      transport: (options) => this.network.platformTransport(options),
      clock: this.clock,
      ...more,
    });
    this.platforms.push(platform);
    return platform;
  }

  joinAll(more: Partial<TestPlatformOptions> = {}): void {
    this.federation.platforms.forEach((_, index) => this.join(index, more));
  }

  outcomes(): readonly string[] {
    return this.events.flatMap((event) => (event.kind === 'attempt-ended' ? [event.outcome] : []));
  }

  async tearDown(): Promise<void> {
    for (const platform of this.platforms) await platform.link.close();
    await this.#coordinator?.stop();
    this.clock.stop();
    this.store.close();
  }
}
