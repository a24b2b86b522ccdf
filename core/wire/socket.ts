/**
 * What both socket.io ends agree on.
 * @module
 */

/** Where the coordinator's HTTP server takes websocket connections. */
export const SOCKET_PATH = '/wire';
/** What a platform asks for to open one, exactly: version 4 of the engine, and no other transport. */
export const SOCKET_TARGET = `${SOCKET_PATH}/?EIO=4&transport=websocket`;
/** The one event: its payload is one frame. */
export const SOCKET_EVENT = 'envelope';
