/** Identities of a small federation, made from a fixed seed. */
import { createHash } from 'node:crypto';
import { generateIdentity } from '../core/federation/identity.ts';
import type { RandomSource } from '../core/random/source.ts';
import type { WireIdentity } from '../core/wire/transport.ts';

export interface TestFederation {
  of(name: string): WireIdentity;
}

/** Repeatable bytes; only for tests. */
export function testRandom(seed: string): RandomSource {
  let count = 0;
  return {
    bytes(length) {
      const blocks: Buffer[] = [];
      for (let made = 0; made < length; made += 32) {
        blocks.push(createHash('sha256').update(`${seed}/${count++}`).digest());
      }
      return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
    },
  };
}

export function testFederation(names: readonly string[] = ['alpha', 'beta', 'gamma']): TestFederation {
  const random = testRandom('federation');
  const identities = new Map(['coordinator', ...names].map((name) => [name, generateIdentity(name, random)]));
  const publicKeys = new Map([...identities].map(([name, { identity }]) => [name, identity.publicKey]));
  return {
    of: (name) => {
      const identity = identities.get(name);
      if (identity === undefined) throw new Error(`no identity ${name}`);
      const { secretKey } = identity.identity;
      const manifestHash = new Uint8Array(32).fill(2);
      return { name, secretKey, federation: 'test', manifestHash, manifestVersion: 2, publicKeys };
    },
  };
}

/** A handler of defects that fails the test, because none is expected. */
export function raise(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
