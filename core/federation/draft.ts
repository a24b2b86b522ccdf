/**
 * Makes a new manifest from its members' public halves.
 * @module
 */
import type { EncoderSpec } from '../transfer/encoder.ts';
import { signedBy } from './co-signature.ts';
import { publicEntry } from './identity.ts';
import type { Identity } from './identity.ts';
import { formatManifest, parseManifest } from './manifest.ts';
import type { Manifest, ManifestPlatform, ManifestVocabulary, PreviousVersion } from './manifest.ts';
import { packagesFor } from './packages.ts';
import { USUAL_RELEASE } from '../release/registry.ts';

/** A manifest's own fields. An absent one takes the schema's default. */
export interface ManifestParts {
  readonly federation: string;
  readonly seed: string;
  readonly coordinator: { readonly identity: string };
  readonly platforms: readonly ManifestPlatform[];
  readonly vocabulary?: ManifestVocabulary;
  readonly encoder: EncoderSpec;
  readonly privacy: Partial<Manifest['privacy']> & Pick<Manifest['privacy'], 'epsilon'>;
  readonly rounds?: Partial<Manifest['rounds']>;
  readonly unsafeTrial?: true;
  /** Default: 1. */
  readonly version?: number;
  readonly previous?: PreviousVersion;
}

/** The same parts with every member's secret keys, for a party that holds all of them. */
export interface Draft extends Omit<ManifestParts, 'coordinator' | 'platforms'> {
  readonly coordinator: Identity;
  readonly platforms: readonly DraftPlatform[];
}

export interface DraftPlatform {
  readonly identity: Identity;
  readonly items: number;
  readonly personsAbout: number;
  readonly takes?: true;
}

/**
 * Copies into the next version everything that it keeps from the version before.
 * @param attempts most attempts at rounds of the version before that a ledger may hold charged.
 * @param rounds number of completed rounds.
 * @param farewells of platforms that left, by platform name.
 */
export function following(
  { signatures: _, ...before }: Manifest,
  { attempts, rounds, farewells = {} }: Omit<PreviousVersion, 'manifest'>,
): Pick<ManifestParts, 'federation' | 'seed' | 'unsafeTrial' | 'version' | 'previous' | 'vocabulary'> {
  const { federation, seed, unsafeTrial, vocabulary } = before;
  return {
    federation,
    seed,
    ...(unsafeTrial && { unsafeTrial }),
    ...(vocabulary && { vocabulary }),
    version: before.version + 1,
    previous: {
      attempts,
      rounds,
      ...(Object.keys(farewells).length > 0 && { farewells }),
      manifest: { ...before, signatures: {} },
    },
  };
}

/**
 * A checked manifest without signatures. It names the allowed packages that its encoder and release mode come from.
 * @throws FederationError MANIFEST_INVALID with the key; PackageError PACKAGE_NOT_ALLOWED.
 */
export function newManifest(parts: ManifestParts): Manifest {
  const packages = packagesFor(parts.encoder, parts.privacy.release ?? USUAL_RELEASE);
  const manifest = { isthmus: 2, ...parts, rounds: parts.rounds ?? {}, ...(packages.length > 0 && { packages }) };
  // The manifest is formatted and parsed again, so that members sign exactly the values that a reader of the file gets.
  const text = formatManifest(JSON.parse(JSON.stringify(manifest)) as Manifest);
  return parseManifest(text, 'new manifest');
}

/** A checked manifest with every member's signature. @throws FederationError MANIFEST_INVALID with the key. */
export function draftManifest({ coordinator, platforms, ...parts }: Draft): Manifest {
  const { identity } = publicEntry(coordinator);
  const entries = platforms.map(({ identity: own, ...sizes }) => ({ ...publicEntry(own), ...sizes }));
  const manifest = newManifest({ ...parts, coordinator: { identity }, platforms: entries });
  return signedBy(manifest, [coordinator, ...platforms.map((platform) => platform.identity)]);
}

/** A count rounded to one or two figures for the manifest: 22802 -> 23000. The exact count stays private. */
export function roundAbout(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.max(1, Math.round(count / step) * step);
}

/** An upper bound with room to grow by at least a quarter, rounded to two figures: 22802 -> 29000. */
export function withRoom(count: number): number {
  const least = Math.max(1, count) * 1.25;
  const step = 10 ** Math.max(0, Math.floor(Math.log10(least)) - 1);
  return Math.ceil(least / step) * step;
}
