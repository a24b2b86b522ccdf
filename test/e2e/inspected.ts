/** A process whose heap is read through Node's inspector. The program is unchanged. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { COMMAND } from './isthmus.ts';
import type { Running, Workplace } from './isthmus.ts';

export interface Inspected {
  readonly running: Running;
  /** Bytes of the heap after garbage collection. */
  heap(): Promise<number>;
}

/** Starts `isthmus` with these arguments. */
export async function inspected(place: Workplace, args: readonly string[]): Promise<Inspected> {
  const [node, ...program] = COMMAND;
  const running = place.spawn([node, '--inspect=127.0.0.1:0', ...program, ...args]);
  const [, url] = await running.says(/Debugger listening on (ws:\S+)/);
  return {
    running,
    heap: async () => {
      const socket = new WebSocket(url);
      await once(socket, 'open');
      try {
        await ask(socket, 'HeapProfiler.collectGarbage');
        return ((await ask(socket, 'Runtime.getHeapUsage')) as { usedSize: number }).usedSize;
      } finally {
        // A process does not end while an inspector is connected.
        socket.terminate();
      }
    },
  };
}

async function ask(socket: WebSocket, method: string): Promise<unknown> {
  socket.send(JSON.stringify({ id: 1, method }));
  for (;;) {
    const [text] = (await once(socket, 'message')) as [Buffer];
    const answer = JSON.parse(text.toString()) as { id?: number; result?: unknown };
    if (answer.id === 1) return answer.result;
  }
}
