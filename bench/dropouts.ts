/**
 * Rounds in which platforms die and come back, in real processes: a coordinator and ten platforms as an operator starts them
 * (t = 7, c = 2, one loss planned for, 20 rounds), over sockets. SIGKILL kills them at known points.
 */
import { readFileSync } from 'node:fs';
import { parseManifest } from '../core/federation/manifest.ts';
import { planFederation } from '../core/federation/plan.ts';
import { Prng } from '../core/random/prng.ts';
import { address, coordinator, deadlines, found, platformCommand } from '../test/e2e/federation.ts';
import { COMMAND, Workplace } from '../test/e2e/isthmus.ts';
import type { Running, Told } from '../test/e2e/isthmus.ts';
import { UploadGate } from './dropouts/upload-gate.ts';
import { count, flag, maybe, number, readOptions, someOf, word } from './options.ts';

const NAMES = Array.from({ length: 10 }, (_, index) => `p${index}`);
const CHUNK_LENGTH = 65_536;
const CASES: Readonly<
  Record<string, { readonly deaths: number; readonly after: 'first' | 'last'; readonly leaves: boolean }>
> = {
  a: { deaths: 2, after: 'first', leaves: false },
  b: { deaths: 4, after: 'last', leaves: false },
  c: { deaths: 2, after: 'first', leaves: true },
};

const flags = readOptions(
  {
    measures:
      'Counts attempts, charges, refunds, rounds and seconds while platforms are killed and come back, in real processes.',
    examples: ['npm run bench:dropouts -- --case a --rounds 20 --command "node /elsewhere/dist/cli/main.js"'],
    more: `a: in every third round two die between their first and their last chunk; both return before the next attempt.
b: in every third round four die after their last chunk and before stage 4; all return before the next attempt.
c: like a in round 3, but one of the two never returns; then one more dies in every third round and returns.`,
  },
  {
    case: someOf(Object.keys(CASES), 'cases'),
    rounds: count('how many', 20),
    epsilon: number('total epsilon', 8),
    command: maybe(word('another build of isthmus', '', 'command')),
    seed: word('of the deaths', '1'),
    verbose: flag('prints every event'),
  },
);
const { rounds } = flags;
const command = flags.command?.split(' ') ?? COMMAND;

async function run(name: string): Promise<void> {
  const { deaths, after, leaves } = CASES[name];
  const random = new Prng(`${flags.seed}/${name}`);
  const place = await Workplace.make(command);
  const onInterrupt = (): void => void place.leave().finally(() => process.exit(130));
  process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt);
  const gates = new Map<string, UploadGate>();
  try {
    await found(
      place,
      { persons: 60, items: 80 },
      [
        ...[
          '--strategy',
          'shared-trunk',
          '--epsilon',
          `${flags.epsilon}`,
          '--rounds',
          `${rounds}`,
          '--release',
          'none',
        ],
        ...['--colluding', '2', '--dropouts', '1'],
        // Makes the model wide enough for two chunks.
        ...deadlines(60_000),
        ...['--set', 'autoencoder.hidden=1600', '--set', 'autoencoder.bottleneck=4', '--set', 'subspace.steps=1'],
      ],
      NAMES,
    );
    const plan = planFederation(parseManifest(readFileSync(place.path('fed/manifest.yaml'), 'utf8')));
    const { parameters, privacy } = plan;
    const chunks = Math.ceil(parameters / CHUNK_LENGTH);
    const began = performance.now();
    const running = coordinator(place, '--port', '0', '--until-rounds-over');
    const url = await address(running);
    const alive = new Map<string, Running>();
    const gone = new Set<string>();
    let isOver = false;
    let kills = 0;
    const start = (who: string): void => {
      if (isOver) return;
      const args = platformCommand(who, gates.get(who)?.url ?? url, '--log-level', 'error').slice(COMMAND.length);
      const one = place.start(...args);
      alive.set(who, one);
      void one.ended.then(({ signal, stderr }) => {
        if (signal === null && !isOver) console.error(`${who} ended by itself: ${stderr}`);
      });
    };
    const kill = (who: string): void => {
      kills += 1;
      const one = alive.get(who);
      alive.delete(who);
      void one?.stop('SIGKILL').then(() => {
        if (!gone.has(who)) start(who);
      });
    };
    const figures = new Figures();
    const onEvent = (event: Told): void => {
      if (flags.verbose) console.error(`${((performance.now() - began) / 1000).toFixed(1)} ${JSON.stringify(event)}`);
      figures.take(event);
      if (event.kind !== 'attempt') return;
      const isTime = event.attempt === 1 && Number(event.round) % 3 === 0;
      const cohort = event.cohort as readonly string[];
      const isFirst = gone.size === 0;
      const count = !isTime ? 0 : leaves && !isFirst ? 1 : deaths;
      const victims = Array.from(random.sample(cohort.length, count), (index) => cohort[index]);
      if (leaves && isFirst && count > 0) gone.add(victims[0]);
      for (const who of cohort) {
        const shutAfter = victims.includes(who) ? (after === 'first' ? 1 : chunks) : Number.POSITIVE_INFINITY;
        gates.get(who)?.expect(shutAfter, () => kill(who));
      }
    };
    for (const who of NAMES) {
      gates.set(who, await UploadGate.before(url));
      start(who);
    }
    let seen = 0;
    const follow = setInterval(() => {
      while (seen < running.events.length) onEvent(running.events[seen++]);
    }, 5);
    const { code } = await running.ended;
    clearInterval(follow);
    while (seen < running.events.length) onEvent(running.events[seen++]);
    isOver = true;
    const seconds = (performance.now() - began) / 1000;
    await Promise.all([...alive.values()].map((one) => one.stop('SIGKILL')));
    console.log(
      `| ${name} | ${kills} | ${figures.row()} | ${code} | ${seconds.toFixed(0)} | ${privacy.noiseMultiplier.toFixed(3)} |`,
    );
  } finally {
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
    for (const gate of gates.values()) gate.close();
    await place.leave();
  }
}

class Figures {
  #attempts = 0;
  #charged = 0;
  #lost = 0;
  #refunds = 0;
  #completed = 0;
  #ending = 'none';

  take(event: Told): void {
    if (event.kind === 'attempt-ended') {
      this.#attempts += 1;
      if (event.charged === true) this.#charged += 1;
      if (event.outcome !== 'completed') this.#lost += 1;
      this.#completed = Number(event.completedRounds);
    }
    if (event.kind === 'refund') this.#refunds += 1;
    if (event.kind === 'rounds-over') this.#ending = String(event.ending);
  }

  row(): string {
    const figures = [this.#attempts, this.#lost, this.#charged, this.#refunds, this.#completed, this.#ending];
    return figures.join(' | ');
  }
}

console.log(
  '| case | kills | attempts | lost | charged | refunds | rounds | ending | exit code | seconds | noise multiplier |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|---|');
for (const name of flags.case) await run(name);
