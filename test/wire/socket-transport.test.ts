import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { dialer, socketTransport as platformTransport } from '../../client/transport/socket-io.ts';
import { socketTransport as coordinatorTransport } from '../../server/transport/socket-io.ts';
import { testRandom } from '../../compliance/wire-federation.ts';
import { quickClock } from './quick-clock.ts';
import { transportCompliance } from '../../compliance/transport.ts';

transportCompliance('socket.io', async () => {
  const clock = quickClock();
  const options = { clock, random: testRandom('socket') };
  const sockets = new Set<Socket>();
  let port = 0;
  let http: Server | undefined;
  const open = async (): Promise<Server> => {
    http?.close();
    http = createServer();
    http.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    http.listen(port, '127.0.0.1');
    await once(http, 'listening');
    port = (http.address() as AddressInfo).port;
    return http;
  };
  await open();
  let isFirst = true;
  return {
    coordinator: async (identity, limits) => {
      const server = isFirst ? http! : await open();
      isFirst = false;
      return coordinatorTransport(server, { ...options, identity, limits, platformLimits: limits });
    },
    platform: (identity, limits) =>
      platformTransport({ ...options, identity, limits, firstPauseMs: 1, url: `http://127.0.0.1:${port}` }),
    dial: (events) => dialer(`http://127.0.0.1:${port}`, 1 << 20)(events),
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    teardown: async () => {
      clock.stop();
      for (const socket of sockets) socket.destroy();
      http?.close();
      if (http?.listening) await once(http, 'close');
    },
  };
});
