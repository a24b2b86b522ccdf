/**
 * Everything that the rooms of one platform share. `admit` makes it once, after it has checked whatever can be checked
 * before a connection is made.
 * @module
 */
import { privacyStatement } from '../core/claims/claims.ts';
import type { PrivacyStatement } from '../core/claims/claims.ts';
import { claimTerms } from '../core/claims/claim-terms.ts';
import type { CryptoEngine } from '../core/crypto/engine.ts';
import { nodeEngine } from '../core/crypto/node-engine.ts';
import { memberOf, verifyManifest } from '../core/federation/co-signature.ts';
import { platformOf } from '../core/federation/manifest.ts';
import { planFederation } from '../core/federation/plan.ts';
import type { FederationPlan } from '../core/federation/plan.ts';
import { takeVersion } from '../core/federation/versions.ts';
import { decoderNamed } from '../core/transfer/readouts/registry.ts';
import type { Body } from '../core/wire/body.ts';
import { sparingLog } from '../host/sparing-log.ts';
import { onCoordinates } from './coordinates.ts';
import { checkDomain, checkOrigin, checkPersons } from './domain-check.ts';
import type { HiddenPositives } from './evaluation/hidden.ts';
import type { PlatformEvent } from './events.ts';
import { forgetFormerKeys } from './former-members.ts';
import type { PlatformOptions } from './options.ts';
import { checkFloor, DEFAULT_FLOOR } from './policy.ts';
import type { PolicyFloor } from './policy.ts';
import { bindPseudonyms } from './pseudonym-binding.ts';
import { OwnLedger } from './rounds/own-ledger.ts';
import { inVocabulary } from './vocabulary.ts';

/** The facts and tools of an admitted platform. Its domain is on the federation's coordinates. */
export interface AdmittedPlatform extends Omit<PlatformOptions, 'hidden'> {
  readonly plan: FederationPlan;
  readonly statement: PrivacyStatement;
  readonly floor: PolicyFloor;
  readonly ledger: OwnLedger;
  readonly engine: CryptoEngine;
  /** Hidden positives, for measuring only. */
  readonly positives?: HiddenPositives;
  /** Writes the lines that the log held back. */
  readonly flush: () => void;
}

export interface PlatformContext extends AdmittedPlatform {
  readonly emit: (event: PlatformEvent) => void;
  /** Sends to the coordinator. @throws an error if the link is lost. */
  readonly send: (body: Body, session?: Uint8Array) => Promise<void>;
  /** Sends a message that will be sent again anyway if the link is lost. */
  readonly tell: (body: Body) => void;
  /** Receives an error that no caller awaits. The platform cannot continue after it. */
  readonly onError: (error: unknown) => void;
  /** Aborted once the platform stops. */
  readonly signal: AbortSignal;
}

/** The part of the context that a room uses. */
export type Context<Key extends keyof PlatformContext> = Pick<PlatformContext, Key>;

/**
 * @throws FederationError MANIFEST_*, VERSION_*, FEDERATION_UNKNOWN_PLATFORM; PlatformError PLATFORM_EMPTY_DOMAIN,
 *   PLATFORM_BAD_DOMAIN, PLATFORM_CATALOGUE, PLATFORM_CATALOGUE_OF_ROWS, PLATFORM_PERSONS, PLATFORM_PSEUDONYM_KEY, POLICY_FLOOR;
 *   TransferError, PackageError for an unknown decoder; PrivacyError for a policy that cannot be planned or a broken ledger.
 */
export function admit({ hidden, ...given }: PlatformOptions): AdmittedPlatform {
  const log = sparingLog(given.log, given.clock);
  const { manifest, identity, store, floor = DEFAULT_FLOOR } = given;
  const { name } = identity;
  verifyManifest(manifest);
  memberOf(manifest, identity);
  const plan = planFederation(manifest);
  checkFloor(plan, floor, name);
  if (given.decoder !== undefined) decoderNamed(given.decoder);
  const entry = platformOf(manifest, name);
  checkOrigin(plan, name, given.catalogueOrigin);
  checkDomain(given.domain, entry, log);
  checkPersons(plan, given.domain);
  const ledger = new OwnLedger(plan, name, store);
  takeVersion(
    manifest,
    store.versions,
    name,
    (version) => ledger.attemptsOf(version),
    () => forgetFormerKeys(manifest, store),
  );
  const domain = inVocabulary(onCoordinates(given.domain, store.coordinates, entry, log), {
    manifest,
    platform: name,
    file: given.vocabulary,
    origin: given.catalogueOrigin,
    log,
  });
  if (given.pseudonyms !== undefined) {
    bindPseudonyms(given.pseudonyms, store.pseudonyms, given.hasNewPseudonyms === true, log);
  }
  const statement = privacyStatement(claimTerms(plan));
  for (const warning of statement.warnings) log.warn(warning);
  const positives = hidden?.(domain);
  return {
    ...given,
    ...{ log, domain, floor, plan, statement, ledger, engine: nodeEngine },
    flush: () => log.flush(),
    ...(positives && { positives }),
  };
}
