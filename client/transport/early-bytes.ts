/**
 * What a platform takes from whoever answers in its coordinator's place, before the answer has shown whose it is.
 * @module
 */
import type { Socket } from 'node:net';

/**
 * Closes a socket once more than `most` bytes have come and it was not yet told that they are welcome. They are counted after they
 * were read: the piece that holds the welcome may hold more. So what is held beyond `most` is one piece, as the network gives it.
 * @param onTooMuch called before it closes.
 * @returns to be called when the other end has shown who it is.
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
    // The libraries read it in this turn.
    if (bytes > most) setImmediate(check);
  };
  const stop = (): void => {
    socket.off('data', received);
    bytes = 0;
  };
  socket.on('data', received);
  return stop;
}
