/**
 * Checks that a platform can work with its domain, before anything is computed.
 * @module
 */
import type { Domain } from '../core/data/domain.ts';
import { isOwnAlone } from '../core/claims/claim-sentences.ts';
import { idOf } from '../core/data/ids.ts';
import type { CatalogueEntry } from '../core/data/reading.ts';
import type { ManifestPlatform } from '../core/federation/manifest.ts';
import type { FederationPlan } from '../core/federation/plan.ts';
import { plannedRelease } from '../core/federation/planned-release.ts';
import { isSource } from '../core/transfer/public-shape.ts';
import { PlatformError } from './errors.ts';
import type { Log } from '../host/log.ts';

/** Largest ratio between the count of persons and the manifest's public round number without a warning, either way. */
const ROUND_NUMBER_SLACK = 2;

/** @throws PlatformError PLATFORM_EMPTY_DOMAIN, PLATFORM_BAD_DOMAIN. */
export function checkDomain(domain: Domain, entry: ManifestPlatform, log: Log): void {
  const { name } = entry;
  if (domain.persons.length === 0 || domain.items.length === 0 || domain.catalogue.length === 0) {
    const { persons, catalogue } = domain;
    throw new PlatformError(
      'PLATFORM_EMPTY_DOMAIN',
      `platform "${name}" has ${persons.length} persons, ${catalogue.length} items and ${domain.items.length} interactions: there is nothing to learn from; check --data`,
    );
  }
  const strange = domain.persons.findIndex((person) => idOf(person) !== person);
  if (strange >= 0 || new Set(domain.persons).size !== domain.persons.length) {
    throw new PlatformError(
      'PLATFORM_BAD_DOMAIN',
      strange < 0
        ? `platform "${name}": two rows belong to the same person`
        : `platform "${name}": the id of person ${strange} is empty, has blanks around it, or holds a control character or half a character`,
    );
  }
  if (domain.offsets.length !== domain.persons.length + 1 || domain.offsets.at(-1) !== domain.items.length) {
    throw new PlatformError(
      'PLATFORM_BAD_DOMAIN',
      `platform "${name}": the rows of interactions do not fit the persons`,
    );
  }
  if (domain.items.some((item) => item >= domain.catalogue.length)) {
    throw new PlatformError(
      'PLATFORM_BAD_DOMAIN',
      `platform "${name}": an interaction names an item outside the catalogue`,
    );
  }
  // A NaN rating means that the rating is unknown, so only infinity is an error.
  if (domain.ratings?.some((rating) => Math.abs(rating) === Infinity) === true) {
    throw new PlatformError('PLATFORM_BAD_DOMAIN', `platform "${name}": a rating is infinite; clean the data`);
  }
  const ratio = domain.persons.length / entry.personsAbout;
  if (ratio > ROUND_NUMBER_SLACK || ratio < 1 / ROUND_NUMBER_SLACK) {
    log.warn(
      'the number of persons in the manifest is far from the real one; learning rates and noise follow the manifest',
      {
        inManifest: entry.personsAbout,
      },
    );
  } else if (ratio > 1) {
    log.info(
      'there are more persons than the manifest says: all of them are used, and noise and learning rates do not change',
      {
        inManifest: entry.personsAbout,
      },
    );
  }
  let withoutHistory = 0;
  for (let row = 0; row < domain.persons.length; row++)
    if (domain.offsets[row] === domain.offsets[row + 1]) withoutHistory++;
  if (withoutHistory > 0)
    log.warn('some persons have no history: they are not trained on or released', { withoutHistory });
}

/**
 * A catalogue collected from rows lists an item because some person met it. A vector that leaves the other items out then tells
 * of that person.
 * @throws PlatformError PLATFORM_CATALOGUE_OF_ROWS if the statement says that nothing depends on other persons.
 */
export function checkOrigin(plan: FederationPlan, platform: string, origin: CatalogueEntry['origin']): void {
  if (origin !== 'rows' || !isSource(plan.shape, platform)) return;
  if (!isOwnAlone({ law: plan.law, plan: plan.privacy })) return;
  throw new PlatformError(
    'PLATFORM_CATALOGUE_OF_ROWS',
    `the catalogue of "${platform}" was collected from its rows, so it tells which items other persons have met, and this federation promises epsilon 0. Give "isthmus data inspect" a file of all items with --items, or leave "${platform}" out of privacy.sources`,
  );
}

/**
 * An answer holds a public number of persons at most, and leaves out those whose pseudonyms come last. One person's row would then
 * decide if another person teaches the map.
 * @throws PlatformError PLATFORM_PERSONS.
 */
export function checkPersons(plan: FederationPlan, { name, persons }: Pick<Domain, 'name' | 'persons'>): void {
  if (!plan.learnsMap || !isSource(plan.shape, name)) return;
  const { mostPersons } = plannedRelease(plan, name);
  if (persons.length <= mostPersons) return;
  throw new PlatformError(
    'PLATFORM_PERSONS',
    `"${name}" has ${persons.length} persons, and its answers hold ${mostPersons} at most by the manifest. Who is left out would tell of others in the map that is learnt: put the number of its persons into the manifest (personsAbout)`,
  );
}
