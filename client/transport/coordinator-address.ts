/**
 * The coordinator's address as an operator gives it: of the coordinator itself, or of a proxy in front of it.
 * @module
 */
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';
import { SOCKET_PATH } from '../../core/wire/socket.ts';
import { PlatformError } from '../errors.ts';

export interface CoordinatorAddress {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path of the websocket. It begins with the path of the address, which a proxy removes. */
  readonly path: string;
}

/**
 * @param text an http(s) or ws(s) address, with a path if a proxy needs one.
 * @throws PlatformError PLATFORM_COORDINATOR; its message never contains a password.
 */
export function coordinatorAddress(text: string): CoordinatorAddress {
  const refuse = (why: string, remedy: string): PlatformError =>
    new PlatformError('PLATFORM_COORDINATOR', `the coordinator's address ${why}: ${remedy}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^(https?|wss?):$/.test(url.protocol)) {
    throw refuse('cannot be used', 'give one like http://localhost:7480 or https://example.org/isthmus');
  }
  if (url.username !== '' || url.password !== '') {
    const remedy = 'remove the name and the password: a coordinator knows platforms by their keys';
    throw refuse('holds credentials', `${remedy}, and addresses are shown in logs`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw refuse('holds a query or a fragment', 'remove everything from the "?" or "#" on');
  }
  return { origin: url.origin, path: `${url.pathname.replace(/\/+$/, '')}${SOCKET_PATH}` };
}

/** The reason why the connection failed. Text from the other end is not repeated, because it may be anybody's. */
export function unreachable(address: string, error: Error): string {
  return `cannot connect to ${address}: ${whyUnreachable(error)}`;
}

/** The library hides the socket's error inside an event. */
function whyUnreachable(error: Error): string {
  const cause = (error as { description?: { error?: unknown } }).description?.error ?? error;
  const code = codeOf(cause) ?? '';
  if (CERTIFICATE.test(code)) {
    const remedy = 'if it is signed by your own authority, name its file in NODE_EXTRA_CA_CERTS';
    return `its certificate is not accepted (${code}); ${remedy}`;
  }
  const status = /^Unexpected server response: (\d{3})$/.exec(messageOf(cause))?.[1];
  if (status !== undefined) {
    return `it answered with HTTP status ${status} instead of a websocket; check the coordinator's address`;
  }
  return /^[A-Z][A-Z_\d]+$/.test(code) ? code : 'no coordinator answers there';
}

/** OpenSSL's codes, and Node's own for a certificate of another host. */
const CERTIFICATE = /CERT|SIGNATURE|ALTNAME/;
