/**
 * Factors and releases kept between runs of a benchmark. A key covers the data, the settings, the seed and the code that
 * computes: figures never come from an earlier version of it.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Domain } from '../../core/data/domain.ts';
import type { FactorStore } from '../../core/transfer/factors/factor-memory.ts';
import { releasedBy } from '../../simulations/in-one-process.ts';
import type { Federated, FederationOptions } from '../../simulations/in-one-process.ts';
import { factorFolder } from '../../simulations/factor-folder.ts';

interface Releases extends Pick<Federated, 'received' | 'codes' | 'roundsRun'> {
  /** Processor seconds in which they were made. */
  readonly cpuSeconds: number;
}

export interface Cache {
  readonly factors: FactorStore;
  /** A federation's releases, read from the cache, or made and kept. */
  releases(
    options: FederationOptions,
    make: () => Promise<Federated>,
  ): Promise<Releases & Pick<Federated, 'releasedOf'>>;
}

/** @param folder holds numbers computed from persons' rows. */
export function openCache(folder: string): Cache {
  const own = join(folder, codeHash());
  mkdirSync(own, { recursive: true, mode: 0o700 });
  return {
    factors: factorFolder(join(own, 'factors')),
    async releases(options, make) {
      const file = join(own, `${keyOf(options)}.releases`);
      if (existsSync(file)) {
        const found = deserialize(readFileSync(file)) as Releases;
        return { ...found, releasedOf: releasedBy(found.codes) };
      }
      const began = process.cpuUsage();
      const { codes, received, releasedOf, roundsRun } = await make();
      const { system, user } = process.cpuUsage(began);
      const releases: Releases = { received, codes, roundsRun, cpuSeconds: (system + user) / 1e6 };
      writeFileSync(`${file}.part`, serialize(releases), { mode: 0o600 });
      renameSync(`${file}.part`, file);
      return { ...releases, releasedOf };
    },
  };
}

function keyOf({ delta, encoder, epsilon, release, rounds, seed, sources, split }: FederationOptions): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([encoder.spec, epsilon, delta, release ?? null, rounds ?? 0, seed]));
  for (const domain of [...sources, split.target]) hashDomain(hash, domain);
  hash.update(JSON.stringify([split.linked, split.cold.map(({ person }) => person)]));
  return hash.digest('hex');
}

function hashDomain(
  hash: ReturnType<typeof createHash>,
  { attributes, catalogue, items, name, offsets, persons, titles, vectors }: Domain,
): void {
  hash.update(JSON.stringify([name, persons, catalogue, titles ?? null, [...(attributes ?? [])]]));
  for (const [id, vector] of vectors?.of ?? []) hash.update(`${id} ${vector.join()}\n`);
  for (const words of [offsets, items]) hash.update(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
}

/** Hash of every source file that computes. */
function codeHash(): string {
  const hash = createHash('sha256');
  const root = join(import.meta.dirname, '../..');
  for (const room of ['core', 'simulations']) {
    const files = readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    for (const file of files.sort()) hash.update(`${file}\n`).update(readFileSync(join(root, room, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
