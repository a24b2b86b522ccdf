/**
 * Listening for HTTP, and why a process could not.
 * @module
 */
import type { FastifyInstance } from 'fastify';

export interface Address {
  /** Name or address of this machine. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** How a process speaks of its address. */
export interface ListenTerms {
  /** The option that names the port. */
  readonly option: string;
  readonly error: (
    code: 'PORT_IN_USE' | 'LISTEN_FORBIDDEN' | 'LISTEN_ADDRESS',
    message: string,
    options: ErrorOptions,
  ) => Error;
}

/**
 * @returns the URL where it listens.
 * @throws the error of `terms`: PORT_IN_USE, LISTEN_FORBIDDEN, LISTEN_ADDRESS; `app` is closed then.
 */
export async function listen(
  app: Pick<FastifyInstance, 'listen' | 'close'>,
  address: Address,
  terms: ListenTerms,
): Promise<string> {
  try {
    return await app.listen(address);
  } catch (cause) {
    await app.close();
    throw listenError(cause, address, terms);
  }
}

/** @returns the system's error in words; anything else as it came. */
export function listenError(cause: unknown, { host, port }: Address, { option, error }: ListenTerms): unknown {
  if (!(cause instanceof Error && 'code' in cause)) return cause;
  switch (cause.code) {
    case 'EADDRINUSE': {
      const remedy = `stop it, or choose another ${option} (0 takes any free one)`;
      return error('PORT_IN_USE', `port ${port} of ${host} is in use by another program: ${remedy}`, { cause });
    }
    case 'EACCES': {
      const remedy = `choose a ${option} above 1023`;
      return error('LISTEN_FORBIDDEN', `port ${port} may not be opened by this user: ${remedy}`, { cause });
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return error('LISTEN_ADDRESS', `${host} is no address of this machine: choose another --host`, { cause });
    default:
      return cause;
  }
}
