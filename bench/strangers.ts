/**
 * What a stranger costs the coordinator: `node --import tsx bench/strangers.ts [strangers]`. A coordinator's own HTTP server and wire
 * in a process of its own, connections in this one; memory after collection, a connection, at each step a stranger can take.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { EVENT_TEXT, frameOf, RawWebSocket, TEXT } from '../test/wire/raw-websocket.ts';

interface Memory {
  readonly heap: number;
  readonly outside: number;
  readonly resident: number;
}

const count = Number(process.argv[2] ?? 500);
const WARM_UP = 50;

/** 8 KiB of headers but for what the upgrade itself needs, in as many as there may be. */
const headers = Array.from({ length: 50 }, (_, n) => `x-${String(n).padStart(3, '0')}: ${'y'.repeat(140)}\r\n`).join(
  '',
);
/** A frame that stays one byte short, so that all of it is held. */
const unfinished = (opcode: number): Uint8Array => frameOf(opcode, 'z'.repeat(8000)).subarray(0, 3800);
const steps: Readonly<Record<string, (raw: RawWebSocket) => Promise<unknown>>> = {
  'TCP alone': () => Promise.resolve(),
  'half a request, 7.5 KiB': (raw) => written(raw, `GET / HTTP/1.1\r\n${headers}`),
  'a websocket': async (raw) => {
    raw.upgrade();
    await raw.until(() => raw.texts.length > 0);
  },
  'a websocket with 7.5 KiB of headers': async (raw) => {
    raw.upgrade(undefined, headers);
    await raw.until(() => raw.texts.length > 0);
  },
  'the same and 4 KiB of an unfinished frame': async (raw) => {
    raw.upgrade(undefined, headers);
    await raw.until(() => raw.texts.length > 0);
    await written(raw, unfinished(TEXT));
  },
  'the same in as many pieces as may be': async (raw) => {
    raw.upgrade(undefined, headers);
    await raw.until(() => raw.texts.length > 0);
    const fragments = [frameOf(TEXT, 'z', false), ...Array.from({ length: 14 }, () => frameOf(0, 'z', false))];
    await written(raw, Buffer.concat([...fragments, unfinished(0)]));
  },
  'socket.io, with the challenge': async (raw) => {
    raw.upgrade();
    await raw.until(() => raw.texts.length > 0);
    raw.text('40');
    await raw.until(() => raw.texts.some((text) => text === EVENT_TEXT));
  },
  'the same with 7.5 KiB of headers and 4 KiB unfinished': async (raw) => {
    raw.upgrade(undefined, headers);
    await raw.until(() => raw.texts.length > 0);
    raw.text('40');
    await raw.until(() => raw.texts.some((text) => text === EVENT_TEXT));
    await written(raw, unfinished(TEXT));
  },
};

const written = (raw: RawWebSocket, bytes: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => raw.socket.write(bytes, () => resolve()));

async function stay(url: string, step: (raw: RawWebSocket) => Promise<unknown>, many: number): Promise<RawWebSocket[]> {
  const raws: RawWebSocket[] = [];
  for (let n = 0; n < many; n++) {
    const raw = await RawWebSocket.dial(url);
    raws.push(raw);
    await step(raw);
  }
  return raws;
}

/** @returns KiB a connection. */
async function costOf(step: (raw: RawWebSocket) => Promise<unknown>): Promise<Memory> {
  const child = fork(new URL('strangers/coordinator.ts', import.meta.url), {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  const told = async <Told>(): Promise<Told> => ((await once(child, 'message')) as [Told])[0];
  const memory = (): Promise<Memory> => {
    child.send('memory');
    return told();
  };
  const { url } = await told<{ url: string }>();
  // They stay, so that nothing of theirs is freed in between.
  const first = await stay(url, step, WARM_UP);
  const before = await memory();
  const raws = await stay(url, step, count);
  const now = await memory();
  const each = (what: keyof Memory): number => (now[what] - before[what]) / count / 1024;
  if (raws.some(({ isClosed }) => isClosed)) throw new Error('some were closed');
  for (const raw of [...first, ...raws]) raw.end();
  child.disconnect();
  await once(child, 'exit');
  return { heap: each('heap'), outside: each('outside'), resident: each('resident') };
}

const rows: Record<string, Readonly<Record<string, string>>> = {};
for (const [name, step] of Object.entries(steps)) {
  const cost = await costOf(step);
  const figures = Object.entries(cost) as [keyof Memory, number][];
  rows[name] = Object.fromEntries(figures.map(([what, kib]) => [what, `${kib.toFixed(1)} KiB`]));
}
console.table(rows);
