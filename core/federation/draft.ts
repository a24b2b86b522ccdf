/**
 * A new federation's manifest, from its platforms' public facts.
 * @module
 */
import { publicEntry } from './identity.ts';
import type { Identity } from './identity.ts';
import { formatManifest, parseManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { signManifest } from './manifest-signature.ts';

/** A manifest's own fields; what is left out takes the schema's default. */
export interface Draft {
  readonly federation: string;
  readonly seed: string;
  readonly coordinator: Identity;
  readonly platforms: readonly DraftPlatform[];
  readonly strategy: { readonly name: string; readonly settings?: Readonly<Record<string, unknown>> };
  readonly privacy: Partial<Manifest['privacy']> & Pick<Manifest['privacy'], 'epsilon'>;
  readonly rounds?: Partial<Manifest['rounds']>;
}

export interface DraftPlatform {
  readonly identity: Identity;
  readonly items: number;
  readonly personsAbout: number;
}

/** Checked and signed. @throws FederationError MANIFEST_INVALID naming the key. */
export function draftManifest(draft: Draft): Manifest {
  const manifest = {
    isthmus: 1 as const,
    federation: draft.federation,
    seed: draft.seed,
    coordinator: { identity: publicEntry(draft.coordinator).identity },
    platforms: draft.platforms.map(({ identity, items, personsAbout }) => ({
      ...publicEntry(identity),
      items,
      personsAbout,
    })),
    strategy: draft.strategy,
    privacy: draft.privacy,
    rounds: draft.rounds ?? {},
  };
  // Through its own text, so that what is signed is what a reader of the file gets.
  const text = formatManifest(JSON.parse(JSON.stringify(manifest)) as Manifest);
  return signManifest(parseManifest(text, 'new manifest'), draft.coordinator);
}

/** A count to one or two figures, as a manifest tells it: 22802 -> 23000. The exact count is nobody's business. */
export function roundAbout(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.max(1, Math.round(count / step) * step);
}
