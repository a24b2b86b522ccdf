/**
 * Rounds with failing platforms, in real processes: a coordinator and platforms as an operator starts them, over
 * sockets. In each round some platforms are killed (-9) at random moments and restarted. Then every round's model is
 * compared with the plain sum over the platforms that are reported to be in it, computed in one place.
 *
 * If --deaths exceeds the losses that a sum survives, all platforms die before the updates are in. Every attempt must
 * then end as too-few-platforms, uncharged, until the coordinator gives the round up.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { Prng } from '../core/random/prng.ts';
import { openSqliteStore } from '../server/store/sqlite.ts';
import { parseManifest } from '../core/federation/manifest.ts';
import { planFederation } from '../core/federation/plan.ts';
import { address, coordinator, found, platform, deadlines } from '../test/e2e/federation.ts';
import { assertRoundsAsInOnePlace } from '../test/e2e/in-one-place.ts';
import { Workplace } from '../test/e2e/isthmus.ts';
import type { Running, Told } from '../test/e2e/isthmus.ts';
import { count, flag, readOptions, word } from './options.ts';

const { deaths, platforms, rounds, seed, verbose } = readOptions(
  {
    measures: 'Counts the rounds that complete while platform processes are killed in each of them.',
    examples: [
      'npm run bench:chaos -- --platforms 30 --rounds 100 --deaths 5',
      'npm run bench:chaos -- --rounds 3 --deaths 10      more than a sum can lose',
    ],
  },
  {
    platforms: count('processes', 30, 3),
    rounds: count('how many', 100),
    deaths: count('in each round', 5, 0),
    seed: word('of the deaths', '1'),
    verbose: flag('prints every event'),
  },
);
/** The most losses that a threshold above two thirds survives. */
const dropouts = Math.ceil(platforms / 3) - 1;
const isTooMany = deaths > dropouts;
const STAGES = isTooMany
  ? ['keys', 'shares', 'masked-input']
  : ['keys', 'shares', 'masked-input', 'consistency', 'unmask'];
/** Latest moment of a death within a stage. */
const LATEST_MS = 400;

const random = new Prng(seed);
const names = Array.from({ length: platforms }, (_, index) => `p${String(index + 1).padStart(2, '0')}`);
const place = await Workplace.make();
process.once('SIGINT', () => void place.leave().finally(() => process.exit(130)));
try {
  await found(
    place,
    { persons: 60, items: 80 },
    [
      ...['--strategy', 'shared-trunk', '--no-privacy', '--rounds', `${rounds}`, '--release', 'none'],
      ...[
        '--dropouts',
        `${dropouts}`,
        '--set',
        'autoencoder.hidden=4',
        '--set',
        'autoencoder.bottleneck=4',
        '--set',
        'subspace.steps=1',
      ],
      ...deadlines(20_000),
    ],
    names,
  );
  const began = performance.now();
  const running = coordinator(place, '--port', '0', '--until-rounds-over');
  const url = await address(running);
  const alive = new Map<string, Running>();
  const start = (name: string): void => {
    const one = platform(place, name, url, '--accept-no-privacy', '--log-level', 'error');
    alive.set(name, one);
    void one.ended.then(({ signal, stderr }) => {
      if (signal === null && !isOver) console.error(`${name} ended by itself: ${stderr}`);
    });
  };
  let restarts = 0;
  let seen = 0;
  let isOver = false;
  let fates = new Map<string, string>();
  const kill = (name: string): void => {
    const one = alive.get(name);
    if (one === undefined) return;
    alive.delete(name);
    restarts += 1;
    void one.stop('SIGKILL').then(() => {
      if (!isOver) start(name);
    });
  };
  const onEvent = (event: Told): void => {
    if (verbose) appendFileSync('/dev/stderr', `${JSON.stringify(event)}\n`);
    if (event.kind === 'attempt' && (event.attempt === 1 || isTooMany)) {
      const victims = Array.from(random.sample(platforms, deaths), (index) => names[index]);
      fates = new Map(victims.map((name) => [name, STAGES[random.integer(STAGES.length)]]));
    }
    if (event.kind === 'stage') {
      for (const [name, stage] of fates) {
        if (stage !== event.stage) continue;
        fates.delete(name);
        // Too many platforms must be gone before their updates arrive.
        setTimeout(() => kill(name), isTooMany ? 0 : random.integer(LATEST_MS));
      }
    }
  };
  for (const name of names) start(name);
  const follow = setInterval(() => {
    while (seen < running.events.length) onEvent(running.events[seen++]);
  }, 5);
  const { code } = await running.ended;
  isOver = true;
  clearInterval(follow);
  const seconds = (performance.now() - began) / 1000;
  await Promise.all([...alive.values()].map((one) => one.stop('SIGKILL')));
  report(code, restarts, seconds);
  const compared = await assertRoundsAsInOnePlace(place);
  console.log(
    `${compared} models equal, bit for bit, those of the plain sums over the platforms reported to be in them`,
  );
} finally {
  await place.leave();
}

function report(code: number | null, restarts: number, seconds: number): void {
  const manifest = parseManifest(readFileSync(place.path('fed/manifest.yaml'), 'utf8'));
  const { parameters } = planFederation(manifest);
  const store = openSqliteStore(place.path('coordinator.db'), { federation: manifest.federation, parameters });
  const attempts = store.rounds.attempts(1_000_000);
  const lengths = attempts.map(({ startedAt, end }) => ((end?.endedAt ?? Number.NaN) - startedAt) / 1000);
  const sorted = lengths.toSorted((a, b) => a - b);
  const first = attempts.filter(({ attempt, end }) => attempt === 1 && end?.outcome === 'completed').length;
  const outcomes = Object.fromEntries(store.rounds.outcomes());
  const charged = attempts.filter(({ end }) => end?.charged === true && end.outcome !== 'completed').length;
  console.log(
    `${platforms} platform processes, ${deaths} killed per round (${restarts} in all), a sum survives ${dropouts}; ${seconds.toFixed(0)} s; exit code ${code}`,
  );
  console.log(
    `${store.rounds.latest()?.round ?? 0} of ${rounds} rounds completed, ${first} at the first attempt; attempts ${JSON.stringify(outcomes)}; ${charged} charged without completing`,
  );
  console.log(
    `seconds per attempt: median ${sorted[sorted.length >> 1].toFixed(2)}, longest ${sorted[sorted.length - 1].toFixed(2)}`,
  );
  store.close();
}
