/**
 * Messages from a child process to the process that started it.
 * @module
 */

/**
 * Sends a message to the parent. A parent that was killed a moment ago is no error here: without a callback, Node would end
 * this process by an unhandled EPIPE before `disconnect` lets it clean up.
 */
export function toParent(message: object): void {
  if (process.connected) process.send?.(message, () => undefined);
}
