/**
 * Measures one recommendation of a fitted decoder, explanations included, beside its floor: one read of the items' vectors,
 * with the same number of bytes, in the same run; and how long the event loop is held at a time.
 */
import { Recommender } from '../client/serving/recommender.ts';
import type { RecommenderOptions } from '../client/serving/recommender.ts';
import type { Domain } from '../core/data/domain.ts';
import { Prng } from '../core/random/prng.ts';
import { fitDecoder } from '../core/transfer/decoder/decoder.ts';
import { cpuSeconds, machine, median, medianAndSpread } from './kernels/measure.ts';
import { count, counts, readOptions } from './options.ts';

const {
  items: sizes,
  k,
  repeats,
} = readOptions(
  {
    measures:
      "Measures one recommendation of a fitted decoder beside one read of as many bytes as the items' vectors have.",
    examples: ['npm run bench:serving -- --items 10000,100000 --repeats 7'],
  },
  {
    items: counts('of the catalogue', '10000,100000,1000000'),
    repeats: count('medians are over so many', 7),
    k: count('items of a list', 10),
  },
);
const d = 48;
const persons = 400;

function domainOf(items: number, prng: Prng): Domain {
  const rows = Array.from({ length: persons }, () => Array.from(prng.sample(items, 12)).sort((a, b) => a - b));
  return {
    name: 'music',
    persons: rows.map((_, person) => `p${person}`),
    catalogue: Array.from({ length: items }, (_, item) => `i${item}`),
    offsets: Uint32Array.from({ length: persons + 1 }, (_, row) => 12 * row),
    items: Uint32Array.from(rows.flat()),
  };
}

/** Persons' vectors that say where their factors lie, so that the decoder has something to learn. */
function decoderOf(domain: Domain, prng: Prng) {
  const items = Float32Array.from({ length: domain.catalogue.length * d }, () => prng.gaussian() / Math.sqrt(d));
  const vectors = new Float32Array(persons * d);
  for (let person = 0; person < persons; person++) {
    for (let at = domain.offsets[person]; at < domain.offsets[person + 1]; at++) {
      for (let i = 0; i < d; i++) vectors[person * d + i] += items[domain.items[at] * d + i];
    }
  }
  const factorise = (of: Domain) => ({
    dimension: d,
    items,
    persons: Float32Array.from(
      of.persons.flatMap((person) =>
        Array.from(vectors.subarray(Number(person.slice(1)) * d, Number(person.slice(1)) * d + d)),
      ),
    ),
    foldIn: () => new Float32Array(d),
  });
  const received = {
    source: 'films',
    persons: domain.persons,
    dimension: d,
    vectors,
    noiseModel: { kind: 'exact' },
  };
  return { decoder: fitDecoder({ domain, factorise: factorise, random: prng }, [received]), vectors };
}

console.log(machine());
for (const items of sizes) {
  const prng = new Prng(`serving ${items}`);
  const domain = domainOf(items, prng);
  const { decoder, vectors } = decoderOf(domain, prng);
  const recommender = new Recommender({
    decoder,
    people: { domain, rowOfPseudonym: () => 3, hasHistory: () => true },
    received: { person: () => [{ source: 'films', vector: vectors.slice(0, d) }] },
    version: {},
    statement: { claims: [], warnings: [] },
  } as unknown as RecommenderOptions);
  // As many bytes as the items' vectors have.
  const floor = new Float64Array((items * d) / 2).fill(1);
  const spent: Record<'recommend' | 'floor' | 'held', number[]> = { recommend: [], floor: [], held: [] };
  const calls = Math.max(1, Math.round(300_000 / items));
  let sum = 0;
  for (let repeat = -1; repeat < repeats; repeat++) {
    let began = process.cpuUsage();
    for (let call = 0; call < calls; call++) sum += readAll(floor);
    if (repeat >= 0) spent.floor.push((1000 * cpuSeconds(began)) / calls);
    began = process.cpuUsage();
    for (let call = 0; call < calls; call++) {
      await recommender.recommend('p', k);
    }
    if (repeat >= 0) spent.recommend.push((1000 * cpuSeconds(began)) / calls);
    if (repeat >= 0) spent.held.push(await longestHold(() => recommender.recommend('p', k)));
  }
  if (sum < 0) throw new Error('the floor was not read');
  const { basis } = await recommender.recommend('p', k);
  const ratios = spent.recommend.map((value, i) => value / spent.floor[i]);
  console.log(
    `${items} items (${basis}): ${medianAndSpread(spent.recommend, 2)} ms of CPU, floor ${medianAndSpread(spent.floor, 2)} ms, ratio ${medianAndSpread(ratios, 1)}; the loop is held for ${median(spent.held).toFixed(1)} ms at a time`,
  );
}

/** Milliseconds of wall time between two turns of the event loop, at most. */
async function longestHold(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const ticking = { isOver: false };
  const tick = (): void => {
    look();
    if (!ticking.isOver) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  ticking.isOver = true;
  look();
  return longest;
}

/** The items' vectors, read once by four sums that do not wait for each other. */
function readAll(values: Float64Array): number {
  let [a, b, c, e] = [0, 0, 0, 0];
  for (let i = 0; i + 8 <= values.length; i += 8) {
    a += values[i];
    b += values[i + 2];
    c += values[i + 4];
    e += values[i + 6];
  }
  return a + b + c + e;
}
