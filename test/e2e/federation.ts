/**
 * A federation's files in a clean folder, made with the commands of a new user, and its processes.
 * @module
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { COMMAND } from './isthmus.ts';
import type { Running, Workplace } from './isthmus.ts';

export const PLATFORMS = ['films', 'books', 'music'];

export interface Size {
  readonly persons: number;
  readonly items: number;
}

/** Sample worlds in `data/`, and the identities and manifest of a trial in `fed/`. */
export async function found(
  place: Workplace,
  { persons, items }: Size,
  options: readonly string[],
  platforms: readonly string[] = PLATFORMS,
): Promise<void> {
  const names = platforms.join(',');
  const each = (count: number): string => platforms.map(() => count).join(',');
  const sizes = ['--items', each(items), '--persons', each(persons)];
  const commands = [
    ['data', 'sample', '--out', 'data', '--platforms', names, '--persons', `${persons}`, '--items', `${items}`],
    ['init', '--unsafe-trial', '--out', 'fed', '--platforms', names, ...sizes, ...options],
  ];
  for (const { code, stderr } of await Promise.all(commands.map((command) => place.run(...command)))) {
    assert.equal(code, 0, stderr);
  }
}

/** Options of `found`: a short deadline, so that a stage does not wait long for dead platforms. */
export function deadlines(milliseconds: number): readonly string[] {
  return ['--stage-timeout', `${milliseconds}`, '--train-timeout', `${milliseconds}`];
}

export function coordinator(place: Workplace, ...options: readonly string[]): Running {
  return place.start(
    ...['coordinator', '--manifest', 'fed/manifest.yaml', '--identity', 'fed/coordinator.key'],
    ...['--store', 'coordinator.db', '--events', 'json', ...options],
  );
}

/** URL of a running coordinator or platform. */
export async function address(running: Running): Promise<string> {
  const { url } = await running.event(({ kind }) => kind === 'listening');
  assert.ok(typeof url === 'string');
  return url;
}

export function platform(place: Workplace, name: string, url: string, ...options: readonly string[]): Running {
  return place.spawn(platformCommand(name, url, ...options));
}

export function platformCommand(name: string, url: string, ...options: readonly string[]): readonly string[] {
  return [
    ...[...COMMAND, 'platform', '--manifest', 'fed/manifest.yaml', '--identity', `fed/${name}.key`],
    ...['--data', `data/${name}.tsv`, '--state', `${name}-state`, '--coordinator', url, '--events', 'json', ...options],
  ];
}

/** Resolves once its recommendations are ready. */
export async function serving(running: Running, from = 0): Promise<void> {
  await running.event(({ kind, stage }) => kind === 'stage' && stage === 'serving', from);
}

/** The distinct values of one column of a tab-separated file with a header. */
export function column(place: Workplace, file: string, at: number): ReadonlySet<string> {
  const lines = readFileSync(place.path(file), 'utf8').trim().split('\n').slice(1);
  return new Set(lines.map((line) => line.split('\t')[at]));
}

export async function json(url: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const response = await fetch(url, { headers });
  assert.equal(response.status, 200, url);
  return response.json();
}

/** The header that opens a coordinator's metrics and all of its status. */
export function operator(place: Workplace, store = 'coordinator.db'): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${readFileSync(place.path(`${store}.token`), 'utf8').trim()}` };
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
