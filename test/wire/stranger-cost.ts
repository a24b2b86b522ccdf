/**
 * Measures a coordinator's memory per stranger. The connections are in this process, and the coordinator is in another.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { EVENT_TEXT, frameOf, RawWebSocket, TEXT } from './raw-websocket.ts';

export interface Memory {
  readonly heap: number;
  /** Memory of buffers. */
  readonly outside: number;
  readonly resident: number;
}

type Step = (raw: RawWebSocket) => Promise<unknown>;

/** Excludes everything that is made once for all strangers. */
const WARM_UP = 50;

/** 8 KiB of headers less the upgrade's own, in as many headers as are allowed. */
const headers = Array.from({ length: 50 }, (_, n) => `x-${String(n).padStart(3, '0')}: ${'y'.repeat(140)}\r\n`).join(
  '',
);
/** Nearly 4 KiB of a frame that promises two million bytes, so that all of it is held. */
const unfinished = (opcode: number): Uint8Array =>
  Buffer.concat([Uint8Array.of(0x80 | opcode, 0xff, 0, 0, 0, 0, 0, 0x1f, 0, 0, 0, 0, 0, 0), new Uint8Array(3780)]);
/** The actions of a stranger, the most expensive last. */
export const STEPS = {
  'TCP alone': () => Promise.resolve(),
  'half a request, 7.5 KiB': (raw: RawWebSocket) => written(raw, `GET / HTTP/1.1\r\n${headers}`),
  'a websocket': async (raw: RawWebSocket) => {
    raw.upgrade();
    await raw.until(() => raw.texts.length > 0);
  },
  'a websocket with 7.5 KiB of headers': async (raw: RawWebSocket) => {
    raw.upgrade(undefined, headers);
    await raw.until(() => raw.texts.length > 0);
  },
  'the same and 4 KiB of an unfinished frame': async (raw: RawWebSocket) => {
    raw.upgrade(undefined, headers);
    await raw.until(() => raw.texts.length > 0);
    await written(raw, unfinished(TEXT));
  },
  'the same in as many pieces as may be': async (raw: RawWebSocket) => {
    raw.upgrade(undefined, headers);
    await raw.until(() => raw.texts.length > 0);
    const fragments = [frameOf(TEXT, 'z', false), ...Array.from({ length: 14 }, () => frameOf(0, 'z', false))];
    await written(raw, Buffer.concat([...fragments, unfinished(0)]));
  },
  'socket.io, with the challenge': async (raw: RawWebSocket) => {
    raw.upgrade();
    await raw.until(() => raw.texts.length > 0);
    raw.text('40');
    await raw.until(() => raw.texts.some((text) => text === EVENT_TEXT));
  },
  'the same with 7.5 KiB of headers and 4 KiB unfinished': async (raw: RawWebSocket) => {
    raw.upgrade(undefined, headers);
    await raw.until(() => raw.texts.length > 0);
    raw.text('40');
    await raw.until(() => raw.texts.some((text) => text === EVENT_TEXT));
    await written(raw, unfinished(TEXT));
  },
} satisfies Readonly<Record<string, Step>>;

const written = (raw: RawWebSocket, bytes: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => raw.socket.write(bytes, () => resolve()));

/** A coordinator in another process. */
class Host {
  readonly #child = fork(new URL('stranger-host.ts', import.meta.url), {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  readonly #url: Promise<string>;

  constructor() {
    this.#url = this.#told<{ url: string }>().then(({ url }) => url);
  }

  async dial(step: Step): Promise<RawWebSocket> {
    const raw = await RawWebSocket.dial(await this.#url);
    await step(raw);
    return raw;
  }

  /** One after the other. */
  async stay(step: Step, many: number): Promise<RawWebSocket[]> {
    const raws: RawWebSocket[] = [];
    for (let n = 0; n < many; n++) raws.push(await this.dial(step));
    return raws;
  }

  /** After garbage collection. */
  memory(): Promise<Memory> {
    this.#child.send('memory');
    return this.#told();
  }

  async close(raws: readonly RawWebSocket[]): Promise<void> {
    for (const raw of raws) raw.end();
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }

  async #told<Told>(): Promise<Told> {
    return ((await once(this.#child, 'message')) as [Told])[0];
  }
}

/**
 * Memory per stranger in KiB, after garbage collection: for `count` idle strangers, and once each has sent `more`
 * bytes.
 */
export async function costOf(
  step: Step,
  count: number,
  more = 0,
): Promise<{ readonly stay: Memory; readonly more: Memory }> {
  const host = new Host();
  const raws: RawWebSocket[] = [];
  try {
    // They stay connected, so that none of their memory is freed in between.
    raws.push(...(await host.stay(step, WARM_UP)));
    const before = await host.memory();
    const since = ({ heap, outside, resident }: Memory): Memory => ({
      heap: (heap - before.heap) / count / 1024,
      outside: (outside - before.outside) / count / 1024,
      resident: (resident - before.resident) / count / 1024,
    });
    raws.push(...(await host.stay(step, count)));
    const staying = since(await host.memory());
    if (raws.some(({ isClosed }) => isClosed)) throw new Error('some were closed');
    const last = raws.slice(WARM_UP);
    if (more > 0) await Promise.all(last.map((raw) => Promise.race([written(raw, new Uint8Array(more)), raw.closed])));
    return { stay: staying, more: since(await host.memory()) };
  } finally {
    await host.close(raws);
  }
}

/** Memory of `count` strangers together in bytes, after garbage collection, and the number of those still connected. */
export async function totalOf(step: Step, count: number): Promise<{ readonly bytes: number; readonly open: number }> {
  const host = new Host();
  const raws: RawWebSocket[] = [];
  try {
    (await host.dial(step)).end();
    const before = await host.memory();
    const lanes = Array.from({ length: 8 }, async () => {
      while (raws.length < count) {
        const raw = host.dial(step);
        raws.push(await raw);
      }
    });
    await Promise.all(lanes);
    const after = await host.memory();
    const bytes = after.heap + after.outside - before.heap - before.outside;
    return { bytes, open: raws.filter(({ isClosed }) => !isClosed).length };
  } finally {
    await host.close(raws);
  }
}
