/**
 * The transports of a platform by name.
 * @module
 */
import { pieceNamed } from '../../core/packages/named.ts';
import type { RandomSource } from '../../core/random/source.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { PlatformTransport, WireIdentity } from '../../core/wire/transport.ts';
import { coordinatorAddress } from './coordinator-address.ts';
import { socketTransport } from './socket-io.ts';

export interface PlatformTransportOptions {
  /** The coordinator's address as the operator gave it. */
  readonly url: string;
  readonly identity: WireIdentity;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** The platform's half of a transport. The other half is in server/transport/registry.ts. */
export interface PlatformTransportMaker {
  platform(options: PlatformTransportOptions): PlatformTransport;
}

const makers = {
  'socket.io': {
    platform(options) {
      coordinatorAddress(options.url);
      return socketTransport(options);
    },
  },
} satisfies Record<string, PlatformTransportMaker>;

/** @param name default: socket.io. @throws PackageError PACKAGE_NOT_ALLOWED, PACKAGE_PIECE_UNKNOWN. */
export function platformTransportNamed(name = 'socket.io'): PlatformTransportMaker {
  return pieceNamed<PlatformTransportMaker>('transports', makers, name);
}
