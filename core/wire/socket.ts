/**
 * What both socket.io ends agree on.
 * @module
 */

/** Where the coordinator's HTTP server takes websocket connections. */
export const SOCKET_PATH = '/wire';
/** The one event: its payload is one frame. */
export const SOCKET_EVENT = 'envelope';
