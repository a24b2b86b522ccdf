/**
 * Loaded into a process by `--import`: keeps each time for which its event loop stood still, and what ran meanwhile. Time in
 * which the thread was ready but had no core is not counted, so that other load on the machine changes little.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const TICK_MS = 2;
const LEAST_MS = 10;

const folder = process.env.ISTHMUS_PAUSES;
if (isMainThread && folder !== undefined) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 1000 });
  session.post('Profiler.start');
  let pauses = [];
  let last = reading();
  setInterval(() => {
    const now = reading();
    const length = now.at - last.at - (now.waited - last.waited) - TICK_MS;
    if (length > LEAST_MS) pauses.push({ from: last.at, to: now.at, length });
    last = now;
  }, TICK_MS).unref();
  // A process loads and opens what it needs before it listens. Nobody can wait for it then.
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text, ...more) => {
    if (String(text).includes('"kind":"listening"')) {
      pauses = [];
      last = reading();
    }
    return write(text, ...more);
  };
  process.once('exit', () => {
    session.post('Profiler.stop', (error, stopped) => {
      if (error !== null) throw error;
      const report = { command: process.argv.slice(2), pauses: pauses.map((one) => explained(one, stopped.profile)) };
      writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(report));
    });
  });
}

/** Milliseconds of the monotonic clock, and those for which the main thread waited for a core (Linux). */
function reading() {
  const [, waited] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ').map(Number);
  return { at: Number(process.hrtime.bigint()) / 1e6, waited: waited / 1e6 };
}

/** @returns `during`: the functions of the project on the stack of most samples in a pause, the outermost first. */
function explained({ from, to, length }, { nodes, samples, timeDeltas, startTime }) {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node])));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const counts = new Map();
  let at = startTime;
  samples.forEach((id, index) => {
    at += timeDeltas[index];
    if (at / 1000 < from || at / 1000 > to) return;
    const stack = [];
    for (let node = byId.get(id); node !== undefined; node = parents.get(node.id)) {
      const { functionName, url } = node.callFrame;
      const file = /\/(core|client|server|host|cli|simulations)\/(.*)\.[jt]s$/.exec(url)?.slice(1).join('/');
      if (file !== undefined) stack.unshift(`${file}:${functionName || 'anonymous'}`);
    }
    for (let depth = 1; depth <= stack.length; depth += 1) {
      const path = stack.slice(0, depth).join(' > ');
      counts.set(path, (counts.get(path) ?? 0) + 1);
    }
  });
  const total = Math.max(0, ...counts.values());
  // The longest path that most samples have in common.
  const during = [...counts]
    .filter(([, count]) => count >= 0.6 * total)
    .map(([path]) => path)
    .reduce((longest, path) => (path.length > longest.length ? path : longest), '');
  return { length, during };
}
