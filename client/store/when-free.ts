import { setTimeout } from 'node:timers/promises';
import { StoreError } from '../../host/errors/store-errors.ts';

/** A consent command holds a store for as long as it reads the platform's data. */
const PATIENCE_MS = 5_000;
const PAUSE_MS = 50;

/**
 * Tries again for some seconds while another process holds a store: an agent that starts beside a consent command waits
 * for it to end, and the command waits for the agent to answer.
 * @param open a synchronous try, which throws StoreError STORE_LOCKED while the store is held.
 * @throws StoreError STORE_LOCKED after that time; whatever else `open` throws, at once.
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
