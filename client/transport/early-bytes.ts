/**
 * Limits the bytes that a platform accepts before the other end has proved that it is the coordinator.
 * @module
 */
import type { Socket } from 'node:net';

/**
 * Closes a socket once it has received more than `most` bytes before the welcome. Bytes are counted after they were
 * read, because the piece that holds the welcome may hold more. So at most one piece beyond `most` is held in memory.
 * @param onTooMuch called before the socket closes.
 * @returns a function to call once the other end has proved its identity.
 */
export function boundEarlyBytes(socket: Socket, most: number, onTooMuch: () => void): () => void {
  let bytes = 0;
  const check = (): void => {
    if (bytes <= most) return;
    stop();
    onTooMuch();
    socket.destroy();
  };
  const received = (piece: Uint8Array): void => {
    check();
    bytes += piece.length;
    // The libraries read the piece in this turn, so it is checked after it.
    if (bytes > most) setImmediate(check);
  };
  const stop = (): void => {
    socket.off('data', received);
    bytes = 0;
  };
  socket.on('data', received);
  return stop;
}
