/**
 * A checkout of this repository, in this or an earlier version. Its own processes and codecs are used, so that one
 * script can attack both.
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as pseudonyms from '../../core/crypto/pseudonym.ts';
import type * as identities from '../../core/federation/identity.ts';
import type * as seals from '../../core/federation/letter-seal.ts';
import type * as letters from '../../core/federation/letter.ts';
import type * as manifests from '../../core/federation/manifest.ts';
import type * as bodies from '../../core/wire/body-codec.ts';
import type * as envelopes from '../../core/wire/envelope.ts';
import type * as fragments from '../../core/wire/fragments.ts';
import type * as handshake from '../../core/wire/handshake.ts';
import type * as limits from '../../core/wire/transport.ts';
import type * as federation from '../../test/e2e/federation.ts';
import type * as places from '../../test/e2e/isthmus.ts';
import type { Workplace } from '../../test/e2e/isthmus.ts';

/**
 * The modules of a checkout that the attacks use. The types are those of this version; an earlier version has the same
 * ones as far as the attacks use them.
 */
export interface Checkout {
  readonly folder: string;
  readonly commit: string;
  readonly command: readonly string[];
  readonly federation: typeof federation;
  /** Present in versions whose manifest was edited by hand. */
  readonly shortenDeadlines: ((place: Workplace, milliseconds: number) => Promise<void>) | undefined;
  readonly places: typeof places;
  readonly bodies: typeof bodies;
  readonly envelopes: typeof envelopes;
  readonly fragments: typeof fragments;
  readonly handshake: typeof handshake;
  readonly limits: typeof limits;
  readonly identities: typeof identities;
  readonly manifests: typeof manifests;
  readonly pseudonyms: typeof pseudonyms;
  readonly letters: typeof letters;
  /** Absent in versions that sealed letters with nacl.box. */
  readonly seals: typeof seals | undefined;
}

export type { Running, Workplace } from '../../test/e2e/isthmus.ts';

export async function openCheckout(folder: string): Promise<Checkout> {
  const load = async <Module>(path: string): Promise<Module> =>
    (await import(pathToFileURL(join(folder, path)).href)) as Module;
  const optional = async <Module>(path: string): Promise<Module | undefined> =>
    existsSync(join(folder, path)) ? load<Module>(path) : undefined;
  const federation = await load<Checkout['federation'] & Pick<Checkout, 'shortenDeadlines'>>('test/e2e/federation.ts');
  const places = await load<Checkout['places']>('test/e2e/isthmus.ts');
  return {
    folder,
    commit: execFileSync('git', ['-C', folder, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    command: places.COMMAND,
    federation,
    shortenDeadlines: federation.shortenDeadlines,
    places,
    bodies: await load('core/wire/body-codec.ts'),
    envelopes: await load('core/wire/envelope.ts'),
    fragments: await load('core/wire/fragments.ts'),
    handshake: await load('core/wire/handshake.ts'),
    limits: await load('core/wire/transport.ts'),
    identities: await load('core/federation/identity.ts'),
    manifests: await load('core/federation/manifest.ts'),
    pseudonyms: await load('core/crypto/pseudonym.ts'),
    letters: await load('core/federation/letter.ts'),
    seals: await optional('core/federation/letter-seal.ts'),
  };
}

/** A platform or the coordinator, with the manifest that it holds. */
export interface Member {
  readonly name: string;
  readonly identity: ReturnType<Checkout['identities']['parseIdentity']>;
  readonly manifest: ReturnType<Checkout['manifests']['parseManifest']>;
  readonly manifestHash: Uint8Array;
  /** Ed25519 public keys. */
  readonly publicKeys: ReadonlyMap<string, Uint8Array>;
}

export function readMember(checkout: Checkout, place: Workplace, name: string): Member {
  const { identities, manifests } = checkout;
  const manifest = manifests.parseManifest(readFileSync(place.path('fed/manifest.yaml'), 'utf8'));
  const publicKey = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
  return {
    name,
    identity: identities.parseIdentity(readFileSync(place.path(`fed/${name}.key`), 'utf8')),
    manifest,
    manifestHash: manifests.manifestHash(manifest),
    publicKeys: new Map([
      ['coordinator', publicKey(manifest.coordinator.identity)],
      ...manifest.platforms.map(({ name: platform, identity }) => [platform, publicKey(identity)] as const),
    ]),
  };
}
