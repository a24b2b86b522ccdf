/**
 * The constants that both socket.io ends share.
 * @module
 */

/** Path on which the coordinator's HTTP server takes websocket connections. */
export const SOCKET_PATH = '/wire';
/** The exact target that a platform requests: version 4 of the engine, and no other transport. */
export const SOCKET_TARGET = `${SOCKET_PATH}/?EIO=4&transport=websocket`;
/** The only event. Its payload is one frame. */
export const SOCKET_EVENT = 'envelope';
