/**
 * Fuzzes the wire. In this process it sends random connections
 * through both parsers and changed frames through the decoders. Then it sends random traffic over loopback to a coordinator
 * and a platform, each in its own process as shipped. It fails at the first wrong answer, if a process ends or reports a
 * defect, if a heap, after collection, has grown from the second to the last tenth, or if a line of the parsers was not run.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { wireIdentity } from '../core/federation/wire-identity.ts';
import { EXIT } from '../host/exit-codes.ts';
import { silentLog } from '../host/log.ts';
import { readIdentity, readManifest } from '../host/federation-files.ts';
import { address, found, json, PLATFORMS } from '../test/e2e/federation.ts';
import { inspected } from '../test/e2e/inspected.ts';
import { Workplace } from '../test/e2e/isthmus.ts';
import { strikeCoordinator } from '../test/wire/fuzz-coordinator.ts';
import { fuzzFrames } from '../test/wire/fuzz-frames.ts';
import { fuzzPackets } from '../test/wire/fuzz-packets.ts';
import { falseCoordinator } from '../test/wire/fuzz-platform.ts';
import { GRAMMAR } from '../test/wire/packet-grammar.ts';
import { count, readOptions } from './options.ts';

const { frames, loopback, packets } = readOptions(
  {
    measures:
      'Sends random packets and frames through the parsers of the wire, and over loopback to a coordinator and a platform.',
    examples: ['npm run bench:fuzz-wire -- --packets 2000 --frames 200 --loopback 20'],
  },
  {
    packets: count('messages through both parsers', 10_000_000),
    frames: count('changed frames through the decoders', 300_000),
    loopback: count('messages at each process', 100_000),
  },
);
if (process.env.NODE_V8_COVERAGE === undefined) {
  const files = ['socket-packets', 'engine-packets'].map((name) => `--include=core/wire/${name}.ts`);
  const { status } = spawnSync(
    'npx',
    ['c8', '--reporter=text', '--100', ...files, process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    { stdio: 'inherit' },
  );
  process.exit(status ?? EXIT.internal);
}
const TENTHS = 10;
/** Allowed growth of a heap, for compiled code and caches. */
const HEAP_SLACK = 1024 ** 2;
const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

/** The heaps after each tenth of some work. */
class Heaps {
  readonly #name: string;
  readonly #began = performance.now();
  readonly #heaps: number[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  add(heap: number): void {
    this.#heaps.push(heap);
  }

  /** @throws AssertionError if the heap has grown. */
  end(): void {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(0);
    const [second, last] = [this.#heaps[1], this.#heaps.at(-1)!];
    console.log(`${this.#name}: ${seconds} s, heap after the second tenth ${mib(second)}, after the last ${mib(last)}`);
    assert.equal(this.#heaps.length, TENTHS);
    assert.ok(last < second * 1.05 + HEAP_SLACK, this.#heaps.map(mib).join(', '));
  }
}

function inProcess(
  name: string,
  count: number,
  work: (count: number, seed: number) => Iterable<readonly [string, number]>,
): void {
  const heaps = new Heaps(`${count} ${name}`);
  const answers = new Map<string, number>();
  for (let tenth = 1; tenth <= TENTHS; tenth++) {
    for (const [answer, times] of work(Math.ceil(count / TENTHS), tenth)) {
      answers.set(answer, (answers.get(answer) ?? 0) + times);
    }
    globalThis.gc?.();
    heaps.add(process.memoryUsage().heapUsed);
  }
  heaps.end();
  console.table(Object.fromEntries([...answers].sort(([, a], [, b]) => b - a)));
}

async function overLoopback(place: Workplace): Promise<void> {
  await found(place, { persons: 60, items: 80 }, ['--unsafe-shared-pseudonym-key']);
  const manifest = readManifest(place.path('fed/manifest.yaml'), '');
  const identity = (name: string) => wireIdentity(manifest, readIdentity(place.path(`fed/${name}.key`), silentLog));
  const files = (name: string): string[] => [
    '--manifest',
    'fed/manifest.yaml',
    '--identity',
    `fed/${name}.key`,
    '--events',
    'json',
  ];
  const each = Math.ceil(loopback / TENTHS);

  const coordinator = await inspected(place, [
    ...['coordinator', ...files('coordinator'), '--store', 'coordinator.db', '--port', '0'],
  ]);
  const url = await address(coordinator.running);
  const struck = new Heaps(`${loopback} messages at a coordinator`);
  for (let tenth = 0; tenth < TENTHS; tenth++) {
    await strikeCoordinator(url, PLATFORMS.map(identity), each, tenth);
    assert.deepEqual(await json(`${url}/healthz`), { status: 'ok' });
    struck.add(await coordinator.heap());
  }
  struck.end();
  await ended(coordinator.running);

  let sent = 0;
  let next: () => void = () => undefined;
  const server = await falseCoordinator(identity('coordinator'), loopback, 1, () => {
    sent += 1;
    if (sent % each === 0) next();
  });
  const [name] = PLATFORMS;
  const platform = await inspected(place, [
    ...['platform', ...files(name), '--data', `data/${name}.tsv`, '--state', 'state', '--coordinator', server.url],
  ]);
  const heard = new Heaps(`${loopback} messages at a platform`);
  for (let tenth = 0; tenth < TENTHS; tenth++) {
    if (sent < each * (tenth + 1)) {
      await Promise.race([
        new Promise<void>((resolve) => (next = resolve)),
        platform.running.ended.then(({ stderr }) => assert.fail(`the platform ended: ${stderr}`)),
      ]);
    }
    heard.add(await platform.heap());
  }
  heard.end();
  await ended(platform.running);
  await server.close();
}

async function ended(running: Awaited<ReturnType<typeof inspected>>['running']): Promise<void> {
  const { code, stderr } = await running.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /a defect of|\n\s+at /);
}

console.log(`${Object.keys(GRAMMAR).length} kinds of messages by grammar, each also changed`);
inProcess('messages through both parsers', packets, (count, seed) => Object.entries(fuzzPackets(count, seed)));
inProcess('frames through the decoders', frames, fuzzFrames);
// Coverage is measured for this process only, not for its children.
delete process.env.NODE_V8_COVERAGE;
const place = await Workplace.make();
try {
  await overLoopback(place);
} finally {
  await place.leave();
}
