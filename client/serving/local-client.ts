/**
 * Sends the requests of `isthmus recommend` and `isthmus consent` to the agent that runs on a state directory.
 * @module
 */
import { PlatformError } from '../errors.ts';
import { runningAgent } from '../state-directory.ts';

export interface LocalRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path with the query. */
  readonly path: string;
  readonly body?: unknown;
}

/** @throws PlatformError PLATFORM_NOT_RUNNING, PLATFORM_NOT_READY, PLATFORM_REFUSED with the agent's own text. */
export async function askAgent(state: string, { method, path, body }: LocalRequest): Promise<unknown> {
  const { url, token } = runningAgent(state);
  let response: Response;
  try {
    response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new PlatformError(
      'PLATFORM_NOT_RUNNING',
      `nothing answers at ${url}: the agent of ${state} has crashed; start it again`,
      { cause },
    );
  }
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  const message =
    typeof answer === 'object' && answer !== null && 'message' in answer ? String(answer.message) : response.statusText;
  throw new PlatformError(response.status === 503 ? 'PLATFORM_NOT_READY' : 'PLATFORM_REFUSED', message);
}
