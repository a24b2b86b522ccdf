/**
 * The platform's state directory: its store, the token of its local service, and the address of that service.
 * @module
 */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isCodedError } from '../core/errors/coded-error.ts';
import { PlatformError } from './errors.ts';
import { tokenIn } from '../host/bearer.ts';
import { replaceFile, systemReason } from '../host/files.ts';

export interface StateDirectory {
  readonly path: string;
  readonly storeFile: string;
  readonly evaluationFile: string;
  /** Bearer token of the local service. It is made at the first start and never changes. */
  readonly token: string;
  /** Writes the address of the agent, for `isthmus recommend` and `isthmus consent`. */
  announce(endpoint: Endpoint): void;
  /** Deletes that address. */
  retract(): void;
}

export interface Endpoint {
  readonly url: string;
  readonly pid: number;
}

const STORE = 'state.db';
const TOKEN = 'token';
const ENDPOINT = 'endpoint.json';

const endpointSchema = z.object({ url: z.url(), pid: z.int() });

/**
 * Makes the directory if it is missing, accessible only to its owner.
 * @throws PlatformError STATE_UNUSABLE; HostError TOKEN_UNUSABLE.
 */
export function openStateDirectory(path: string): StateDirectory {
  try {
    // An existing directory keeps its mode, which belongs to the user. Every file in it is accessible only to its owner
    // anyway.
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    const endpoint = join(path, ENDPOINT);
    return {
      path,
      storeFile: join(path, STORE),
      evaluationFile: join(path, 'evaluation.json'),
      token: tokenIn(join(path, TOKEN)),
      announce: (where) => replaceFile(endpoint, `${JSON.stringify(where)}\n`),
      retract: () => rmSync(endpoint, { force: true }),
    };
  } catch (cause) {
    if (isCodedError(cause)) throw cause;
    const remedy = 'it must be a directory that this user may write';
    throw new PlatformError('STATE_UNUSABLE', `cannot use ${path} for state: ${systemReason(cause)}; ${remedy}`, {
      cause,
    });
  }
}

/** @throws PlatformError STATE_UNUSABLE if no platform has made a state there. */
export function storeFileIn(path: string): string {
  const file = join(path, STORE);
  if (existsSync(file)) return file;
  throw new PlatformError(
    'STATE_UNUSABLE',
    `${path} holds no platform's state: name the --state directory of "isthmus platform"`,
  );
}

/** True if a running agent has written its address. An agent that is starting has not yet. */
export function agentAnswers(path: string): boolean {
  return existsSync(join(path, ENDPOINT));
}

/** Address and token of the agent on this state directory. @throws PlatformError PLATFORM_NOT_RUNNING. */
export function runningAgent(path: string): Endpoint & { readonly token: string } {
  try {
    const endpoint = endpointSchema.parse(JSON.parse(readFileSync(join(path, ENDPOINT), 'utf8')));
    return { ...endpoint, token: readFileSync(join(path, TOKEN), 'utf8').trim() };
  } catch (cause) {
    throw new PlatformError(
      'PLATFORM_NOT_RUNNING',
      `no agent runs on ${path}: start "isthmus platform" with --state ${path} and leave it running`,
      { cause },
    );
  }
}
