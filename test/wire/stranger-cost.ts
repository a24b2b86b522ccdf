/** What a stranger costs a coordinator in memory: connections in this process, a coordinator in one of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { EVENT_TEXT, frameOf, RawWebSocket, TEXT } from './raw-websocket.ts';

export interface Memory {
  readonly heap: number;
  /** Buffers. */
  readonly outside: number;
  readonly resident: number;
}

type Step = (raw: RawWebSocket) => Promise<unknown>;

/** So that what is made once for all of them does not count. */
const WARM_UP = 50;

/** 8 KiB of headers but for what the upgrade itself needs, in as many as there may be. */
const headers = Array.from({ length: 50 }, (_, n) => `x-${String(n).padStart(3, '0')}: ${'y'.repeat(140)}\r\n`).join(
  '',
);
/** Nearly 4 KiB of a frame that promises two million, so that all of it is held. */
const unfinished = (opcode: number): Uint8Array =>
  Buffer.concat([Uint8Array.of(0x80 | opcode, 0xff, 0, 0, 0, 0, 0, 0x1f, 0, 0, 0, 0, 0, 0), new Uint8Array(3780)]);
/** What a stranger can do, the dearest last. */
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

async function stay(url: string, step: Step, many: number): Promise<RawWebSocket[]> {
  const raws: RawWebSocket[] = [];
  for (let n = 0; n < many; n++) {
    const raw = await RawWebSocket.dial(url);
    raws.push(raw);
    await step(raw);
  }
  return raws;
}

/** Of `count` strangers, in KiB each, after collection: while they stay, and once each has sent `more` bytes too. */
export async function costOf(
  step: Step,
  count: number,
  more = 0,
): Promise<{ readonly stay: Memory; readonly more: Memory }> {
  const child = fork(new URL('stranger-host.ts', import.meta.url), {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  const told = async <Told>(): Promise<Told> => ((await once(child, 'message')) as [Told])[0];
  const memory = (): Promise<Memory> => {
    child.send('memory');
    return told();
  };
  try {
    const { url } = await told<{ url: string }>();
    // They stay, so that nothing of theirs is freed in between.
    const first = await stay(url, step, WARM_UP);
    const before = await memory();
    const since = ({ heap, outside, resident }: Memory): Memory => ({
      heap: (heap - before.heap) / count / 1024,
      outside: (outside - before.outside) / count / 1024,
      resident: (resident - before.resident) / count / 1024,
    });
    const raws = await stay(url, step, count);
    const staying = since(await memory());
    if (raws.some(({ isClosed }) => isClosed)) throw new Error('some were closed');
    if (more > 0) await Promise.all(raws.map((raw) => Promise.race([written(raw, new Uint8Array(more)), raw.closed])));
    const last = since(await memory());
    for (const raw of [...first, ...raws]) raw.end();
    return { stay: staying, more: last };
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
}
