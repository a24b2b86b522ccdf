/** Measures local codes at equal total eps0: all that one target receives about one person, from all of its sources. */
import { writeFileSync } from 'node:fs';
import { evaluateColdStart } from '../core/evaluation/evaluate.ts';
import { popularityNegatives, uniformNegatives } from '../core/evaluation/negatives.ts';
import { personQualities } from '../core/evaluation/per-person.ts';
import { coldSplit } from '../core/evaluation/split.ts';
import { isLocalMode, RELEASE_MODES } from '../core/release/registry.ts';
import { seededRandom } from '../core/random/seeded.ts';
import { baselineNamed } from '../core/transfer/baselines/registry.ts';
import { encoderNamed } from '../core/transfer/compose.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import type { PlatformModel } from '../core/transfer/encoder.ts';
import { decodersOf, federate } from '../simulations/in-one-process.ts';
import { encoderIn } from './strategies/encoders.ts';
import { keyOf, summaryOf, summaryText } from './codes/summary.ts';
import type { CodeKey, CodeRow } from './codes/summary.ts';
import { domainOf } from './strategies/settings.ts';
import { KeptRows, keeping } from './kept-rows.ts';
import { count, file, flag, maybe, number, numbers, readOptions, realData, someOf, word, words } from './options.ts';

const options = readOptions(
  {
    measures:
      'Measures local codes at equal total eps0: all that one target receives about one person, from all of its sources.',
    examples: [
      'ISTHMUS_DATA=DIR npm run bench:codes -- --seeds 5 --resume --summary docs/measured/codes/frontier.json',
    ],
    more: 'The encoders, modes and totals make a grid; the prior is measured beside it.',
  },
  {
    data: realData('amazon/ and douban/'),
    settings: words('SOURCES>TARGET, such as beauty+sports>toys', 'sports>toys,food>kitchen'),
    senders: maybe(
      word(
        'the sources whose codes are used, joined by +; each gets an equal part of the total. All if none is named',
        '',
      ),
    ),
    encoders: words(
      "what is released, each with settings behind it, such as 'subspace>two-towers two-towers.dimension=4'",
      'linear-bridge,private-subspace',
    ),
    modes: someOf(RELEASE_MODES, 'release modes', 'raw,ldp,cohort'),
    totals: numbers('total eps0', '8,4,2'),
    epsilon: number('total epsilon of the encoder', 4),
    decoder: word('reads the codes', 'ridge'),
    seeds: count('how many', 3),
    seed: count('the first of them', 1, 0),
    ...keeping('runs/codes.jsonl'),
    summary: file('writes the figures that docs/transfer.md shows'),
    json: flag('prints the same'),
  },
);

const rows = new KeptRows<CodeKey, CodeRow>(options, keyOf);

for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
  for (const setting of options.settings) await measureSetting(setting, seed);
}
const summary = summaryOf(rows.all);
if (options.summary !== undefined) writeFileSync(options.summary, `${JSON.stringify(summary, null, 1)}\n`);
console.log(options.json ? JSON.stringify(summary) : summaryText(summary));

async function measureSetting(setting: string, seed: number): Promise<void> {
  const [left, right] = setting.split('>');
  const all = left.split('+');
  const senders = options.senders?.split('+') ?? all;
  const open = (name: string) => domainOf(options.data, name);
  const target = await open(right);
  const domains = await Promise.all(all.map(open));
  const split = coldSplit(target, domains, { seed });
  const sources = domains.filter(({ name }) => senders.includes(name));
  const drawn = { target: split.target, seed };
  const negatives = [uniformNegatives(drawn), popularityNegatives(drawn)];
  const { factorise } = factorMemory(String(seed));
  const cache = new Map<string, PlatformModel>();
  const ranked = split.cold.filter(({ positives }) => positives.length > 0);

  const measure = async (
    of: Pick<CodeRow, 'encoder' | 'mode' | 'total' | 'senders'>,
    fit: () => Promise<(person: string) => Float32Array>,
  ): Promise<void> => {
    const row = { setting, seed, ...of };
    if (rows.has(row) || rows.isOver) return;
    const began = process.cpuUsage();
    const score = await fit();
    const evaluations = evaluateColdStart({
      scorer: (_, { person }) => score(person),
      cold: ranked,
      items: split.target.catalogue.length,
      negatives,
      seed,
    });
    const spent = process.cpuUsage(began);
    const ended: CodeRow = {
      ...row,
      persons: ranked.map(({ person }) => person),
      counts: ranked.map(({ positives }) => positives.length),
      sums: Object.fromEntries(personQualities('', evaluations).map((one) => [one.negatives, one.sums])),
      cpuSeconds: (spent.user + spent.system) / 1e6,
    };
    rows.add(ended);
    console.error(
      `seed ${seed}, ${setting}, ${of.encoder} ${of.mode} ${of.total ?? ''}: ${ended.cpuSeconds.toFixed(1)} s`,
    );
  };

  const nobody = { encoder: 'none', total: null, senders: '' };
  for (const mode of ['prior', 'popularity']) {
    await measure({ ...nobody, mode }, () => {
      const world = { target: split.target, linked: split.linked, sources, factorise };
      return Promise.resolve(baselineNamed(mode).fit({ ...world, random: seededRandom(`${mode}/${seed}`) }));
    });
  }
  const releases = options.modes.flatMap((mode) => {
    const totals = isLocalMode(mode) ? options.totals : [null];
    return totals.map((total) => ({ mode, total }));
  });
  for (const encoder of options.encoders) {
    for (const { mode, total } of releases) {
      await measure({ encoder, mode, total, senders: senders.join('+') }, async () => {
        const release = { mode, epsilon0: total === null ? null : total / senders.length };
        const { changes, expression, rounds } = encoderIn(encoder);
        const privacy = { epsilon: options.epsilon, delta: 1e-6, seed, release, rounds };
        const made = encoderNamed(expression, changes);
        const run = await federate({ encoder: made, sources, split, ...privacy, cache, factorise });
        const [decoder] = decodersOf(run, { split, factorise, seed }, [options.decoder]);
        return (person) => decoder.score(run.releasedOf(person));
      });
    }
  }
}
