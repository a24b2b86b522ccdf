import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { guardedOptions, guardedWebSocket } from '../../host/guarded-websocket.ts';

describe('guarded websocket', () => {
  it('reads one piece of the network per turn, so that one that sends without pause leaves turns to the others', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const [many, bytes] = [4000, 1024];
    server.on('connection', (socket) => {
      for (let n = 0; n < many; n++) socket.send(new Uint8Array(bytes));
    });
    const Guarded = guardedWebSocket(() => ({ take: () => undefined }));
    const socket = new Guarded(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, guardedOptions(1 << 20));
    let [heard, inTurn, most] = [0, 0, 0];
    const turn = (): void => {
      inTurn = 0;
      if (heard < many) setImmediate(turn);
    };
    turn();
    await new Promise<void>((resolve) => {
      socket.on('message', () => {
        heard += 1;
        inTurn += 1;
        most = Math.max(most, inTurn);
        // Slow enough that more bytes have arrived by the next turn.
        for (const end = performance.now() + 0.05; performance.now() < end;);
        if (heard === many) resolve();
      });
    });
    socket.terminate();
    server.close();
    // A piece has 64 KiB.
    assert.ok(most <= 2 * 64 + 2, `${most} messages in one turn`);
  });
});
