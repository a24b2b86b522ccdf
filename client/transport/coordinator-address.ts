/**
 * The address of a coordinator, as an operator gives it: of the coordinator itself, or of a proxy in front of it.
 * @module
 */
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';
import { SOCKET_PATH } from '../../core/wire/socket.ts';
import { PlatformError } from '../errors.ts';

export interface CoordinatorAddress {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Where a websocket is asked for: under the path of the address, which a proxy takes away. */
  readonly path: string;
}

/**
 * @param text of http(s) or ws(s), with a path where a proxy asks for one.
 * @throws PlatformError PLATFORM_COORDINATOR; its message never holds a password.
 */
export function coordinatorAddress(text: string): CoordinatorAddress {
  const refuse = (why: string, remedy: string): PlatformError =>
    new PlatformError('PLATFORM_COORDINATOR', `the coordinator's address ${why}: ${remedy}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^(https?|wss?):$/.test(url.protocol)) {
    throw refuse('cannot be used', 'give one like http://localhost:7480 or https://example.org/isthmus');
  }
  if (url.username !== '' || url.password !== '') {
    const remedy = 'take the name and the password out: a coordinator knows platforms by their keys';
    throw refuse('holds credentials', `${remedy}, and addresses are shown in logs`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw refuse('holds a query or a fragment', 'take out what follows the "?" or "#"');
  }
  return { origin: url.origin, path: `${url.pathname.replace(/\/+$/, '')}${SOCKET_PATH}` };
}

/** Why nobody was reached. Texts of whoever answered are not repeated. */
export function unreachable(address: string, error: Error): string {
  return `cannot connect to ${address}: ${whyUnreachable(error)}`;
}

/** The library hides what the socket said within an event. */
function whyUnreachable(error: Error): string {
  const cause = (error as { description?: { error?: unknown } }).description?.error ?? error;
  const code = codeOf(cause) ?? '';
  if (CERTIFICATE.test(code)) {
    const remedy = 'a certificate of an authority of your own is trusted once NODE_EXTRA_CA_CERTS names its file';
    return `its certificate is not accepted (${code}); ${remedy}`;
  }
  const status = /^Unexpected server response: (\d{3})$/.exec(messageOf(cause))?.[1];
  if (status !== undefined) {
    return `HTTP status ${status} in the place of a websocket; is this the coordinator's address?`;
  }
  return /^[A-Z][A-Z_\d]+$/.test(code) ? code : 'no websocket of a coordinator';
}

/** Codes of OpenSSL, and Node's own for a certificate of another host. */
const CERTIFICATE = /CERT|SIGNATURE|ALTNAME/;
