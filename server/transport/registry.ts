/**
 * The transports of a coordinator by name.
 * @module
 */
import type { Server } from 'node:http';
import { pieceNamed } from '../../core/packages/named.ts';
import type { CoordinatorEndOptions } from '../../core/wire/coordinator-end.ts';
import type { CoordinatorTransport } from '../../core/wire/transport.ts';
import { socketTransport } from './socket-io.ts';

/** The coordinator's half of a transport. The other half is in client/transport/registry.ts. */
export interface CoordinatorTransportMaker {
  /**
   * @param server the coordinator's HTTP server, which listens after the transport does. A transport attaches to it, for
   *   example to its upgrades, or listens elsewhere itself.
   */
  coordinator(server: Server, end: CoordinatorEndOptions): CoordinatorTransport;
}

const makers = { 'socket.io': { coordinator: socketTransport } } satisfies Record<string, CoordinatorTransportMaker>;

/** @param name default: socket.io. @throws PackageError PACKAGE_NOT_ALLOWED, PACKAGE_PIECE_UNKNOWN. */
export function coordinatorTransportNamed(name = 'socket.io'): CoordinatorTransportMaker {
  return pieceNamed<CoordinatorTransportMaker>('transports', makers, name);
}
