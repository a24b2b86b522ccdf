/**
 * Listens for HTTP, and explains why a process could not.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import { codeOf } from '../core/errors/coded-error.ts';
import { HostError } from './errors/host-errors.ts';

export interface Address {
  /** Name or address of this machine. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/**
 * @param option the command-line option for the port, for the error's message.
 * @returns the URL at which `app` listens.
 * @throws HostError PORT_IN_USE, LISTEN_FORBIDDEN, LISTEN_ADDRESS. `app` is closed then.
 */
export async function listen(
  app: Pick<FastifyInstance, 'listen' | 'close'>,
  address: Address,
  option: string,
): Promise<string> {
  try {
    return await app.listen(address);
  } catch (cause) {
    await app.close();
    throw listenError(cause, address, option);
  }
}

/** @returns a HostError for a known error of the system; any other `cause` unchanged. */
export function listenError(cause: unknown, { host, port }: Address, option: string): unknown {
  switch (codeOf(cause)) {
    case 'EADDRINUSE': {
      const remedy = `stop it, or choose another ${option} (0 takes any free one)`;
      return new HostError('PORT_IN_USE', `port ${port} of ${host} is in use by another program: ${remedy}`, { cause });
    }
    case 'EACCES': {
      const remedy = `choose a ${option} above 1023`;
      return new HostError('LISTEN_FORBIDDEN', `port ${port} may not be opened by this user: ${remedy}`, { cause });
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new HostError('LISTEN_ADDRESS', `${host} is not an address of this machine: choose another --host`, {
        cause,
      });
    default:
      return cause;
  }
}
