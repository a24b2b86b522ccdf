import { setTimeout } from 'node:timers/promises';
import { StoreError } from '../../host/errors/store-errors.ts';

/** Long enough for a consent command, which holds the store while it reads the platform's data. */
const PATIENCE_MS = 5_000;
const PAUSE_MS = 50;

/**
 * Tries again for some seconds while another process holds a store. An agent that starts during a consent command waits
 * for its end, and a command waits until a starting agent answers.
 * @param open a synchronous try, which throws StoreError STORE_LOCKED while the store is held.
 * @throws StoreError STORE_LOCKED after that time; any other error of `open` at once.
 */
export async function whenFree<Result>(open: () => Result, patienceMs = PATIENCE_MS): Promise<Result> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return open();
    } catch (error) {
      const isHeld = error instanceof StoreError && error.code === 'STORE_LOCKED';
      if (!isHeld || performance.now() > end) throw error;
    }
    await setTimeout(PAUSE_MS);
  }
}
