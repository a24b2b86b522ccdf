/**
 * Carries frames inside one process, for simulations and tests. Envelopes are encoded, signed, checked and acknowledged
 * exactly as over a socket.
 * @module
 */
import type { Accept, Connection, ConnectionEvents, Dial } from './connection.ts';
import { CoordinatorEnd } from './coordinator-end.ts';
import type { CoordinatorEndOptions } from './coordinator-end.ts';
import { PlatformEnd } from './platform-end.ts';
import type { PlatformEndOptions } from './platform-end.ts';
import type { CoordinatorTransport, PlatformTransport } from './transport.ts';

/**
 * Runs a task soon, after those scheduled before it. In a process it is `setImmediate`, so that timers and sockets get
 * a turn.
 */
export type Schedule = (task: () => void) => void;

export class MemoryNetwork {
  readonly #schedule: Schedule;
  readonly #open = new Set<Pipe>();
  #accept: Accept | undefined;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  coordinatorTransport(options: CoordinatorEndOptions): CoordinatorTransport {
    return {
      name: 'memory',
      listen: (handlers) => {
        const end = new CoordinatorEnd(options, handlers);
        const accept: Accept = (caller) => end.accept(caller);
        this.#accept = accept;
        const endpoint = end.carriedBy(async () => {
          if (this.#accept === accept) this.#accept = undefined;
          await end.close();
        });
        return Promise.resolve(endpoint);
      },
    };
  }

  platformTransport(options: Omit<PlatformEndOptions, 'dial'>): PlatformTransport {
    return { name: 'memory', connect: (handlers) => new PlatformEnd({ ...options, dial: this.dial }, handlers) };
  }

  /** Opens a connection to the coordinator that listens on this network. */
  readonly dial: Dial = (events) => {
    const pipe = new Pipe(this.#schedule, (over) => this.#open.delete(over));
    const welcomed = (): void => undefined;
    if (this.#accept === undefined) {
      pipe.refuse(events);
    } else {
      this.#open.add(pipe);
      pipe.join(events, this.#accept({ ...pipe.far, welcomed }));
    }
    return { ...pipe.near, welcomed };
  };

  /** Breaks all open connections, as a failing network does. Frames under way are lost. */
  cut(): void {
    for (const pipe of [...this.#open]) pipe.cut('the connection was cut');
  }
}

/** Two connections back to back. */
class Pipe {
  readonly near: Connection;
  readonly far: Connection;
  readonly #schedule: Schedule;
  readonly #over: (pipe: Pipe) => void;
  #nearEvents: ConnectionEvents | undefined;
  #farEvents: ConnectionEvents | undefined;
  #isOpen = true;
  #isCut = false;

  constructor(schedule: Schedule, over: (pipe: Pipe) => void) {
    this.#schedule = schedule;
    this.#over = over;
    this.near = this.#end(() => this.#farEvents);
    this.far = this.#end(() => this.#nearEvents);
  }

  join(near: ConnectionEvents, far: ConnectionEvents): void {
    this.#nearEvents = near;
    this.#farEvents = far;
  }

  refuse(near: ConnectionEvents): void {
    this.#isOpen = false;
    this.#schedule(() => near.onClose('no coordinator listens'));
  }

  cut(reason: string): void {
    this.#isCut = true;
    this.#close(reason);
  }

  #end(peer: () => ConnectionEvents | undefined): Connection {
    return {
      send: (frame) => {
        if (!this.#isOpen) return;
        this.#schedule(() => {
          if (!this.#isCut) peer()?.onFrame(frame);
        });
      },
      close: () => this.#close('the other end closed the connection'),
    };
  }

  #close(reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#over(this);
    this.#schedule(() => {
      this.#nearEvents?.onClose(reason);
      this.#farEvents?.onClose(reason);
    });
  }
}
